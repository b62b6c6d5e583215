use numport::platform::elevenlabs::{
    ImportedNumber, ListNumbers, ListSipMessages, NumberPage, PhoneNumber, SipMessagePage,
};
use numport::{ElevenLabs, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, SentAs, Service, block_on, build, check, drain, import};

pub fn client(retry: RetryPolicy) -> ElevenLabs {
    build(ElevenLabs::builder(KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<PhoneNumber>, check::<NumberPage>, check::<ImportedNumber>, check::<SipMessagePage>],
    calls: &[|| import(&client(RetryPolicy::never())), || block_on(client(RetryPolicy::never()).get_number("1")).err()],
    lists: &[
        List {
            origin: "https://api.elevenlabs.io",
            page: |cursor| json!({"phone_numbers": [], "has_more": true, "next_cursor": cursor}),
            read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
            sent_as: Some(SentAs::Query("cursor")),
            ends_at_repeat: false,
        },
        List {
            origin: "https://api.elevenlabs.io",
            page: |cursor| json!({"sip_messages": [], "has_more": true, "next_cursor": cursor}),
            read: || drain(client(RetryPolicy::never()).sip_messages("1", ListSipMessages::new())),
            sent_as: Some(SentAs::Query("cursor")),
            ends_at_repeat: false,
        },
    ],
};
