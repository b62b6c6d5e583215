use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::future;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};

use super::Telnyx;
use super::client::KIND;
use super::routing::{Answering, routing};
use super::wire::{
    Connection, InboundCallScreening, ListConnections, ListNumbers, ListVoiceSettings, PAGE_MAX, PhoneNumber,
    PhoneNumberStatus, SortNumbers, VoiceSettings,
};
use crate::E164;
use crate::error::{Error, Meaning, Result};
use crate::model::{AccountId, AccountKey, NumberSource, ProviderKind};
use crate::provider::{HeldNumber, NumberProvider, Ownership, RoutingControl};

/// The number of numbers per request for their features. Telnyx documents no limit.
const FEATURES_MAX: usize = 100;

#[async_trait]
impl NumberProvider for Telnyx {
    fn kind(&self) -> ProviderKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn carriers(&self) -> Vec<&dyn NumberProvider> {
        vec![self]
    }

    /// The API key. Telnyx has no account id.
    fn source(&self) -> NumberSource {
        NumberSource::account(KIND, AccountKey::token("", self.key.clone()))
    }

    /// Sends at most four requests: one for the number, then concurrently one each for its voice settings, its
    /// connection and its features. Sends one request if the account does not hold the number.
    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        let Some((id, found)) = self.find_number(number).await? else { return Ok(Ownership::NotHeld) };
        let (answering, voice) = future::try_join(self.answering(&id, &found), self.have_voice(vec![*number])).await?;
        let voice = voice.and_then(|able| able.get(number).copied());
        Ok(Ownership::Held(held(*number, found, answering, voice)))
    }

    /// Lists every number of the account that is E.164, 250 per request. The lists of voice settings and connections
    /// take as few requests.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let numbers = async move {
            let (settings, connections) = future::try_join(self.all_settings(), self.all_connections()).await?;
            let (settings, connections) = (Arc::new(settings), Arc::new(connections));
            let chunks = self.numbers(every_number()).try_chunks(FEATURES_MAX).map_err(|error| error.1);
            let held = chunks.and_then(move |chunk| {
                let (settings, connections) = (settings.clone(), connections.clone());
                async move { self.held_of(chunk, &settings, connections.as_ref().as_ref()).await }
            });
            Ok::<_, Error>(held.map_ok(|held| stream::iter(held).map(Ok)).try_flatten())
        };
        stream::once(numbers).try_flatten().boxed()
    }

    fn routing(&self) -> Option<&dyn RoutingControl> {
        Some(self)
    }
}

fn every_number() -> ListNumbers {
    // Sorted by number: any other order can change while pages are read.
    let list = ListNumbers::new().sort(SortNumbers::PhoneNumber).page_size(PAGE_MAX);
    list.handle_messaging_profile_error(true)
}

impl Telnyx {
    /// The number and its id, if the account holds it. Telnyx's filter also matches parts of numbers.
    pub(super) async fn find_number(&self, number: &E164) -> Result<Option<(String, PhoneNumber)>> {
        // Telnyx has no number this short, and rejects such a filter.
        if number.digits().len() < 3 {
            return Ok(None);
        }
        let list = ListNumbers::new().phone_number(number.digits()).page_size(PAGE_MAX);
        let mut numbers = self.numbers(list.handle_messaging_profile_error(true));
        while let Some(found) = numbers.try_next().await? {
            if found.phone_number.as_deref().is_some_and(|found| *number == found) && is_held(&found) {
                return Ok(found.id.clone().filter(|id| !id.is_empty()).map(|id| (id, found)));
            }
        }
        Ok(None)
    }

    /// Looks up what answers the calls of a number.
    pub(super) async fn answering(&self, id: &str, found: &PhoneNumber) -> Result<Answering> {
        let connection = async {
            match found.connection_id.as_deref().filter(|id| !id.is_empty()) {
                Some(connection) => seen(self.get_connection(connection).await),
                None => Ok(None),
            }
        };
        let (voice, connection) = future::try_join(self.get_voice_settings(id), connection).await?;
        Ok(Answering { voice, connection })
    }

