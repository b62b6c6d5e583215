use numport::provider::plivo::{
    Account, ApplicationPage, ListApplications, ListNumbers, ListSubaccounts, ListTrunks, NumberPage, PhoneNumber,
    SubaccountPage, TrunkPage,
};
use numport::{Plivo, RetryPolicy};
use serde_json::json;

use crate::{KEY, List, Service, block_on, build, check, drain};

const ORIGIN: &str = "https://api.plivo.com";

pub fn client(retry: RetryPolicy) -> Plivo {
    build(Plivo::builder("MA2025RK4E639VJFZAGV", KEY), retry)
}

fn never() -> Plivo {
    client(RetryPolicy::never())
}

/// A list whose pages follow by a link.
macro_rules! list {
    ($all:ident($list:expr)) => {
        List {
            origin: ORIGIN,
            page: |link| json!({"objects": [], "meta": {"next": link}}),
            read: || drain(never().$all(&$list)),
            sent_as: None,
            ends_at_repeat: false,
        }
    };
}

pub const SERVICE: Service = Service {
    models: &[
        check::<PhoneNumber>,
        check::<NumberPage>,
        check::<ApplicationPage>,
        check::<TrunkPage>,
        check::<SubaccountPage>,
        check::<Account>,
    ],
    calls: &[|| block_on(never().get_account()).err()],
    lists: &[
        list!(numbers(ListNumbers::new())),
        list!(applications(ListApplications::new())),
        list!(trunks(ListTrunks::new())),
        list!(subaccounts(ListSubaccounts::new())),
    ],
};
