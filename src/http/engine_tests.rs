use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use futures_util::TryStreamExt;
use http::header::RETRY_AFTER;
use http::{HeaderMap, Method};
use serde_json::json;

use super::*;
use crate::error::PageFault;
use crate::http::rate::RateLimit;
use crate::http::simulated::Simulated;
use crate::http::url::BaseUrl;
use crate::http::{Call, Client, ListLimits, Next};
use crate::model::{AccountId, PlatformKind, Problems, Timestamp};

/// Answers that are given in turn, or those of a simulated service, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct Script {
    service: Option<Arc<Simulated>>,
    answers: Mutex<VecDeque<Step>>,
    sent: Mutex<Vec<(Method, String, Bytes, Instant)>>,
}

#[derive(Clone, Debug)]
enum Step {
    Answer(u16, Option<&'static str>, &'static str),
    Lose(Loss),
    Hang,
}
use Step::{Answer, Hang, Lose};

impl Script {
    pub(crate) async fn attempt(&self, request: &Prepared, timeout: Duration) -> Attempt {
        let entry = (request.method.clone(), request.url.to_string(), request.body.clone(), Instant::now());
        if let Some(service) = &self.service {
            return service.answer(request).await;
        }
        self.sent.lock().expect("not poisoned").push(entry);
        let step = self.answers.lock().expect("not poisoned").pop_front().expect("an attempt too many");
        match step {
            Answer(status, retry_after, body) => {
                let headers = retry_after.map(|value| (RETRY_AFTER, value.parse().expect("a value")));
                let status = StatusCode::from_u16(status).expect("a status");
                let head = Head::read(status, HeaderMap::from_iter(headers), || Timestamp::UNIX_EPOCH);
                Attempt::Answered { head, body: Body::Whole(Bytes::from_static(body.as_bytes())) }
            }
            Lose(loss) => Attempt::Lost { loss, head: None, error: None },
            Hang => {
                tokio::time::sleep(timeout).await;
                Attempt::Lost { loss: Loss::TimedOut, head: None, error: None }
            }
        }
    }
}

fn client(steps: Vec<Step>) -> Client {
    client_with(steps, RetryPolicy::default(), None)
}

fn client_with(steps: Vec<Step>, retry: RetryPolicy, limit: Option<RateLimit>) -> Client {
    let script = Script { answers: Mutex::new(steps.into()), ..Script::default() };
    client_of(script, retry, limit, true)
}

/// A client of a simulated service.
pub(in crate::http) fn client_of_service(
    service: Arc<Simulated>,
    retry: RetryPolicy,
    limit: Option<RateLimit>,
    adaptive: bool,
) -> Client {
    client_of(Script { service: Some(service), ..Script::default() }, retry, limit, adaptive)
}

fn client_of(script: Script, retry: RetryPolicy, limit: Option<RateLimit>, adaptive: bool) -> Client {
    let base = BaseUrl::parse("https://api.example.com", "base_url", &mut Problems::default()).expect("a base");
    let engine = Engine {
        service: Service::Platform(PlatformKind::from_static("test")),
        transport: Transport::Script(script),
        headers: Headers::new(HeaderMap::new()),
        signer: None,
        known: Known::new(vec![Secret::new("the-api-key")]),
        error_body: |body| ErrorBody {
            code: None,
            messages: body["message"].as_str().map(str::to_owned).into_iter().collect(),
        },
        rejects: |body| body == b"rejected",
        reset_header: None,
        timeout: Duration::from_secs(60),
        max_body: 1024,
        retry,
        budget: Budget::new(retry.budget),
        pacing: Pacing::new(limit, adaptive, retry.deadline),
        lists: ListLimits::default(),
    };
    Client::new(base, AccountId::new("test"), engine)
}

fn sent(client: &Client) -> Vec<Instant> {
    let Transport::Script(script) = &client.engine.transport else { panic!("a script") };
    assert!(script.answers.lock().expect("not poisoned").is_empty(), "an answer was not asked for");
    script.sent.lock().expect("not poisoned").iter().map(|(_, _, _, at)| *at).collect()
}

