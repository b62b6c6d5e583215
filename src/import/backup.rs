//! A backup of the routing of all numbers, and restoring it.

use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::bulk::Refused;
use super::restore::no_routing;
use super::{Importer, Many, Restored};
use crate::E164;
use crate::error::Result;
use crate::model::Routing;
use crate::provider::NumberProvider;

impl Importer {
    /// Returns the routing of every number of the carrier, read from its lists. With
    /// [several carriers](crate::provider::Carriers), it contains the numbers of all carriers that support routing.
    /// Save it with serde before you import many numbers: [`restore_many`](Self::restore_many) restores it, also after
    /// a crash.
    ///
    /// Treat the backup as confidential, because the addresses of your own application may hold secrets.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::model::Routing;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    /// let kept = serde_json::to_string(&importer.backup_routing().await?)?;
    ///
    /// importer.import(ImportRequest::new("+14155552671".parse()?)).await?;
    ///
    /// let backup: Vec<Routing> = serde_json::from_str(&kept)?;
    /// let mut restored = importer.restore_many(backup);
    /// while let Some((number, restored)) = restored.next().await {
    ///     println!("{number}: {}", restored?);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Any error when the lookup at a carrier fails. A backup of only some numbers could be mistaken for one of all
    /// numbers, so none is returned. [`Error::Invalid`](crate::Error::Invalid) when the carrier does not support
    /// routing.
    pub async fn backup_routing(&self) -> Result<Vec<Routing>> {
        if self.provider.routing().is_none() {
            return Err(no_routing(self, "the routing was not read"));
        }
        let mut backup = Vec::new();
        for carrier in self.provider.carriers().into_iter().filter(|carrier| carrier.routing().is_some()) {
            let mut numbers = NumberProvider::list(carrier);
            while let Some(held) = numbers.try_next().await? {
                backup.extend(held.routing);
            }
        }
        Ok(backup)
    }

    /// Restores the routing of many numbers [concurrently](Self::concurrency), each as [`restore`](Self::restore) does.
    /// A backup does not contain later changes, so only settings that lead to the platform are restored. Each waits for
    /// an import of its number ([`lock_timeout`](Self::lock_timeout)).
    ///
    /// The results come as they are ready. A number that fails ends nothing. Only a key that is refused (401) does:
    /// what is under way is finished, and the stream ends. Nothing happens unless the stream is read; running it again
    /// is safe.
    pub fn restore_many<'a, K>(&self, backup: impl Many<'a, Routing, K>) -> BoxStream<'a, (E164, Result<Restored>)> {
        let shared = Arc::new((self.for_run(), Refused::of(self)));
        let unrefused = shared.clone();
        backup
            .into_stream()
            .take_while(move |_| std::future::ready(!unrefused.1.already()))
            .map(move |before| {
                let shared = shared.clone();
                async move {
                    let (importer, refused) = &*shared;
                    if refused.already() {
                        return None;
                    }
                    Some((before.number, refused.watch(importer.restore(&before).await)))
                }
            })
            .buffer_unordered(self.concurrency)
            .filter_map(std::future::ready)
            .boxed()
    }
}
