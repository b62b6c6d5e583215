use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::Vonage;
use super::client::KIND;
use super::routing::routing;
use super::wire::{Application, Limitation, ListApplications, ListNumbers, OwnedNumber, SIZE_MAX};
use crate::E164;
use crate::error::{Error, Meaning, Result};
use crate::model::{AccountId, NumberSource, ProviderKind};
use crate::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};

#[async_trait]
impl NumberProvider for Vonage {
    fn kind(&self) -> ProviderKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account_of(&self.credentials.account)
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    fn source(&self) -> NumberSource {
        NumberSource::account(KIND, self.credentials.clone())
    }

    /// Sends one request for the number, and another one for its application.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let Some(found) = self.find_number(number).await? else { return Ok(Ownership::NotHeld) };
        let application = self.application_of(&found).await?;
        Ok(Ownership::Held(self.held_as(*number, found, application.as_ref())))
    }

    /// Lists every number of the account that is E.164, 100 per request, each once.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let numbers = async move {
            let applications = Arc::new(self.known_applications().await?);
            let mut seen = HashSet::new();
            let held = self.numbers(ListNumbers::new().size(SIZE_MAX)).try_filter_map(move |found| {
                let number = found.msisdn.as_deref().and_then(e164).filter(|number| seen.insert(*number));
                let applications = applications.clone();
                async move {
                    let Some(number) = number else { return Ok(None) };
                    let application = match found.application().map(|id| applications.get(id)) {
                        Some(None) => self.application_of(&found).await?,
                        known => known.flatten().cloned(),
                    };
                    Ok(Some(self.held_as(number, found, application.as_ref())))
                }
            });
            Ok::<_, Error>(held)
        };
        stream::once(numbers).try_flatten().boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

impl Vonage {
    /// The application that a number is linked to, if it can be read.
    pub(super) async fn application_of(&self, found: &OwnedNumber) -> Result<Option<Application>> {
        match found.application() {
            Some(id) => seen(self.get_application(id).await),
            None => Ok(None),
        }
    }

    async fn known_applications(&self) -> Result<HashMap<String, Application>> {
        let by_id = |found: Application| async move { Ok(found.id.clone().map(|id| (id, found))) };
        let list = ListApplications::new().page_size(SIZE_MAX);
        let all = self.all_applications(list).try_filter_map(by_id).try_collect().await;
        Ok(seen(all)?.unwrap_or_default())
    }

    fn held_as(&self, number: E164, found: OwnedNumber, application: Option<&Application>) -> HeldNumber {
        HeldNumber {
            id: Some(number.digits().to_owned()),
            account: Some(self.credentials.account.clone()),
            voice: found.has_voice(),
            unusual_status: limited(found.limitations.as_deref().unwrap_or_default()),
            routing: Some(routing(number, &found, application)),
            ..HeldNumber::new(number, found)
        }
    }
}

/// The limitations as text.
fn limited(limitations: &[Limitation]) -> Option<String> {
    let one = |limit: &Limitation| {
        let feature = limit.feature.as_ref().map(ToString::to_string);
        let words = [feature, limit.kind.clone(), limit.reach.clone()];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let all: Vec<String> = limitations.iter().map(one).collect();
    (!all.is_empty()).then(|| format!("limited: {}", all.join(", ")))
}

/// The object; `None` if it does not exist or the credentials do not allow to read it.
fn seen<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.meaning(), Some(Meaning::Forbidden | Meaning::Missing | Meaning::Invalid)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Vonage writes digits without `+`.
fn e164(digits: &str) -> Option<E164> {
    format!("+{}", digits.trim_start_matches('+')).parse().ok()
}
