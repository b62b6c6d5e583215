use super::fitting::name_fitting;
use super::{Duplicates, Find, OnRemoval, Renewal, Sources, Support, Takeover};
use crate::error::{Error, Result, checked};
use crate::model::{
    ImportRequest, NumberSource, NumberUpdate, PlatformKind, Problem, ProblemCode, Problems, Reach, Removal,
};
use crate::wire::Patch;

/// The name of a renewal in errors.
pub(crate) const RENEW: &str = "renew credentials";

/// The features of a platform, as plain data. Everything else is refused before anything is sent.
///
/// ```
/// use numport::VoicePlatform;
/// use numport::platform::{OnRemoval, Takeover};
///
/// fn print(platform: &dyn VoicePlatform) {
///     let can = platform.capabilities();
///     println!("labels: {}", can.label.set);
///     println!("takes calls over: {}", can.takeover != Takeover::Nothing);
///     println!("removal keeps the number: {}", can.removal == OnRemoval::Forgets);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// The sources that the platform can import from.
    pub sources: Sources,
    /// The support for labels.
    pub label: Support,
    /// The maximum length of a label, in characters, if it is documented.
    pub label_max: Option<usize>,
    /// The support for agents.
    pub agent: Support,
    /// The support for inbound calls.
    pub inbound: Support,
    /// The support for outbound calls.
    pub outbound: Support,
    /// How a number is looked up.
    pub find: Find,
    /// How a record is fetched by its id.
    pub get: Find,
    /// The effect of removing a record.
    pub removal: OnRemoval,
    /// The effect of a second import of a number.
    pub duplicates: Duplicates,
    /// The effect of an import on the carrier's routing of the number.
    pub takeover: Takeover,
    /// The credentials that can be updated to another source.
    pub renewal: Renewal,
    /// The domains of the addresses that the platform sets at a carrier. Only a platform outside of this crate sets it,
    /// because
    /// [`answered_by`](super::answered_by) knows those of the others.
    pub domains: &'static [&'static str],
    /// The networks from which the platform calls out through a trunk, if it documents them. The trunk must allow them.
    pub networks: &'static [&'static str],
    /// How many requests a create takes, without those for a credential. A plan's estimate counts them.
    pub create_requests: u8,
    /// How many requests a removal takes at most, for the estimate of a plan. Reads of the record right before and
    /// after it are not counted here.
    pub removal_requests: u8,
    /// Whether a removal without consent to a release ([`Removal::Record`]) reads the record once more, because the platform
    /// also has numbers that it would release.
    pub removal_reads: bool,
    /// Whether a removal takes the agent off by a request of its own, so that one that breaks off may leave the record
    /// without its agent. An undo then goes on with a record that the import created and that has no agent any more.
    pub removal_unassigns: bool,
}