fn create() -> Call {
    Call::post("make", &["things"]).json(&json!({"a": 1, "authToken": "planted-token"}))
}

fn failure(result: Result<Value>) -> CallError {
    match result.expect_err("a failure") {
        Error::Call(call) => *call,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_is_tried_again_until_it_succeeds() {
    let client = client(vec![Answer(503, None, ""), Lose(Loss::Reset), Answer(200, None, "[1]")]);
    let read: Vec<u32> = client.request(Call::get("read", &["things"])).await.expect("the third");
    assert_eq!(read, [1]);
    assert_eq!(sent(&client).len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_create_is_never_sent_again_after_a_lost_answer() {
    for step in [
        Lose(Loss::Reset),
        Lose(Loss::CutOff),
        Hang,
        Answer(500, None, ""),
        Answer(503, Some("1"), ""),
        Answer(408, None, ""),
        Answer(409, None, ""),
        Answer(429, None, ""),
        Answer(429, Some("0"), ""),
    ] {
        let named = format!("{step:?}");
        let client = client(vec![step]);
        let error = failure(client.request(create()).await);
        assert_eq!((error.delivery, error.attempts), (Delivery::Unknown, 1), "{named}");
        assert_eq!(sent(&client).len(), 1, "{named}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_create_is_sent_again_when_no_connection_was_made() {
    let client = client(vec![Lose(Loss::NotConnected), Lose(Loss::NotConnected), Answer(201, None, "{}")]);
    client.request::<Value>(create()).await.expect("the third");
    let Transport::Script(script) = &client.engine.transport else { panic!("a script") };
    let sent = script.sent.lock().expect("not poisoned");
    assert!(sent.iter().all(|(_, _, body, _)| body == &sent[0].2 && !body.is_empty()), "another body was sent");
    assert_eq!(sent.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_page_instead_of_json_is_asked_for_again_and_a_create_is_not_sent_again() {
    const PAGE: Step = Answer(200, None, " \n<!doctype html><title>Back soon</title>");
    let read = || Call::get("get number", &["numbers", "1"]);
    let scripted = |steps| client(steps);

    let client = scripted(vec![PAGE, Answer(200, None, "{}")]);
    client.request::<Value>(read()).await.expect("the second");
    assert_eq!(sent(&client).len(), 2);

    let client = scripted(vec![PAGE; 4]);
    let error = failure(client.request(read()).await);
    assert!(matches!(error.fault, CallFault::Decode(_)), "{error}");
    assert_eq!((error.delivery, error.attempts), (Delivery::Read, 4));

    let client = scripted(vec![PAGE]);
    let error = failure(client.request(create()).await);
    assert_eq!((error.delivery, error.attempts), (Delivery::Accepted, 1));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_is_waited_out_and_no_longer() {
    let client = client(vec![Answer(429, Some("7"), ""), Answer(200, None, "{}")]);
    client.request::<Value>(create().repeatable()).await.expect("the second");
    let sent = sent(&client);
    assert_eq!(sent[1] - sent[0], Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_that_leaves_no_time_is_told_and_not_waited_for() {
    for value in ["120", "99999999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Sat, 01 Jan 10000 00:00:00 GMT"] {
        let client = client(vec![Answer(429, Some(value), "")]);
        let start = Instant::now();
        let error = failure(client.request(create().repeatable()).await);
        assert_eq!(error.delivery, Delivery::Refused);
        assert!(error.retry_after >= Some(Duration::from_secs(120)));
        assert_eq!(start.elapsed(), Duration::ZERO);
    }
}

#[tokio::test(start_paused = true)]
async fn attempts_budget_and_deadline_each_end_it() {
    let down = || (0..4).map(|_| Lose(Loss::NotConnected)).collect::<Vec<_>>();
    let client = client(down());
    let error = failure(client.request(create()).await);
    assert_eq!((error.delivery, error.attempts, sent(&client).len()), (Delivery::NotSent, 4, 4));
    assert!(!error.retry_budget_spent, "the attempts ended it");

    let client = client_with(down(), RetryPolicy::default().budget(2), None);
    let spent = |error: &CallError| (error.attempts, error.retry_budget_spent);
    assert_eq!(spent(&failure(client.request(create()).await)), (3, true));
    let error = failure(client.request(create()).await);
    assert_eq!(spent(&error), (1, true));
    let told = "was not sent, and was not retried because the client's retry budget is spent";
    assert!(error.to_string().ends_with(told), "{error}");
    assert_eq!(serde_json::to_value(&error).unwrap()["retry_budget_spent"], true);

    let policy = RetryPolicy::default().deadline(Duration::from_secs(90));
    let client = client_with(vec![Hang, Hang], policy, None);
    let start = Instant::now();
    let error = failure(client.request(Call::get("read", &["things"])).await);
    assert_eq!(error.attempts, 2);
    assert!(start.elapsed() <= Duration::from_secs(90), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn what_the_limit_holds_back_past_the_deadline_was_not_sent() {
    let limit = RateLimit::new(std::num::NonZeroU32::MIN, Duration::from_secs(1));
    let policy = RetryPolicy::default().deadline(Duration::from_millis(500));
    let client = client_with(vec![Answer(200, None, "{}")], policy, Some(limit));
    client.request::<Value>(create()).await.expect("the first passes");
    let error = failure(client.request(create()).await);
    assert_eq!((error.delivery, error.attempts), (Delivery::NotSent, 0));
    assert_eq!(sent(&client).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_attempt_left_open_stays_open() {
    for last in [Lose(Loss::NotConnected), Answer(404, None, ""), Answer(400, None, "")] {
        let named = format!("{last:?}");
        let policy = RetryPolicy::default().max_attempts(2);
        let client = client_with(vec![Lose(Loss::Reset), last], policy, None);
        let error = failure(client.request(Call::delete("remove", &["things", "1"]).repeatable()).await);
        assert_eq!((error.delivery, error.attempts), (Delivery::Unknown, 2), "{named}");
    }
    let client = client(vec![Answer(429, None, ""), Answer(404, None, "")]);
    let error = failure(client.request(Call::delete("remove", &["things", "1"]).repeatable()).await);
    assert_eq!(error.delivery, Delivery::Refused, "429 leaves nothing open");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_names_the_place_and_that_it_was_done() {
    let client = client(vec![Answer(201, None, r#"[{"id":"a"},{"id":7}]"#)]);
    #[derive(serde::Deserialize, Debug)]
    struct Thing {
        #[allow(dead_code)]
        id: String,
    }
    let error = client.request::<Vec<Thing>>(create()).await.expect_err("a number");
    let call = error.call().expect("a call");
    assert_eq!((call.delivery, call.status), (Delivery::Accepted, Some(StatusCode::CREATED)));
    let CallFault::Decode(fault) = &call.fault else { panic!("{call:?}") };
    assert_eq!(fault.path, "[1].id");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_cannot_be_read_shows_no_secret() {
    for (call, body) in [
        (Call::get("read", &["things"]), r#"{"a":"the-api-key"}"#),
        (Call::get("read", &["things"]), r#"{"the-api-key":"a"}"#),
        (create(), r#"{"a":"planted-token"}"#),
        (create(), r#"{"planted-token":"a"}"#),
    ] {
        let client = client(vec![Answer(200, None, body)]);
        let error = client.request::<std::collections::BTreeMap<String, u32>>(call).await.expect_err("a text");
        assert!(!format!("{error:?}").contains("the-api-key"), "{error:?}");
        assert!(!format!("{error:?}").contains("planted-token"), "{error:?}");
        assert!(format!("{error:?}").contains("[redacted]"), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_a_document_shows_no_secret() {
    let client = client(vec![Answer(400, None, r#"{"message":"{\"authToken\":\"echoed\"}"}"#)]);
    let CallFault::Refusal(refusal) = failure(client.request(create()).await).fault else { panic!("a refusal") };
    assert_eq!(refusal.messages, [r#"{"authToken":"[redacted]"}"#]);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_says_it_is_none_is_a_refusal() {
    let client = client(vec![Answer(200, None, "rejected")]);
    let error = failure(client.request(create()).await);
    assert_eq!((error.delivery, error.status), (Delivery::Refused, Some(StatusCode::OK)));
    assert!(matches!(error.fault, CallFault::Refusal(_)));
}

#[tokio::test(start_paused = true)]
async fn an_empty_answer_is_enough_where_nothing_is_expected() {
    let client = client(vec![Answer(204, None, "")]);
    client.request_empty(Call::delete("remove", &["things", "1"]).repeatable()).await.expect("nothing");
}

#[tokio::test(start_paused = true)]
async fn a_kept_body_is_bounded_and_shows_no_secret() {
    let body =
        format!(r#"{{"message":"planted-token and the-api-key are wrong","authToken":"x{}"}}"#, "é".repeat(20_000));
    let client = client(vec![Answer(400, None, String::leak(body))]);
    let error = failure(client.request(create()).await);
    let CallFault::Refusal(refusal) = &error.fault else { panic!("{error:?}") };
    assert_eq!(refusal.messages, ["[redacted] and [redacted] are wrong"]);
    assert!(refusal.body.len() <= Refusal::MAX_BODY);
    assert!(!refusal.body.contains('é'), "{}", refusal.body);
}

#[tokio::test]
async fn what_cannot_be_sent_is_named_before_anything_is() {
    let client = client(vec![]);
    let error = client.request::<Value>(Call::get("get number", &["things", ".."])).await.expect_err("a dot segment");
    assert_eq!(
        error.to_string(),
        "test: get number was not sent: `id` is a dot segment, which no URL keeps; give the id exactly as the service wrote it"
    );
}

/// Pages whose numbers go on for ever.
fn numbered(client: &Client) -> futures_util::stream::BoxStream<'_, Result<u32>> {
    let call = |page| Call::get("list", &["things"]).query("page", Some(page));
    let mut page = 1;
    client.pages(Ok(call(page)), move |items: Vec<u32>| {
        page += 1;
        (items, Next::Call(call(page)))
    })
}

#[tokio::test(start_paused = true)]
async fn a_list_has_a_time_of_its_own_in_which_its_reader_does_not_count() {
    let busy = || Answer(503, Some("6"), "");
    let mut client = client(vec![busy(), Answer(200, None, "[1]"), busy(), Answer(200, None, "[2]"), busy()]);
    let limit = Duration::from_secs(15);
    Arc::get_mut(&mut client.engine).expect("the only one").lists = ListLimits::default().deadline(limit);
    let mut list = numbered(&client);
    for item in [1, 2] {
        assert_eq!(list.try_next().await.expect("in time"), Some(item));
        tokio::time::sleep(Duration::from_secs(3600)).await;
    }
    let start = Instant::now();
    let Err(Error::Call(error)) = list.try_next().await else { panic!("it ends") };
    assert!(matches!(error.fault, CallFault::Page(PageFault::TooSlow { .. })), "{error:?}");
    assert_eq!((error.delivery, start.elapsed()), (Delivery::Read, Duration::from_secs(3)));
    drop(list);
    assert_eq!(sent(&client).len(), 5);
}

#[tokio::test(start_paused = true)]
async fn no_time_is_too_long() {
    let policy = RetryPolicy::default()
        .deadline(Duration::MAX)
        .initial_backoff(Duration::MAX)
        .max_backoff(Duration::MAX)
        .max_attempts(u32::MAX);
    let one = || Some(RateLimit::new(std::num::NonZeroU32::MIN, Duration::from_secs(1)));
    let steps =
        vec![Answer(503, Some("99999999999999999999999"), ""), Answer(503, Some("0"), ""), Answer(200, None, "[1]")];
    let mut client = client_with(steps, policy, one());
    let engine = Arc::get_mut(&mut client.engine).expect("the only one");
    engine.timeout = Duration::MAX;
    engine.lists = ListLimits::default().deadline(Duration::MAX);
    let error = failure(client.request(Call::get("read", &["things"])).await);
    assert_eq!(error.attempts, 1, "it asked for more time than there is");
    assert_eq!(numbered(&client).try_next().await.expect("the third"), Some(1));

    let client = client_with(vec![Answer(503, None, "")], policy, one());
    assert_eq!(failure(client.request(Call::get("read", &["things"])).await).attempts, 1);
}
