use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{BASE_URL, ElevenLabs, KIND};
use super::error::of_agent;
use super::settings::settings;
use super::trunk;
use super::wire::{
    ImportNumber, ImportSipTrunkNumber, ImportTwilioNumber, ListNumbers, PhoneNumber, TelephonyProvider,
};
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result};
use crate::model::{
    AccountId, AccountKey, AgentId, CallbackUrl, CredentialId, Details, ImportRequest, Key, NumberId, NumberRecord,
    NumberSource, NumberUpdate, PlatformKind, ProviderKind, Reach, RecordNumber, Removal, Secret, Settings, SipTrunk,
    SourcePart,
};
use crate::platform::answer::{first_of_all, of_record, removed, text};
use crate::platform::{
    Capabilities, Create, Find, OnRemoval, Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch, Sources,
    Support, Takeover, VoicePlatform, Way,
};

static CAPABILITIES: Capabilities =
    // An API key of Twilio would need the account's token as well.
    Capabilities::new(
        Sources::Only(&[(ProviderKind::TWILIO, Way::Token), (ProviderKind::SIP_TRUNK, Way::Trunk)]),
        Find::Native,
        OnRemoval::Forgets,
    )
    .with_label(Support::CREATE_AND_SET, None)
    .with_agent(Support::FULL)
    .with_takeover(Takeover::AtImport)
    .with_renewal(Renewal::Of(&[(ProviderKind::SIP_TRUNK, Way::Trunk, Renews::Record)]))
    // The response shows only an id, so the record is read.
    .with_create_requests(2);

#[async_trait]
impl VoicePlatform for ElevenLabs {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    /// The address was observed on numbers that ElevenLabs took over; no page documents it. That of an isolated region is
    /// inferred. With another base URL, such as a proxy, it is the default address.
    fn inbound_address(&self) -> Option<CallbackUrl> {
        let account = self.http.account();
        let regions = [Self::US_BASE_URL, Self::EU_BASE_URL, Self::IN_BASE_URL, Self::SG_BASE_URL];
        let is_at = |base: &&str| account.as_str().ends_with(&base.replace("https://", "@"));
        let base = regions.into_iter().find(is_at).unwrap_or(BASE_URL);
        Some(CallbackUrl::new(format!("{base}/twilio/inbound_call")))
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        CAPABILITIES.prepare_import(KIND, source, request, |problems| match &source.reach {
            Reach::Account(account) => Some(self.create_as(from_twilio(account, request)?, request)),
            Reach::Trunk(trunk) => {
                problems.within("source", |problems| trunk::check(trunk, problems));
                Some(self.create_as(from_trunk(trunk, request), request))
            }
            _ => None,
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        of_record(self.get_number(id.as_str()).await, KIND, id, |number| self.record(number))
    }

    /// The search matches parts of labels and numbers, so they are compared here. It sends the digits without `+`, because
    /// a trunk's numbers may be stored without it. The filter `phone_number` may be exact and would not find those.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let search = ListNumbers::new().search(number.digits());
        first_of_all(self.numbers(search).map_ok(|number| self.record(number)), number).await
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.numbers(ListNumbers::new()).map_ok(|number| self.record(number)).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        of_record(self.change(id.as_str(), update).await, KIND, id, |number| self.record(number))
    }

    /// A record shows only the carrier: neither the account, nor the password of a trunk.
    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        let uses = record.carrier.as_deref().map(|uses| match TelephonyProvider::from_wire(uses) {
            TelephonyProvider::SipTrunk => ProviderKind::SIP_TRUNK.as_str(),
            _ => uses,
        });
        match SourceMatch::of(SourcePart::Carrier, uses, source.carrier.as_str()) {
            SourceMatch::Same => SourceMatch::Unknown,
            other => other,
        }
    }

    async fn renew(&self, record: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(KIND, source)?;
        match &source.reach {
            Reach::Trunk(trunk) => self.renew_trunk(&record.id, trunk).await,
            _ => Ok(RenewedCredentials::unchanged()),
        }
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        removed(self.delete_number(id.as_str()).await, KIND, id)
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }

