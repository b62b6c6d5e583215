//! Look-ups that share a list: which one, and what becomes of it when one of them ends early.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{Either, join, join3, select};
use futures_util::{FutureExt, StreamExt, stream};
use numport::model::NumberId;
use numport::{Butter, Error, NumberRecord, VoicePlatform};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::butter::endpoints::client;
use crate::butter::platform::NUMBERS;

/// A Butter of one number, which tells of each request that comes.
struct Told {
    server: MockServer,
    butter: Butter,
    state: Arc<Mutex<State>>,
    came: UnboundedReceiver<()>,
}

#[derive(Default)]
struct State {
    /// Who answers the number.
    agent: Option<&'static str>,
    refuses: bool,
    takes: Duration,
}

struct Answers(Arc<Mutex<State>>, UnboundedSender<()>);

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        self.1.send(()).unwrap();
        let state = self.0.lock().unwrap();
        if state.refuses {
            return ResponseTemplate::new(403).set_body_json(json!({"detail": "no"}));
        }
        // The number is on the second of three pages.
        let cursor = request.url.query_pairs().find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.to_string());
        let (data, next) = match cursor.as_deref() {
            None => (number("p0", "+14155552670", None), Some("2")),
            Some("2") => (number("p1", "+14155552671", state.agent), Some("3")),
            _ => (number("p2", "+14155552672", None), None),
        };
        let pagination = json!({"has_more": next.is_some(), "next_cursor": next});
        let body = json!({"success": true, "data": [data], "pagination": pagination});
        ResponseTemplate::new(200).set_body_json(body).set_delay(state.takes)
    }
}

fn number(id: &str, number: &str, agent: Option<&str>) -> Value {
    json!({"phone_number_id": id, "phone_number": number, "provider": "twilio", "assigned_agent_id": agent})
}

impl Told {
    async fn new() -> Self {
        let (server, (send, came), state) = (MockServer::start().await, unbounded_channel(), Arc::default());
        let answers = Answers(Arc::clone(&state), send);
        Mock::given(method("GET")).and(path(NUMBERS)).respond_with(answers).mount(&server).await;
        let butter = client(server.uri());
        Self { server, butter, state, came }
    }

    /// Polls a look-up until its first request has come.
    async fn begin<F: Future + Unpin>(&mut self, look_up: F) -> F {
        match select(look_up, pin!(self.came.recv())).await {
            Either::Left(_) => panic!("it has ended"),
            Either::Right((_, look_up)) => look_up,
        }
    }

    fn is_answered_by(&self, agent: &'static str) {
        self.state.lock().unwrap().agent = Some(agent);
    }

    async fn requests(&self) -> usize {
        self.server.received_requests().await.unwrap().len()
    }
}

fn id(id: &str) -> NumberId {
    NumberId::new(id)
}

fn agent(record: numport::Result<NumberRecord>) -> Option<String> {
    record.unwrap().agent.map(|agent| agent.to_string())
}

#[tokio::test]
async fn look_ups_that_begin_together_share_a_list_and_end_with_the_last_of_them() {
    let told = Told::new().await;
    let (butter, absent) = (told.butter.clone(), "+14155552679".parse().unwrap());
    let (p0, p1) = (id("p0"), id("p1"));
    let (zeroth, first) = join(butter.get(&p0), told.butter.get(&p1)).await;
    assert_eq!((zeroth.unwrap().id, first.unwrap().id, told.requests().await), (p0, p1, 2));
    let number = "+14155552672".parse().unwrap();
    let (there, other, gone) = join3(butter.find(&number), butter.find(&absent), butter.get(&id("p9"))).await;
    assert_eq!(there.unwrap().unwrap().id, id("p2"));
    assert!(other.unwrap().is_none());
    assert!(matches!(gone, Err(Error::NotFound(_))), "{gone:?}");
    assert_eq!(told.requests().await, 2 + 3);
}