    /// Whether each of these numbers receives calls; `None` if unknown.
    async fn have_voice(&self, numbers: Vec<E164>) -> Result<Option<HashMap<E164, bool>>> {
        if numbers.is_empty() {
            return Ok(None);
        }
        let features = seen(self.number_features(&numbers).await)?;
        let able = features.map(|features| {
            let of = |features: &super::NumberFeatures| {
                features.features.as_ref()?;
                Some((features.phone_number.as_deref()?.parse().ok()?, features.has_voice()))
            };
            features.iter().filter_map(of).collect()
        });
        Ok(able)
    }

    async fn all_settings(&self) -> Result<HashMap<String, VoiceSettings>> {
        let list = ListVoiceSettings::new().sort(SortNumbers::PhoneNumber).page_size(PAGE_MAX);
        let by_id = |voice: VoiceSettings| async move { Ok(voice.id.clone().map(|id| (id, voice))) };
        self.voice_settings(list).try_filter_map(by_id).try_collect().await
    }

    /// All connections by their ids; `None` if the key does not show them.
    async fn all_connections(&self) -> Result<Option<HashMap<String, Connection>>> {
        let by_id = |found: Connection| async move { Ok(found.id.clone().map(|id| (id, found))) };
        let list = ListConnections::new().page_size(PAGE_MAX);
        seen(self.connections(list).try_filter_map(by_id).try_collect().await)
    }

    /// Converts some numbers of a list. Settings that were read before the list are read again if they are those of
    /// another connection.
    async fn held_of(
        &self,
        found: Vec<PhoneNumber>,
        settings: &HashMap<String, VoiceSettings>,
        connections: Option<&HashMap<String, Connection>>,
    ) -> Result<Vec<HeldNumber>> {
        let parsed = |found: PhoneNumber| {
            let number: E164 = found.phone_number.as_deref()?.parse().ok()?;
            Some((number, found.id.clone().filter(|id| !id.is_empty())?, found))
        };
        let numbers: Vec<_> = found.into_iter().filter(is_held).filter_map(parsed).collect();
        let able = self.have_voice(numbers.iter().map(|(number, ..)| *number).collect()).await?;
        let mut all = Vec::with_capacity(numbers.len());
        for (number, id, found) in numbers {
            let connection_id = found.connection_id.as_deref().unwrap_or_default();
            let connection = connections.and_then(|all| all.get(connection_id)).cloned();
            let is_known = connection_id.is_empty() || connections.is_none() || connection.is_some();
            let answering = match settings.get(&id).filter(|_| is_known) {
                Some(voice) => Answering { voice: voice.clone(), connection },
                None => self.answering(&id, &found).await?,
            };
            let voice = able.as_ref().and_then(|able| able.get(&number).copied());
            all.push(held(number, found, answering, voice));
        }
        Ok(all)
    }
}

/// The object; `None` if it does not exist or the key does not allow to read it.
fn seen<T>(answer: Result<T>) -> Result<Option<T>> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if matches!(error.meaning(), Some(Meaning::Forbidden | Meaning::Missing | Meaning::Invalid)) => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Numbers that never arrived or have left stay in the list.
fn is_held(found: &PhoneNumber) -> bool {
    let status = found.status.as_ref().map(PhoneNumberStatus::in_todays_spelling);
    !matches!(
        status,
        Some(
            PhoneNumberStatus::PurchaseFailed
                | PhoneNumberStatus::PortFailed
                | PhoneNumberStatus::Deleted
                | PhoneNumberStatus::PortedOut
        )
    )
}

fn held(number: E164, found: PhoneNumber, answering: Answering, voice: Option<bool>) -> HeldNumber {
    let status = found.status.as_ref().filter(|status| **status != PhoneNumberStatus::Active);
    let rejects = answering.voice.inbound_call_screening == Some(InboundCallScreening::RejectCalls);
    let unusual = status.map(ToString::to_string).or_else(|| rejects.then(|| "reject_calls".to_owned()));
    HeldNumber {
        id: found.id.clone(),
        label: found.customer_reference.clone().filter(|reference| !reference.is_empty()),
        voice,
        unusual_status: unusual.filter(|status| !status.is_empty()),
        routing: routing(number, &found, &answering),
        ..HeldNumber::new(number, found)
    }
}
