//! Plivo's side of the sandbox, besides what the tests of the client cover.

use numport::model::{ProviderKind, Removal};
use numport::provider::plivo::*;
use numport::sandbox::Sandbox;
use numport::{E164, Plivo};
use reqwest::Method;
use serde_json::{Value, json};

use crate::sandbox::plain_requests::{json_of, request};

fn plivo(sandbox: &Sandbox) -> Plivo {
    Plivo::from_vars(|name| sandbox.var(name)).unwrap()
}

/// The status and the response.
async fn plain(sandbox: &Sandbox, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let target = format!("/v1/Account/{}/{path}", sandbox.var("PLIVO_AUTH_ID").unwrap());
    let request = request(sandbox, ProviderKind::PLIVO.into(), method, &target);
    json_of(body.into_iter().fold(request, |request, body| request.json(&body))).await
}

#[tokio::test]
async fn it_holds_two_applications_a_number_with_one_and_a_subaccount() {
    let sandbox = Sandbox::start().await.unwrap();
    let plivo = plivo(&sandbox);
    let applications = plivo.list_applications(&ListApplications::new()).await.unwrap().objects;
    let defaults: Vec<Option<bool>> = applications.iter().map(|found| found.default_app).collect();
    assert_eq!(defaults, [Some(false), Some(true)]);
    assert_eq!(plivo.list_numbers(&ListNumbers::new()).await.unwrap().objects.len(), 3);
    assert_eq!(plivo.list_subaccounts(&ListSubaccounts::new()).await.unwrap().objects.len(), 1);
    assert_eq!(plivo.list_trunks(&ListTrunks::new()).await.unwrap().objects.len(), 1);
}

#[tokio::test]
async fn lists_are_filtered() {
    let sandbox = Sandbox::start().await.unwrap();
    let plivo = plivo(&sandbox);
    let list = ListNumbers::new;
    for (list, count) in [
        (list().number_startswith("1760"), 1),
        (list().subaccount(sandbox.plivo().subaccount().0), 1),
        (list().alias("Desk"), 0),
        (list().services(Services::VoiceSms), 3),
        (list().services(Services::Mms), 0),
        (list().number_type(NumberType::Local), 3),
        (list().number_type(NumberType::TollFreeFilter), 0),
        (list().cnam_lookup(CnamLookup::Enabled), 0),
        (list().renewal_date_gt("2024-03-13").renewal_date_lte("2024-03-14"), 3),
        (list().renewal_date_lt("2024-03-14"), 0),
    ] {
        assert_eq!(plivo.list_numbers(&list).await.unwrap().objects.len(), count, "{list:?}");
    }
    let named = ListApplications::new().app_name("Default");
    assert_eq!(plivo.list_applications(&named).await.unwrap().objects.len(), 1);
    let outbound = ListTrunks::new().trunk_direction(TrunkDirection::Outbound);
    assert_eq!(plivo.list_trunks(&outbound).await.unwrap().objects.len(), 0);
}

#[tokio::test]
async fn an_update_without_an_application_assigns_the_default_one() {
    let sandbox = Sandbox::start().await.unwrap();
    let number: E164 = "+17609915566".parse().unwrap();
    let (status, answer) = plain(&sandbox, Method::POST, "Number/17609915566/", Some(json!({"alias": "Desk"}))).await;
    assert_eq!((status, &answer["message"]), (202, &json!("changed")));
    assert_eq!(sandbox.plivo().calls_go_to(&number).as_deref(), Some(sandbox.plivo().default_application_id()));
    plain(&sandbox, Method::POST, "Number/17609915566/", Some(json!({"app_id": ""}))).await;
    assert_eq!(sandbox.plivo().calls_go_to(&number), None);
    plain(&sandbox, Method::POST, "Number/17609915566/", Some(json!({"app_id": sandbox.plivo().trunk_id()}))).await;
    assert_eq!(sandbox.plivo().calls_go_to(&number).as_deref(), Some(sandbox.plivo().trunk_id()));
}

#[tokio::test]
async fn mistakes_are_refused() {
    let sandbox = Sandbox::start().await.unwrap();
    let number = "Number/17609915566/";
    for (method, path, body, status) in [
        (Method::GET, "Number", None, 404),
        (Method::GET, "Number/+17609915566/", None, 404),
        (Method::GET, "Number/?limit=21", None, 400),
        (Method::GET, "Number/?page=2", None, 400),
        (Method::GET, "Number/?cursor=after-0&offset=0", None, 400),
        (Method::POST, number, Some(json!({"app_id": "1"})), 400),
        (Method::POST, number, Some(json!({"application": "1"})), 400),
        (Method::POST, number, Some(json!({"object_type": "trunk"})), 400),
        (Method::POST, number, Some(json!({"app_id": "", "object_type": "trunk", "object_id": "1"})), 400),
        (Method::POST, number, Some(json!({"subaccount": "SA1"})), 400),
        (Method::POST, "Number/", Some(json!({"numbers": "14155550123"})), 400),
    ] {
        let (answered, error) = plain(&sandbox, method, path, body).await;
        assert_eq!(answered, status, "{path}");
        assert!(error["error"].is_string(), "{error}");
    }
}

#[tokio::test]
async fn numbers_are_registered_moved_and_released() {
    let sandbox = Sandbox::start().await.unwrap();
    let plivo = plivo(&sandbox);
    let add = AddNumber::new("14155550123", "ExampleCarrier", "United States");
    plivo.add_number(&add.app_id(sandbox.plivo().application_id())).await.unwrap();
    let number: E164 = "+14155550123".parse().unwrap();
    let found = plivo.get_number(&number).await.unwrap();
    assert_eq!(found.carrier.as_deref(), Some("ExampleCarrier"));
    let sub = sandbox.plivo().subaccount().0;
    let moved = plivo.update_number(&number, &UpdateNumber::new().subaccount(sub)).await.unwrap();
    assert_eq!((moved.subaccount_id(), moved.app_id()), (Some(sub), Some(sandbox.plivo().application_id())));
    plivo.release_number(&number, Removal::RecordAndNumber).await.unwrap();
    assert!(plivo.get_number(&number).await.unwrap_err().is_not_found());
}
