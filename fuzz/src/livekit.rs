use numport::platform::livekit::{
    DispatchRule, InboundTrunk, ListNumbers, ListRules, ListTrunks, NumberPage, OutboundTrunk,
};
use numport::{LiveKit, RetryPolicy};
use serde_json::{Value, json};

use crate::{KEY, List, SentAs, Service, block_on, build, check, drain, import};

pub fn client(retry: RetryPolicy) -> LiveKit {
    build(LiveKit::builder("wss://project.livekit.cloud", "APIkey", KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<InboundTrunk>, check::<OutboundTrunk>, check::<DispatchRule>, check::<NumberPage>],
    calls: &[
        || import(&client(RetryPolicy::never())),
        || block_on(client(RetryPolicy::never()).get_inbound_trunk("ST_1")).err(),
    ],
    lists: &[
        List {
            origin: ORIGIN,
            page: |id| by_id("sip_trunk_id", id),
            read: || drain(client(RetryPolicy::never()).inbound_trunks(ListTrunks::new())),
            sent_as: Some(AFTER),
            ends_at_repeat: true,
        },
        List {
            origin: ORIGIN,
            page: |id| by_id("sip_trunk_id", id),
            read: || drain(client(RetryPolicy::never()).outbound_trunks(ListTrunks::new())),
            sent_as: Some(AFTER),
            ends_at_repeat: true,
        },
        List {
            origin: ORIGIN,
            page: |id| by_id("sip_dispatch_rule_id", id),
            read: || drain(client(RetryPolicy::never()).dispatch_rules(ListRules::new())),
            sent_as: Some(AFTER),
            ends_at_repeat: true,
        },
        List {
            origin: ORIGIN,
            page: |token| json!({"items": [], "next_page_token": {"token": token}}),
            read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
            sent_as: Some(SentAs::Body("/page_token/token")),
            ends_at_repeat: false,
        },
    ],
};

const ORIGIN: &str = "https://project.livekit.cloud";
const AFTER: SentAs = SentAs::Body("/page/after_id");

/// A page whose last item has this id. The page after the last one has no items.
fn by_id(field: &str, id: &str) -> Value {
    let items: Vec<Value> = if id.is_empty() { Vec::new() } else { vec![json!({field: id})] };
    json!({"items": items})
}
