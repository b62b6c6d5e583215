use serde::ser::{Serialize, SerializeMap, Serializer};

use super::handler::{CallHandler, MessageHandler};
use super::number::ReceiveMode;
use crate::model::Problems;

/// The body of an update. Fields that are not set stay unchanged. No field can be cleared, because the
/// effect of `null` is not documented.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct UpdateNumber {
    name: Option<String>,
    call_receive_mode: Option<ReceiveMode>,
    call_handler: Option<CallHandler>,
    message_handler: Option<MessageHandler>,
}

impl UpdateNumber {
    /// Creates an update that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The name for people.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Whether it receives voice or fax.
    pub fn call_receive_mode(mut self, mode: ReceiveMode) -> Self {
        self.call_receive_mode = Some(mode);
        self
    }

    /// Sets the handler of its calls.
    pub fn call_handler(mut self, handler: CallHandler) -> Self {
        self.call_handler = Some(handler);
        self
    }

    /// Sets the handler of its messages.
    pub fn message_handler(mut self, handler: MessageHandler) -> Self {
        self.message_handler = Some(handler);
        self
    }

    pub(in crate::platform::signalwire) fn check(&self, problems: &mut Problems) {
        if let Some(handler) = &self.call_handler {
            handler.check(problems);
        }
        if let Some(handler) = &self.message_handler {
            handler.check(problems);
        }
    }
}

impl Serialize for UpdateNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.name {
            map.serialize_entry("name", name)?;
        }
        if let Some(mode) = &self.call_receive_mode {
            map.serialize_entry("call_receive_mode", mode)?;
        }
        if let Some(handler) = &self.call_handler {
            map.serialize_entry("call_handler", &handler.kind())?;
            handler.fields().iter().try_for_each(|(name, text)| map.serialize_entry(name, text))?;
        }
        if let Some(handler) = &self.message_handler {
            map.serialize_entry("message_handler", &handler.kind())?;
            handler.fields().iter().try_for_each(|(name, text)| map.serialize_entry(name, text))?;
        }
        map.end()
    }
}
