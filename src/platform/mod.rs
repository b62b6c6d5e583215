//! Where numbers are imported to: [`VoicePlatform`], its implementations, and each platform's exact
//! wire models.

mod answer;
mod capabilities;
mod connect;
mod create;
mod credentials;
mod domains;
mod renewal;
mod sources;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

pub(crate) use self::capabilities::RENEW;
pub use self::capabilities::{Capabilities, Duplicates, Find, OnRemoval, Support, Takeover};
pub use self::connect::{builder, connect};
pub use self::create::Create;
pub use self::domains::answered_by;
pub(crate) use self::domains::is_of;
pub use self::renewal::{Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch};
pub use self::sources::{Sources, Way};
use crate::E164;
use crate::error::Result;
#[cfg(doc)]
use crate::model::RecordNumber;
use crate::model::{
    AccountId, CallbackUrl, CredentialId, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate,
    PlatformKind, Removal, Secret,
};

/// Declares the modules of all platforms in the list, and re-exports their clients.
macro_rules! modules {
    (platforms { $($_kind:ident $name:literal $module:ident::$Client:ident [$($_domain:literal),*];)* } $($_rest:tt)*) => {$(
        #[cfg(feature = $name)]
        #[cfg_attr(docsrs, doc(cfg(feature = $name)))]
        pub mod $module;
        #[cfg(feature = $name)]
        pub use self::$module::$Client;
    )*};
}

crate::__services!(modules);

/// One account on one platform.
///
/// Implement every method; there are no defaults. `Arc`, `Box` and references of an implementation
/// are implementations too. What a platform cannot do stands in [`capabilities`](Self::capabilities)
/// and is refused before anything is sent.
///
/// # Cancellation
///
/// A future of [`create`](Self::create), [`update`](Self::update), [`renew`](Self::renew), [`remove`](Self::remove) or
/// [`remove_credential`](Self::remove_credential) that is dropped may have been carried out or not. The others only read.
///
/// # Your own platform
///
/// An implementation needs the crates `async-trait` and `futures-util` (for `BoxStream`); the example
/// `own_platform` is one, in memory, that passes the [conformance suite](crate#features).
#[async_trait]
pub trait VoicePlatform: Debug + Send + Sync {
    /// Which platform it is.
    fn kind(&self) -> PlatformKind;

    /// Which account it is: the same for every client of one account, in every process.
    /// [`Importer`](crate::Importer) lets imports of one number into one account take turns by it, and a plan is applied
    /// to no other account.
    fn account(&self) -> AccountId;

    /// What it can do.
    fn capabilities(&self) -> &'static Capabilities;

    /// The address to which a carrier sends a number's calls so that this platform answers them, where that is known.
    /// [`Importer::inbound_address`](crate::Importer::inbound_address) gives another one.
    fn inbound_address(&self) -> Option<CallbackUrl>;

    /// Keeps these texts out of what this client tells and logs from now on, besides its own credentials: a platform
    /// may echo in any answer what an earlier call gave it. [`Importer::new`](crate::Importer::new) hands over the
    /// secrets of the provider's [source](NumberSource::secrets). [`http::Client::redact`](crate::http::Client::redact)
    /// does it; a platform that sends nothing has nothing to do.
    fn redact(&self, secrets: &[Secret]);

    /// Checks an import and prepares it, without I/O. Awaiting the returned [`Create`] sends at most one create and
    /// the steps that must precede it; dropping it sends nothing, so that calling this method is also the check.
    ///
    /// A create sets the fields whose [`Support::create`] says so and ignores the others. The
    /// [`Importer`](crate::Importer) sets those afterwards by an update, and its
    /// [`import`](crate::Importer::import) is the call that is safe to repeat.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) names every problem at once: what every platform refuses
    /// ([`Capabilities::check_import`]), and all that this one documents and that can be known before sending. That
    /// includes the fields that are set afterwards.
    ///
    /// Awaiting fails with [`Error::Call`](crate::Error::Call) if the create itself failed, and with
    /// [`Error::Incomplete`](crate::Error::Incomplete) if a step before or after it did. The importer tells the two apart
    /// by [`Error::create_failure`](crate::Error::create_failure). If the platform refuses a create because it has the
    /// number already, the status is 400, 409 or 422, and the importer looks the number up. If it is not known whether
    /// the create was carried out, the error has [`Delivery::Unknown`](crate::error::Delivery::Unknown) or
    /// [`Accepted`](crate::error::Delivery::Accepted).
    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>>;

