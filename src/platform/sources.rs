use crate::model::{Key, NumberSource, PlatformKind, ProblemCode, Problems, ProviderKind, Reach};

/// The sources that a platform can import from: any source, or a table of carriers and ways to reach them.
///
/// ```
/// use numport::model::ProviderKind;
/// use numport::platform::{Sources, Way};
///
/// static SOURCES: Sources =
///     Sources::Only(&[(ProviderKind::TWILIO, Way::Token), (ProviderKind::SIP_TRUNK, Way::Trunk)]);
/// assert!(SOURCES.takes(ProviderKind::TWILIO, Way::Token));
/// assert!(!SOURCES.takes(ProviderKind::TELNYX, Way::Token));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums)] // all or some: there is no third
pub enum Sources {
    /// Every source, because an import contains only the number.
    Any,
    /// Only these sources.
    Only(&'static [(ProviderKind, Way)]),
}

/// How a platform can reach a carrier's numbers. It describes the [`Reach`] of a source.
///
/// ```
/// use numport::model::ProviderKind;
/// use numport::platform::{Sources, Way};
///
/// static SOURCES: Sources = Sources::Only(&[(ProviderKind::TWILIO, Way::Token)]);
/// assert!(SOURCES.takes(ProviderKind::TWILIO, Way::Token));
/// assert!(!SOURCES.takes(ProviderKind::TWILIO, Way::Account), "API keys are refused");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Way {
    /// An account's token or one of its keys ([`Key`]).
    Account,
    /// An account's token ([`Key::Token`]).
    Token,
    /// One of an account's keys ([`Key::Pair`]), and not its token.
    Key,
    /// A SIP trunk.
    Trunk,
    /// A credential that the platform stores, by its id.
    Stored,
    /// The platform's default credential for the carrier.
    StoredDefault,
    /// A source that only this platform understands.
    Custom,
}

/// Adds that the account's other kind of key is needed, if the platform takes that one.
pub(super) fn check_key(
    platform: PlatformKind,
    carrier: ProviderKind,
    way: Way,
    takes: impl Fn(Way) -> bool,
    problems: &mut Problems,
) -> bool {
    let (fault, remedy) = match way {
        Way::Key if takes(Way::Token) => (
            format!("is an API key, but {platform} accepts only the auth token of a {carrier} account"),
            "give the account's auth token",
        ),
        Way::Token if takes(Way::Key) => (
            format!("is an auth token, but {platform} accepts only an API key of a {carrier} account"),
            "create an API key, and give its id and secret",
        ),
        _ => return false,
    };
    problems.add(ProblemCode::Unsupported, "key", fault, remedy);
    true
}

impl Sources {
    /// Returns whether the platform can import from a source of this carrier in this way. A platform that accepts an
    /// account's keys also accepts its token.
    #[must_use]
    pub fn takes(&self, carrier: ProviderKind, way: Way) -> bool {
        self.has(|of, taken| of == carrier && taken.includes(way))
    }

    fn has(&self, of: impl Fn(ProviderKind, Way) -> bool) -> bool {
        match self {
            Self::Any => true,
            Self::Only(table) => table.iter().any(|&(carrier, way)| of(carrier, way)),
        }
    }

