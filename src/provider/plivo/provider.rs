use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::Plivo;
use super::client::KIND;
use super::routing::{Answering, routing};
use super::wire::{Application, ListApplications, ListNumbers, ListTrunks, PhoneNumber, Trunk};
use crate::E164;
use crate::error::{Error, Meaning, Result};
use crate::model::{AccountId, NumberSource, ProviderKind};
use crate::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};

#[async_trait]
impl NumberProvider for Plivo {
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

    /// Sends one request for the number, and another one for its application or trunk.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let Some(found) = self.find_number(number).await? else { return Ok(Ownership::NotHeld) };
        let answering = self.answering(&found).await?;
        let own = self.is_own(&found);
        let held = self.held(*number, found, &answering);
        Ok(if own { Ownership::Held(held) } else { Ownership::HeldBySubaccount(held) })
    }

    /// Lists the account's own numbers, 20 per request. It leaves out numbers of subaccounts, and numbers that are not
    /// E.164.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let numbers = async move {
            let (applications, trunks) = future::try_join(self.all_applications(), self.all_trunks()).await?;
            let known = Arc::new((applications, trunks));
            let held = self.numbers(&ListNumbers::new()).try_filter_map(move |found| {
                let known = known.clone();
                async move { self.held_of(found, &known.0, &known.1).await }
            });
            Ok::<_, Error>(held)
        };
        stream::once(numbers).try_flatten().boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

impl Plivo {
    /// The number, if the account or a subaccount holds it.
    pub(super) async fn find_number(&self, number: &E164) -> Result<Option<PhoneNumber>> {
        match self.get_number(number).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the account itself owns it, rather than a subaccount.
    pub(super) fn is_own(&self, found: &PhoneNumber) -> bool {
        found.subaccount_id().is_none_or(|owner| owner == self.credentials.account)
    }

    /// Reads the application or the trunk of a number. Both have ids of the same form.
    pub(super) async fn answering(&self, found: &PhoneNumber) -> Result<Answering> {
        if let Some((kind, id)) = found.object() {
            let trunk = if kind == "trunk" { seen(self.get_trunk(id).await)? } else { None };
            return Ok(Answering { application: None, trunk });
        }
        let Some(id) = found.app_id() else { return Ok(Answering::default()) };
        let application = seen(self.get_application(id).await)?;
        let trunk = if application.is_none() { seen(self.get_trunk(id).await)? } else { None };
        Ok(Answering { application, trunk })
    }

    async fn all_applications(&self) -> Result<HashMap<String, Application>> {
        let by_id = |found: Application| async move { Ok(found.app_id.clone().map(|id| (id, found))) };
        let all = self.applications(&ListApplications::new()).try_filter_map(by_id).try_collect().await;
        Ok(seen(all)?.unwrap_or_default())
    }

    async fn all_trunks(&self) -> Result<HashMap<String, Trunk>> {
        let by_id = |found: Trunk| async move { Ok(found.trunk_id.clone().map(|id| (id, found))) };
        let all = self.trunks(&ListTrunks::new()).try_filter_map(by_id).try_collect().await;
        Ok(seen(all)?.unwrap_or_default())
    }

    /// Converts a number of a list. Reads its application or trunk if no earlier number had it.
    async fn held_of(
        &self,
        found: PhoneNumber,
        applications: &HashMap<String, Application>,
        trunks: &HashMap<String, Trunk>,
    ) -> Result<Option<HeldNumber>> {
        let Some(number) = found.number.as_deref().and_then(e164) else { return Ok(None) };
        if !self.is_own(&found) {
            return Ok(None);
        }
        let object = found.object().map(|(_, id)| id);
        let application = found.app_id().filter(|_| object.is_none()).and_then(|id| applications.get(id)).cloned();
        let trunk = object.or(found.app_id()).filter(|_| application.is_none()).and_then(|id| trunks.get(id)).cloned();
        let is_known = application.is_some() || trunk.is_some();
        let answering = if is_known { Answering { application, trunk } } else { self.answering(&found).await? };
        Ok(Some(self.held(number, found, &answering)))
    }

    fn held(&self, number: E164, found: PhoneNumber, answering: &Answering) -> HeldNumber {
        let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        let carrier = text(&found.carrier);
        let owner = found.subaccount_id().unwrap_or(&self.credentials.account).to_owned();
        HeldNumber {
            id: Some(number.digits().to_owned()),
            account: Some(owner),
            label: text(&found.alias),
            voice: found.voice_enabled,
            hosted: carrier.is_some_and(|carrier| !carrier.eq_ignore_ascii_case("plivo")),
            unusual_status: (found.active == Some(false)).then(|| "not active".to_owned()),
            routing: Some(routing(number, &found, answering)),
            ..HeldNumber::new(number, found)
        }
    }
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

/// Plivo writes digits without `+`.
fn e164(digits: &str) -> Option<E164> {
    format!("+{}", digits.trim_start_matches('+')).parse().ok()
}
