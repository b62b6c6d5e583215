//! Which services there are.

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
    /// All of them, in the order of their ports.
    pub const ALL: [Self; 5] = [Self::Interactly, Self::Vapi, Self::Twilio, Self::SignalWire, Self::Butter];

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
