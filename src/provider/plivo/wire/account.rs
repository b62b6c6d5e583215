use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// An application: what answers calls and messages.
    pub struct Application {
        nullable {
            /// Its id.
            app_id: String,
            /// Its name for people.
            app_name: String,
            /// The URL that answers calls.
            answer_url: CallbackUrl,
            /// The method of that request.
            answer_method: String,
            /// The URL that is told of the end of a call.
            hangup_url: CallbackUrl,
            /// The method of that request.
            hangup_method: String,
            /// The URL that answers calls if the first one fails.
            fallback_answer_url: CallbackUrl,
            /// The method of that request.
            fallback_method: String,
            /// The URL that receives messages.
            message_url: CallbackUrl,
            /// The method of that request.
            message_method: String,
            /// Whether it is the default: a number gets it with an update that names none.
            default_app: bool,
            /// Whether it is the default of endpoints.
            default_endpoint_app: bool,
            /// Whether it answers.
            enabled: bool,
            /// Whether anybody may call its SIP address.
            public_uri: bool,
            /// Whether messages are logged.
            log_incoming_messages: bool,
            /// Its SIP address.
            sip_uri: String,
            /// The subaccount that owns it; null for the main account.
            sub_account: String,
            /// Its path.
            resource_uri: String,
        }
        optional {
            /// The id of the request.
            api_id: String,
        }
    }

    /// A SIP trunk (Zentrunk).
    pub struct Trunk {
        nullable {
            /// Its id.
            trunk_id: String,
            /// Its host, `{trunk_id}.zt.plivo.com`.
            trunk_domain: String,
            /// Its name for people.
            name: String,
            /// Whether it carries calls.
            trunk_status: TrunkStatus,
            /// Which way calls go.
            trunk_direction: TrunkDirection,
            /// Whether it encrypts.
            secure: bool,
            /// The addresses that may send calls to it.
            ipacl_uuid: String,
            /// The login of those that send calls to it.
            credential_uuid: String,
            /// Where its inbound calls go.
            primary_uri_uuid: String,
            /// Where they go if that fails.
            fallback_uri_uuid: String,
        }
        optional {
            /// The id of the request.
            api_id: String,
        }
    }

    /// An account.
    pub struct Account {
        nullable {
            /// The kind of account.
            account_type: String,
            /// The address.
            address: String,
            /// The id of the request.
            api_id: String,
            /// Its id, `MA…` or `SA…`.
            auth_id: String,
            /// Whether it is topped up by itself.
            auto_recharge: bool,
            /// How it pays.
            billing_mode: String,
            /// What it has left.
            cash_credits: String,
            /// The city.
            city: String,
            /// Its name for people.
            name: String,
            /// Its path.
            resource_uri: String,
            /// The state.
            state: String,
            /// The time zone.
            timezone: String,
        }
    }

    /// A subaccount, without the token that Plivo sends in plain text.
    pub struct Subaccount {
        nullable {
            /// The path of the main account.
            account: String,
            /// Its id, `SA…`.
            auth_id: String,
            /// When it was created: a date.
            created: String,
            /// When it was last changed.
            modified: String,
            /// Whether it can be used.
            enabled: bool,
            /// Its name for people.
            name: String,
            /// Its path.
            resource_uri: String,
        }
        ignored {
            auth_token,
        }
    }

    /// What Plivo says of a change.
    pub struct Changed {
        nullable {
            /// A word, such as `changed`.
            message: String,
            /// The id of the request.
            api_id: String,
        }
    }
}

open_enum! {
    /// Whether a trunk carries calls.
    pub enum TrunkStatus {
        /// It does.
        Enabled = "enabled",
        /// It does not.
        Disabled = "disabled",
    }

    /// Which way the calls of a trunk go.
    pub enum TrunkDirection {
        /// From Plivo's numbers.
        Inbound = "inbound",
        /// To Plivo.
        Outbound = "outbound",
    }
}

impl Trunk {
    /// Whether the calls of a number can go there.
    pub(in super::super) fn takes_calls(&self) -> bool {
        self.trunk_status != Some(TrunkStatus::Disabled) && self.trunk_direction != Some(TrunkDirection::Outbound)
    }
}
