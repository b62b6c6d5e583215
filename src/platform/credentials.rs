//! Credentials that a client creates at its platform: one for each source, shared by all its numbers.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::E164;
use crate::error::{Error, Incomplete, Result, Step};
use crate::model::{CredentialId, PlatformKind};

/// The credentials that a client and its clones created.
#[derive(Debug)]
pub(super) struct Credentials<S>(Arc<Shared<S>>);

#[derive(Debug)]
struct Shared<S> {
    /// Locked while a credential is created or removed, so that nobody finds one that is about to be removed. There are
    /// only a few sources.
    made: tokio::sync::Mutex<Vec<(S, Made)>>,
    /// How many imports use a credential: in progress, done, or with an unknown result. While there is one, the credential
    /// stays. Several sources may share one.
    uses: Mutex<HashMap<CredentialId, Uses>>,
    /// Those that were surely created here and are not removed, to be read at once.
    own: Mutex<HashSet<CredentialId>>,
}

/// How often each number uses a credential. `None` stands for a record that does not show its number.
type Uses = HashMap<Option<E164>, usize>;

impl<S> Clone for Credentials<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> Default for Credentials<S> {
    fn default() -> Self {
        Self(Arc::new(Shared { made: tokio::sync::Mutex::default(), uses: Mutex::default(), own: Mutex::default() }))
    }
}

/// A credential at the platform.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) id: CredentialId,
    /// Whether it was surely created here. An existing one is never removed.
    pub(super) own: bool,
}

impl<S: Clone + PartialEq> Credentials<S> {
    /// Creates a number with the credential of its source. The first caller creates the credential, and the others wait for
    /// it. It is removed again if it was created here, the number was surely not created, and no other import uses it.
    pub(super) async fn with<T, C, R>(
        &self,
        source: &S,
        (platform, number): (PlatformKind, E164),
        make: impl Future<Output = Result<Made>>,
        create: impl FnOnce(&CredentialId) -> C,
        remove: impl FnOnce(CredentialId) -> R,
    ) -> Result<T>
    where
        C: Future<Output = Result<T>>,
        R: Future<Output = Result<bool>>,
    {
        let incomplete = |step, left_behind, error| {
            Error::from(Box::new(Incomplete::not_imported(platform, number, left_behind, step, error)))
        };
        let made = self.get_or_make(source, Some(number), make).await;
        let made = made.map_err(|error| incomplete(Step::MakeCredential, None, error))?;
        // After its first poll the create may have been sent, so the use stays even if this future is dropped.
        let error = match create(&made.id).await {
            Ok(created) => return Ok(created),
            Err(error) if !error.surely_not_done() => return Err(error),
            Err(error) => error,
        };
        match self.remove_unused(&made, Some(number), 1, remove).await {
            Err(left) if !left.is_removed_before() => {
                Err(incomplete(Step::RemoveCredential, Some(made.id.clone()), error))
            }
            _ => Err(error),
        }
    }

    /// Returns the credential of a source and counts one more use.
    pub(super) async fn get_or_make(
        &self,
        source: &S,
        number: Option<E164>,
        make: impl Future<Output = Result<Made>>,
    ) -> Result<Made> {
        let mut all = self.0.made.lock().await;
        let known = all.iter().find(|(known, _)| known == source).map(|(_, made)| made.clone());
        let made = match known {
            Some(made) => made,
            None => {
                let mut made = make.await?;
                // One that an other source of this client made, alike to the platform, is found and is its own as well.
                made.own |= all.iter().any(|(_, other)| other.id == made.id && other.own);
                if made.own {
                    self.own().insert(made.id.clone());
                }
                all.push((source.clone(), made.clone()));
                made
            }
        };
        *self.uses().entry(made.id.clone()).or_default().entry(number).or_default() += 1;
        Ok(made)
    }

    /// Makes a changed credential that of this source as well.
    pub(super) async fn remember(&self, source: &S, made: Made) {
        let mut all = self.0.made.lock().await;
        if !all.iter().any(|(known, _)| known == source) {
            let own = all.iter().any(|(_, other)| other.id == made.id && other.own);
            all.push((source.clone(), Made { own: own || made.own, ..made }));
        }
    }

