use super::transfer::Destination;
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, open_union, wire_object};

open_union! {
    /// What happens on an event of a number's calls.
    pub enum Hook by "on" {
        /// A call rings.
        CallRinging(CallRinging) = "call.ringing",
        /// A call ends.
        CallEnding(CallEnding) = "call.ending",
    }
}

wire_object! {
    /// What happens when a call rings.
    pub struct CallRinging {
        required {
            /// What is done; only the first runs.
            actions: Vec<HookAction> = "do",
        }
        optional {
            /// For which calls; all unless said otherwise.
            filters: Vec<RingingFilter>,
        }
    }

    /// What happens when a call ends.
    pub struct CallEnding {
        optional {
            /// What is done.
            action: HookAction = "do",
            /// For which calls; all unless said otherwise.
            filters: Vec<EndingFilter>,
        }
    }

    /// Transfers the call.
    pub struct TransferAction {
        optional {
            /// Where to.
            destination: Destination,
        }
    }

    /// Says something.
    pub struct SayAction {
        required {
            /// What, at most 4000 characters.
            exact: String,
        }
    }

    /// The calls whose number begins in one of these ways.
    pub struct StartsWith {
        required {
            /// What is compared; `number` is the only key.
            key: RingingKey,
            /// The beginnings without `+`, each at most 20 characters.
            starts_with: Vec<String>,
        }
    }

    /// The calls that ended for one of these reasons.
    pub struct OneOf {
        required {
            /// What is compared; `call.endedReason` is the only key.
            key: EndingKey,
            /// The reasons.
            one_of: Vec<EndedReason>,
        }
    }
}

open_union! {
    /// What a hook does.
    pub enum HookAction by "type" {
        /// Transfers the call.
        Transfer(TransferAction) = "transfer",
        /// Says something.
        Say(SayAction) = "say",
    }
}

open_union! {
    /// Which ringing calls a hook is for.
    pub enum RingingFilter by "type" {
        /// By how the number begins.
        StartsWith(StartsWith) = "startsWith",
    }
}

open_union! {
    /// Which ended calls a hook is for.
    pub enum EndingFilter by "type" {
        /// By why the call ended.
        OneOf(OneOf) = "oneOf",
    }
}

open_enum! {
    /// What a ringing filter compares.
    pub enum RingingKey {
        /// The caller's number.
        Number = "number",
    }

    /// What an ending filter compares.
    pub enum EndingKey {
        /// Why the call ended.
        EndedReason = "call.endedReason",
    }

    /// Why a call ended.
    pub enum EndedReason {
        /// The `assistant-request` webhook could not be reached.
        RequestFailed = "assistant-request-failed",
        /// It returned an error.
        ReturnedError = "assistant-request-returned-error",
        /// It returned an error that cannot be said.
        ReturnedUnspeakableError = "assistant-request-returned-unspeakable-error",
        /// It returned an assistant that is not valid.
        ReturnedInvalidAssistant = "assistant-request-returned-invalid-assistant",
        /// It returned no assistant.
        ReturnedNoAssistant = "assistant-request-returned-no-assistant",
        /// It returned a number to forward to.
        ReturnedForwardingNumber = "assistant-request-returned-forwarding-phone-number",
    }
}

/// The most characters that a hook says.
pub const SAY_MAX: usize = 4000;
/// The longest beginning of a ringing filter, in characters.
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