#[tokio::test]
async fn a_look_up_never_uses_a_list_that_began_before_it() {
    let mut told = Told::new().await;
    let (butter, p1) = (told.butter.clone(), id("p1"));
    let first = told.begin(butter.get(&p1).boxed()).await;
    told.is_answered_by("a2");
    // They come while the first list is read, which has no page of the number yet.
    let (first, second, third) = join3(first, butter.get(&p1), butter.get(&p1)).await;
    assert_eq!([agent(first), agent(second), agent(third)], [const { Some("a2") }; 3].map(|a| a.map(str::to_owned)));
    assert_eq!(told.requests().await, 4, "two lists");
}

#[tokio::test]
async fn one_list_is_read_at_a_time() {
    let mut told = Told::new().await;
    let (butter, absent, p0, p1) = (told.butter.clone(), "+14155552679".parse().unwrap(), id("p0"), id("p1"));
    told.state.lock().unwrap().takes = Duration::from_millis(50);
    let first = told.begin(butter.find(&absent).boxed()).await;
    let two = told.begin(join(first, butter.get(&p0)).boxed()).await;
    // The second still waits for the end of the first list.
    let ((first, second), third) = join(two, butter.get(&p1)).await;
    assert!(first.unwrap().is_none());
    assert_eq!((second.unwrap().id, third.unwrap().id, told.requests().await), (p0, p1, 3 + 2));
}

#[tokio::test]
async fn a_look_up_that_is_dropped_ends_no_other_one() {
    let mut told = Told::new().await;
    let (butter, p1) = (told.butter.clone(), id("p1"));
    let first = told.begin(butter.get(&p1).boxed()).await;
    let (mut second, mut third, fourth) = (butter.get(&p1), butter.get(&p1), butter.get(&p1));
    assert!((&mut second).now_or_never().is_none() && (&mut third).now_or_never().is_none());
    drop(first);
    drop(second);
    let (third, fourth) = join(third, fourth).await;
    assert_eq!((third.unwrap().id, fourth.unwrap().id), (id("p1"), id("p1")));
    assert!(told.requests().await <= 4, "two lists at most");
    // Nobody is left, and nothing of it either.
    drop(told.begin(butter.get(&p1).boxed()).await);
    assert_eq!(butter.get(&p1).await.unwrap().id, p1);
}

#[tokio::test]
async fn a_look_up_that_is_not_polled_keeps_no_other_one_waiting() {
    let mut told = Told::new().await;
    let (butter, p1) = (told.butter.clone(), id("p1"));
    let first = told.begin(butter.get(&p1).boxed()).await;
    // As in the body of a loop over a stream of look-ups.
    assert_eq!(butter.get(&p1).await.unwrap().id, p1);
    assert_eq!(first.await.unwrap().id, p1);
    let ids = [p1.clone(), p1.clone()];
    let mut many = stream::iter(&ids).map(|id| butter.get(id)).buffer_unordered(2);
    while let Some(record) = many.next().await {
        assert_eq!((record.unwrap().id, butter.get(&p1).await.unwrap().id), (id("p1"), id("p1")));
    }
}

#[tokio::test]
async fn a_list_that_fails_is_an_error_of_all_who_share_it() {
    let mut told = Told::new().await;
    let (butter, p1) = (told.butter.clone(), id("p1"));
    told.state.lock().unwrap().refuses = true;
    let first = told.begin(butter.get(&p1).boxed()).await;
    for result in <[_; 3]>::from(join3(first, butter.get(&p1), butter.get(&p1)).await) {
        let Err(Error::Call(error)) = result else { panic!("{result:?}") };
        assert_eq!(error.status.map(|status| status.as_u16()), Some(403));
    }
    // One of the first list, one of the list that two share, and one of its own.
    assert_eq!(told.requests().await, 3);
    told.state.lock().unwrap().refuses = false;
    assert_eq!(butter.get(&p1).await.unwrap().id, p1);
}
