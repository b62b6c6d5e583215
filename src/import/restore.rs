//! Restoring the routing from before an import.

use std::collections::BTreeMap;
use std::fmt;
use std::pin::pin;

use tracing::Instrument;

use super::Importer;
use super::log::{self, number_span};
use super::memory::Changing;
use super::own_changes::is_target;
use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Mismatch, Result};
use crate::model::{PlatformKind, Problem, ProblemCode, Routing};
use crate::provider::{NumberProvider, RoutingControl};

/// The result of [`Importer::restore`]. `Display` shows it in one line.
///
/// ```
/// # fn show(restored: numport::Restored) {
/// use numport::Restored;
///
/// match restored {
///     Restored::PutBack(_) | Restored::AsBefore(_) => println!("as before"),
///     Restored::PartlyPutBack { changed, .. } => println!("somebody else's stay: {changed:?}"),
///     Restored::NoRecord { platform, .. } => println!("import it into {platform} first"),
///     other => println!("{other}"),
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Restored {
    /// All settings that the import changed were restored. This is the routing at the carrier now.
    PutBack(Routing),
    /// The settings that the import changed were restored, except for those that somebody else has changed since.
    PartlyPutBack {
        /// The routing at the carrier now.
        now: Routing,
        /// The carrier's names of the settings that somebody else changed. They stay unchanged.
        changed: Vec<String>,
    },
    /// The routing is already as it was before the import. Nothing was sent.
    AsBefore(Routing),
    /// Somebody else changed every setting that differs. Nothing was sent.
    Kept {
        /// The current routing.
        now: Routing,
        /// The platform that answers the number's calls now, if its address is known.
        answered_by: Option<PlatformKind>,
        /// The carrier's names of the settings that somebody else changed.
        changed: Vec<String>,
    },
    /// The calls would go to a platform that is not known to have a record of the number. Nothing was sent. The
    /// importer's own platform was asked and has no record; other platforms cannot be asked.
    /// [`Importer::restore_unverified`] restores the routing anyway.
    NoRecord {
        /// The current routing.
        now: Routing,
        /// The platform to which the calls would go.
        platform: PlatformKind,
    },
    /// The carrier no longer holds the number, or holds it under a new id. Nothing was sent.
    Gone,
}

impl Restored {
    /// Returns the outcome's stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PutBack(_) => "put_back",
            Self::PartlyPutBack { .. } => "partly_put_back",
            Self::AsBefore(_) => "as_before",
            Self::Kept { .. } => "kept",
            Self::NoRecord { .. } => "no_record",
            Self::Gone => "gone",
        }
    }
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutBack(now) => {
                write!(f, "{} is restored: its calls go to {}", now.number, now.calls)
            }
            Self::PartlyPutBack { now, changed } => {
                let changed = changed.join(", ");
                write!(
                    f,
                    "{} is restored except for {changed}, which the import did not set; its calls go to {}",
                    now.number, now.calls
                )
            }
            Self::AsBefore(now) => {
                write!(f, "{} already has its former routing: its calls go to {}", now.number, now.calls)
            }
            Self::Kept { now, changed, .. } => {
                let changed = changed.join(", ");
                write!(
                    f,
                    "{} is not restored, because the import did not set {changed}; its calls go to {}",
                    now.number, now.calls
                )
            }
            Self::NoRecord { now, platform } => write!(
                f,
                "{} is not restored, because its calls would go to {platform}, which is not known to have a record of it; \
                 its calls go to {}",
                now.number, now.calls
            ),
            Self::Gone => f.write_str("the carrier no longer holds the number"),
        }
    }
}

/// What of a routing is to be put back, compared with a fresh read.
pub(super) struct Back<'a> {
    control: &'a dyn RoutingControl,
    now: Routing,
    settings: BTreeMap<String, String>,
    /// What somebody else has changed.
    changed: Vec<String>,
}

impl Back<'_> {
    /// Whether anything is to be sent.
    pub(super) fn is_some(&self) -> bool {
        !self.settings.is_empty()
    }
}

