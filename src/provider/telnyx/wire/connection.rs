use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A connection of any kind: an application of the Voice API or of TeXML, or a SIP connection. All share one space of
    /// ids.
    pub struct Connection {
        nullable {
            /// The profile of its outbound calls.
            outbound_voice_profile_id: String,
            /// The version of the API that its webhook speaks.
            webhook_api_version: String,
            /// The URL that gets the events of its calls. An application's calls are answered by it.
            webhook_event_url: CallbackUrl,
            /// The URL that gets them if that one fails.
            webhook_event_failover_url: CallbackUrl,
        }
        optional {
            /// Its id.
            id: String,
            /// Its kind.
            record_type: ConnectionType,
            /// Its name for people.
            connection_name: String,
            /// Whether it answers calls.
            active: bool,
            /// Where its calls enter Telnyx.
            anchorsite_override: String,
            /// Its tags.
            tags: Vec<String>,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// Which of some numbers an account holds.
    pub struct NumberOwnership {
        optional {
            /// `number_ownership`.
            record_type: String,
            /// The numbers that it holds and that can be changed.
            found: Vec<OwnedNumber>,
            /// The others, in E.164 form. A number that is not active yet may be among them.
            not_found: Vec<String>,
        }
    }

    /// A number that an account holds.
    pub struct OwnedNumber {
        optional {
            /// Its id.
            id: String,
            /// The number, in E.164 form.
            number_val_e164: String,
        }
    }

    /// What a number can do.
    pub struct NumberFeatures {
        optional {
            /// The number, in E.164 form.
            phone_number: String,
            /// Free words, such as `voice`, `sms`, `mms`.
            features: Vec<String>,
        }
    }

    /// What the account has left.
    pub struct Balance {
        optional {
            /// `balance`.
            record_type: String,
            /// The amount.
            balance: String,
            /// What is not booked yet.
            pending: String,
            /// How far it may fall below zero.
            credit_limit: String,
            /// What can be spent.
            available_credit: String,
            /// The currency, as three letters.
            currency: String,
        }
    }
}

open_enum! {
    /// The kind of a connection. The only documented one is an application of the Voice API.
    pub enum ConnectionType {
        /// An application of the Voice API.
        CallControlApplication = "call_control_application",
    }
}

impl Connection {
    /// Returns the URL that answers its calls, if it is an application of the Voice API that has one. What answers the
    /// calls of other kinds is not shown here.
    #[must_use]
    pub fn answering_url(&self) -> Option<&CallbackUrl> {
        let is_application = self.record_type == Some(ConnectionType::CallControlApplication);
        self.webhook_event_url.as_ref().filter(|url| is_application && !url.is_empty())
    }
}

impl NumberFeatures {
    /// Returns whether the number can take or make calls.
    #[must_use]
    pub fn has_voice(&self) -> bool {
        self.features.iter().flatten().any(|feature| feature.eq_ignore_ascii_case("voice"))
    }
}
