use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::model::Problems;
use crate::wire::{open_enum, query_object, received_object};

/// The maximum number of SIP messages of one page.
pub const SIP_MESSAGES_MAX: u32 = 20;

query_object! {
    /// The page of SIP messages.
    pub struct ListSipMessages {
        texts {
            /// Starts at a [`next_cursor`](SipMessagePage::next_cursor).
            cursor = "cursor",
        }
        values {
            /// The number of entries per page, 1 to 20. Defaults to 20.
            page_size: u32 = "page_size",
        }
    }
}

received_object! {
    snake_case;

    /// One page of SIP messages.
    pub struct SipMessagePage {
        required {
            /// The messages.
            sip_messages: Vec<SipMessage>,
        }
        nullable {
            /// The cursor of the next page.
            next_cursor: String,
        }
        optional {
            /// Whether there is a next page.
            has_more: bool,
        }
    }

    /// A SIP message of a number's call.
    pub struct SipMessage {
        optional {
            /// The call.
            call_id: String,
            /// The numbers of the call.
            phone_numbers: Vec<String>,
            /// The address of ElevenLabs.
            local_address: String,
            /// The address of the other side.
            remote_address: String,
            /// The transport.
            transport: String,
            /// The message.
            raw_message: RawSipMessage,
            /// The error, if there was one.
            error_message: String,
            /// Whether it came in or went out.
            direction: SipDirection,
            /// When it was sent or received, in microseconds since 1970.
            created_at_unix_micro: Number,
        }
    }
}

open_enum! {
    /// The direction of a SIP message.
    pub enum SipDirection {
        /// It came in.
        In = "in",
        /// It went out.
        Out = "out",
    }
}

/// A whole SIP message. `Debug` prints only its first line, because its headers may contain a login.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RawSipMessage(pub String);

impl fmt::Debug for RawSipMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0.lines().next().unwrap_or_default())
    }
}

impl ListSipMessages {
    pub(crate) fn check(&self, problems: &mut Problems) {
        if let Some(size) = self.page_size {
            problems.range("page_size", &size.into(), 1, SIP_MESSAGES_MAX);
        }
    }
}
