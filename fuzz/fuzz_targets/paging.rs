//! For any link to the next page, a list stays on its own origin, and ends. The first byte selects the list. Each line
//! after it is the link, cursor or id of a page; the last line is repeated, up to [`PLENTY`] times.
#![no_main]

use std::cell::RefCell;
use std::rc::Rc;

use libfuzzer_sys::{Corpus, fuzz_target};
use numport::error::{CallFault, PageFault};
use numport::fuzzing::{Answer, set_network};
use numport_fuzz::{SERVICES, SentAs, chosen};
use reqwest::Url;
use serde_json::Value;

/// A relative link leads to a new address each time, so only the limit of pages would end the list.
const PLENTY: usize = 20;

fuzz_target!(|input: &[u8]| -> Corpus {
    let [list, text @ ..] = input else { return Corpus::Reject };
    let Ok(text) = std::str::from_utf8(text) else { return Corpus::Reject };
    let links: Vec<String> = text.split('\n').map(str::to_owned).collect();
    let list = chosen(SERVICES.iter().flat_map(|service| service.lists).collect(), *list);
    let sent = Rc::new(RefCell::new(Vec::<(Url, Vec<u8>)>::new()));
    let (seen, answers) = (sent.clone(), links.clone());
    set_network(move |url, body| {
        let mut seen = seen.borrow_mut();
        let is_over = seen.len() >= answers.len() + PLENTY;
        let link = if is_over { "" } else { answers[seen.len().min(answers.len() - 1)].as_str() };
        let request = (url.clone(), body.to_vec());
        assert!(!seen.contains(&request), "a page is asked for once");
        seen.push(request);
        Answer { status: 200, retry_after: None, body: (list.page)(link).to_string().into_bytes() }
    });

    let end = (list.read)();
    let sent = sent.borrow();
    assert!(!sent.is_empty());
    for (url, _) in sent.iter() {
        assert_eq!(url.origin().ascii_serialization(), list.origin);
    }
    if let Some(place) = &list.sent_as {
        for ((url, body), cursor) in sent.iter().skip(1).zip(&links) {
            let is_sent = match place {
                SentAs::Query(name) => {
                    url.query_pairs().any(|(known, value)| known == *name && value == cursor.as_str())
                }
                SentAs::Body(pointer) => {
                    let body: Value = serde_json::from_slice(body).expect("JSON");
                    body.pointer(pointer).is_some_and(|sent| sent == cursor.as_str())
                }
            };
            assert!(is_sent, "{cursor:?} is sent as it was read");
        }
    }
    match end {
        Ok(()) => {
            let is_over = sent.len() > links.len() + PLENTY;
            // The last line is repeated.
            let is_repeated = sent.len() > links.len() || (1..links.len()).any(|at| links[..at].contains(&links[at]));
            let is_last = is_over || links.iter().any(String::is_empty) || list.ends_at_repeat && is_repeated;
            assert!(is_last, "no page was the last");
        }
        Err(error) => {
            let CallFault::Page(fault) = &error.call().expect("it was sent").fault else { panic!("{error:?}") };
            if let PageFault::ForeignOrigin { origin: other } = fault {
                assert_ne!(other, list.origin);
            }
        }
    }
    Corpus::Keep
});
