use serde::{Deserialize, Serialize};

use super::{Renewal, Sources};
use crate::error::{Error, Result, checked};
use crate::model::{ImportRequest, NumberSource, NumberUpdate, PlatformKind, Problem, ProblemCode, Problems, Removal};
use crate::wire::Patch;

/// What a renewal is called in errors.
pub(crate) const RENEW: &str = "renew credentials";

/// What a platform can do, as plain data. Everything else is refused before anything is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Which sources it can import from.
    pub sources: Sources,
    /// What can be done with the label.
    pub label: Support,
    /// The longest label, in characters, where one is documented.
    pub label_max: Option<usize>,
    /// What can be done with the agent.
    pub agent: Support,
    /// What can be done with inbound calls.
    pub inbound: Support,
    /// What can be done with outbound calls.
    pub outbound: Support,
    /// How a number is found.
    pub find: Find,
    /// How a record is fetched by its id.
    pub get: Find,
    /// What removing a record does.
    pub removal: OnRemoval,
    /// What a second import of a number does.
    pub duplicates: Duplicates,
    /// What an import does to where the carrier sends the number's calls.
    pub takeover: Takeover,
    /// Which credentials can be brought to another source.
    pub renewal: Renewal,
    /// The domains of the addresses that it sets at a carrier, of a platform that this crate does not know. Those that
    /// it knows are recognised by everybody ([`answered_by`](super::answered_by)).
    pub domains: &'static [&'static str],
}

/// What a platform can do with one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Support {
    /// The create itself takes a value.
    pub create: bool,
    /// Give it another value later.
    pub set: bool,
    /// Empty it later.
    pub clear: bool,
}

/// How a platform finds one record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Find {
    /// It can be asked for that record.
    Native,
    /// All its records are listed.
    ThroughList,
}

/// What a platform does with a second import of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Duplicates {
    /// It is not documented: there may be two records afterwards.
    Unknown,
    /// It is refused.
    Refused,
}

/// What an import does to where a carrier such as Twilio sends the number's calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Takeover {
    /// It is not documented: they may go to the platform afterwards.
    Unknown,
    /// The import sets the number's voice URL.
    AtImport,
    /// The platform sets the number's webhooks when it is given an agent.
    WithAgent,
    /// Nothing: the user points the calls at the platform.
    Nothing,
}

/// What removing a record does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum OnRemoval {
    /// It is not documented, so it is not done.
    Unsupported,
    /// The platform forgets the number; the carrier keeps it.
    Forgets,
    /// The platform gives the number itself away, for good.
    Releases,
}

impl Support {
    /// Nothing.
    pub const NONE: Self = Self { create: false, set: false, clear: false };
    /// All three.
    pub const FULL: Self = Self { create: true, set: true, clear: true };
    /// Taken by the create, and never changed afterwards.
    pub const CREATE: Self = Self { create: true, set: false, clear: false };
    /// Taken by the create, set by an update, never cleared.
    pub const CREATE_AND_SET: Self = Self { create: true, set: true, clear: false };
    /// Set by an update, never cleared. The create does not take it.
    pub const SET: Self = Self { create: false, set: true, clear: false };
    /// Set and cleared by an update. The create does not take it.
    pub const SET_AND_CLEAR: Self = Self { create: false, set: true, clear: true };

    /// Whether an import can give the field a value: by the create, or by an update that follows it.
    #[must_use]
    pub const fn at_import(self) -> bool {
        self.create || self.set
    }
}

impl Capabilities {
    /// A platform that can do nothing but import from these sources; the `with_…` methods say the rest.
    ///
    /// ```
    /// use numport::platform::{Capabilities, Find, OnRemoval, Sources, Support};
    ///
    /// static CAN: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets)
    ///     .with_label(Support::FULL, Some(64))
    ///     .with_agent(Support::FULL);
    /// assert!(!CAN.inbound.set);
    /// ```
    #[must_use]
    pub const fn new(sources: Sources, find: Find, removal: OnRemoval) -> Self {
        Self {
            sources,
            label: Support::NONE,
            label_max: None,
            agent: Support::NONE,
            inbound: Support::NONE,
            outbound: Support::NONE,
            find,
            get: Find::Native,
            removal,
            duplicates: Duplicates::Unknown,
            takeover: Takeover::Unknown,
            renewal: Renewal::Unsupported,
            domains: &[],
        }
    }

