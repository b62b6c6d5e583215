use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A connection of any kind: a Voice API application, a TeXML application, or a SIP connection. Their ids are
    /// unique across all kinds.
    pub struct Connection {
        nullable {
            /// The profile of its outbound calls.
            outbound_voice_profile_id: String,
            /// The API version of its webhook.
            webhook_api_version: String,
            /// The URL that gets the events of its calls. For an application, it answers the calls.
            webhook_event_url: CallbackUrl,
            /// The URL that gets them if the first one fails.
            webhook_event_failover_url: CallbackUrl,
        }
        optional {
            /// Its id.
            id: String,
            /// Its kind.
            record_type: ConnectionType,
            /// Its display name.
            connection_name: String,
            /// Whether it is active.
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

    /// Which of the given numbers an account holds.
    pub struct NumberOwnership {
        optional {
            /// `number_ownership`.
            record_type: String,
            /// The numbers that it holds and may change.
            found: Vec<OwnedNumber>,
            /// The other numbers, in E.164 form. They may include a number that is not active yet.
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

    /// The features of a number.
    pub struct NumberFeatures {
        optional {
            /// The number, in E.164 form.
            phone_number: String,
            /// Features such as `voice`, `sms` or `mms`. The list is open.
            features: Vec<String>,
        }
    }

    /// The account's balance.
    pub struct Balance {
        optional {
            /// `balance`.
            record_type: String,
            /// The amount.
            balance: String,
            /// The amount that is not booked yet.
            pending: String,
            /// The credit limit: how far the balance may fall below zero.
            credit_limit: String,
            /// The available amount.
            available_credit: String,
            /// The currency, as three letters.
            currency: String,
        }
    }
}

open_enum! {
    /// The kind of a connection. The only documented one is a Voice API application.
    pub enum ConnectionType {
        /// A Voice API application.
        CallControlApplication = "call_control_application",
    }
}

impl Connection {
    /// Returns the URL that answers its calls, if it is a Voice API application that has one. Telnyx does not show this
    /// URL for other kinds.
    #[must_use]
    pub fn answering_url(&self) -> Option<&CallbackUrl> {
        let is_application = self.record_type == Some(ConnectionType::CallControlApplication);
        self.webhook_event_url.as_ref().filter(|url| is_application && !url.is_empty())
    }
}

impl NumberFeatures {
    /// Returns whether the number can receive or make calls.
    #[must_use]
    pub fn has_voice(&self) -> bool {
        self.features.iter().flatten().any(|feature| feature.eq_ignore_ascii_case("voice"))
    }
}
