//! What can be made to go wrong on purpose.

use std::collections::VecDeque;
use std::fmt;

/// A service of the sandbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Service {
    /// Interactly.
    Interactly,
    /// Vapi.
    Vapi,
    /// Twilio.
    Twilio,
    /// SignalWire.
    SignalWire,
    /// Butter.
    Butter,
}

impl Service {
    /// Its name, as the journal has it: `interactly`, `vapi`, `twilio`, `signalwire` or `butter`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Interactly => "interactly",
            Self::Vapi => "vapi",
            Self::Twilio => "twilio",
            Self::SignalWire => "signalwire",
            Self::Butter => "butter",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happens to one request, instead of what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done, not even a look at the credentials: the answer has this status and the
    /// service's own error body.
    Refuse {
        /// From 400 to 599.
        status: u16,
        /// The value of the answer's `Retry-After`: seconds or a date, or any nonsense.
        retry_after: Option<String>,
    },
}

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub(super) struct Faults(VecDeque<(Service, Fault)>);

impl Faults {
    pub(super) fn push(&mut self, service: Service, fault: Fault) {
        self.0.push_back((service, fault));
    }

    /// The oldest one of a service.
    pub(super) fn next(&mut self, service: Service) -> Option<Fault> {
        let at = self.0.iter().position(|(waiting, _)| *waiting == service)?;
        self.0.remove(at).map(|(_, fault)| fault)
    }
}
