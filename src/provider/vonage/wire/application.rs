use serde_json::{Map, Number, Value};

use crate::model::{CallbackUrl, ProblemCode, Problems};
use crate::wire::{query_object, received_object};

received_object! {
    snake_case;

    /// An application: what answers calls and messages (<https://developer.vonage.com/en/api/application.v2>).
    pub struct Application {
        optional {
            /// Its id.
            id: String,
            /// Its name for people.
            name: String,
            /// What it can do.
            capabilities: Capabilities,
            /// Its keys.
            keys: Keys,
            /// Settings of privacy.
            privacy: Map<String, Value>,
        }
    }

    /// What an application can do.
    pub struct Capabilities {
        optional {
            /// Calls.
            voice: VoiceCapability,
            /// Messages.
            messages: Map<String, Value>,
            /// Events of conversations.
            rtc: Map<String, Value>,
            /// The business platform.
            vbc: Map<String, Value>,
            /// Verification.
            verify: Map<String, Value>,
        }
    }

    /// How an application answers calls.
    pub struct VoiceCapability {
        optional {
            /// The addresses.
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

    /// The addresses of an application.
    pub struct Webhooks {
        optional {
            /// Answers calls.
            answer_url: Webhook,
            /// Answers calls if that fails.
            fallback_answer_url: Webhook,
            /// Is told of events.
            event_url: Webhook,
        }
    }

    /// An address of an application.
    pub struct Webhook {
        optional {
            /// The URL.
            address: CallbackUrl,
            /// The method of the request.
            http_method: String,
            /// How long a connection may take, in milliseconds.
            connect_timeout: Number,
            /// The same, by its older name.
            connection_timeout: Number,
            /// The time limit of a response, in milliseconds.
            socket_timeout: Number,
        }
    }

    /// The keys of an application.
    pub struct Keys {
        optional {
            /// The public one.
            public_key: String,
        }
    }

    /// One page of applications.
    pub struct ApplicationPage {
        optional {
            /// Which page it is, from 1.
            page: Number,
            /// How many entries a page has.
            page_size: Number,
            /// How many applications there are in all.
            total_items: Number,
            /// How many pages there are.
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
    /// What the account has left.
    pub struct Balance {
        optional {
            /// The amount, in euros.
            value: Number,
            /// Whether it is topped up by itself.
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
            /// Which page, from 1. Defaults to 1.
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
