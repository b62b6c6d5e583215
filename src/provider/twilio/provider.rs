use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::Twilio;
use super::client::KIND;
use super::routing::routing;
use super::wire::{AccountStatus, IncomingPhoneNumber, ListAccounts, ListNumbers, Origin, PAGE_MAX};
use crate::E164;
use crate::error::{Meaning, Result};
use crate::model::{AccountId, NumberSource, ProviderKind};
use crate::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};

/// How many subaccounts are queried for a number that the account does not hold.
const SUBACCOUNTS: usize = 20;

#[async_trait]
impl NumberProvider for Twilio {
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

    /// Sends one call for a number that the account holds. For any other number it also queries the first 20 active
    /// subaccounts, if the credentials can list accounts.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        if let Some(found) = self.find_number(number).await? {
            return Ok(Ownership::Held(held(*number, found)));
        }
        for account in self.subaccounts().await? {
            if let Some(found) = seen(self.under(&account).find_number(number).await)?.flatten() {
                return Ok(Ownership::HeldBySubaccount(held(*number, found)));
            }
        }
        Ok(Ownership::NotHeld)
    }

    /// Every number of the account that is E.164, 1000 a call; Twilio's short codes are not.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let held = |found: IncomingPhoneNumber| async move {
            let number = found.phone_number.as_deref().and_then(|number| number.parse().ok());
            Ok(number.map(|number| held(number, found)))
        };
        self.numbers(ListNumbers::new().page_size(PAGE_MAX)).try_filter_map(held).boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

impl Twilio {
    /// The number if the account holds it. Twilio's filter also matches parts of numbers.
    pub(super) async fn find_number(&self, number: &E164) -> Result<Option<IncomingPhoneNumber>> {
        let mut numbers = self.numbers(ListNumbers::new().phone_number(number.as_str()));
        while let Some(found) = numbers.try_next().await? {
            if found.phone_number.as_deref().is_some_and(|found| *number == found) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// The SIDs of active subaccounts that the credentials can see.
    async fn subaccounts(&self) -> Result<Vec<String>> {
        let list = ListAccounts::new().status(AccountStatus::Active).page_size(PAGE_MAX);
        let own = self.credentials.account.as_str();
        let accounts = seen(self.list_accounts(&list).await)?.map(|page| page.accounts).unwrap_or_default();
        let others = accounts.into_iter().filter_map(|account| account.sid).filter(|sid| sid != own);
        Ok(others.take(SUBACCOUNTS).collect())
    }
}

/// What the credentials can see. A standard API key can neither list accounts nor open subaccounts.
fn seen<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.meaning(), Some(Meaning::Unauthorized | Meaning::Forbidden)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn held(number: E164, found: IncomingPhoneNumber) -> HeldNumber {
    let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    HeldNumber {
        id: text(&found.sid),
        account: text(&found.account_sid),
        label: text(&found.friendly_name),
        voice: found.capabilities.as_ref().and_then(|capabilities| capabilities.voice),
        hosted: found.origin == Some(Origin::Hosted),
        unusual_status: text(&found.status).filter(|status| status != "in-use"),
        routing: routing(number, &found),
        ..HeldNumber::new(number, found)
    }
}
