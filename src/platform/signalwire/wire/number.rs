use serde::{Deserialize, Serialize};

use crate::wire::{UnknownFields, open_enum};

/// A number as SignalWire keeps it: the answer of most calls. All fields but
/// [`cnam`](Self::cnam) are documented as always there, many of them null; older answers lack some.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PhoneNumber {
    /// Its id.
    pub id: String,
    /// The number, in E.164 form.
    pub number: String,
    /// Its name for people.
    pub name: Option<String>,
    /// What it can do.
    pub capabilities: Option<Vec<Capability>>,
    /// Its kind.
    pub number_type: Option<NumberType>,
    /// Its emergency address.
    pub e911_address_id: Option<String>,
    /// The state of its emergency address; absent if there never was one.
    pub e911_status: Option<E911Status>,
    /// When it was added to the project: ISO 8601, UTC.
    pub created_at: Option<String>,
    /// When it was last changed.
    pub updated_at: Option<String>,
    /// When it is next charged.
    pub next_billed_at: Option<String>,
    /// What takes its calls now. Pointers of earlier handlers stay: this alone says which is live.
    pub call_handler: Option<CallHandlerKind>,
    /// The resource behind the call handler; the target of `ai_agent`, `call_flow` and `video_room`.
    pub calling_handler_resource_id: Option<String>,
    /// Whether it receives voice or fax.
    pub call_receive_mode: Option<ReceiveMode>,
    /// Of `laml_webhooks`: the cXML URL.
    pub call_request_url: Option<String>,
    /// Of `laml_webhooks`: how it is requested.
    pub call_request_method: Option<HttpMethod>,
    /// Of `laml_webhooks`: the URL when the first fails.
    pub call_fallback_url: Option<String>,
    /// Of `laml_webhooks`: how that is requested.
    pub call_fallback_method: Option<HttpMethod>,
    /// Of `laml_webhooks`: where states of calls are told.
    pub call_status_callback_url: Option<String>,
    /// Of `laml_webhooks`: how that is requested.
    pub call_status_callback_method: Option<HttpMethod>,
    /// Of `laml_application`: the application.
    pub call_laml_application_id: Option<String>,
    /// Of `dialogflow`: the agent.
    pub call_dialogflow_agent_id: Option<String>,
    /// Of `relay_topic`: the topic.
    pub call_relay_topic: Option<String>,
    /// Of `relay_topic`: where states of calls are told.
    pub call_relay_topic_status_callback_url: Option<String>,
    /// Of `relay_script`: the SWML URL.
    pub call_relay_script_url: Option<String>,
    /// Of `relay_context`: the context.
    pub call_relay_context: Option<String>,
    /// Of `relay_context`: where states of calls are told.
    pub call_relay_context_status_callback_url: Option<String>,
    /// Of `relay_application`: the application.
    pub call_relay_application: Option<String>,
    /// Of `relay_connector`: the connector.
    pub call_relay_connector_id: Option<String>,
    /// Of `relay_sip_endpoint`: the endpoint.
    pub call_sip_endpoint_id: Option<String>,
    /// Of `relay_verto_endpoint`: the resource.
    pub call_verto_resource: Option<String>,
    /// Of `video_room`: the room.
    pub call_video_room_id: Option<String>,
    /// What takes its messages now.
    pub message_handler: Option<MessageHandlerKind>,
    /// The resource behind the message handler.
    pub messaging_handler_resource_id: Option<String>,
    /// Of `laml_webhooks`: the cXML URL.
    pub message_request_url: Option<String>,
    /// Of `laml_webhooks`: how it is requested.
    pub message_request_method: Option<HttpMethod>,
    /// Of `laml_webhooks`: the URL when the first fails.
    pub message_fallback_url: Option<String>,
    /// Of `laml_webhooks`: how that is requested.
    pub message_fallback_method: Option<HttpMethod>,
    /// Of `laml_application`: the application.
    pub message_laml_application_id: Option<String>,
    /// Of `relay_topic`: the topic.
    pub message_relay_topic: Option<String>,
    /// Of `relay_context`: the context.
    pub message_relay_context: Option<String>,
    /// Its country, two letters.
    pub country_code: Option<String>,
    /// The caller's name that is live at the carrier, at most 15 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnam: Option<String>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// One page of numbers, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberPage {
    /// The numbers. A page may be empty and yet have a next one.
    pub data: Vec<PhoneNumber>,
    /// Where the other pages are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub links: Option<Links>,
    /// Every field that this crate does not know.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

