//! Putting back where the carrier sent the calls before an import.

use std::collections::BTreeMap;
use std::fmt;

use super::Importer;
use crate::error::{Error, Result};
use crate::model::{CallbackUrl, PlatformKind, Problem, Routing};

/// What [`Importer::restore`] did. `Display` says it in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use]
pub enum Restored {
    /// The routing was put back; this is what the provider says of it now.
    PutBack(Routing),
    /// It is as it was before the import; nothing was sent.
    AsBefore(Routing),
    /// Somebody else has changed it since; nothing was sent.
    Kept {
        /// The routing as it is.
        now: Routing,
        /// The platform that answers the number's calls now, if it is known by its address.
        answered_by: Option<PlatformKind>,
        /// The settings that are neither as before nor as the import left them, by the provider's names.
        changed: Vec<String>,
    },
    /// The provider does not hold the number any more, or holds it anew; nothing was sent.
    Gone,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PutBack(now) => write!(f, "{} is put back: its calls go to {}", now.number, now.calls),
            Self::AsBefore(now) => write!(f, "{} is as before: its calls go to {}", now.number, now.calls),
            Self::Kept { now, changed, .. } => {
                let changed = changed.join(", ");
                write!(
                    f,
                    "{} is left alone: somebody else has changed {changed}; its calls go to {}",
                    now.number, now.calls
                )
            }
            Self::Gone => f.write_str("the provider does not hold the number any more"),
        }
    }
}

impl Importer {
    /// Puts a number's routing back as it was before an import ([`Imported::routing_before`]), as long as
    /// it still is as that import left it. Where somebody else has changed it since, it is left alone.
    ///
    /// A snapshot that knows nothing of the time after the import, such as [`Preflight::routing`] or one of
    /// an import that broke off, is put back while the number's calls go to an address of the platform.
    ///
    /// The provider is read, then set: it offers no way to do both at once, so a change in the moment
    /// between is lost. The record at the platform stays.
    ///
    /// [`Imported::routing_before`]: crate::Imported::routing_before
    /// [`Preflight::routing`]: crate::model::Preflight::routing
    ///
    /// # Errors
    ///
    /// When the provider cannot be asked or refuses; doing it again is safe. [`Error::Invalid`] when the
    /// provider keeps no routing.
    pub async fn restore(&self, before: &Routing) -> Result<Restored> {
        let Some(control) = self.provider.routing() else {
            let fault = format!("is {}, which keeps no routing", self.provider.kind());
            let problem =
                Problem::new("provider", fault, "restore with the provider that the number was imported from");
            return Err(Error::invalid("the routing was not restored", vec![problem]));
        };
        let Some(now) = control.snapshot(&before.number).await?.filter(|now| now.id == before.id) else {
            return Ok(Restored::Gone);
        };
        let differing: Vec<&String> = before
            .settings
            .iter()
            .filter(|(name, was)| now.settings.get(*name) != Some(*was))
            .map(|(name, _)| name)
            .collect();
        if differing.is_empty() {
            return Ok(Restored::AsBefore(now));
        }
        let changed = self.changed_by_others(before, &now, &differing);
        if changed.is_empty() {
            return control.restore(before).await.map(Restored::PutBack);
        }
        Ok(Restored::Kept { answered_by: self.answered_by(&now.calls), changed, now })
    }

    /// Which of the differing settings this platform did not set.
    fn changed_by_others(&self, before: &Routing, now: &Routing, differing: &[&String]) -> Vec<String> {
        let own = |value: Option<&String>| {
            value.is_some_and(|value| self.platform_at(&CallbackUrl::new(value)) == Some(self.platform.kind()))
        };
        let others = |left: Option<&BTreeMap<String, String>>| -> Vec<String> {
            let set_by_import = |name: &String| left.is_some_and(|left| left.get(name) == now.settings.get(name));
            let foreign = differing.iter().filter(|name| !set_by_import(name) && !own(now.settings.get(**name)));
            foreign.map(|name| (*name).clone()).collect()
        };
        match &before.replaced_by {
            Some(left) => others(Some(left)),
            // Nothing tells of settings that are no address, so who gets the calls decides.
            None if self.receives(&now.calls) => Vec::new(),
            None => others(None),
        }
    }
}
