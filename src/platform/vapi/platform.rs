use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::client::{KIND, Vapi};
use super::trunk;
use super::wire::{
    CreateByoNumber, CreatePhoneNumber, CreateTelnyxNumber, CreateTwilioNumber, CreateVonageNumber, LIMIT_MAX,
    ListFilter, NAME_MAX, PhoneNumber, SearchNumbers, Settings, SettingsPatch,
};
use crate::E164;
use crate::error::{Error, Incomplete, NotFound, Result, Step, checked};
use crate::model::{
    AccountKey, AgentId, CredentialId, Details, ImportRequest, Key, NumberId, NumberRecord, NumberSource, NumberUpdate,
    PlatformKind, ProviderKind, Reach, RecordNumber, Removal, SipTrunk,
};
use crate::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support, Takeover, VoicePlatform, Way};

static CAPABILITIES: Capabilities = Capabilities {
    sources: Sources::Only(&[
        (ProviderKind::TWILIO, Way::Account),
        (ProviderKind::SIP_TRUNK, Way::Trunk),
        (ProviderKind::SIP_TRUNK, Way::Stored),
        (ProviderKind::TELNYX, Way::Stored),
        (ProviderKind::VONAGE, Way::Stored),
    ]),
    label: Support::FULL,
    label_max: Some(NAME_MAX),
    agent: Support::FULL,
    inbound: Support::NONE,
    outbound: Support::NONE,
    find: Find::Native,
    removal: OnRemoval::Forgets,
    duplicates: Duplicates::Unknown,
    takeover: Takeover::AtImport,
};

#[async_trait]
impl VoicePlatform for Vapi {
    fn kind(&self) -> PlatformKind {
        KIND
    }

    fn account(&self) -> u64 {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn check_import(&self, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        checked(KIND, "import number", |problems| {
            CAPABILITIES.import_problems(KIND, source, request, problems);
            problems.within("source", |problems| match &source.reach {
                Reach::Trunk(trunk) => trunk::check(trunk, problems),
                Reach::Stored(Some(id)) => problems.uuid("credential", id.as_str()),
                _ => {}
            });
        })
    }

    async fn import_once(&self, source: &NumberSource, request: &ImportRequest) -> Result<NumberRecord> {
        self.check_import(source, request)?;
        let create = match &source.reach {
            Reach::Account(key) => from_twilio(key, request),
            // Boxed: it is several times as large as all the rest, which would be moved with it.
            Reach::Trunk(trunk) => return Box::pin(self.import_from_trunk(trunk, request)).await,
            Reach::Stored(id) => from_stored(source.carrier, id.as_ref(), request),
            Reach::Custom(_) => from_stored(source.carrier, None, request),
        };
        self.create_number(create).await.map(record)
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let number = self.get_number(id.as_str()).await;
        number.map(record).map_err(|error| NotFound::or(error, KIND, id))
    }

    /// Vapi's search matches parts of numbers; here they are compared exactly. It is asked for the
    /// digits without `+`, since a trunk's numbers may be kept so.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let search = SearchNumbers::new().search(number.digits());
        let mut numbers = self.numbers(search);
        while let Some(found) = numbers.try_next().await? {
            if RecordNumber::read(found.number.as_deref()).is(number) {
                return Ok(Some(record(found)));
            }
        }
        Ok(None)
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        let filter = ListFilter::new().limit(LIMIT_MAX);
        let search = SearchNumbers::new().filter(filter);
        self.numbers(search).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(KIND, update)?;
        let agent = update.agent_patch().clone().map(|id| id.as_str().to_owned());
        let settings = SettingsPatch::new().name(update.label_patch().clone()).assistant_id(agent);
        let updated = self.update_number(id.as_str(), settings).await;
        updated.map(record).map_err(|error| NotFound::or(error, KIND, id))
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(KIND, consent)?;
        match self.delete_number(id.as_str()).await {
            Err(error) if !error.is_removed_before() => Err(NotFound::or(error, KIND, id)),
            _ => Ok(()),
        }
    }
}

impl Vapi {
    /// Two steps: the trunk's credential, then the number. A credential that was made for it is taken back
    /// when the number was surely not imported and no other import uses it.
    async fn import_from_trunk(&self, source: &SipTrunk, request: &ImportRequest) -> Result<NumberRecord> {
        let incomplete = |step, left_behind, error| {
            let number = *request.number();
            Error::from(Box::new(Incomplete::not_imported(KIND, number, left_behind, step, error)))
        };
        let trunk = self.trunks.get(source, self.trunk_credential(source)).await;
        let trunk = trunk.map_err(|error| incomplete(Step::MakeCredential, None, error))?;
        let create = CreateByoNumber::new(trunk.id.as_str(), *request.number()).settings(settings(request));
        let error = match self.create_number(create).await {
            Ok(number) => return Ok(record(number)),
            Err(error) => error,
        };
        let unused = error.surely_not_done() && self.trunks.give_up(&trunk);
        if !unused {
            return Err(error);
        }
        match self.delete_credential(trunk.id.as_str()).await {
            Err(left) if !left.is_removed_before() => Err(incomplete(Step::RemoveCredential, Some(trunk.id), error)),
            _ => Err(error),
        }
    }
}

fn settings(request: &ImportRequest) -> Settings {
    let mut settings = Settings::new();
    if let Some(label) = request.label_text() {
        settings = settings.name(label);
    }
    if let Some(agent) = request.agent_id() {
        settings = settings.assistant_id(agent.as_str());
    }
    settings
}

fn from_twilio(account: &AccountKey, request: &ImportRequest) -> CreatePhoneNumber {
    let create = CreateTwilioNumber::new(*request.number(), account.account.as_str());
    let create = match &account.key {
        Key::Token(token) => create.twilio_auth_token(token.clone()),
        Key::Pair { id, secret } => create.twilio_api_key(id.as_str()).twilio_api_secret(secret.clone()),
    };
    create.settings(settings(request)).into()
}

fn from_stored(carrier: ProviderKind, id: Option<&CredentialId>, request: &ImportRequest) -> CreatePhoneNumber {
    // `check_import` has refused a missing id.
    let id = id.map_or("", |id| id.as_str());
    let number = *request.number();
    match carrier {
        ProviderKind::TELNYX => CreateTelnyxNumber::new(id, number).settings(settings(request)).into(),
        ProviderKind::VONAGE => CreateVonageNumber::new(id, number).settings(settings(request)).into(),
        _ => CreateByoNumber::new(id, number).settings(settings(request)).into(),
    }
}

fn record(number: PhoneNumber) -> NumberRecord {
    let time = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
    let dialled = number.number.as_deref().filter(|text| !text.is_empty());
    let dialled = RecordNumber::read(dialled.or(number.sip_uri.as_deref()));
    NumberRecord {
        label: number.name.clone().filter(|name| !name.is_empty()),
        agent: number.assistant_id.clone().filter(|id| !id.is_empty()).map(AgentId::new),
        carrier: number.provider.as_ref().map(|name| name.as_str().to_owned()).filter(|name| !name.is_empty()),
        status: number.status.as_ref().map(|status| status.as_str().to_owned()),
        created_at: time(&number.created_at),
        updated_at: time(&number.updated_at),
        ..NumberRecord::new(KIND, number.id.clone(), dialled, Details::new(number))
    }
}