    /// The credentials of Twilio cannot be updated. A record shows neither whether it takes messages, nor its region.
    fn replacement_losses(&self, record: &NumberRecord, source: &NumberSource) -> Option<&'static [&'static str]> {
        let shown = record.details.get::<PhoneNumber>().and_then(|number| number.provider.as_ref());
        let is_twilio = shown == Some(&TelephonyProvider::Twilio) && source.carrier == ProviderKind::TWILIO;
        is_twilio.then_some(&["enable_sms", "region_config"])
    }

    async fn restore_settings(&self, id: &NumberId, before: &Settings) -> Result<NumberRecord> {
        of_record(self.restore(id.as_str(), before).await, KIND, id, |number| self.record(number))
    }
}

impl ElevenLabs {
    /// The record that a response shows.
    fn record(&self, mut number: PhoneNumber) -> NumberRecord {
        // A create shows only an id, so lists are asked where it cannot be read: they may have a secret in its place.
        number.phone_number_id = self.http.redacted(&number.phone_number_id);
        record(number)
    }

    /// Imports the number, and reads its record, because the response to an import shows only its id. If it cannot be read,
    /// the record shows no number, and the importer looks it up.
    fn create_as<'a>(&'a self, import: ImportNumber, request: &'a ImportRequest) -> Create<'a> {
        let imported = self.prepared_import(&import);
        drop(import);
        Create::new(async move {
            let agent = request.agent_id().map(AgentId::as_str);
            let id = imported.await.map_err(|error| of_agent(error, agent))?.phone_number_id;
            let number = request.number();
            match self.get_number(&id).await.map(|number| self.record(number)) {
                Ok(record) if record.number.is(number) || record.number.may_be(number) => Ok(record),
                Ok(other) => {
                    let mismatch = Mismatch::new(number, other.number.e164().map(E164::as_str));
                    Err(mismatched("import number", Delivery::Unknown, mismatch))
                }
                Err(error) => {
                    tracing::debug!(%error, "the imported number was not read");
                    Ok(record(PhoneNumber { phone_number_id: id, ..PhoneNumber::default() }))
                }
            }
        })
    }
}

/// The error of a response that shows something else than was requested.
pub(super) fn mismatched(operation: &'static str, delivery: Delivery, mismatch: Mismatch) -> Error {
    Box::new(CallError::new(KIND.into(), operation, delivery, CallFault::Mismatch(mismatch))).into()
}

/// The label that is sent, because ElevenLabs requires one.
fn label(request: &ImportRequest) -> &str {
    request.label_text().unwrap_or_else(|| request.number().as_str())
}

fn from_twilio(account: &AccountKey, request: &ImportRequest) -> Option<ImportNumber> {
    let Key::Token(token) = &account.key else { return None };
    let (number, sid) = (*request.number(), account.account.as_str());
    let mut import = ImportTwilioNumber::new(number, label(request), sid, token.clone()).enable_sms(false);
    if let Some(agent) = request.agent_id() {
        import = import.agent_id(agent.as_str());
    }
    Some(import.into())
}

fn from_trunk(source: &SipTrunk, request: &ImportRequest) -> ImportNumber {
    let mut import = ImportSipTrunkNumber::new(request.number().as_str(), label(request))
        .outbound_trunk_config(trunk::outbound(source));
    if !source.outbound_only {
        import = import.inbound_trunk_config(trunk::inbound(source));
    }
    if let Some(agent) = request.agent_id() {
        import = import.agent_id(agent.as_str());
    }
    import.into()
}

fn record(number: PhoneNumber) -> NumberRecord {
    let agent = number.assigned_agent.as_ref().and_then(|agent| text(&agent.agent_id));
    NumberRecord {
        label: text(&number.label).map(str::to_owned),
        agent: agent.map(AgentId::new),
        settings: settings(&number),
        inbound: number.supports_inbound,
        outbound: number.supports_outbound,
        carrier: number.provider.as_ref().map(|name| name.as_str().to_owned()).filter(|name| !name.is_empty()),
        ..NumberRecord::new(
            KIND,
            number.phone_number_id.clone(),
            RecordNumber::read(text(&number.phone_number)),
            Details::new(number),
        )
    }
}
