use super::{InboundTrunk, LivekitStack, OutboundTrunk};
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number. Those of Twilio and Exotel do not show the account that holds them.
    pub struct PhoneNumber {
        required {
            /// The id of the record.
            phone_number_id: String,
        }
        nullable {
            /// The agent that answers calls; null if there is none.
            assigned_agent: AssignedAgent,
        }
        optional {
            /// The number.
            phone_number: String,
            /// The name for people.
            label: String,
            /// The carrier.
            provider: TelephonyProvider,
            /// Whether it receives calls. ElevenLabs finds it out; deprecated.
            supports_inbound: bool,
            /// Whether it may make calls. ElevenLabs finds it out; deprecated.
            supports_outbound: bool,
            /// The way to the carrier, of a number on a SIP trunk.
            outbound_trunk: OutboundTrunk,
            /// The way from the carrier, of a number on a SIP trunk.
            inbound_trunk: InboundTrunk,
            /// The former name of `outbound_trunk`.
            provider_config: OutboundTrunk,
            /// The SIP servers, of a number on a SIP trunk.
            livekit_stack: LivekitStack,
            /// Whether ElevenLabs stores SIP messages, of a number on a SIP trunk.
            store_sip_messages: bool,
        }
    }

    /// The agent of a number.
    pub struct AssignedAgent {
        optional {
            /// Its id.
            agent_id: String,
            /// Its name.
            agent_name: String,
            /// The environment whose variables calls use; production if there is none.
            environment: String,
            /// The branch of the agent that answers calls.
            branch_id: String,
        }
    }
}

open_enum! {
    /// The carrier of a number.
    pub enum TelephonyProvider {
        /// Twilio.
        Twilio = "twilio",
        /// A SIP trunk.
        SipTrunk = "sip_trunk",
        /// Exotel.
        Exotel = "exotel",
    }
}
