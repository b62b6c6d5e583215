use numport::platform::interactly::PhoneNumber;
use numport::{Interactly, RetryPolicy};

use crate::{KEY, Service, build, check, import};

pub fn client(retry: RetryPolicy) -> Interactly {
    build(Interactly::builder(KEY), retry)
}

pub const SERVICE: Service = Service {
    models: &[check::<PhoneNumber>],
    calls: &[|| import(&client(RetryPolicy::never()))],
    // Its list has one page.
    lists: &[],
};
