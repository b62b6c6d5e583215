use super::{InboundTrunkConfig, LivekitStack, OutboundTrunkConfig, filled};
use crate::model::{ProblemCode, Problems};
use crate::wire::{Patch, request_object};

request_object! {
    snake_case;

    /// The body of an update. Whether `null` clears a field or is ignored is not documented, so read the number afterwards.
    ///
    /// The number, its carrier, and the credentials of Twilio and Exotel cannot be updated.
    pub struct UpdateNumber {
        patch {
            /// The agent that answers calls.
            agent_id: String,
            /// The name for people. It cannot be cleared.
            label: String,
            /// The way from the carrier, of a number on a SIP trunk.
            inbound_trunk_config: InboundTrunkConfig,
            /// The way to the carrier, of a number on a SIP trunk.
            outbound_trunk_config: OutboundTrunkConfig,
            /// The SIP servers.
            livekit_stack: LivekitStack,
            /// Whether ElevenLabs stores SIP messages.
            store_sip_messages: bool,
            /// The environment whose variables calls use.
            environment: String,
            /// The branch that answers calls. It must be one of the agent's.
            branch_id: String,
        }
    }
}

impl UpdateNumber {
    pub(crate) fn check(&self, problems: &mut Problems) {
        match &self.label {
            Patch::Clear => {
                problems.add(ProblemCode::Unsupported, "label", "cannot be cleared", "set a label, or leave it out");
            }
            Patch::Set(label) => filled(problems, "label", label),
            Patch::Keep => {}
        }
        if let Patch::Set(outbound) = &self.outbound_trunk_config {
            problems.within("outbound_trunk_config", |problems| outbound.check(problems));
        }
        if let Patch::Set(inbound) = &self.inbound_trunk_config {
            problems.within("inbound_trunk_config", |problems| inbound.check(problems));
        }
    }
}