impl Capabilities {
    /// Creates the capabilities of a platform that can only import from these sources. The `with_…` methods add
    /// features.
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
            networks: &[],
            create_requests: 1,
            removal_requests: 1,
            removal_reads: false,
            removal_unassigns: false,
        }
    }

    /// Sets the support for labels, and their maximum length in characters.
    #[must_use]
    pub const fn with_label(mut self, support: Support, max: Option<usize>) -> Self {
        self.label = support;
        self.label_max = max;
        self
    }

    /// Sets the support for agents.
    #[must_use]
    pub const fn with_agent(mut self, support: Support) -> Self {
        self.agent = support;
        self
    }

    /// Sets the support for directions: inbound, then outbound.
    #[must_use]
    pub const fn with_directions(mut self, inbound: Support, outbound: Support) -> Self {
        self.inbound = inbound;
        self.outbound = outbound;
        self
    }

    /// Sets the effect of a second import.
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

    /// Sets the effect of an import on the carrier's routing.
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

    /// Sets the domains by which the importer recognizes that a number's calls go to the platform, such as
    /// `parrot.example`. Only a platform outside of this crate needs it.
    #[must_use]
    pub const fn with_domains(mut self, domains: &'static [&'static str]) -> Self {
        self.domains = domains;
        self
    }

    /// Sets the networks from which the platform calls out through a trunk, such as `203.0.113.0/24`.
    #[must_use]
    pub const fn with_networks(mut self, networks: &'static [&'static str]) -> Self {
        self.networks = networks;
        self
    }

    /// Sets how many requests a create takes, without those for a credential. Defaults to 1.
    #[must_use]
    pub const fn with_create_requests(mut self, requests: u8) -> Self {
        self.create_requests = requests;
        self
    }

    /// Sets how many requests a removal takes at most. Defaults to 1.
    #[must_use]
    pub const fn with_removal_requests(mut self, requests: u8) -> Self {
        self.removal_requests = requests;
        self
    }

    /// Sets that a removal without consent to a release reads the record.
    #[must_use]
    pub const fn with_reading_removal(mut self) -> Self {
        self.removal_reads = true;
        self
    }

    /// Sets that a removal takes the agent off by a request of its own.
    #[must_use]
    pub const fn with_unassigning_removal(mut self) -> Self {
        self.removal_unassigns = true;
        self
    }

    /// Checks an import. Every [`create`](super::VoicePlatform::create) does this check. It refuses a source that is
    /// not supported (field `source`) or is invalid (`source.account_sid`, …), fields that the platform can set neither
    /// by a create nor by an update (`label`, `agent`, `inbound`, `outbound`), a label that is empty or too long, and a
    /// blank agent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_import(&self, platform: PlatformKind, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        self.prepare_import(platform, source, request, |_| Some(()))
    }

    /// Checks an import as [`check_import`](Self::check_import) does, and builds the body to send. The error contains
    /// the problems of both. `build` returns `None` for a source that it cannot send, and adds a problem that says why.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
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
            let of_all = problems.count();
            body = build(problems);
            if let Reach::Trunk(trunk) = &source.reach {
                name_fitting(problems.from(of_all), trunk);
            }
        })?;
        body.ok_or_else(|| {
            let problem = Problem::new(
                ProblemCode::Unsupported,
                "source",
                "is not supported by the platform",
                "use another source or another platform",
            );
            Error::invalid(format!("{platform}: import number was not sent"), vec![problem])
        })
    }

    /// Checks an update. Every [`update`](super::VoicePlatform::update) does this check. It refuses an update that
    /// changes nothing (field `update`), fields that the platform cannot set or clear, a label that is too long, and a
    /// blank agent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_update(&self, platform: PlatformKind, update: &NumberUpdate) -> Result<()> {
        checked(platform, "update number", |problems| self.update_problems(platform, update, problems))
    }

    /// Checks a removal. Every [`remove`](super::VoicePlatform::remove) does this check. It refuses a removal that the
    /// platform does not support, and one that releases the number without consent (field `remove`).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid).
    pub fn check_removal(&self, platform: PlatformKind, consent: Removal) -> Result<()> {
        checked(platform, "remove number", |problems| self.removal_problems(platform, consent, problems))
    }

    /// Checks a renewal. Every [`renew`](super::VoicePlatform::renew) does this check. It refuses a source whose
    /// credentials the platform cannot renew (field `source`), and an invalid source (`source.account_sid`, …).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_renewal(&self, platform: PlatformKind, source: &NumberSource) -> Result<()> {
        checked(platform, RENEW, |problems| {
            problems.within("source", |problems| {
                source.check(problems);
                self.renewal.check(platform, source, problems);
            });
        })
    }

    /// Adds what the platform cannot do in an import, and what no platform can.
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
        // A platform stores it as no label, so the record would never match the request.
        if request.label_text() == Some("") {
            problems.add(ProblemCode::Empty, "label", "is empty", "leave it out, or clear it by an update");
        }
        check_agent(request.agent_id().map(AsRef::as_ref), problems);
        problems.within("source", |problems| self.sources.check(platform, source, problems));
    }

    /// Adds what the platform cannot do in an update, and what no platform can.
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
                format!("cannot be {done} by an update on {platform}"),
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

    /// Adds why a removal is not possible or not consented to.
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
                let fault = format!("on {platform} releases the number itself permanently");
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

/// Some platforms read an empty agent id as "no agent", so it is never sent by accident.
fn check_agent(agent: Option<&str>, problems: &mut Problems) {
    match agent {
        Some(id) if id.trim().is_empty() => {
            problems.add(ProblemCode::Empty, "agent", "is empty", "give the agent's id");
        }
        // Some platforms have it in the path of a call after the create.
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
