use numport::platform::livekit::{DispatchRule, InboundTrunk, NumberPage, OutboundTrunk};
use numport::{LiveKit, RetryPolicy};

use crate::{KEY, Service, block_on, build, check, import};

pub fn client(retry: RetryPolicy) -> LiveKit {
    build(LiveKit::builder("wss://project.livekit.cloud", "APIkey", KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<InboundTrunk>, check::<OutboundTrunk>, check::<DispatchRule>, check::<NumberPage>],
    calls: &[
        || import(&client(RetryPolicy::never())),
        || block_on(client(RetryPolicy::never()).get_inbound_trunk("ST_1")).err(),
    ],
    // The cursor of a page is in the body, and the target tells pages by their URLs.
    lists: &[],
};
