//! Platforms, which numbers are imported into: [`VoicePlatform`], its implementations, and each platform's exact wire
//! models.

mod answer;
mod capabilities;
mod checks;
mod connect;
mod create;
mod credentials;
mod domains;
mod fitting;
mod lookups;
mod renewal;
mod sources;
mod support;

use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream::BoxStream;

pub use self::capabilities::Capabilities;
pub(crate) use self::checks::RENEW;
pub use self::connect::{builder, connect};
pub use self::create::Create;
pub use self::domains::answered_by;
pub(crate) use self::domains::is_of;
pub use self::fitting::{Fitted, LeftOut, TrunkPart};
pub use self::renewal::{Renewal, RenewalRun, RenewedCredentials, Renews, SourceMatch};
pub use self::sources::{Sources, Way};
pub use self::support::{Duplicates, Find, OnRemoval, Support, Takeover};
use crate::E164;
use crate::error::Result;
#[cfg(doc)]
use crate::model::RecordNumber;
use crate::model::{
    AccountId, CallbackUrl, CredentialId, ImportRequest, NumberId, NumberRecord, NumberSource, NumberUpdate,
    PlatformKind, Removal, Secret, Settings,
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
/// To implement it, write every method; only [`replacement_losses`](Self::replacement_losses) and
/// [`restore_settings`](Self::restore_settings) have defaults. The trait is also implemented for `Arc`, `Box` and
/// references of an implementation. [`capabilities`](Self::capabilities) states which features the platform supports; a
/// request for any other feature is refused before anything is sent.
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
    /// Returns the kind of platform.
    fn kind(&self) -> PlatformKind;

    /// Returns the account's id. It must be the same for every client of one account, in every process.
    /// [`Importer`](crate::Importer) uses it for the lock that lets only one import of a number into an account run at
    /// a time. A plan can be applied to no other account.
    fn account(&self) -> AccountId;

    /// Returns the features that the platform supports.
    fn capabilities(&self) -> &'static Capabilities;

    /// Returns the address to which a carrier must send a number's calls so that this platform answers them, if it is
    /// known.
    /// [`Importer::inbound_address`](crate::Importer::inbound_address) overrides it.
    fn inbound_address(&self) -> Option<CallbackUrl>;

    /// Redacts these secrets from this client's errors and logs from now on, in addition to the client's own
    /// credentials. A platform may echo in any response a value from an earlier call.
    /// [`Importer::new`](crate::Importer::new) passes the secrets of the carrier's [source](NumberSource::secrets). An
    /// implementation calls
    /// [`http::Client::redact`](crate::http::Client::redact); a platform that sends nothing does nothing.
    fn redact(&self, secrets: &[Secret]);

    /// Checks an import and prepares it, without I/O. Awaiting the returned [`Create`] sends at most one create and the
    /// steps that must precede it. Dropping it sends nothing, so a call of this method is also a check.
    ///
    /// A create sets the fields whose [`Support::create`] is true and ignores the others. The
    /// [`Importer`](crate::Importer) sets the others afterwards with an update. Only
    /// [`import`](crate::Importer::import) of the importer is safe to repeat.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems: those that every platform refuses
    /// ([`Capabilities::check_import`]), and those that this platform documents and that can be known before sending.
    /// They include problems of the fields that an update sets afterwards.
    ///
    /// Awaiting returns [`Error::Call`](crate::Error::Call) if the create itself failed, and
    /// [`Error::Incomplete`](crate::Error::Incomplete) if a step before or after it failed. The importer distinguishes
    /// the two with [`Error::create_failure`](crate::Error::create_failure). If the platform refuses a create because
    /// it already has the number, the status is 400, 409 or 422, and the importer looks the number up. If it is unknown
    /// whether the create was carried out, the error has [`Delivery::Unknown`](crate::error::Delivery::Unknown) or
    /// [`Accepted`](crate::error::Delivery::Accepted).
    fn create<'a>(&'a self, source: &'a NumberSource, request: &'a ImportRequest) -> Result<Create<'a>>;

    /// Returns the record with this id.
    ///
    /// # Errors
    ///
    /// [`Error::NotFound`](crate::Error::NotFound) when the record does not exist.
    async fn get(&self, id: &NumberId) -> Result<NumberRecord>;

    /// Returns the record of this number, in any spelling ([`RecordNumber::is`]); `None` if there is none.
    ///
    /// # Errors
    ///
    /// Any error of the lookup. [`Error::Withheld`](crate::Error::Withheld) when no record is surely of the number, and
    /// a record may be of the number ([`RecordNumber::may_be`]).
    async fn find(&self, number: &E164) -> Result<Option<NumberRecord>>;

    /// Returns all records. The stream ends after its first error.
    fn list(&self) -> BoxStream<'_, Result<NumberRecord>>;

    /// Changes only the fields that the update sets, and returns the record after the update. It must begin with
    /// [`Capabilities::check_update`].
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when the platform does not support the change; nothing was sent.
    /// [`Error::NotFound`](crate::Error::NotFound) when the record does not exist.
    async fn update(&self, id: &NumberId, update: &NumberUpdate) -> Result<NumberRecord>;

    /// Compares the source that a record shows with this source, without I/O.
    fn compare_source(&self, record: &NumberRecord, source: &NumberSource) -> SourceMatch;

    /// Updates the credentials that a record uses to this source. It must begin with [`Capabilities::check_renewal`].
    /// It is safe to repeat: after any failure the platform has either the old or the new credentials, and another call
    /// sends the new ones.
    ///
    /// It changes a stored credential that other records use only if the credential shows the same account or trunk. It
    /// does so through [`RenewalRun::once`], so that a run over many records sends it once.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) (field `source`) when the platform does not support it, when the
    /// record is of another carrier, or when it is unknown which credential the record uses; nothing was changed.
    /// [`Error::NotFound`](crate::Error::NotFound) when the record does not exist.
    async fn renew(&self, record: &NumberRecord, source: &NumberSource, run: &RenewalRun)
    -> Result<RenewedCredentials>;

    /// Removes a record. It must begin with [`Capabilities::check_removal`]. It compares the response with the request as
    /// far as the response shows anything; most show nothing. Unlike the removals of the [`Importer`](crate::Importer), it
    /// does not read the record afterwards, and does not check where the number's calls go.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) when the platform does not support removals, or would release the
    /// number without consent. [`Error::NotFound`](crate::Error::NotFound) when the record does not exist.
    async fn remove(&self, id: &NumberId, consent: Removal) -> Result<()>;

    /// Removes a credential that the import of this number created, if no other number uses it. The record of this number
    /// is gone. Returns whether the credential is gone. It returns `false` and sends nothing if the platform cannot tell
    /// which records use a credential, or if its imports create none.
    ///
    /// # Errors
    ///
    /// Any error of a call to the platform; it is safe to call again.
    async fn remove_credential(&self, id: &CredentialId, number: &E164) -> Result<bool>;

    /// Returns whether this client, or a clone of it, surely created the credential. It sends nothing. It returns `false`
    /// for a credential that it found, and for one that another process created.
    fn created_credential(&self, id: &CredentialId) -> bool;

    /// Returns whether a record can be removed and its number imported again from this source
    /// ([`Importer::plan_replacement`](crate::Importer::plan_replacement)): `Some` with the settings that the new record may
    /// lack, because the platform does not show them. It sends nothing. Defaults to `None`. A platform that can update the
    /// credentials of the source needs it not.
    fn replacement_losses(&self, _record: &NumberRecord, _source: &NumberSource) -> Option<&'static [&'static str]> {
        None
    }

    /// Gives a record the [settings](NumberRecord::settings) that it had at another time, or those of an earlier record of its
    /// number, and returns it. Defaults to reading the record, for a platform without such settings. An undo calls it to
    /// restore what answered in place of an agent, and otherwise names the settings in an [`update`](Self::update).
    ///
    /// # Errors
    ///
    /// Any error of the update; it is safe to call again. [`Error::NotFound`](crate::Error::NotFound) when the record does
    /// not exist.
    async fn restore_settings(&self, id: &NumberId, _before: &Settings) -> Result<NumberRecord> {
        self.get(id).await
    }
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

            async fn remove_credential(&self, id: &CredentialId, number: &E164) -> Result<bool> {
                (**self).remove_credential(id, number).await
            }

            fn created_credential(&self, id: &CredentialId) -> bool {
                (**self).created_credential(id)
            }

            fn replacement_losses(
                &self,
                record: &NumberRecord,
                source: &NumberSource,
            ) -> Option<&'static [&'static str]> {
                (**self).replacement_losses(record, source)
            }

            async fn restore_settings(&self, id: &NumberId, before: &Settings) -> Result<NumberRecord> {
                (**self).restore_settings(id, before).await
            }
        }
    )+};
}

forward!(&T, Box<T>, Arc<T>);
