//! Vapi, where no number is ever found: what is left of an import is the create and the importer's share.

use async_trait::async_trait;
use futures_util::stream::BoxStream;
use numport::model::{NumberId, PlatformKind, Removal};
use numport::platform::{Capabilities, Vapi, VoicePlatform};
use numport::{E164, ImportRequest, NumberRecord, NumberSource, NumberUpdate, Result};

#[derive(Debug)]
pub struct FindsNothing(pub Vapi);

#[async_trait]
impl VoicePlatform for FindsNothing {
    fn kind(&self) -> PlatformKind {
        self.0.kind()
    }

    fn account(&self) -> u64 {
        self.0.account()
    }

    fn capabilities(&self) -> &'static Capabilities {
        self.0.capabilities()
    }

    fn check_import(&self, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        self.0.check_import(source, request)
    }

    async fn import_once(&self, source: &NumberSource, request: &ImportRequest) -> Result<NumberRecord> {
        self.0.import_once(source, request).await
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

    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
        self.0.remove(id, consent).await
    }
}