    /// Ends the use by a number that was removed, and removes the credential if no other import uses it, even if another
    /// process created it. Returns whether it is gone.
    pub(super) async fn give_up<R>(
        &self,
        id: &CredentialId,
        number: E164,
        remove: impl FnOnce(CredentialId) -> R,
    ) -> Result<bool>
    where
        R: Future<Output = Result<bool>>,
    {
        self.remove_unused(&Made { id: id.clone(), own: true }, Some(number), usize::MAX, remove).await
    }

    /// Ends up to `ended` uses by a number, and removes the credential if nobody else uses it. Returns whether it is gone.
    async fn remove_unused<R>(
        &self,
        made: &Made,
        number: Option<E164>,
        ended: usize,
        remove: impl FnOnce(CredentialId) -> R,
    ) -> Result<bool>
    where
        R: Future<Output = Result<bool>>,
    {
        let mut all = self.0.made.lock().await;
        let is_unused = {
            let mut all_uses = self.uses();
            let uses = all_uses.entry(made.id.clone()).or_default();
            let left = uses.get(&number).map_or(0, |uses| uses.saturating_sub(ended));
            if left == 0 {
                uses.remove(&number)
            } else {
                uses.insert(number, left)
            };
            let is_unused = uses.is_empty();
            if is_unused {
                all_uses.remove(&made.id);
            }
            is_unused
        };
        if !is_unused {
            return Ok(false);
        }
        all.retain(|(_, other)| other.id != made.id);
        if !made.own {
            return Ok(false);
        }
        let removed = remove(made.id.clone()).await;
        if removed.as_ref().is_ok_and(|gone| *gone) {
            self.own().remove(&made.id);
        }
        removed
    }

    /// Returns whether a credential was surely created here.
    pub(super) fn created(&self, id: &CredentialId) -> bool {
        self.own().contains(id)
    }

    fn own(&self) -> MutexGuard<'_, HashSet<CredentialId>> {
        self.0.own.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn uses(&self) -> MutexGuard<'_, HashMap<CredentialId, Uses>> {
        self.0.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::pin::pin;

    use futures_util::FutureExt;
    use tokio::sync::oneshot;

    use super::*;
    use crate::error::{CallError, CallFault, Delivery, Loss, TransportFault};

    const PLATFORM: PlatformKind = PlatformKind::from_static("credentials-tests");

    fn number() -> E164 {
        "+14155550100".parse().expect("a number")
    }

    fn failed<T>(delivery: Delivery) -> Result<T> {
        let fault = CallFault::Transport(TransportFault::new(Loss::Reset));
        Err(Box::new(CallError::new(PLATFORM.into(), "import number", delivery, fault)).into())
    }

    async fn made(id: &str, own: bool) -> Result<Made> {
        Ok(Made { id: id.into(), own })
    }

    /// An import by a source, whose credential has this id, with this outcome. Returns what was removed.
    async fn import(
        all: &Credentials<&'static str>,
        source: &'static str,
        (id, own): (&str, bool),
        outcome: impl Future<Output = Result<()>>,
    ) -> Option<CredentialId> {
        let mut removed = None;
        let remove = |id| {
            removed = Some(id);
            async { Ok(true) }
        };
        drop(all.with(&source, (PLATFORM, number()), made(id, own), |_| outcome, remove).await);
        removed
    }

    #[tokio::test]
    async fn sources_that_a_platform_takes_for_one_share_its_credential() {
        let all = Credentials::default();
        let (end, ended) = oneshot::channel::<()>();
        let mut first = pin!(import(&all, "old password", ("c1", true), async {
            drop(ended.await);
            failed(Delivery::Refused)
        }));
        assert!(first.as_mut().now_or_never().is_none());
        // The platform shows no password, so it finds the first one's.
        assert_eq!(import(&all, "new password", ("c1", false), async { Ok(()) }).await, None);
        end.send(()).expect("it waits");
        assert_eq!(first.await, None, "a number of the other source has it");
    }

