//! Plain requests to every service of a sandbox, with its credentials.

use std::time::Duration;

use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

pub(crate) const INTERACTLY: Service = Service::Platform(PlatformKind::INTERACTLY);
pub(crate) const VAPI: Service = Service::Platform(PlatformKind::VAPI);
pub(crate) const TWILIO: Service = Service::Provider(ProviderKind::TWILIO);
pub(crate) const SIGNALWIRE: Service = Service::Platform(PlatformKind::SIGNALWIRE);
pub(crate) const BUTTER: Service = Service::Platform(PlatformKind::BUTTER);
pub(crate) const ALL: [Service; 5] = [INTERACTLY, VAPI, TWILIO, SIGNALWIRE, BUTTER];

pub(crate) const NUMBER: &str = "+14155552671";

pub(crate) fn refuse(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Refuse { status, retry_after: retry_after.map(str::to_owned) }
}

pub(crate) fn base(sandbox: &Sandbox, service: Service) -> String {
    sandbox.var(&format!("{}_BASE_URL", service.as_str().to_uppercase())).unwrap()
}

pub(crate) fn request(sandbox: &Sandbox, service: Service, method: Method, target: &str) -> RequestBuilder {
    let var = |name: &str| sandbox.var(name).unwrap();
    let request = Client::new().request(method, format!("{}{target}", base(sandbox, service)));
    match service {
        INTERACTLY => request.bearer_auth(var("INTERACTLY_API_KEY")),
        VAPI => request.bearer_auth(var("VAPI_API_KEY")),
        TWILIO => request.basic_auth(var("TWILIO_ACCOUNT_SID"), Some(var("TWILIO_AUTH_TOKEN"))),
        SIGNALWIRE => request.basic_auth(var("SIGNALWIRE_PROJECT_ID"), Some(var("SIGNALWIRE_API_TOKEN"))),
        _ => {
            let organization = var("BUTTER_ORGANIZATION_ID");
            request.header("x-api-key", var("BUTTER_API_KEY")).header("x-organization-id", organization)
        }
    }
}

/// A request that makes a record; at Twilio, one that changes the number.
pub(crate) fn write(sandbox: &Sandbox, service: Service) -> RequestBuilder {
    let (target, body) = match service {
        INTERACTLY => ("/assistants/v1/numbers/purchase", json!({"number": NUMBER})),
        VAPI => {
            let (sid, token) = (sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
            let login =
                json!({"provider": "twilio", "number": NUMBER, "twilioAccountSid": sid, "twilioAuthToken": token});
            ("/phone-number", login)
        }
        TWILIO => {
            let form = request(sandbox, service, Method::POST, &twilio_number(sandbox));
            let typed = form.header("content-type", "application/x-www-form-urlencoded");
            return typed.body("FriendlyName=changed");
        }
        SIGNALWIRE => ("/api/relay/rest/imported_phone_numbers", json!({"number": NUMBER, "number_type": "longcode"})),
        _ => ("/api/phone-numbers", json!({"provider": "sip", "phone_number": NUMBER, "sip_password": "s3cret-pin"})),
    };
    let request = request(sandbox, service, Method::POST, target);
    request.header("content-type", "application/json").body(body.to_string())
}

pub(crate) fn twilio_number(sandbox: &Sandbox) -> String {
    let sid = sandbox.twilio().account_sid();
    format!("/2010-04-01/Accounts/{sid}/IncomingPhoneNumbers/PN{:032x}.json", 1)
}

/// How often a write was carried out.
pub(crate) fn written(sandbox: &Sandbox, service: Service) -> usize {
    let records = sandbox.records(service);
    let counts = |record: &&Value| service != TWILIO || record["friendly_name"] == "changed";
    records.iter().filter(counts).count()
}

/// Status, own status and fault of the only request.
pub(crate) fn only(sandbox: &Sandbox) -> (Option<u16>, Option<u16>, Option<Fault>) {
    let requests = sandbox.requests();
    let [ReceivedRequest { status, own_status, fault, .. }] = requests.as_slice() else { panic!("{requests:?}") };
    (*status, *own_status, fault.clone())
}

pub(crate) async fn json_of(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

/// A socket on which such a request was written, by hand.
pub(crate) async fn written_by_hand(sandbox: &Sandbox, request: RequestBuilder) -> TcpStream {
    let request = request.build().unwrap();
    let address = format!("127.0.0.1:{}", request.url().port().unwrap());
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(&as_text(&request)).await.unwrap();
    assert!(sandbox.waiting() <= 1);
    socket
}

pub(crate) fn as_text(request: &reqwest::Request) -> Vec<u8> {
    let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default();
    let mut text = format!("{} {} HTTP/1.1\r\nhost: sandbox\r\n", request.method(), request.url().path());
    for (name, value) in request.headers() {
        text.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    text.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
    [text.as_bytes(), body].concat()
}

/// Lets everything else go on until this holds. The clock does not move by it.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never comes");
        tokio::task::yield_now().await;
    }
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
