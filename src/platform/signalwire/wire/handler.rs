use super::number::{CallHandlerKind, HttpMethod, MessageHandlerKind};
use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::open_enum;

/// A URL that SignalWire requests.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Webhook {
    /// The address.
    pub url: CallbackUrl,
    /// The method of the request. Defaults to POST.
    pub method: Option<HttpMethod>,
}

impl Webhook {
    /// Creates a webhook that is requested by POST.
    pub fn new(url: impl Into<CallbackUrl>) -> Self {
        Self { url: url.into(), method: None }
    }

    /// The method of that request.
    #[must_use]
    pub fn method(mut self, method: HttpMethod) -> Self {
        self.method = Some(method);
        self
    }
}

/// What answers a number's calls, with its settings. Handlers that can only be read are only in
/// [`CallHandlerKind`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallHandler {
    /// A URL that returns SWML.
    RelayScript(Webhook),
    /// A URL that returns cXML.
    LamlWebhooks {
        /// Requested when a call arrives.
        request: Webhook,
        /// Requested if the first URL fails.
        fallback: Option<Webhook>,
        /// Receives the states of calls.
        status_callback: Option<Webhook>,
    },
    /// A cXML application.
    LamlApplication {
        /// Its id.
        id: String,
    },
    /// A Relay application.
    RelayApplication {
        /// Its name.
        name: String,
    },
    /// A Relay topic.
    RelayTopic {
        /// Its name.
        topic: String,
        /// Receives the states of calls.
        status_callback_url: Option<CallbackUrl>,
    },
    /// A Relay context. Deprecated by SignalWire.
    RelayContext {
        /// Its name.
        context: String,
        /// Receives the states of calls.
        status_callback_url: Option<CallbackUrl>,
    },
    /// A Relay connector.
    RelayConnector {
        /// Its id.
        id: String,
    },
    /// A SIP endpoint.
    RelaySipEndpoint {
        /// Its id.
        id: String,
    },
    /// A Verto endpoint.
    RelayVertoEndpoint {
        /// The resource's name.
        resource: String,
    },
    /// A video room.
    VideoRoom {
        /// Its id.
        id: String,
    },
    /// A Dialogflow agent.
    Dialogflow {
        /// Its id.
        agent_id: String,
    },
    /// An AI agent. Only the official SDKs document it; the published specification does not.
    AiAgent {
        /// Its id, a UUID.
        agent_id: String,
    },
    /// A call flow. Only the official SDKs document it.
    CallFlow {
        /// Its id, a UUID.
        id: String,
        /// The version. Defaults to the deployed one.
        version: Option<FlowVersion>,
    },
}

/// What receives a number's messages, with its settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MessageHandler {
    /// A URL that returns cXML.
    LamlWebhooks {
        /// Requested when a message arrives.
        request: Webhook,
        /// Requested if the first URL fails.
        fallback: Option<Webhook>,
    },
    /// A cXML application.
    LamlApplication {
        /// Its id.
        id: String,
    },
    /// A Relay topic.
    RelayTopic {
        /// Its name.
        topic: String,
    },
    /// A Relay application. Responses do not show which one.
    RelayApplication {
        /// Its name.
        name: String,
    },
    /// A Relay context. Deprecated by SignalWire.
    RelayContext {
        /// Its name.
        context: String,
    },
}

open_enum! {
    /// The version of a call flow.
    pub enum FlowVersion {
        /// The version that is being edited.
        WorkingCopy = "working_copy",
        /// The deployed version.
        CurrentDeployed = "current_deployed",
    }
}

/// The fields of an update, by name. All are strings.
pub(super) type Fields<'a> = Vec<(&'static str, &'a str)>;

fn webhook<'a>(fields: &mut Fields<'a>, names: (&'static str, &'static str), webhook: Option<&'a Webhook>) {
    if let Some(webhook) = webhook {
        fields.push((names.0, webhook.url.as_str()));
        fields.extend(webhook.method.as_ref().map(|method| (names.1, method.as_str())));
    }
}

impl CallHandler {
    /// The kind that responses show.
    #[must_use]
    pub const fn kind(&self) -> CallHandlerKind {
        match self {
            Self::RelayScript(_) => CallHandlerKind::RelayScript,
            Self::LamlWebhooks { .. } => CallHandlerKind::LamlWebhooks,
            Self::LamlApplication { .. } => CallHandlerKind::LamlApplication,
            Self::RelayApplication { .. } => CallHandlerKind::RelayApplication,
            Self::RelayTopic { .. } => CallHandlerKind::RelayTopic,
            Self::RelayContext { .. } => CallHandlerKind::RelayContext,
            Self::RelayConnector { .. } => CallHandlerKind::RelayConnector,
            Self::RelaySipEndpoint { .. } => CallHandlerKind::RelaySipEndpoint,
            Self::RelayVertoEndpoint { .. } => CallHandlerKind::RelayVertoEndpoint,
            Self::VideoRoom { .. } => CallHandlerKind::VideoRoom,
            Self::Dialogflow { .. } => CallHandlerKind::Dialogflow,
            Self::AiAgent { .. } => CallHandlerKind::AiAgent,
            Self::CallFlow { .. } => CallHandlerKind::CallFlow,
        }
    }

