//! Removing what is not desired, without leaving callers with nobody.

use futures_util::TryStreamExt;

use super::apply::{Applied, Difference, gone};
use crate::E164;
use crate::error::Result;
use crate::import::Importer;
use crate::import::memory::NumberLock;
use crate::model::{Finding, NumberId, RecordNumber, Removal, Routing};

impl Importer {
    /// Removes a record that is still the planned one. Refused while its number's calls go to the platform; if
    /// they go elsewhere they still do so afterwards.
    pub(super) async fn remove_planned(
        &self,
        number: &RecordNumber,
        id: &NumberId,
        second: bool,
        consent: Removal,
    ) -> Result<Applied> {
        let telephone = number.telephone();
        let _lock = match telephone {
            Some(telephone) => Some(NumberLock::take(&*self.platform, &telephone, self.lock_timeout).await?),
            None => None,
        };
        let record = match self.platform.get(id).await {
            Err(error) if error.is_not_found() => return Ok(Applied::Unchanged),
            record => record?,
        };
        if record.number != *number {
            let difference =
                Difference { what: "number", planned: number.to_string(), found: record.number.to_string() };
            return Ok(Applied::Moved(vec![difference]));
        }
        let before = match telephone {
            Some(telephone) => self.routing_of(&telephone).await?,
            None => None,
        };
        let answers = before.as_ref().is_some_and(|routing| self.receives(&routing.calls));
        if answers && !(second && self.has_another(number, id).await?) {
            return Ok(Applied::Blocked { findings: vec![Finding::StillAnswered] });
        }
        match self.platform.remove(id, consent).await {
            Err(error) if error.is_not_found() => return Ok(Applied::Moved(vec![gone(id)])),
            removed => removed?,
        }
        let findings = match before {
            Some(before) => self.keep_routing(&before).await.err().into_iter().collect(),
            None => Vec::new(),
        };
        Ok(Applied::Removed { findings })
    }

    /// Whether another record of the number is still there, which gets its calls.
    async fn has_another(&self, number: &RecordNumber, id: &NumberId) -> Result<bool> {
        let mut list = self.platform.list();
        while let Some(record) = list.try_next().await? {
            if record.id != *id && record.number.telephone() == number.telephone() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Where a number's calls go, if the provider is asked and tells.
    async fn routing_of(&self, number: &E164) -> Result<Option<Routing>> {
        match self.provider.routing().filter(|_| !self.skip_preflight) {
            Some(control) => control.snapshot(number).await,
            None => Ok(None),
        }
    }

    /// A removal may have changed where the calls go, though they did not go to the platform.
    async fn keep_routing(&self, before: &Routing) -> Result<(), Finding> {
        let not_read = |error: crate::Error| Finding::NotReadAgain { reason: error.to_string() };
        let Some(control) = self.provider.routing() else { return Ok(()) };
        match control.snapshot(&before.number).await.map_err(not_read)? {
            Some(now) if now.settings != before.settings => control.restore(before).await.map(drop).map_err(not_read),
            _ => Ok(()),
        }
    }
}