    /// The same with this support for labels, and their greatest length in characters.
    #[must_use]
    pub const fn with_label(mut self, support: Support, max: Option<usize>) -> Self {
        self.label = support;
        self.label_max = max;
        self
    }

    /// The same with this support for agents.
    #[must_use]
    pub const fn with_agent(mut self, support: Support) -> Self {
        self.agent = support;
        self
    }

    /// The same with this support for directions: inbound, then outbound.
    #[must_use]
    pub const fn with_directions(mut self, inbound: Support, outbound: Support) -> Self {
        self.inbound = inbound;
        self.outbound = outbound;
        self
    }

    /// The same with another answer to a second import.
    #[must_use]
    pub const fn with_duplicates(mut self, duplicates: Duplicates) -> Self {
        self.duplicates = duplicates;
        self
    }

    /// Sets how a record is fetched by its id. Defaults to [`Find::Native`].
    #[must_use]
    pub const fn with_get(mut self, get: Find) -> Self {
        self.get = get;
        self
    }

    /// The same with what an import does at the carrier.
    #[must_use]
    pub const fn with_takeover(mut self, takeover: Takeover) -> Self {
        self.takeover = takeover;
        self
    }

    /// Sets which credentials can be renewed. Defaults to [`Renewal::Unsupported`].
    #[must_use]
    pub const fn with_renewal(mut self, renewal: Renewal) -> Self {
        self.renewal = renewal;
        self
    }

