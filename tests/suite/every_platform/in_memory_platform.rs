//! The test double for users: it passes the conformance suite, and follows its script.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{FutureExt, TryStreamExt};
use numport::conformance::{self, Answer, Call, InMemoryPlatform, Subject};
use numport::error::Delivery;
use numport::model::{PlatformKind, Removal};
use numport::platform::{Capabilities, Duplicates, Find, OnRemoval, Sources, Support};
use numport::{ImportRequest, NumberSource, NumberUpdate, VoicePlatform};

use crate::services::planted::{by_token, number, of_twilio};
use crate::support::CreateNow;
use crate::support::in_memory::{NATIVE, THROUGH_LIST};
use crate::support::validation::problem_fields;

const KIND: PlatformKind = PlatformKind::from_static("parrot");

static EVERYTHING: Capabilities = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Releases)
    .with_label(Support::SET_AND_CLEAR, Some(64))
    .with_agent(Support::FULL)
    .with_directions(Support::CREATE_AND_SET, Support::CREATE)
    .with_duplicates(Duplicates::Refused);

fn source() -> NumberSource {
    of_twilio(by_token())
}

fn request() -> ImportRequest {
    ImportRequest::new(number())
}

#[tokio::test]
async fn it_passes_the_suite_with_any_capabilities() {
    for can in [&EVERYTHING, &NATIVE, &THROUGH_LIST] {
        let platform = InMemoryPlatform::new(KIND, can);
        let account = numport::AccountKey::token(format!("AC{:032}", 0), "token");
        conformance::all(&mut Subject::new(&platform, of_twilio(account), conformance::numbers(30))).await;
    }
}

#[tokio::test]
async fn a_script_is_followed_and_then_calls_succeed() {
    let platform = InMemoryPlatform::new(KIND, &EVERYTHING);
    platform.script(Call::Create, [Answer::refused(503), Answer::lost(false), Answer::lost(true)]);
    for (delivery, status, records) in
        [(Delivery::Refused, Some(503), 0), (Delivery::Unknown, None, 0), (Delivery::Unknown, None, 1)]
    {
        let error = platform.create_now(&source(), &request()).await.unwrap_err();
        assert_eq!(error.call().unwrap().delivery, delivery);
        assert_eq!(error.status().map(|status| status.as_u16()), status);
        assert_eq!(platform.records().len(), records);
    }
    let refused = platform.create_now(&source(), &request()).await.unwrap_err();
    assert_eq!(refused.status().unwrap().as_u16(), 409, "it is there already");
    assert_eq!(platform.calls(Call::Create), 4);

    platform.script(Call::Find, [Answer::Nothing]);
    platform.script(Call::List, [Answer::Nothing, Answer::refused(500)]);
    assert!(platform.find(&number()).await.unwrap().is_none());
    assert!(platform.find(&number()).await.unwrap().is_some());
    assert!(platform.list().try_collect::<Vec<_>>().await.unwrap().is_empty());
    assert!(platform.list().try_collect::<Vec<_>>().await.is_err());
    assert_eq!(platform.list().try_collect::<Vec<_>>().await.unwrap().len(), 1);
    assert_eq!((platform.calls(Call::Find), platform.calls(Call::List), platform.records_listed()), (2, 3, 1));

    platform.always(Call::Get, Answer::refused(401));
    for _ in 0..2 {
        assert!(platform.get(&"r1".into()).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_can_be_delayed_or_hang() {
    let platform = InMemoryPlatform::new(KIND, &EVERYTHING);
    platform.create_takes(Duration::from_secs(3));
    let begin = tokio::time::Instant::now();
    let id = platform.create_now(&source(), &request()).await.unwrap().id;
    assert_eq!(begin.elapsed(), Duration::from_secs(3));

    platform.script(Call::Update, [Answer::Never { done: true }]);
    let update = NumberUpdate::new().agent("a1");
    let mut pending = platform.update(&id, &update);
    for _ in 0..3 {
        assert!(pending.as_mut().now_or_never().is_none());
    }
    drop(pending);
    assert_eq!(platform.records()[0].agent.as_ref().map(AsRef::as_ref), Some("a1"), "it was carried out");
}

#[tokio::test]
async fn a_hook_gets_each_call_with_its_number() {
    let platform = InMemoryPlatform::new(KIND, &EVERYTHING);
    let seen: Arc<Mutex<Vec<_>>> = Arc::default();
    let calls = seen.clone();
    platform.on_call(move |call, number| calls.lock().unwrap().push((call, number)));
    let id = platform.create_now(&source(), &request()).await.unwrap().id;
    platform.list().try_collect::<Vec<_>>().await.unwrap();
    platform.remove(&id, Removal::RecordAndNumber).await.unwrap();
    let (made, gone) = (Some(number()), None);
    assert_eq!(*seen.lock().unwrap(), [(Call::Create, made), (Call::List, gone), (Call::Remove, made)]);
}

#[test]
fn two_platforms_are_two_accounts_and_clones_are_one() {
    let [one, other] = [(); 2].map(|()| InMemoryPlatform::new(KIND, &EVERYTHING));
    assert_eq!(one.account(), one.clone().account());
    assert_ne!(one.account(), other.account());
}

/// The default of a platform that does not say what it can restore.
#[tokio::test]
async fn a_record_is_not_replaced_unless_the_platform_says_that_it_can_be() {
    let platform = crate::support::in_memory::platform(&NATIVE, 1);
    let number = crate::support::in_memory::number(0);
    let error = crate::support::in_memory::importer(&platform).plan_replacement(&number).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["record"]);
    assert_eq!(platform.calls(Call::Remove), 0);
}
