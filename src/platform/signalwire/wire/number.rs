use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number as SignalWire stores it. Most calls return it. Except for [`cnam`](Self::cnam), all fields are
    /// documented as always present, many of them null; older responses lack some.
    pub struct PhoneNumber {
        required {
            /// Its id.
            id: String,
            /// The number, in E.164 form.
            number: String,
        }
        nullable {
            /// The name for people.
            name: String,
            /// Its features.
            capabilities: Vec<Capability>,
            /// Its kind.
            number_type: NumberType,
            /// Its emergency address.
            e911_address_id: String,
            /// The state of its emergency address; absent if it never had one.
            e911_status: E911Status,
            /// When it was added to the project: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// When it is next charged.
            next_billed_at: String,
            /// The handler of its calls. The fields of earlier handlers stay set, so only this field says which one is active.
            call_handler: CallHandlerKind,
            /// The resource of the call handler: the target of `ai_agent`, `call_flow` and `video_room`.
            calling_handler_resource_id: String,
            /// Whether it receives voice or fax.
            call_receive_mode: ReceiveMode,
            /// `laml_webhooks`: the URL that returns cXML.
            call_request_url: CallbackUrl,
            /// `laml_webhooks`: the method of that request.
            call_request_method: HttpMethod,
            /// `laml_webhooks`: the URL that is requested if the first one fails.
            call_fallback_url: CallbackUrl,
            /// `laml_webhooks`: the method of that request.
            call_fallback_method: HttpMethod,
            /// `laml_webhooks`: the URL that receives the states of calls.
            call_status_callback_url: CallbackUrl,
            /// `laml_webhooks`: the method of that request.
            call_status_callback_method: HttpMethod,
            /// `laml_application`: the application.
            call_laml_application_id: String,
            /// `dialogflow`: the agent.
            call_dialogflow_agent_id: String,
            /// `relay_topic`: the topic.
            call_relay_topic: String,
            /// `relay_topic`: the URL that receives the states of calls.
            call_relay_topic_status_callback_url: CallbackUrl,
            /// `relay_script`: the URL that returns SWML.
            call_relay_script_url: CallbackUrl,
            /// `relay_context`: the context.
            call_relay_context: String,
            /// `relay_context`: the URL that receives the states of calls.
            call_relay_context_status_callback_url: CallbackUrl,
            /// `relay_application`: the application.
            call_relay_application: String,
            /// `relay_connector`: the connector.
            call_relay_connector_id: String,
            /// `relay_sip_endpoint`: the endpoint.
            call_sip_endpoint_id: String,
            /// `relay_verto_endpoint`: the resource.
            call_verto_resource: String,
            /// `video_room`: the room.
            call_video_room_id: String,
            /// The handler of its messages.
            message_handler: MessageHandlerKind,
            /// The resource of the message handler.
            messaging_handler_resource_id: String,
            /// `laml_webhooks`: the URL that returns cXML.
            message_request_url: CallbackUrl,
            /// `laml_webhooks`: the method of that request.
            message_request_method: HttpMethod,
            /// `laml_webhooks`: the URL that is requested if the first one fails.
            message_fallback_url: CallbackUrl,
            /// `laml_webhooks`: the method of that request.
            message_fallback_method: HttpMethod,
            /// `laml_application`: the application.
            message_laml_application_id: String,
            /// `relay_topic`: the topic.
            message_relay_topic: String,
            /// `relay_context`: the context.
            message_relay_context: String,
            /// Its country, two letters.
            country_code: String,
        }
        lenient {
            /// The caller name that is active at the carrier, at most 15 characters.
            cnam: String,
        }
    }

    /// One page of numbers, newest first.
    pub struct NumberPage {
        required {
            /// The numbers. A page may be empty although a next page exists.
            data: Vec<PhoneNumber>,
        }
        optional {
            /// The links to other pages.
            links: Links,
        }
    }

    /// The links to the pages of a list: paths on the same host.
    pub struct Links {
        optional {
            /// The next page; absent, null or empty at the end.
            next: String,
        }
    }
}

open_enum! {
    /// The features of a number.
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

    /// The kind of a number in responses.
    pub enum NumberType {
        /// An ordinary number.
        Longcode = "longcode",
        /// A toll-free number.
        TollFree = "toll-free",
        /// A toll-free number, as requests and older responses write it.
        Tollfree = "tollfree",
    }

    /// The state of an emergency address.
    pub enum E911Status {
        /// The registration is in progress.
        Pending = "pending",
        /// Registered.
        Active = "active",
        /// The registration was refused.
        Failed = "failed",
        /// The removal is in progress.
        PendingRemoval = "pending_removal",
        /// Not registered.
        Unregistered = "unregistered",
    }

    /// The kind of calls that a number receives.
    pub enum ReceiveMode {
        /// Voice calls.
        Voice = "voice",
        /// Fax.
        Fax = "fax",
    }

    /// The method of a webhook request.
    pub enum HttpMethod {
        /// GET.
        Get = "GET",
        /// POST.
        Post = "POST",
    }

    /// The handler of a number's calls. An update sets a [`CallHandler`](super::CallHandler). The last three kinds
    /// can only be read.
    pub enum CallHandlerKind {
        /// A URL that returns SWML.
        RelayScript = "relay_script",
        /// A URL that returns cXML.
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

    /// The handler of a number's messages. An update sets a [`MessageHandler`](super::MessageHandler).
    pub enum MessageHandlerKind {
        /// A URL that returns cXML.
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
    /// Returns whether it is toll-free, in either spelling.
    #[must_use]
    pub const fn is_toll_free(&self) -> bool {
        matches!(self, Self::TollFree | Self::Tollfree)
    }
}
