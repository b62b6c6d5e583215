//! Where all numbers' calls go, kept and put back.

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
    /// Reads the routing of every number of the provider, of several carriers of all that keep it, by their lists. Save
    /// it by serde before many imports: [`restore_many`](Self::restore_many) puts it back, also after a crash.
    ///
    /// It is confidential: addresses of your own application may hold secrets.
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
    /// When a carrier cannot be asked: a backup of some numbers alone would be taken for that of all.
    /// [`Error::Invalid`](crate::Error::Invalid) when the provider keeps no routing.
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

    /// Puts the routing of many numbers back [concurrently](Self::concurrency), each as [`restore`](Self::restore)
    /// does. A backup tells nothing of the time after it, so only what leads to the platform is put back.
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
