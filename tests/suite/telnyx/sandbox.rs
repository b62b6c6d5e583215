//! Telnyx's side of the sandbox, besides what the tests of the client cover.

use numport::model::{ProviderKind, Removal};
use numport::provider::telnyx::*;
use numport::sandbox::Sandbox;
use numport::{E164, Telnyx};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::plain_requests::{json_of, request};

fn telnyx(sandbox: &Sandbox) -> Telnyx {
    Telnyx::from_vars(|name| sandbox.var(name)).unwrap()
}

/// The status and the response.
async fn plain(sandbox: &Sandbox, method: Method, target: &str, body: Option<Value>) -> (u16, Value) {
    let request = request(sandbox, ProviderKind::TELNYX.into(), method, target);
    json_of(body.into_iter().fold(request, |request, body| request.json(&body))).await
}

#[tokio::test]
async fn it_holds_four_numbers_and_two_connections() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = telnyx(&sandbox);
    let numbers = telnyx.list_numbers(&ListNumbers::new().sort(SortNumbers::PhoneNumber)).await.unwrap().data;
    assert_eq!(numbers.len(), sandbox.telnyx().held_numbers().len());
    let first = sandbox.telnyx().number(&sandbox.telnyx().held_numbers()[0]).unwrap();
    assert_eq!(first["status"], "active");
    let connections = telnyx.list_connections(&ListConnections::new()).await.unwrap();
    assert_eq!((connections.data.len(), connections.meta.unwrap().total_results), (2, Some(2.into())));
}

#[tokio::test]
async fn lists_are_filtered() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = telnyx(&sandbox);
    let list = ListNumbers::new;
    for (list, count) in [
        (list().phone_number("5555098"), 1),
        (list().phone_number("3035550"), 2),
        (list().connection_id(sandbox.telnyx().connection_id()), 2),
        (list().connection_name_contains("desk"), 2),
        (list().connection_name_starts_with("desk"), 0),
        (list().connection_name_ends_with("app"), 2),
        (list().connection_name("front desk app"), 2),
        (list().status(PhoneNumberStatus::PortPending), 1),
        (list().country_iso_alpha2("GB"), 1),
        (list().without_tags("true"), 4),
        (list().tag("a"), 0),
        (list().source(SourceFilter::Ported), 0),
        (list().billing_group_id("null"), 4),
        (list().usage_payment_method(UsagePaymentMethod::Channel), 0),
    ] {
        assert_eq!(telnyx.list_numbers(&list).await.unwrap().data.len(), count, "{list:?}");
        assert_eq!(telnyx.list_slim_numbers(&list).await.unwrap().data.len(), count, "{list:?}");
    }
    // A filter with a plus matches nothing, and is no error.
    let (status, body) = plain(&sandbox, Method::GET, "/phone_numbers?filter[phone_number]=%2B19705555098", None).await;
    assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(0)));
}

#[tokio::test]
async fn mistakes_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let number = "/phone_numbers/1293384261075731499";
    let patch = Method::PATCH;
    for (method, target, body, status) in [
        (Method::GET, "/phone_numbers?page[size]=251".to_owned(), None, 400),
        (Method::GET, "/phone_numbers?page[number]=0".to_owned(), None, 400),
        (Method::GET, "/phone_numbers?limit=5".to_owned(), None, 400),
        (Method::GET, "/phone_numbers?sort=age".to_owned(), None, 400),
        (Method::GET, "/phone_numbers?filter[voice.connection_name][contains]=ab".to_owned(), None, 400),
        (Method::GET, "/nothing".to_owned(), None, 404),
        (patch.clone(), number.to_owned(), Some(json!({"connection": "1"})), 422),
        (patch.clone(), number.to_owned(), Some(json!({"connection_id": "1"})), 422),
        (patch.clone(), number.to_owned(), Some(json!({"connection_id": 1_521_916_448_077_776_306_u64})), 422),
        (patch.clone(), format!("{number}/voice"), Some(json!({"connection_id": "1"})), 422),
        (patch.clone(), format!("{number}/voice"), Some(json!({"inbound_call_screening": "off"})), 422),
        (patch, format!("{number}/messaging"), Some(json!({"messaging_profile_id": "x"})), 422),
        (Method::POST, "/numbers_features".to_owned(), Some(json!({"phone_numbers": []})), 422),
    ] {
        let (answered, error) = plain(&sandbox, method, &target, body).await;
        assert_eq!(answered, status, "{target}");
        assert!(error["errors"][0]["code"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn null_keeps_the_connection_and_the_profile() {
    let sandbox = Sandbox::start().await.unwrap();
    let number: E164 = "+19705555098".parse().unwrap();
    let before = sandbox.telnyx().number(&number).unwrap();
    let target = format!("/phone_numbers/{}", before["id"].as_str().unwrap());
    plain(&sandbox, Method::PATCH, &target, Some(json!({"connection_id": null}))).await;
    let messaging = format!("{target}/messaging");
    plain(&sandbox, Method::PATCH, &messaging, Some(json!({"messaging_profile_id": null}))).await;
    let after = sandbox.telnyx().number(&number).unwrap();
    for field in ["connection_id", "messaging_profile_id"] {
        assert_eq!(after[field], before[field]);
    }
    assert_ne!(after["updated_at"], before["updated_at"]);
}

#[tokio::test]
async fn a_job_changes_many_numbers() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = telnyx(&sandbox);
    let numbers = sandbox.telnyx().held_numbers();
    let job = UpdateNumbersJob::new(numbers.iter().map(ToString::to_string).collect::<Vec<_>>())
        .connection_id(sandbox.telnyx().vapi_connection_id())
        .voice(UpdateVoiceSettings::new().translated_number("+13035559998"));
    let begun = telnyx.update_numbers(&job).await.unwrap();
    let job = telnyx.get_job(begun.id.as_deref().unwrap()).await.unwrap();
    assert_eq!((begun.status, job.status), (Some(JobStatus::Pending), Some(JobStatus::Completed)));
    assert_eq!(job.successful_operations.unwrap().len(), 4);
    for number in &numbers {
        let kept = sandbox.telnyx().number(number).unwrap();
        assert_eq!(kept["connection_id"], sandbox.telnyx().vapi_connection_id());
        assert_eq!(kept["voice"]["translated_number"], "+13035559998");
    }
    let owned = telnyx.verify_ownership(&numbers).await.unwrap();
    // One number is still being ported to Telnyx.
    assert_eq!((owned.found.unwrap().len(), owned.not_found.unwrap().len()), (3, 1));
}

#[tokio::test]
async fn a_released_number_is_gone() {
    let sandbox = Sandbox::start().await.unwrap();
    let telnyx = telnyx(&sandbox);
    let id = "1293384261075731499";
    let gone = telnyx.release_number(id, Removal::RecordAndNumber).await.unwrap();
    assert_eq!(gone.status, Some(PhoneNumberStatus::Deleted));
    telnyx.get_number(id).await.unwrap_err();
    assert_eq!(sandbox.records(ProviderKind::TELNYX).len(), 3);
}
