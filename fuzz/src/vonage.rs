use numport::provider::vonage::{
    Application, ApplicationPage, Balance, ListApplications, ListNumbers, NumberPage, OwnedNumber,
};
use numport::{RetryPolicy, Vonage};

use crate::{KEY, Service, block_on, build, check, drain};

pub fn client(retry: RetryPolicy) -> Vonage {
    build(Vonage::builder("abcd1234", KEY), retry)
}

fn never() -> Vonage {
    client(RetryPolicy::never())
}

pub const SERVICE: Service = Service {
    models: &[
        check::<OwnedNumber>,
        check::<NumberPage>,
        check::<Application>,
        check::<ApplicationPage>,
        check::<Balance>,
    ],
    calls: &[
        || block_on(never().get_application("a")).err(),
        || drain(never().numbers(ListNumbers::new())).err(),
        || drain(never().all_applications(ListApplications::new())).err(),
    ],
    // Pages follow by their number, whatever a page says.
    lists: &[],
};
