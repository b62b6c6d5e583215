use numport::platform::livekit::{DispatchRule, InboundTrunk, ListRules, ListTrunks, NumberPage, OutboundTrunk};
use numport::{LiveKit, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, Service, block_on, build, check, drain, import};

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
            origin: "https://project.livekit.cloud",
            page: |id| json!({"items": [{"sip_trunk_id": id}]}),
            read: || drain(client(RetryPolicy::never()).inbound_trunks(ListTrunks::new())),
            sent_as: None,
        },
        List {
            origin: "https://project.livekit.cloud",
            page: |id| json!({"items": [null, {"sipDispatchRuleId": id}]}),
            read: || drain(client(RetryPolicy::never()).dispatch_rules(ListRules::new())),
            sent_as: None,
        },
    ],
};