    /// Sets the domains by which the importer recognises that a number's calls go to the platform, such as
    /// `parrot.example`. Needed only by a platform outside of this crate.
    #[must_use]
    pub const fn with_domains(mut self, domains: &'static [&'static str]) -> Self {
        self.domains = domains;
        self
    }

    /// What every [`create`](super::VoicePlatform::create) refuses: a source that is not
    /// supported (field `source`) or is wrong by itself (`source.account_sid`, …), fields that the
    /// platform can set neither by a create nor by an update (`label`, `agent`, `inbound`, `outbound`), a label that is
    /// empty or too long, and an agent that is blank.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all of it at once.
    pub fn check_import(&self, platform: PlatformKind, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        self.prepare_import(platform, source, request, |_| Some(()))
    }

    /// Checks an import as [`check_import`](Self::check_import) does and builds what is sent, and names the problems of
    /// both at once. `build` returns `None` for a source that it cannot send; it adds a problem that says why.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with every problem.
    pub fn prepare_import<T>(
        &self,
        platform: PlatformKind,
        source: &NumberSource,
        request: &ImportRequest,
        build: impl FnOnce(&mut Problems) -> Option<T>,
    ) -> Result<T> {
        let mut body = None;
        checked(platform, "import number", |problems| {
            self.import_problems(platform, source, request, problems);
            body = build(problems);
        })?;
        body.ok_or_else(|| {
            let problem = Problem::new(
                ProblemCode::Unsupported,
                "source",
                "cannot be told to it",
                "use another source or another platform",
            );
            Error::invalid(format!("{platform}: import number was not sent"), vec![problem])
        })
    }

    /// What every [`update`](super::VoicePlatform::update) refuses: an update that changes nothing (field
    /// `update`), fields that the platform cannot set or clear, a label that is too long, and an agent
    /// that is blank.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all of it at once.
    pub fn check_update(&self, platform: PlatformKind, update: &NumberUpdate) -> Result<()> {
        checked(platform, "update number", |problems| self.update_problems(platform, update, problems))
    }

    /// What every [`remove`](super::VoicePlatform::remove) refuses (field `remove`): a removal that the
    /// platform does not offer, and one that gives the number away without consent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid).
    pub fn check_removal(&self, platform: PlatformKind, consent: Removal) -> Result<()> {
        checked(platform, "remove number", |problems| self.removal_problems(platform, consent, problems))
    }

    /// What every [`renew`](super::VoicePlatform::renew) refuses: a source whose credentials the platform cannot renew
    /// (field `source`), and one that is wrong by itself (`source.account_sid`, …).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all of it at once.
    pub fn check_renewal(&self, platform: PlatformKind, source: &NumberSource) -> Result<()> {
        checked(platform, RENEW, |problems| {
            problems.within("source", |problems| {
                source.check(problems);
                self.renewal.check(platform, source, problems);
            });
        })
    }

    /// What of an import the platform cannot do, and what no platform could.
    pub(crate) fn import_problems(
        &self,
        platform: PlatformKind,
        source: &NumberSource,
        request: &ImportRequest,
        problems: &mut Problems,
    ) {
        problems.within("source", |problems| source.check(problems));
        let unsupported = [
            ("label", request.label_text().is_some() && !self.label.at_import()),
            ("agent", request.agent_id().is_some() && !self.agent.at_import()),
            ("inbound", request.inbound_enabled().is_some() && !self.inbound.at_import()),
            ("outbound", request.outbound_enabled().is_some() && !self.outbound.at_import()),
        ];
        for (field, _) in unsupported.into_iter().filter(|(_, unsupported)| *unsupported) {
            problems.add(
                ProblemCode::Unsupported,
                field,
                format!("cannot be set by an import into {platform}"),
                "leave it out",
            );
        }
        if self.label.at_import() {
            self.check_label(request.label_text(), problems);
        }
        // A platform keeps it as none, so that the record would never be as it is asked to be.
        if request.label_text() == Some("") {
            problems.add(ProblemCode::Empty, "label", "is empty", "leave it out, or clear it by an update");
        }
        check_agent(request.agent_id().map(AsRef::as_ref), problems);
        problems.within("source", |problems| self.sources.check(platform, source, problems));
    }

    /// What of an update the platform cannot do, and what no platform could.
    pub(crate) fn update_problems(&self, platform: PlatformKind, update: &NumberUpdate, problems: &mut Problems) {
        let mut support = |field: &str, patch: Patch<()>, support: Support| {
            let done = match patch {
                Patch::Set(()) if !support.set => "set",
                Patch::Clear if !support.clear => "cleared",
                _ => return,
            };
            problems.add(
                ProblemCode::Unsupported,
                field,
                format!("cannot be {done} by an update at {platform}"),
                "leave it out",
            );
        };
        let switch = |enabled: Option<bool>| enabled.map_or(Patch::Keep, |_| Patch::Set(()));
        support("label", update.label_patch().as_ref().map(drop), self.label);
        support("agent", update.agent_patch().as_ref().map(drop), self.agent);
        support("inbound", switch(update.inbound_enabled()), self.inbound);
        support("outbound", switch(update.outbound_enabled()), self.outbound);
        if update.is_empty() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set or clear a field");
        }
        if self.label.set {
            self.check_label(update.label_patch().set().map(String::as_str), problems);
        }
        check_agent(update.agent_patch().set().map(AsRef::as_ref), problems);
    }

    /// Whether a removal is possible, and agreed to.
    pub(crate) fn removal_problems(&self, platform: PlatformKind, consent: Removal, problems: &mut Problems) {
        match (self.removal, consent) {
            (OnRemoval::Unsupported, _) => {
                let fault = format!("cannot be done through {platform}'s API");
                problems.add(
                    ProblemCode::Unsupported,
                    "remove",
                    fault,
                    "remove the record in the platform's dashboard",
                );
            }
            (OnRemoval::Releases, Removal::Record) => {
                let fault = format!("at {platform} gives the number itself away, for good");
                problems.add(
                    ProblemCode::NeedsConsent,
                    "remove",
                    fault,
                    "consent with `Removal::RecordAndNumber`, or keep the record",
                );
            }
            _ => {}
        }
    }

    fn check_label(&self, label: Option<&str>, problems: &mut Problems) {
        if let (Some(label), Some(max)) = (label, self.label_max) {
            problems.length("label", label, 0, max);
        }
    }
}

/// An empty agent id means "no agent" to some platforms: it is never sent by accident.
fn check_agent(agent: Option<&str>, problems: &mut Problems) {
    match agent {
        Some(id) if id.trim().is_empty() => {
            problems.add(ProblemCode::Empty, "agent", "is empty", "give the agent's id");
        }
        // Some platforms have it in a path, after the number was made.
        Some(id @ ("." | "..")) => {
            problems.add(ProblemCode::Malformed, "agent", format!("is {id:?}"), "give the agent's id");
        }
        Some(id) if id.chars().any(char::is_control) => {
            problems.add(
                ProblemCode::Malformed,
                "agent",
                "has a line break or another control character",
                "copy the id without it",
            );
        }
        _ => {}
    }
}
