//! Every list keeps to its own origin, whatever link leads on, and ends. The first byte chooses the list; each line
//! after it is the link, cursor or id of a page, the last one again and again.
#![no_main]

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::{Stream, TryStreamExt};
use libfuzzer_sys::{Corpus, fuzz_target};
use numport::error::{CallFault, PageFault};
use numport::fuzzing::{Answer, set_network};
use numport::platform::{signalwire, vapi};
use numport::provider::twilio::{ListAccounts, ListCallerIds, ListNumbers};
use numport::{Error, Result, RetryPolicy};
use numport_fuzz::block_on;
use reqwest::Url;
use serde_json::{Value, json};

const TRUNK: &str = "TK0123456789abcdef0123456789abcdef";

fuzz_target!(|input: &[u8]| -> Corpus {
    let [list, text @ ..] = input else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    let links: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let page: fn(&str) -> Value = match list % 7 {
        0 => |link| json!({"incoming_phone_numbers": [], "next_page_uri": link}),
        1 => |link| json!({"outgoing_caller_ids": [], "next_page_uri": link}),
        2 => |link| json!({"accounts": [], "next_page_uri": link}),
        3 => |link| json!({"phone_numbers": [], "meta": {"next_page_url": link}}),
        4 => |link| json!({"data": [], "links": {"next": link}}),
        5 => |link| json!({"results": [{"id": link}], "metadata": {"hasNextPage": true}}),
        _ => |link| json!({"data": [], "pagination": {"has_more": true, "next_cursor": link}}),
    };
    let sent = Rc::new(RefCell::new(Vec::<Url>::new()));
    let (seen, answers) = (sent.clone(), links.clone());
    set_network(move |url| {
        let mut seen = seen.borrow_mut();
        let link = &answers[seen.len().min(answers.len() - 1)];
        seen.push(url.clone());
        assert!(seen.len() <= answers.len() + 1, "a page is asked for once");
        Answer { status: 200, retry_after: None, body: page(link).to_string().into_bytes() }
    });

    let never = RetryPolicy::never();
    let twilio = || numport_fuzz::twilio(never);
    let (origin, end) = match list % 7 {
        0 => ("https://api.twilio.com", drain(twilio().numbers(ListNumbers::new()))),
        1 => ("https://api.twilio.com", drain(twilio().caller_ids(ListCallerIds::new()))),
        2 => ("https://api.twilio.com", drain(twilio().accounts(ListAccounts::new()))),
        3 => ("https://trunking.twilio.com", drain(twilio().trunk_numbers(TRUNK))),
        4 => {
            let client = numport_fuzz::signalwire(never);
            ("https://space.signalwire.com", drain(client.numbers(signalwire::ListNumbers::new())))
        }
        5 => {
            let client = numport_fuzz::vapi(never);
            ("https://api.vapi.ai", drain(client.numbers(vapi::SearchNumbers::new())))
        }
        _ => ("https://api.getbutter.ai", drain(numport_fuzz::butter(never).numbers(None))),
    };
    let sent = sent.borrow();
    assert!(!sent.is_empty());
    for url in sent.iter() {
        assert_eq!(url.origin().ascii_serialization(), origin);
    }
    if list % 7 == 6 {
        for (url, cursor) in sent.iter().skip(1).zip(&links) {
            assert!(url.query_pairs().any(|(name, value)| name == "cursor" && value == cursor.as_str()));
        }
    }
    match end {
        Ok(()) => assert!(links.iter().any(String::is_empty), "no page was the last"),
        Err(error) => {
            let CallFault::Page(fault) = &error.call().expect("it was sent").fault else { panic!("{error:?}") };
            if let PageFault::ForeignOrigin { origin: other } = fault {
                assert_ne!(other, origin);
            }
        }
    }
    Corpus::Keep
});

fn drain<T>(stream: impl Stream<Item = Result<T>>) -> Result<(), Error> {
    block_on(stream.try_for_each(|_| async { Ok(()) }))
}
