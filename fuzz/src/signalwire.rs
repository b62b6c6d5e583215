use numport::platform::signalwire::{
    AvailableNumbers, CnamRequest, CompatNumber, ListNumbers, NumberPage, PhoneNumber,
};
use numport::{RetryPolicy, SignalWire};
use serde_json::json;

use crate::{KEY, List, Service, build, check, drain, import};

pub fn client(retry: RetryPolicy) -> SignalWire {
    build(SignalWire::builder("01234567-89ab-cdef-0123-456789abcdef", KEY, "space"), retry)
}

pub const SERVICE: Service = Service {
    models: &[
        check::<PhoneNumber>,
        check::<NumberPage>,
        check::<CompatNumber>,
        check::<AvailableNumbers>,
        check::<CnamRequest>,
    ],
    calls: &[|| import(&client(RetryPolicy::never()))],
    lists: &[List {
        origin: "https://space.signalwire.com",
        page: |link| json!({"data": [], "links": {"next": link}}),
        read: || drain(client(RetryPolicy::never()).numbers(ListNumbers::new())),
        sent_as: None,
        ends_at_repeat: false,
    }],
};