    /// The fields that belong to it.
    pub(super) fn fields(&self) -> Fields<'_> {
        let mut fields = Fields::new();
        match self {
            Self::RelayScript(script) => {
                webhook(&mut fields, ("call_relay_script_url", "call_relay_script_url_method"), Some(script));
            }
            Self::LamlWebhooks { request, fallback, status_callback } => {
                webhook(&mut fields, ("call_request_url", "call_request_method"), Some(request));
                webhook(&mut fields, ("call_fallback_url", "call_fallback_method"), fallback.as_ref());
                let names = ("call_status_callback_url", "call_status_callback_method");
                webhook(&mut fields, names, status_callback.as_ref());
            }
            Self::LamlApplication { id } => fields.push(("call_laml_application_id", id)),
            Self::RelayApplication { name } => fields.push(("call_relay_application", name)),
            Self::RelayTopic { topic, status_callback_url } => {
                fields.push(("call_relay_topic", topic));
                let url = status_callback_url.as_ref().map(CallbackUrl::as_str);
                fields.extend(url.map(|url| ("call_relay_topic_status_callback_url", url)));
            }
            Self::RelayContext { context, status_callback_url } => {
                fields.push(("call_relay_context", context));
                let url = status_callback_url.as_ref().map(CallbackUrl::as_str);
                fields.extend(url.map(|url| ("call_relay_context_status_callback_url", url)));
            }
            Self::RelayConnector { id } => fields.push(("call_relay_connector_id", id)),
            Self::RelaySipEndpoint { id } => fields.push(("call_sip_endpoint_id", id)),
            Self::RelayVertoEndpoint { resource } => fields.push(("call_verto_resource", resource)),
            Self::VideoRoom { id } => fields.push(("call_video_room_id", id)),
            Self::Dialogflow { agent_id } => fields.push(("call_dialogflow_agent_id", agent_id)),
            Self::AiAgent { agent_id } => fields.push(("call_ai_agent_id", agent_id)),
            Self::CallFlow { id, version } => {
                fields.push(("call_flow_id", id));
                fields.extend(version.as_ref().map(|version| ("call_flow_version", version.as_str())));
            }
        }
        fields
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        check(&self.fields(), problems);
    }
}

impl MessageHandler {
    /// The kind that responses show.
    #[must_use]
    pub const fn kind(&self) -> MessageHandlerKind {
        match self {
            Self::LamlWebhooks { .. } => MessageHandlerKind::LamlWebhooks,
            Self::LamlApplication { .. } => MessageHandlerKind::LamlApplication,
            Self::RelayTopic { .. } => MessageHandlerKind::RelayTopic,
            Self::RelayApplication { .. } => MessageHandlerKind::RelayApplication,
            Self::RelayContext { .. } => MessageHandlerKind::RelayContext,
        }
    }

    /// The fields that belong to it.
    pub(super) fn fields(&self) -> Fields<'_> {
        let mut fields = Fields::new();
        match self {
            Self::LamlWebhooks { request, fallback } => {
                webhook(&mut fields, ("message_request_url", "message_request_method"), Some(request));
                webhook(&mut fields, ("message_fallback_url", "message_fallback_method"), fallback.as_ref());
            }
            Self::LamlApplication { id } => fields.push(("message_laml_application_id", id)),
            Self::RelayTopic { topic } => fields.push(("message_relay_topic", topic)),
            Self::RelayApplication { name } => fields.push(("message_relay_application", name)),
            Self::RelayContext { context } => fields.push(("message_relay_context", context)),
        }
        fields
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        check(&self.fields(), problems);
    }
}

/// Checks ids that are documented as UUIDs, and texts that must not be empty.
fn check(fields: &[(&'static str, &str)], problems: &mut Problems) {
    const UUIDS: [&str; 3] = ["call_video_room_id", "call_ai_agent_id", "call_flow_id"];
    for (field, text) in fields {
        if text.is_empty() {
            problems.add(ProblemCode::Empty, field, "is empty", "set the value that the handler needs");
        } else if UUIDS.contains(field) {
            problems.uuid(field, text);
        }
    }
}
