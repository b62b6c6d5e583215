//! Vapi without lookups that find a number: an import is then only the create and the importer's own work.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use numport::model::{AccountId, CallbackUrl, CredentialId, NumberId, PlatformKind, Removal};
use numport::platform::{Capabilities, Create, RenewalRun, RenewedCredentials, SourceMatch, Vapi, VoicePlatform};
use numport::{E164, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Result, Secret};

#[derive(Debug)]
pub struct FindsNothing(pub Vapi);

#[async_trait]
impl VoicePlatform for FindsNothing {
    fn kind(&self) -> PlatformKind {
        self.0.kind()
    }

    fn account(&self) -> AccountId {
        self.0.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.0.capabilities()
    }

    fn inbound_address(&self) -> Option<CallbackUrl> {
        self.0.inbound_address()
    }

    fn redact(&self, secrets: &[Secret]) {
        self.0.redact(secrets);
    }

    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
        self.0.create(source, request)
    }

    async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
        self.0.get(id).await
    }

    async fn find(&self, _: &E164) -> Result<Option<NumberRecord>> {
        Ok(None)
    }

    fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
        self.0.list()
    }

    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
        self.0.update(id, update).await
    }

    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
        self.0.compare_source(record, source)
    }

    async fn renew(
        &self,
        record: &NumberRecord,
        source: &NumberSource,
        run: &RenewalRun,
    ) -> Result<RenewedCredentials> {
        self.0.renew(record, source, run).await
    }

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        self.0.remove(id, consent).await
    }

    async fn remove_credential(&self, _id: &CredentialId, _number: &E164) -> Result<bool> {
        Ok(false)
    }

    fn created_credential(&self, _id: &CredentialId) -> bool {
        false
    }
}
