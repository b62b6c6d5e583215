use super::transfer::Destination;
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, open_union, wire_object};

open_union! {
    /// A hook: actions on an event of a number's calls.
    pub enum Hook by "on" {
        /// A call starts ringing.
        CallRinging(CallRinging) = "call.ringing",
        /// A call ends.
        CallEnding(CallEnding) = "call.ending",
    }
}

wire_object! {
    /// The actions when a call starts ringing.
    pub struct CallRinging {
        required {
            /// The actions. Only the first one runs.
            actions: Vec<HookAction> = "do",
        }
        optional {
            /// The calls that it applies to. Defaults to all calls.
            filters: Vec<RingingFilter>,
        }
    }

    /// The action when a call ends.
    pub struct CallEnding {
        optional {
            /// The action.
            action: HookAction = "do",
            /// The calls that it applies to. Defaults to all calls.
            filters: Vec<EndingFilter>,
        }
    }

    /// Transfers the call.
    pub struct TransferAction {
        optional {
            /// The destination.
            destination: Destination,
        }
    }

    /// Says a text.
    pub struct SayAction {
        required {
            /// The text, at most 4000 characters.
            exact: String,
        }
    }

    /// Calls whose number begins with one of these prefixes.
    pub struct StartsWith {
        required {
            /// The key that is compared. `number` is the only one.
            key: RingingKey,
            /// The prefixes without `+`, each at most 20 characters.
            starts_with: Vec<String>,
        }
    }

    /// Calls that ended for one of these reasons.
    pub struct OneOf {
        required {
            /// The key that is compared. `call.endedReason` is the only one.
            key: EndingKey,
            /// The reasons.
            one_of: Vec<EndedReason>,
        }
    }
}

open_union! {
    /// The action of a hook.
    pub enum HookAction by "type" {
        /// Transfers the call.
        Transfer(TransferAction) = "transfer",
        /// Says a text.
        Say(SayAction) = "say",
    }
}

open_union! {
    /// The ringing calls that a hook applies to.
    pub enum RingingFilter by "type" {
        /// By the prefix of the number.
        StartsWith(StartsWith) = "startsWith",
    }
}

open_union! {
    /// The ended calls that a hook applies to.
    pub enum EndingFilter by "type" {
        /// By the reason why the call ended.
        OneOf(OneOf) = "oneOf",
    }
}

open_enum! {
    /// The key that a ringing filter compares.
    pub enum RingingKey {
        /// The caller's number.
        Number = "number",
    }

    /// The key that an ending filter compares.
    pub enum EndingKey {
        /// The reason why the call ended.
        EndedReason = "call.endedReason",
    }

    /// The reason why a call ended.
    pub enum EndedReason {
        /// The `assistant-request` webhook could not be reached.
        RequestFailed = "assistant-request-failed",
        /// The webhook returned an error.
        ReturnedError = "assistant-request-returned-error",
        /// The webhook returned an error that cannot be spoken.
        ReturnedUnspeakableError = "assistant-request-returned-unspeakable-error",
        /// The webhook returned an invalid assistant.
        ReturnedInvalidAssistant = "assistant-request-returned-invalid-assistant",
        /// The webhook returned no assistant.
        ReturnedNoAssistant = "assistant-request-returned-no-assistant",
        /// The webhook returned a number to forward the call to.
        ReturnedForwardingNumber = "assistant-request-returned-forwarding-phone-number",
    }
}

/// The maximum length of a text that a hook says, in characters.
pub const SAY_MAX: usize = 4000;
/// The maximum length of a prefix of a ringing filter, in characters.
pub const PREFIX_MAX: usize = 20;

impl Hook {
    pub(crate) fn check(&self, problems: &mut Problems) {
        match self {
            Self::CallRinging(hook) => {
                problems.required("do", hook.actions.as_ref());
                for (at, action) in hook.actions.iter().flatten().enumerate() {
                    problems.within(format!("do[{at}]"), |problems| action.check(problems));
                }
                for (at, filter) in hook.filters.iter().flatten().enumerate() {
                    let RingingFilter::StartsWith(filter) = filter else { continue };
                    problems.required(&format!("filters[{at}].key"), filter.key.as_ref());
                    problems.required(&format!("filters[{at}].startsWith"), filter.starts_with.as_ref());
                    for (nth, prefix) in filter.starts_with.iter().flatten().enumerate() {
                        let field = format!("filters[{at}].startsWith[{nth}]");
                        problems.length(&field, prefix, 0, PREFIX_MAX);
                        if prefix.starts_with('+') {
                            problems.add(ProblemCode::Malformed, &field, "begins with `+`", "leave the `+` out");
                        }
                    }
                }
            }
            Self::CallEnding(hook) => {
                if let Some(action) = &hook.action {
                    problems.within("do", |problems| action.check(problems));
                }
                for (at, filter) in hook.filters.iter().flatten().enumerate() {
                    let EndingFilter::OneOf(filter) = filter else { continue };
                    problems.required(&format!("filters[{at}].key"), filter.key.as_ref());
                    problems.required(&format!("filters[{at}].oneOf"), filter.one_of.as_ref());
                }
            }
            Self::Unknown(_) => {}
        }
    }
}

impl HookAction {
    fn check(&self, problems: &mut Problems) {
        match self {
            Self::Transfer(TransferAction { destination: Some(destination), .. }) => {
                problems.within("destination", |problems| destination.check(problems));
            }
            Self::Say(say) => match &say.exact {
                Some(exact) => problems.length("exact", exact, 0, SAY_MAX),
                None => problems.required("exact", say.exact.as_ref()),
            },
            _ => {}
        }
    }
}
