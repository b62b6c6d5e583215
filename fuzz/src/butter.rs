use std::num::NonZeroU32;

use numport::platform::butter::{Assignment, ImportedNumber, Integration, ListNumbers, NumberPage};
use numport::{Butter, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, SentAs, Service, build, check, drain, import};

pub fn client(retry: RetryPolicy) -> Butter {
    build(Butter::builder(KEY, "org_1").requests_per_second(NonZeroU32::MAX), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<NumberPage>, check::<ImportedNumber>, check::<Assignment>, check::<Integration>],
    calls: &[|| import(&client(RetryPolicy::never()))],
    lists: &[List {
        origin: "https://api.getbutter.ai",
        page: |cursor| json!({"data": [], "pagination": {"has_more": true, "next_cursor": cursor}}),
        read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
        sent_as: Some(SentAs::Query("cursor")),
        ends_at_repeat: false,
    }],
};