    /// Adds what of a source the platform does not take, by the field that would have to be another one.
    pub(crate) fn check(self, platform: PlatformKind, source: &NumberSource, problems: &mut Problems) {
        let (carrier, way) = (source.carrier, Way::of(&source.reach));
        if self.takes(carrier, way) {
            return;
        }
        if check_key(platform, carrier, way, |way| self.takes(carrier, way), problems) {
            return;
        }
        if way.is_stored() && self.has(|_, taken| taken.is_stored()) {
            let keeps = self.has(|of, taken| of == carrier && taken.is_stored());
            let takes = |wanted| self.has(|of, taken| (of == carrier || !keeps) && taken == wanted);
            if !keeps {
                let fault = format!("is {carrier}, but {platform} stores credentials only of {}", self.stored());
                problems.add(
                    ProblemCode::Unsupported,
                    "carrier",
                    fault,
                    "use one of these carriers, or give the carrier's own credentials as the source",
                );
            }
            if way == Way::StoredDefault && !takes(way) {
                let fault = format!("is missing, but {platform} has no stored default");
                problems.add(ProblemCode::Missing, "credential", fault, "give the credential's id");
            }
            if way == Way::Stored && !takes(way) {
                let fault = format!("has an id, but {platform}'s stored credentials have none");
                problems.add(
                    ProblemCode::Unsupported,
                    "credential",
                    fault,
                    "use `Byo::stored_default`: the credentials stored in its dashboard",
                );
            }
        } else {
            let name = match &source.reach {
                Reach::Stored(_) => ProviderKind::BYO,
                _ => carrier,
            };
            let fault = format!("is {name}, which {platform} cannot import from");
            let by_trunk = matches!(source.reach, Reach::Account(_)) && self.takes(ProviderKind::SIP_TRUNK, Way::Trunk);
            let accounts = self.accounts();
            let remedy = if by_trunk {
                format!("give `ReachedBy` the account and a SIP trunk to {carrier}, or use another platform")
            } else if matches!(source.reach, Reach::Trunk(_)) && !accounts.is_empty() {
                format!(
                    "if the number is held at one of these, give its account in place of the trunk: {accounts}; otherwise use \
                     another platform"
                )
            } else {
                "use another source or another platform".to_owned()
            };
            problems.add(ProblemCode::Unsupported, "", fault, remedy);
        }
    }

    /// The accounts that the platform takes, each with the kind of key.
    fn accounts(&self) -> String {
        let Self::Only(table) = self else { return String::new() };
        let accounts = table.iter().filter_map(|(carrier, way)| match way {
            Way::Account => Some(format!("{carrier} (the auth token or an API key)")),
            Way::Token => Some(format!("{carrier} (the auth token)")),
            Way::Key => Some(format!("{carrier} (an API key)")),
            _ => None,
        });
        accounts.collect::<Vec<_>>().join(", ")
    }

    /// The carriers whose credentials the platform stores.
    fn stored(&self) -> String {
        let Self::Only(table) = self else { return "any".to_owned() };
        let stored = table.iter().filter(|(_, way)| way.is_stored());
        stored.map(|(carrier, _)| carrier.as_str()).collect::<Vec<_>>().join(", ")
    }
}

impl Way {
    /// How this reach is.
    pub(super) const fn of(reach: &Reach) -> Self {
        match reach {
            Reach::Account(key) => match key.key {
                Key::Token(_) => Self::Token,
                Key::Pair { .. } => Self::Key,
            },
            Reach::Trunk(_) => Self::Trunk,
            Reach::Stored(Some(_)) => Self::Stored,
            Reach::Stored(None) => Self::StoredDefault,
            Reach::Custom(_) => Self::Custom,
        }
    }

    /// Whether what takes this way takes the other one too.
    pub(super) fn includes(self, other: Self) -> bool {
        self == other || (self == Self::Account && matches!(other, Self::Token | Self::Key))
    }

    const fn is_stored(self) -> bool {
        matches!(self, Self::Stored | Self::StoredDefault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_table_does_not_take_is_refused() {
        let (telnyx, twilio) = (ProviderKind::TELNYX, ProviderKind::TWILIO);
        let sources = Sources::Only(&[(ProviderKind::TELNYX, Way::Stored), (ProviderKind::TWILIO, Way::StoredDefault)]);
        for (source, field) in [
            (NumberSource::stored(telnyx, "c1"), None),
            (NumberSource::stored_default(twilio), None),
            (NumberSource::stored_default(telnyx), Some("credential")),
            (NumberSource::stored(twilio, "c1"), Some("credential")),
            (NumberSource::stored(ProviderKind::VONAGE, "c1"), Some("carrier")),
            (NumberSource::custom(telnyx, ()), Some("")),
        ] {
            let mut problems = Problems::default();
            sources.check(PlatformKind::VAPI, &source, &mut problems);
            let found = problems.into_result().err().map(|problems| problems[0].field.clone());
            assert_eq!(found.as_deref(), field, "{source:?}");
        }
    }
}
