use super::hook::Hook;
use super::server::Server;
use super::text::NAME_MAX;
use super::transfer::Destination;
use crate::model::Problems;
use crate::wire::request_object;

request_object! {
    /// The settings of a new number of any carrier.
    pub struct Settings {
        optional {
            /// Its name for people, at most 40 characters.
            name: String,
            /// The assistant that answers its calls.
            assistant_id: String,
            /// The squad that answers its calls.
            squad_id: String,
            /// The workflow that answers its calls.
            workflow_id: String,
            /// The server that receives its webhooks.
            server: Server,
            /// The destination of a call when nothing else answers it.
            fallback_destination: Destination,
            /// The hooks that run on call events.
            hooks: Vec<Hook>,
        }
    }

    /// An update of the settings that every carrier has. Clearing is documented only for the assistant and the
    /// squad; it is unknown whether `null` clears the others. A cleared name is sent as an empty text, because no
    /// document allows `null` there.
    pub struct SettingsPatch {
        emptied {
            /// Its name for people, at most 40 characters.
            name: String,
        }
        patch {
            /// The assistant that answers its calls.
            assistant_id: String,
            /// The squad that answers its calls.
            squad_id: String,
            /// The workflow that answers its calls.
            workflow_id: String,
            /// The server that receives its webhooks.
            server: Server,
            /// The destination of a call when nothing else answers it.
            fallback_destination: Destination,
            /// The hooks that run on call events. The update replaces the whole list.
            hooks: Vec<Hook>,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::new()
    }
}

impl Default for SettingsPatch {
    fn default() -> Self {
        Self::new()
    }
}

impl Settings {
    pub(super) fn check(&self, problems: &mut Problems) {
        let Self { name, server, fallback_destination, hooks, .. } = self;
        check(name.as_deref(), server.as_ref(), fallback_destination.as_ref(), hooks.as_deref(), problems);
    }
}

impl SettingsPatch {
    pub(super) fn check(&self, problems: &mut Problems) {
        let Self { name, server, fallback_destination, hooks, .. } = self;
        let hooks = hooks.set().map(Vec::as_slice);
        check(name.set().map(String::as_str), server.set(), fallback_destination.set(), hooks, problems);
    }
}

fn check(
    name: Option<&str>,
    server: Option<&Server>,
    fallback: Option<&Destination>,
    hooks: Option<&[Hook]>,
    problems: &mut Problems,
) {
    if let Some(name) = name {
        problems.length("name", name, 0, NAME_MAX);
    }
    if let Some(server) = server {
        problems.within("server", |problems| server.check(problems));
    }
    if let Some(fallback) = fallback {
        problems.within("fallbackDestination", |problems| fallback.check(problems));
    }
    for (at, hook) in hooks.into_iter().flatten().enumerate() {
        problems.within(format!("hooks[{at}]"), |problems| hook.check(problems));
    }
}