impl Importer {
    /// Restores a number's routing to its state before an import ([`Imported::routing_before`]).
    ///
    /// It compares each setting with the value that the import left ([`Routing::replaced_by`]). It restores the
    /// settings that the import changed and that still have that value. Settings that somebody else changed at any time
    /// stay unchanged, and the result names them.
    ///
    /// Some snapshots do not contain the values that the import left: [`Preflight::routing`], the routing of a
    /// [backup](Self::backup_routing), and that of an import that failed midway. From such a snapshot, it restores only
    /// these settings:
    ///
    /// - Those that hold an address of the platform now, with the settings that belong to them, such as the method of a
    ///   URL, or the connection that a webhook belongs to. For calls, this address is the one of
    ///   [`inbound_address`](Self::inbound_address) or the platform's known address. For messages, for calls of a
    ///   platform without a known address, and for the application or connection of a number (at Telnyx, Plivo and
    ///   Vonage), it is any address on the platform's domains.
    /// - If the calls go to such an address: the cleared settings that decided where they went before, and the settings
    ///   that the carrier clears when a number gets another application (Vonage's URL for messages).
    ///
    /// It never sends calls to a platform that is not known to have a record of the number ([`Restored::NoRecord`]), nor
    /// to a trunk with an address of such a platform. A trunk whose addresses the carrier refuses to show is restored.
    /// If they cannot be read for the moment, that is an error, and nothing was changed.
    ///
    /// It reads the routing from the carrier and then sets it. The carrier offers no way to do both in one step, so a
    /// change between the two is lost. The record at the platform stays; [`undo`](Self::undo) removes it as well.
    ///
    /// [`Imported::routing_before`]: crate::Imported::routing_before
    /// [`Preflight::routing`]: crate::model::Preflight::routing
    ///
    /// # Errors
    ///
    /// Any error of a call to the carrier or the platform; it is safe to call again. [`Error::Invalid`] when the
    /// carrier does not support routing. [`Error::Withheld`] when an import of the number does not end in time.
    ///
    /// A restore that takes longer than the [`deadline`](Self::deadline) fails with [`Error::Withheld`] when nothing was
    /// changed, and with [`Error::Call`] when the routing may be restored.
    pub async fn restore(&self, before: &Routing) -> Result<Restored> {
        self.restore_alone(before, true).await
    }

    /// Restores the routing as [`restore`](Self::restore) does, and also sends calls to a platform that is not known to
    /// have a record of the number, for example one from which the number was moved. Make sure that the platform has a
    /// record: otherwise callers reach nobody.
    ///
    /// # Errors
    ///
    /// The same errors as [`restore`](Self::restore).
    pub async fn restore_unverified(&self, before: &Routing) -> Result<Restored> {
        self.restore_alone(before, false).await
    }

    /// Puts back what was compared. The number's lock must be held.
    pub(super) async fn put_back(&self, before: &Routing, back: Option<Back<'_>>, verify: bool) -> Result<Restored> {
        self.logged_restore(before, self.send_back(before, back, verify)).await
    }

    pub(super) async fn logged_restore(
        &self,
        before: &Routing,
        restore: impl Future<Output = Result<Restored>> + Send,
    ) -> Result<Restored> {
        let span = number_span!("restore", self, before.number);
        pin!(async {
            let result = restore.await;
            log::ended(&result, Restored::code, |restored| Some(restored.to_string()));
            result
        })
        .instrument(span)
        .await
    }

