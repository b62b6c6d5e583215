use super::{Duplicates, Find, OnRemoval, Renewal, Sources, Support, Takeover};
#[cfg(doc)]
use crate::model::Removal;

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
}
