use numport::provider::telnyx::{
    ConnectionPage, Job, ListConnections, ListMessagingSettings, ListNumbers, ListVoiceSettings, MessagingPage,
    NumberPage, PhoneNumber, SlimNumberPage, VoicePage, VoiceSettings,
};
use numport::{RetryPolicy, Telnyx};

use crate::{KEY, Service, block_on, build, check, drain};

pub fn client(retry: RetryPolicy) -> Telnyx {
    build(Telnyx::builder(KEY), retry)
}

fn never() -> Telnyx {
    client(RetryPolicy::never())
}

pub const SERVICE: Service = Service {
    models: &[
        check::<PhoneNumber>,
        check::<NumberPage>,
        check::<SlimNumberPage>,
        check::<VoiceSettings>,
        check::<VoicePage>,
        check::<MessagingPage>,
        check::<ConnectionPage>,
        check::<Job>,
    ],
    calls: &[
        || block_on(never().get_number("1293384261075731499")).err(),
        || drain(never().numbers(ListNumbers::new())).err(),
        || drain(never().voice_settings(ListVoiceSettings::new())).err(),
        || drain(never().messaging_settings(ListMessagingSettings::new())).err(),
        || drain(never().connections(ListConnections::new())).err(),
    ],
    // Pages follow by their number, whatever a page says.
    lists: &[],
};
