use numport::platform::vapi::{Credential, NumberPage, PhoneNumber, SearchNumbers};
use numport::{RetryPolicy, Vapi};
use serde_json::json;

use crate::{KEY, List, Service, block_on, build, check, drain, import};

pub fn client(retry: RetryPolicy) -> Vapi {
    build(Vapi::builder(KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<PhoneNumber>, check::<NumberPage>, check::<Credential>],
    calls: &[|| import(&client(RetryPolicy::never())), || block_on(client(RetryPolicy::never()).get_number("1")).err()],
    lists: &[List {
        origin: "https://api.vapi.ai",
        page: |id| json!({"results": [{"id": id}], "metadata": {"hasNextPage": true}}),
        read: || drain(client(RetryPolicy::never()).numbers(SearchNumbers::new())),
        sent_as: None,
        ends_at_repeat: false,
    }],
};
