//! The platform.

use async_trait::async_trait;
use futures_util::future::ready;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use numport::error::NotFound;
use numport::http::{Auth, Call, Client, ClientBuilder, Connect, Next, ServiceInfo, Vars};
use numport::model::{AccountId, CallbackUrl, CredentialId, NumberId, PlatformKind, Service};
use numport::platform::{
    Capabilities, Create, Duplicates, Find, OnRemoval, RenewalRun, RenewedCredentials, SourceMatch, Sources, Support,
    Takeover, Way,
};
use numport::{E164, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Removal, Result, Secret, VoicePlatform};

use crate::models::{CreateNumber, EXCHANGE, Number, NumberPage, PARROT, error_body, record, update_number};

static CAPABILITIES: Capabilities =
    Capabilities::new(Sources::Only(&[(EXCHANGE, Way::Custom)]), Find::Native, OnRemoval::Forgets)
        .with_label(Support::FULL, Some(64))
        .with_agent(Support::FULL)
        .with_duplicates(Duplicates::Refused)
        .with_takeover(Takeover::AtImport)
        .with_domains(&["parrot.example"]);

#[derive(Clone, Debug)]
pub struct Parrot {
    http: Client,
}

impl Connect for Parrot {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(Service::Platform(PARROT), "https://api.parrot.example", error_body);

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let key = vars.secret("PARROT_API_KEY", "the API key of Parrot's dashboard");
        ClientBuilder::new(Auth::bearer("api_key", &key), |http| Self { http })
    }
}

impl Parrot {
    fn numbers(&self, number: Option<&E164>) -> BoxStream<'_, Result<Number>> {
        let number = number.copied();
        let call = move |after: Option<String>| {
            Call::get("list numbers", &["numbers"]).query("number", number).query("after", after)
        };
        self.http.pages(Ok(call(None)), move |page: NumberPage| {
            (page.numbers, page.cursor.map_or(Next::End, |cursor| Next::Call(call(Some(cursor)))))
        })
    }
}

#[async_trait]
impl VoicePlatform for Parrot {
    fn kind(&self) -> PlatformKind {
        PARROT
    }

    fn account(&self) -> AccountId {
        self.http.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        &CAPABILITIES
    }

    fn inbound_address(&self) -> Option<CallbackUrl> {
        Some("https://parrot.example/calls".into())
    }

    fn redact(&self, secrets: &[Secret]) {
        self.http.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        CAPABILITIES.prepare_import(PARROT, source, request, |problems| {
            let call = Call::post("import number", &["numbers"]).json(&CreateNumber::new(source, request, problems)?);
            Some(Create::new(async move { self.http.request(call).await.map(record) }))
        })
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        let call = Call::get("get number", &["numbers", id.as_str()]);
        self.http.request(call).await.map(record).map_err(|error| NotFound::or(error, PARROT, id))
    }

    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
        let exact = |record: &NumberRecord| ready(record.number.is(number));
        self.numbers(Some(number)).map_ok(record).try_filter(exact).boxed().try_next().await
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.numbers(None).map_ok(record).boxed()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        CAPABILITIES.check_update(PARROT, update)?;
        let call = Call::patch("update number", &["numbers", id.as_str()]).repeatable().json(&update_number(update));
        self.http.request(call).await.map(record).map_err(|error| NotFound::or(error, PARROT, id))
    }

    /// A record does not show its source.
    fn compare_source(&self, _: &NumberRecord, _: &NumberSource) -> SourceMatch {
        SourceMatch::Unknown
    }

    async fn renew(&self, _: &NumberRecord, source: &NumberSource, _: &RenewalRun) -> Result<RenewedCredentials> {
        CAPABILITIES.check_renewal(PARROT, source)?;
        Ok(RenewedCredentials::unchanged())
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        CAPABILITIES.check_removal(PARROT, consent)?;
        let call = Call::delete("remove number", &["numbers", id.as_str()]).repeatable();
        self.http.request_empty(call).await.map_err(|error| NotFound::or(error, PARROT, id))
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}
