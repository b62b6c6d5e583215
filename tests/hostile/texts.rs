//! A platform's texts are shown in one line of limited length, without characters that move, hide or forge text.

use numport::{Error, ImportRequest};
use serde_json::{Value, json};

use crate::between::{Between, is_create, number};
use crate::hostile::{Answer, Hostile, edit};
use crate::log;
use crate::services::subject::{Pace, Platform};
use crate::services::{carrier, each_platform};

/// A separate line in a log, terminal escapes, and Unicode directions and separators.
const NASTY: &str = "first\nERROR forged: line\r\n\u{1b}[31mred\u{1b}]0;title\u{7}\u{202e}live\u{2066}x\u{2028}y\u{85}\
                     \u{0}\u{7f}\u{200f}\u{feff}\u{9b}31m";
/// The maximum length of a report, in characters.
const LONGEST: usize = 4000;

/// Whether this character may change how the text around it is shown.
fn is_nasty(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

fn assert_tame(what: &str, text: &str) {
    let found = text.chars().find(|&letter| is_nasty(letter));
    assert_eq!(found, None, "{what}: {text:?}");
    let length = text.chars().count();
    assert!(length <= LONGEST, "{what}: {length} characters");
}

fn assert_tame_error(error: &Error) {
    assert_tame("report", &error.report());
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        assert_tame("display", &error.to_string());
        cause = error.source();
    }
    let debug = format!("{error:?}");
    assert!(!debug.contains(is_nasty), "{debug}");
}

/// Checks that the log itself began every line.
fn assert_tame_log() {
    for line in log::read().lines() {
        assert!(line.starts_with("20"), "a forged line: {line:?}");
        if line.contains("numport") {
            assert_tame("log", line);
        }
    }
}

/// An error response in which every service's client finds the message.
fn refusal(texts: &[&str]) -> Value {
    let of_form = |name: &str| texts.iter().map(|text| json!({name: text, "code": text})).collect::<Vec<_>>();
    json!({"message": texts, "error": texts[0], "errors": of_form("detail"), "detail": of_form("msg"), "code": texts[0]})
}

async fn a_refusal(platform: &'static Platform) {
    for texts in [vec![NASTY], vec!["x"; 6000], vec![NASTY; 6000]] {
        let between = Between::start(platform).await;
        let body = refusal(&texts);
        between.relay.distort(move |_, _| vec![Answer::json(400, &body)]);
        assert_tame_error(&between.import().await.unwrap_err());
        assert_tame_error(&between.client().get(&platform.absent.into()).await.unwrap_err());
        assert_tame_log();
    }
}

async fn an_unreadable_answer(platform: &'static Platform) {
    let bodies = [json!({NASTY: 7, "id": {NASTY: [NASTY]}}), json!(NASTY), json!([{NASTY: NASTY}])];
    for body in bodies {
        let between = Between::start(platform).await;
        between.distort_creates(move |_| Answer::json(201, &body));
        if let Err(error) = between.import().await {
            assert_tame_error(&error);
        }
        assert_tame_log();
    }
}

/// The record has this id from its create on.
async fn an_id(platform: &'static Platform) {
    for at_create in [true, false] {
        let between = Between::start(platform).await;
        if !at_create {
            between.direct().import(ImportRequest::new(number())).await.unwrap();
        }
        let field = platform.record.id;
        between.relay.distort(move |request, answer| {
            let strikes = request.is_read() || is_create(platform, request);
            let long = format!("{NASTY}{}", "x".repeat(5000));
            let rename = |body: &mut Value| {
                edit::objects(body, field, &mut |record| drop(record.insert(field.to_owned(), long.clone().into())));
            };
            vec![if strikes { answer.edited(rename) } else { answer }]
        });
        match between.import().await {
            Ok(imported) => assert_tame("imported", &imported.to_string()),
            Err(error) => assert_tame_error(&error),
        }
        assert_tame_log();
    }
}

#[tokio::test]
async fn a_carriers_message_is_shown_in_one_line() {
    log::start();
    let server = Hostile::always(Answer::json(400, &json!({"code": 20001, "message": NASTY}))).await;
    let carrier = carrier("twilio");
    let twilio = (carrier.connect)(&carrier.api.account(&server.uri, "token"), Pace::at_once());
    assert_tame_error(&twilio.lookup(&number()).await.unwrap_err());
    assert_tame_log();
}

each_platform! {
    #[tokio::test]
    a_refusal_is_one_line_of_limited_length, a_refusal
}

each_platform! {
    #[tokio::test]
    an_unreadable_response_forges_no_text, an_unreadable_answer
}

each_platform! {
    #[tokio::test]
    an_id_forges_no_text, an_id
}
