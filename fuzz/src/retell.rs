use numport::platform::retell::{ListNumbers, NumberPage, PhoneNumber};
use numport::{Retell, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, SentAs, Service, block_on, build, check, drain};

pub fn client(retry: RetryPolicy) -> Retell {
    build(Retell::builder(KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<PhoneNumber>, check::<NumberPage>],
    calls: &[
        || block_on(client(RetryPolicy::never()).get_number("+14155552671")).err(),
        || block_on(client(RetryPolicy::never()).delete_number("+14155552671")).err(),
    ],
    lists: &[List {
        origin: "https://api.retellai.com",
        page: |id| json!({"items": [{"phone_number": id}], "has_more": true, "pagination_key": id}),
        read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
        sent_as: Some(SentAs::Query("pagination_key")),
        ends_at_repeat: false,
    }],
};
