//! Twilio's error codes.

use numport::Error;
use numport::error::CallFault;
use numport::provider::twilio::ErrorCode;
use serde_json::json;
use wiremock::ResponseTemplate;

use super::endpoints::{NUMBER, client, refusal};
use crate::signalwire::endpoints::client as signalwire;
use crate::support::server;

async fn refused(answer: ResponseTemplate) -> Error {
    client(server(answer).await.uri()).get_number(NUMBER).await.unwrap_err()
}

#[tokio::test]
async fn each_documented_code_has_its_name() {
    for (status, code, named) in [
        (401, 20003, ErrorCode::Unauthorized),
        (404, 20404, ErrorCode::NotFound),
        (429, 20429, ErrorCode::TooManyRequests),
        (400, 21421, ErrorCode::InvalidNumber),
        (422, 21422, ErrorCode::NotAvailable),
        (400, 21481, ErrorCode::BadPageToken),
        (429, 70005, ErrorCode::TooManyFailures),
        (403, 20008, ErrorCode::Other(20008)),
        (500, 20500, ErrorCode::Other(20500)),
        (400, u32::MAX, ErrorCode::Other(u32::MAX)),
    ] {
        let error = refused(refusal(status, code)).await;
        assert_eq!(ErrorCode::of(&error), Some(named), "{code}");
        assert_eq!(error.status().unwrap().as_u16(), status);
    }
}

#[tokio::test]
async fn a_response_without_a_code_has_none() {
    let html = "<html><body>502 Bad Gateway 20404</body></html>";
    for answer in [
        ResponseTemplate::new(404).set_body_json(json!({"message": "gone", "status": 404})),
        ResponseTemplate::new(404).set_body_json(json!({"code": null})),
        ResponseTemplate::new(404).set_body_json(json!({"code": -1})),
        ResponseTemplate::new(404).set_body_json(json!({"code": 4_294_967_296_u64})),
        ResponseTemplate::new(404).set_body_json(json!([20404])),
        ResponseTemplate::new(404).set_body_json(json!({"errors": [{"code": 20404}]})),
        ResponseTemplate::new(404).set_body_raw(html, "text/html"),
        ResponseTemplate::new(404),
    ] {
        let error = refused(answer).await;
        assert_eq!(ErrorCode::of(&error), None, "{error:?}");
        assert!(error.is_not_found());
    }
    let error = refused(ResponseTemplate::new(502).set_body_raw(html, "text/html")).await;
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!(refusal.body, html);
}

#[tokio::test]
async fn the_codes_of_other_services_are_not_twilios() {
    // SignalWire's older API writes errors in Twilio's form.
    let server = server(refusal(404, 20404)).await;
    let error = signalwire(server.uri()).get_number("n1").await.unwrap_err();
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!((refusal.code.as_deref(), ErrorCode::of(&error)), (Some("20404"), None));
    let invalid = client(server.uri()).get_number("x").await.unwrap_err();
    assert_eq!(ErrorCode::of(&invalid), None);
}

#[tokio::test]
async fn an_error_has_twilios_message() {
    let error = refused(refusal(404, 20404)).await;
    let CallFault::Refusal(refusal) = &error.call().unwrap().fault else { panic!("{error:?}") };
    assert_eq!(refusal.code.as_deref(), Some("20404"));
    assert_eq!(refusal.to_string(), "code 20404: It was refused");
    assert!(error.is_not_found());
}
