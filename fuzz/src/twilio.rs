use numport::provider::twilio::{
    AccountPage, CallerIdPage, IncomingPhoneNumber, ListAccounts, ListCallerIds, ListNumbers, NumberPage,
    TrunkNumberPage,
};
use numport::{RetryPolicy, Twilio};
use serde_json::json;

use crate::{ACCOUNT, List, Service, block_on, build, check, credentials, drain};

const ORIGIN: &str = "https://api.twilio.com";
const TRUNK: &str = "TK0123456789abcdef0123456789abcdef";

pub fn client(retry: RetryPolicy) -> Twilio {
    build(Twilio::builder(credentials()), retry)
}

fn never() -> Twilio {
    client(RetryPolicy::never())
}

pub const SERVICE: Service = Service {
    models: &[
        check::<IncomingPhoneNumber>,
        check::<NumberPage>,
        check::<CallerIdPage>,
        check::<AccountPage>,
        check::<TrunkNumberPage>,
    ],
    calls: &[|| block_on(never().get_account(ACCOUNT)).err()],
    lists: &[
        List {
            origin: ORIGIN,
            page: |link| json!({"incoming_phone_numbers": [], "next_page_uri": link}),
            read: || drain(never().numbers(ListNumbers::new())),
            sent_as: None,
            ends_at_repeat: false,
        },
        List {
            origin: ORIGIN,
            page: |link| json!({"outgoing_caller_ids": [], "next_page_uri": link}),
            read: || drain(never().caller_ids(ListCallerIds::new())),
            sent_as: None,
            ends_at_repeat: false,
        },
        List {
            origin: ORIGIN,
            page: |link| json!({"accounts": [], "next_page_uri": link}),
            read: || drain(never().accounts(ListAccounts::new())),
            sent_as: None,
            ends_at_repeat: false,
        },
        List {
            origin: "https://trunking.twilio.com",
            page: |link| json!({"phone_numbers": [], "meta": {"next_page_url": link}}),
            read: || drain(never().trunk_numbers(TRUNK)),
            sent_as: None,
            ends_at_repeat: false,
        },
    ],
};