    /// Reads the routing, and says what of it is to be put back; `None` when no carrier holds the number under this id
    /// any more. `removed` tells that the import's record is gone, and that the number has no other one.
    pub(super) async fn compare_routing<'a>(&'a self, before: &Routing, removed: bool) -> Result<Option<Back<'a>>> {
        let Some(control) = self.provider.routing() else {
            return Err(no_routing(self, "the routing was not restored"));
        };
        let Some(now) = self.routing_of(control, before).await? else { return Ok(None) };
        // Without an answer, the calls of the trunk are somebody else's.
        drop(self.read_trunk(&now.calls, &[control]).await);
        let differing = before.settings.iter().filter(|(name, was)| now.settings.get(*name) != Some(*was));
        let (settings, kept): (BTreeMap<_, _>, BTreeMap<_, _>) = {
            let own = self.own_changes(control, before, &now, removed);
            differing.map(|(name, was)| (name.clone(), was.clone())).partition(|(name, _)| own.contains(&name.as_str()))
        };
        Ok(Some(Back { control, now, settings, changed: kept.into_keys().collect() }))
    }

    /// The routing of the carrier that this one was read from.
    async fn routing_of(&self, control: &dyn RoutingControl, before: &Routing) -> Result<Option<Routing>> {
        let is_it = |now: &Routing| now.id == before.id;
        let now = control.snapshot(&before.number).await?;
        let carriers = self.provider.carriers();
        if now.as_ref().is_none_or(is_it) || carriers.len() == 1 {
            return Ok(now.filter(is_it));
        }
        // Of several carriers, the one that kept this routing may be one that could not be asked.
        let mut failed = None;
        for control in carriers.into_iter().filter_map(NumberProvider::routing) {
            match control.snapshot(&before.number).await {
                Ok(Some(now)) if is_it(&now) => return Ok(Some(now)),
                Ok(_) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(None), Err)
    }

    pub(super) async fn send_back(&self, before: &Routing, back: Option<Back<'_>>, verify: bool) -> Result<Restored> {
        let Some(Back { control, now, settings, changed }) = back else { return Ok(Restored::Gone) };
        if settings.is_empty() {
            return Ok(match changed.is_empty() {
                true => Restored::AsBefore(now),
                false => Restored::Kept { answered_by: self.answered_by(&now.calls), changed, now },
            });
        }
        if verify && before.calls != now.calls && (decides(before, &settings) || decides(&now, &settings)) {
            if let Some(platform) = self.without_record(before).await? {
                return Ok(Restored::NoRecord { now, platform });
            }
        }
        let back = Routing { settings, replaced_by: None, ..before.clone() };
        let _changing = Changing::begin(self.account, &before.number);
        let now = control.restore(&back).await?;
        // These are values that the carrier itself has shown.
        match back.settings.iter().find(|(name, was)| now.settings.get(*name).is_some_and(|now| now != *was)) {
            Some((name, _)) => Err(self.not_put_back(name)),
            None if changed.is_empty() => Ok(Restored::PutBack(now)),
            None => Ok(Restored::PartlyPutBack { now, changed }),
        }
    }

    /// The error of a setting that the carrier answers with another value than it was given.
    fn not_put_back(&self, name: &str) -> Error {
        let fault = CallFault::Mismatch(Mismatch::new(format!("{name} as before"), Some("another value")));
        Box::new(CallError::new(self.provider.kind().into(), "restore routing", Delivery::Unknown, fault)).into()
    }

    /// A platform to which these calls may go, and which is not known to have a record of the number. A trunk that
    /// the carrier does not show counts as an address that belongs to no platform.
    async fn without_record(&self, before: &Routing) -> Result<Option<PlatformKind>> {
        // Each carrier is asked: it may be the trunk of another account.
        let carriers = self.provider.carriers().into_iter();
        let controls: Vec<_> = carriers.filter_map(NumberProvider::routing).collect();
        self.read_trunk(&before.calls, &controls).await?;
        let (own, other): (Vec<_>, Vec<_>) =
            self.may_reach(&before.calls).into_iter().partition(|platform| *platform == self.platform.kind());
        if other.is_empty() && !own.is_empty() && self.has_record(&before.number).await? {
            return Ok(None);
        }
        Ok(other.into_iter().chain(own).next())
    }

    /// Whether the importer's own platform has a record of the number.
    async fn has_record(&self, number: &E164) -> Result<bool> {
        let Some(record) = self.find(number, None).await? else { return Ok(false) };
        // A list may show a record that is gone.
        match self.platform.get(&record.id).await {
            Ok(now) => Ok(now.number.may_be(number) || now.number.is(number)),
            Err(error) if error.is_not_found() => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// The error of a provider that keeps no routing.
pub(super) fn no_routing(importer: &Importer, what: &str) -> Error {
    let fault = format!("is {}, whose routing this crate cannot read or set", importer.provider.kind());
    let problem =
        Problem::new(ProblemCode::Unsupported, "provider", fault, "use the carrier that the number was imported from");
    Error::invalid(what, vec![problem])
}

/// Whether one of these settings is what gets the calls of a routing.
fn decides(routing: &Routing, settings: &BTreeMap<String, String>) -> bool {
    settings.keys().any(|name| is_target(routing, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Calls;

    #[test]
    fn the_setting_that_gets_the_calls_decides() {
        let settings = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let all = settings(&[("voice_url", "https://a.example"), ("voice_fallback_url", "https://b.example")]);
        let number = "+14155552671".parse().unwrap();
        let to = |calls| Routing::new(number, "PN1".to_owned(), calls, all.clone());
        let by_url = to(Calls::Url("https://a.example".into()));
        assert!(decides(&by_url, &settings(&[("voice_url", "https://c.example")])));
        assert!(!decides(&by_url, &settings(&[("voice_fallback_url", "https://a.example")])));
        assert!(!decides(&by_url, &settings(&[("sms_url", "https://a.example")])), "it has no such setting");
        assert!(!decides(&to(Calls::Nowhere), &all));
    }
}
