//! For any response body, the error can be displayed, is bounded, and shows no key. The first byte selects the call and
//! the second one the status. The bytes 1 and 2 stand for the key: plain, and as some JSON writers escape it.
#![no_main]

use std::error::Error as _;
use std::fmt::Write as _;

use libfuzzer_sys::{Corpus, fuzz_target};
use numport::error::{CallFault, Refusal};
use numport::fuzzing::{Answer, set_network};
use numport_fuzz::{KEY, SERVICES, chosen};

const ESCAPED: &str = r"planted\/k\u0065y\u003c1>";

fuzz_target!(|input: &[u8]| -> Corpus {
    let [call, status, body @ ..] = input else { return Corpus::Reject };
    let status = if *status == 0 { 200 } else { 400 + u16::from(*status) % 200 };
    let mut planted = Vec::with_capacity(body.len());
    for &byte in body {
        match byte {
            1 => planted.extend(KEY.as_bytes()),
            2 => planted.extend(ESCAPED.as_bytes()),
            byte => planted.push(byte),
        }
    }
    set_network(move |_, _| Answer { status, retry_after: None, body: planted.clone() });

    let calls = SERVICES.iter().flat_map(|service| service.calls);
    let error = chosen(calls.collect(), *call)();
    let Some(error) = error else { return Corpus::Keep };
    let mut told = format!("{error:?} {error}");
    let mut source = error.source();
    while let Some(layer) = source {
        write!(told, " {layer}").expect("a text");
        source = layer.source();
    }
    if let Some(call) = error.call() {
        told.push_str(&call.advice());
        if let CallFault::Refusal(refusal) = &call.fault {
            assert!(refusal.body.len() <= Refusal::MAX_BODY);
            assert!(
                refusal.messages.len() <= Refusal::MAX_MESSAGES
                    && refusal.messages.iter().all(|message| message.chars().count() <= Refusal::MAX_MESSAGE)
            );
            // As text, and as a JSON parser decodes it.
            let read: serde_json::Value = serde_json::from_str(&refusal.body).unwrap_or_default();
            for text in refusal.messages.iter().chain(&refusal.code).chain([&refusal.body, &format!("{read}")]) {
                told.push_str(text);
            }
        }
    }
    assert!(!told.contains(KEY), "{told}");
    Corpus::Keep
});
