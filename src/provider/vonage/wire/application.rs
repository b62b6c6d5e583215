use serde_json::{Map, Number, Value};

use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{query_object, received_object};

received_object! {
    snake_case;

    /// An application. It answers calls and messages (<https://developer.vonage.com/en/api/application.v2>).
    pub struct Application {
        optional {
            /// Its id.
            id: String,
            /// Its display name.
            name: String,
            /// Its capabilities.
            capabilities: Capabilities,
            /// Its keys.
            keys: Keys,
            /// The privacy settings.
            privacy: Map<String, Value>,
        }
    }

    /// The capabilities of an application.
    pub struct Capabilities {
        optional {
            /// Voice calls.
            voice: VoiceCapability,
            /// Messages.
            messages: Map<String, Value>,
            /// Events of conversations.
            rtc: Map<String, Value>,
            /// The business platform.
            vbc: Map<String, Value>,
            /// Identity verification.
            verify: Map<String, Value>,
        }
    }

    /// How an application answers calls.
    pub struct VoiceCapability {
        optional {
            /// The webhooks.
            webhooks: Webhooks,
            /// Whether requests to them are signed.
            signed_callbacks: bool,
            /// The region.
            region: String,
            /// How long conversations are kept, in hours.
            conversations_ttl: Number,
            /// How long legs are kept, in days.
            leg_persistence_time: Number,
        }
    }

    /// The webhooks of an application.
    pub struct Webhooks {
        optional {
            /// Answers calls.
            answer_url: Webhook,
            /// Answers calls if the first one fails.
            fallback_answer_url: Webhook,
            /// Receives events.
            event_url: Webhook,
        }
    }

    /// A webhook of an application.
    pub struct Webhook {
        optional {
            /// The URL.
            address: CallbackUrl,
            /// The method of the request.
            http_method: String,
            /// The timeout of the connection, in milliseconds.
            connect_timeout: Number,
            /// The timeout of the connection, under its older name.
            connection_timeout: Number,
            /// The timeout of the response, in milliseconds.
            socket_timeout: Number,
        }
    }

    /// The keys of an application.
    pub struct Keys {
        optional {
            /// The public key.
            public_key: String,
        }
    }

    /// One page of applications.
    pub struct ApplicationPage {
        optional {
            /// The number of the page, from 1.
            page: Number,
            /// The number of entries per page.
            page_size: Number,
            /// The total number of applications.
            total_items: Number,
            /// The total number of pages.
            total_pages: Number,
            /// The applications.
            embedded: EmbeddedApplications = "_embedded",
        }
    }

    /// The applications of a page.
    pub struct EmbeddedApplications {
        optional {
            /// The applications.
            applications: Vec<Application>,
        }
    }
}

received_object! {
    /// The account's balance.
    pub struct Balance {
        optional {
            /// The amount, in euros.
            value: Number,
            /// Whether it is recharged automatically.
            auto_reload: bool,
        }
    }
}

impl Application {
    /// Returns the URL that answers its calls.
    #[must_use]
    pub fn answer_url(&self) -> Option<&CallbackUrl> {
        let voice = self.capabilities.as_ref()?.voice.as_ref()?;
        let url = voice.webhooks.as_ref()?.answer_url.as_ref()?.address.as_ref()?;
        Some(url).filter(|url| !url.is_empty())
    }

    /// Returns whether it answers calls; `None` if unknown.
    #[must_use]
    pub fn has_voice(&self) -> Option<bool> {
        self.capabilities.as_ref().map(|capabilities| capabilities.voice.is_some())
    }
}

query_object! {
    /// Which applications to list. Defaults to all applications.
    pub struct ListApplications {
        values {
            /// The number of the page, from 1. Defaults to 1.
            page: u32 = "page",
            /// The number of entries per page, 1 to 100.
            page_size: u16 = "page_size",
        }
    }
}

impl ListApplications {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if let Some(size) = self.page_size.filter(|size| !(1..=super::SIZE_MAX).contains(size)) {
            let remedy = format!("use 1 to {}", super::SIZE_MAX);
            problems.add(ProblemCode::OutOfRange, "page_size", format!("is {size}"), remedy);
        }
        if self.page == Some(0) {
            problems.add(ProblemCode::OutOfRange, "page", "is 0", "use 1 or more");
        }
    }
}
