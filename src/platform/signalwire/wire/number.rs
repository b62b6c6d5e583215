use crate::model::CallbackUrl;
use crate::wire::{open_enum, received_object};

received_object! {
    snake_case;

    /// A number as SignalWire keeps it: the answer of most calls. All fields but
    /// [`cnam`](Self::cnam) are documented as always there, many of them null; older answers lack some.
    pub struct PhoneNumber {
        required {
            /// Its id.
            id: String,
            /// The number, in E.164 form.
            number: String,
        }
        nullable {
            /// Its name for people.
            name: String,
            /// What it can do.
            capabilities: Vec<Capability>,
            /// Its kind.
            number_type: NumberType,
            /// Its emergency address.
            e911_address_id: String,
            /// The state of its emergency address; absent if there never was one.
            e911_status: E911Status,
            /// When it was added to the project: ISO 8601, UTC.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
            /// When it is next charged.
            next_billed_at: String,
            /// What takes its calls now. Pointers of earlier handlers stay: this alone says which is live.
            call_handler: CallHandlerKind,
            /// The resource behind the call handler; the target of `ai_agent`, `call_flow` and `video_room`.
            calling_handler_resource_id: String,
            /// Whether it receives voice or fax.
            call_receive_mode: ReceiveMode,
            /// Of `laml_webhooks`: the cXML URL.
            call_request_url: CallbackUrl,
            /// Of `laml_webhooks`: how it is requested.
            call_request_method: HttpMethod,
            /// Of `laml_webhooks`: the URL when the first fails.
            call_fallback_url: CallbackUrl,
            /// Of `laml_webhooks`: how that is requested.
            call_fallback_method: HttpMethod,
            /// Of `laml_webhooks`: where states of calls are told.
            call_status_callback_url: CallbackUrl,
            /// Of `laml_webhooks`: how that is requested.
            call_status_callback_method: HttpMethod,
            /// Of `laml_application`: the application.
            call_laml_application_id: String,
            /// Of `dialogflow`: the agent.
            call_dialogflow_agent_id: String,
            /// Of `relay_topic`: the topic.
            call_relay_topic: String,
            /// Of `relay_topic`: where states of calls are told.
            call_relay_topic_status_callback_url: CallbackUrl,
            /// Of `relay_script`: the SWML URL.
            call_relay_script_url: CallbackUrl,
            /// Of `relay_context`: the context.
            call_relay_context: String,
            /// Of `relay_context`: where states of calls are told.
            call_relay_context_status_callback_url: CallbackUrl,
            /// Of `relay_application`: the application.
            call_relay_application: String,
            /// Of `relay_connector`: the connector.
            call_relay_connector_id: String,
            /// Of `relay_sip_endpoint`: the endpoint.
            call_sip_endpoint_id: String,
            /// Of `relay_verto_endpoint`: the resource.
            call_verto_resource: String,
            /// Of `video_room`: the room.
            call_video_room_id: String,
            /// What takes its messages now.
            message_handler: MessageHandlerKind,
            /// The resource behind the message handler.
            messaging_handler_resource_id: String,
            /// Of `laml_webhooks`: the cXML URL.
            message_request_url: CallbackUrl,
            /// Of `laml_webhooks`: how it is requested.
            message_request_method: HttpMethod,
            /// Of `laml_webhooks`: the URL when the first fails.
            message_fallback_url: CallbackUrl,
            /// Of `laml_webhooks`: how that is requested.
            message_fallback_method: HttpMethod,
            /// Of `laml_application`: the application.
            message_laml_application_id: String,
            /// Of `relay_topic`: the topic.
            message_relay_topic: String,
            /// Of `relay_context`: the context.
            message_relay_context: String,
            /// Its country, two letters.
            country_code: String,
        }
        lenient {
            /// The caller's name that is live at the carrier, at most 15 characters.
            cnam: String,
        }
    }

    /// One page of numbers, newest first.
    pub struct NumberPage {
        required {
            /// The numbers. A page may be empty and yet have a next one.
            data: Vec<PhoneNumber>,
        }
        optional {
            /// Where the other pages are.
            links: Links,
        }
    }

    /// Where the pages of a list are: paths on the same host.
    pub struct Links {
        optional {
            /// The next page; absent, null or empty at the end.
            next: String,
        }
    }
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