    /// The record of this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when there is none.
    async fn get(&self, id: &NumberId) -> Result<NumberRecord>;

    /// Returns the record of this number, in whichever spelling ([`RecordNumber::is`]); `None` when there is none.
    ///
    /// # Errors
    ///
    /// When the platform cannot be asked. [`Error::Withheld`](crate::Error::Withheld) when a record is there that may be
    /// of the number ([`RecordNumber::may_be`]), and none that is.
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>>;

    /// Every record. The stream ends after its first error.
    fn list(&self) -> BoxStream<'_, Result<NumberRecord>>;

    /// Changes what the update names and nothing else. Answers the record as it is afterwards. Begins
    /// with [`Capabilities::check_update`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for what the platform cannot change, before anything
    /// is sent; [`Error::NotFound`](crate::Error::NotFound) when there is no such record.
    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord>;

    /// Compares what a record shows of its source with a source, without I/O.
    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch;

    /// Brings the credentials that a record uses to this source. Begins with [`Capabilities::check_renewal`]. Safe to
    /// repeat: after any failure the platform has either the old or the new ones, and another call sends the new ones.
    ///
    /// A stored credential that other records use is changed only if it visibly is of the same account or trunk, and by
    /// [`RenewalRun::once`], so that a run over many records sends it once.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) (field `source`) when the platform cannot, when the record is of
    /// another carrier, or when it cannot be told which credential the record uses; nothing was changed.
    /// [`Error::NotFound`](crate::Error::NotFound) when there is no such record.
    async fn renew(&self, record: &NumberRecord, source: &NumberSource, run: &RenewalRun)
    -> Result<RenewedCredentials>;

    /// Ends a record. Begins with [`Capabilities::check_removal`]. It does not look where the number's calls go, as
    /// the removals of a plan do.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when the platform cannot, or would give the number
    /// away without consent; [`Error::NotFound`](crate::Error::NotFound) when there is no such record.
    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()>;

    /// Removes a credential that an import made, if no record uses it. Answers whether it is gone. A platform that
    /// cannot tell which records use a credential, or of which an import makes none, answers `false` and sends nothing.
    ///
    /// # Errors
    ///
    /// When the platform cannot be asked or refuses; doing it again is safe.
    async fn remove_credential(&self, id: &CredentialId) -> Result<bool>;
}

macro_rules! forward {
    ($($pointer:ty),+) => {$(
        #[async_trait]
        #[deny(clippy::missing_trait_methods)]
        impl<T: VoicePlatform + ?Sized> VoicePlatform for $pointer {
            fn kind(&self) -> PlatformKind {
                (**self).kind()
            }

            fn account(&self) -> AccountId {
                (**self).account()
            }

            fn capabilities(&self) -> &'static Capabilities {
                (**self).capabilities()
            }

            fn inbound_address(&self) -> Option<CallbackUrl> {
                (**self).inbound_address()
            }

            fn redact(&self, secrets: &[Secret]) {
                (**self).redact(secrets);
            }

            fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>> {
                (**self).create(source, request)
            }

            async fn get(&self, id: &NumberId) -> Result<NumberRecord> {
                (**self).get(id).await
            }

            async fn find(&self, number: &E164) -> Result<Option<NumberRecord>> {
                (**self).find(number).await
            }

            fn list(&self) -> BoxStream<'_, Result<NumberRecord>> {
                (**self).list()
            }

            async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord> {
                (**self).update(id, update).await
            }

            fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch {
                (**self).compare_source(record, source)
            }

            async fn renew(
                &self,
                record: &NumberRecord,
                source: &NumberSource,
                run: &RenewalRun,
            ) -> Result<RenewedCredentials> {
                (**self).renew(record, source, run).await
            }

            async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()> {
                (**self).remove(id, consent).await
            }

            async fn remove_credential(&self, id: &CredentialId) -> Result<bool> {
                (**self).remove_credential(id).await
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);