/// Where the pages of a list are: paths on the same host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Links {
    /// The next page; absent, null or empty at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Every other link.
    #[serde(flatten)]
    pub extra: UnknownFields,
}

open_enum! {
    /// What a number can do.
    pub enum Capability {
        /// Voice calls.
        Voice = "voice",
        /// Text messages.
        Sms = "sms",
        /// Picture messages.
        Mms = "mms",
        /// Fax.
        Fax = "fax",
    }

    /// The kind of a number, as answers spell it.
    pub enum NumberType {
        /// An ordinary number.
        Longcode = "longcode",
        /// A toll-free number.
        TollFree = "toll-free",
        /// A toll-free number, as the request and older answers spell it.
        Tollfree = "tollfree",
    }

    /// The state of an emergency address.
    pub enum E911Status {
        /// Being registered.
        Pending = "pending",
        /// Registered.
        Active = "active",
        /// Refused.
        Failed = "failed",
        /// Being removed.
        PendingRemoval = "pending_removal",
        /// Not registered.
        Unregistered = "unregistered",
    }

    /// What a number receives.
    pub enum ReceiveMode {
        /// Voice calls.
        Voice = "voice",
        /// Fax.
        Fax = "fax",
    }

    /// How a webhook is requested.
    pub enum HttpMethod {
        /// GET.
        Get = "GET",
        /// POST.
        Post = "POST",
    }

    /// What takes a number's calls. The last three are set elsewhere, and only read here;
    /// [`CallHandler`](super::CallHandler) is what can be set.
    pub enum CallHandlerKind {
        /// A SWML URL.
        RelayScript = "relay_script",
        /// A cXML URL.
        LamlWebhooks = "laml_webhooks",
        /// A cXML application.
        LamlApplication = "laml_application",
        /// A Relay application.
        RelayApplication = "relay_application",
        /// A Relay topic.
        RelayTopic = "relay_topic",
        /// A Relay context.
        RelayContext = "relay_context",
        /// A Relay connector.
        RelayConnector = "relay_connector",
        /// A SIP endpoint.
        RelaySipEndpoint = "relay_sip_endpoint",
        /// A Verto endpoint.
        RelayVertoEndpoint = "relay_verto_endpoint",
        /// A video room.
        VideoRoom = "video_room",
        /// A Dialogflow agent.
        Dialogflow = "dialogflow",
        /// An AI agent.
        AiAgent = "ai_agent",
        /// A call flow.
        CallFlow = "call_flow",
        /// A subscriber.
        FabricSubscriber = "fabric_subscriber",
        /// A SIP gateway.
        SipGateway = "sip_gateway",
        /// A queue.
        CallQueue = "call_queue",
    }

    /// What takes a number's messages. [`MessageHandler`](super::MessageHandler) is what can be set.
    pub enum MessageHandlerKind {
        /// A cXML URL.
        LamlWebhooks = "laml_webhooks",
        /// A cXML application.
        LamlApplication = "laml_application",
        /// A Relay topic.
        RelayTopic = "relay_topic",
        /// A Relay application.
        RelayApplication = "relay_application",
        /// A Relay context.
        RelayContext = "relay_context",
    }
}

impl NumberType {
    /// Whether it is toll-free, in either spelling.
    #[must_use]
    pub const fn is_toll_free(&self) -> bool {
        matches!(self, Self::TollFree | Self::Tollfree)
    }
}
