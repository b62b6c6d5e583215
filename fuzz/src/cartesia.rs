use numport::platform::cartesia::{ListNumbers, NumberPage, PhoneNumber, Provider};
use numport::{Cartesia, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, SentAs, Service, block_on, build, check, drain};

pub fn client(retry: RetryPolicy) -> Cartesia {
    build(Cartesia::builder(KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<PhoneNumber>, check::<NumberPage>, check::<Provider>],
    calls: &[
        || block_on(client(RetryPolicy::never()).get_number("pn_1")).err(),
        || block_on(client(RetryPolicy::never()).delete_number("pn_1")).err(),
    ],
    lists: &[List {
        origin: "https://api.cartesia.ai",
        page: |id| json!({"data": [{"id": id, "number": "+14155552671", "agent": null}], "has_more": true}),
        read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
        sent_as: Some(SentAs::Query("starting_after")),
        ends_at_repeat: false,
    }],
};
