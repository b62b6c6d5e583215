use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// An application. It answers calls and messages.
    pub struct Application {
        nullable {
            /// Its id.
            app_id: String,
            /// Its display name.
            app_name: String,
            /// The URL that answers calls.
            answer_url: CallbackUrl,
            /// The method of that request.
            answer_method: String,
            /// The URL that gets a request when a call ends.
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
            /// Whether it is the default application: an update of a number assigns it unless the update names another
            /// one.
            default_app: bool,
            /// Whether it is the default application of endpoints.
            default_endpoint_app: bool,
            /// Whether it is enabled.
            enabled: bool,
            /// Whether its SIP address accepts calls from anybody.
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
            /// Its display name.
            name: String,
            /// Whether it is enabled.
            trunk_status: TrunkStatus,
            /// The direction of its calls.
            trunk_direction: TrunkDirection,
            /// Whether it encrypts calls.
            secure: bool,
            /// The list of IP addresses that may send calls to it.
            ipacl_uuid: String,
            /// The login for callers.
            credential_uuid: String,
            /// The target of its inbound calls.
            primary_uri_uuid: String,
            /// The target if the first one fails.
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
            /// Whether it is recharged automatically.
            auto_recharge: bool,
            /// The billing mode.
            billing_mode: String,
            /// The balance.
            cash_credits: String,
            /// The city.
            city: String,
            /// Its display name.
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
            /// The date of its creation.
            created: String,
            /// The date of its last change.
            modified: String,
            /// Whether it is enabled.
            enabled: bool,
            /// Its display name.
            name: String,
            /// Its path.
            resource_uri: String,
        }
        ignored {
            auth_token,
        }
    }

    /// Plivo's response to a change.
    pub struct Changed {
        nullable {
            /// A message, such as `changed`.
            message: String,
            /// The id of the request.
            api_id: String,
        }
    }
}

open_enum! {
    /// The status of a trunk.
    pub enum TrunkStatus {
        /// Enabled.
        Enabled = "enabled",
        /// Disabled.
        Disabled = "disabled",
    }

    /// The direction of a trunk's calls.
    pub enum TrunkDirection {
        /// Inbound: from Plivo's numbers.
        Inbound = "inbound",
        /// Outbound: to Plivo.
        Outbound = "outbound",
    }
}

impl Trunk {
    /// Whether the calls of a number can go there.
    pub(in super::super) fn takes_calls(&self) -> bool {
        self.trunk_status != Some(TrunkStatus::Disabled) && self.trunk_direction != Some(TrunkDirection::Outbound)
    }
}