    #[tokio::test]
    async fn the_last_of_several_sources_removes_what_another_one_made() {
        let all = Credentials::default();
        let mut second = pin!(import(&all, "new password", ("c1", false), async {
            tokio::task::yield_now().await;
            failed(Delivery::Refused)
        }));
        let first = async {
            let refused = import(&all, "old password", ("c1", true), async {
                assert!(second.as_mut().now_or_never().is_none());
                failed(Delivery::Refused)
            });
            refused.await
        };
        assert_eq!(first.await, None);
        assert_eq!(second.await, Some("c1".into()));
    }

    #[tokio::test]
    async fn a_changed_credential_of_a_source_is_its_own_if_a_source_of_this_client_made_it() {
        let all = Credentials::default();
        drop(all.get_or_make(&"old", None, made("c1", true)).await);
        for (source, id, own, is_own) in [
            ("new", "c1", false, true),
            ("other", "c2", false, false),
            ("made", "c3", true, true),
            ("old", "c4", true, true),
        ] {
            all.remember(&source, Made { id: id.into(), own }).await;
            let found = all.get_or_make(&source, None, failed_to_make()).await.expect("it is known");
            // What a source had before stays.
            assert_eq!((found.id.as_str(), found.own), (if source == "old" { "c1" } else { id }, is_own), "{source}");
        }
    }

    async fn failed_to_make() -> Result<Made> {
        failed(Delivery::NotSent)
    }

    #[tokio::test]
    async fn nobody_finds_a_credential_that_is_being_removed() {
        let all = Credentials::default();
        let (end, ended) = oneshot::channel::<()>();
        let mut first = pin!(all.with(
            &"trunk",
            (PLATFORM, number()),
            made("c1", true),
            |_| async { failed::<()>(Delivery::Refused) },
            |_| async {
                drop(ended.await);
                Ok(true)
            },
        ));
        assert!(first.as_mut().now_or_never().is_none(), "it is being removed");
        let mut second = pin!(import(&all, "trunk", ("c2", true), async { failed(Delivery::Refused) }));
        assert!(second.as_mut().now_or_never().is_none(), "it waits for the removal, and looks for one afterwards");
        end.send(()).expect("it waits");
        first.await.expect_err("it was refused");
        assert_eq!(second.await, Some("c2".into()));
    }

    #[tokio::test]
    async fn a_wait_that_is_dropped_leaves_no_use_behind() {
        let all = Credentials::default();
        let (end, ended) = oneshot::channel::<()>();
        let removed = Mutex::new(None);
        let mut first = pin!(all.with(
            &"trunk",
            (PLATFORM, number()),
            async {
                drop(ended.await);
                made("c1", true).await
            },
            |_| async { failed::<()>(Delivery::Refused) },
            |id| async {
                *removed.lock().expect("a mutex") = Some(id);
                Ok(true)
            },
        ));
        assert!(first.as_mut().now_or_never().is_none());
        assert!(import(&all, "trunk", ("c1", false), async { Ok(()) }).now_or_never().is_none(), "and is dropped");
        end.send(()).expect("it waits");
        first.await.expect_err("it was refused");
        assert_eq!(*removed.lock().expect("a mutex"), Some("c1".into()));
    }

    #[tokio::test]
    async fn a_create_that_is_dropped_may_have_been_sent_and_keeps_the_credential() {
        for outcome in [Delivery::Unknown, Delivery::Accepted] {
            let all = Credentials::default();
            assert_eq!(import(&all, "trunk", ("c1", true), async { failed(outcome) }).await, None);
            assert_eq!(import(&all, "trunk", ("c1", true), async { failed(Delivery::Refused) }).await, None);
        }
        let all = Credentials::default();
        assert!(import(&all, "trunk", ("c1", true), pending()).now_or_never().is_none());
        assert_eq!(import(&all, "trunk", ("c1", true), async { failed(Delivery::Refused) }).await, None);
    }
}
