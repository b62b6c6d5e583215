//! Plain requests to every service of a sandbox, with its credentials.

use std::time::Duration;

use numport::model::{PlatformKind, ProviderKind, Service};
use numport::sandbox::{Fault, ReceivedRequest, Sandbox};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::services::apis;
pub(crate) use crate::services::subject::NUMBER;
use crate::services::subject::{Api, Write};

pub(crate) const INTERACTLY: Service = Service::Platform(PlatformKind::INTERACTLY);
pub(crate) const VAPI: Service = Service::Platform(PlatformKind::VAPI);
pub(crate) const TWILIO: Service = Service::Provider(ProviderKind::TWILIO);
pub(crate) const SIGNALWIRE: Service = Service::Platform(PlatformKind::SIGNALWIRE);
pub(crate) const BUTTER: Service = Service::Platform(PlatformKind::BUTTER);

/// Every service of this build.
pub(crate) fn all() -> Vec<Service> {
    apis().map(|api| api.service).collect()
}

pub(crate) fn refuse(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Refuse { status, retry_after: retry_after.map(str::to_owned) }
}

fn api(service: Service) -> &'static Api {
    apis().find(|api| api.service == service).expect("a subject for each service")
}

pub(crate) fn base(sandbox: &Sandbox, service: Service) -> String {
    sandbox.var(api(service).base_url).unwrap()
}

pub(crate) fn request(sandbox: &Sandbox, service: Service, method: Method, target: &str) -> RequestBuilder {
    api(service).request(sandbox, method, target)
}

fn write_of(sandbox: &Sandbox, service: Service) -> Write {
    (api(service).write)(&|name| sandbox.var(name))
}

/// Sends a request as a program in another language would. Returns the status and the response.
pub(crate) async fn send(
    sandbox: &Sandbox,
    service: Service,
    method: Method,
    target: &str,
    body: Value,
) -> (u16, Value) {
    json_of(request(sandbox, service, method, target).body(body.to_string())).await
}

/// A request that creates a record; at a carrier, one that changes a number.
pub(crate) fn write(sandbox: &Sandbox, service: Service) -> RequestBuilder {
    let Write { method, target, content_type, body, .. } = write_of(sandbox, service);
    request(sandbox, service, method, &target).header("content-type", content_type).body(body)
}

/// A service's response to a write that it carries out.
pub(crate) fn success(sandbox: &Sandbox, service: Service) -> u16 {
    write_of(sandbox, service).success
}

pub(crate) fn twilio_number(sandbox: &Sandbox) -> String {
    write_of(sandbox, TWILIO).target
}

/// How often a write was carried out.
pub(crate) fn written(sandbox: &Sandbox, service: Service) -> usize {
    let is_written = api(service).is_written;
    sandbox.records(service).iter().filter(|record| is_written(record)).count()
}

/// The status, the service's own status and the fault of the only request.
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

/// A socket to which such a request was written by hand.
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

/// Lets all other tasks continue until this is true. The clock does not advance.
pub(crate) async fn until(holds: impl Fn() -> bool) {
    let start = std::time::Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never comes");
        tokio::task::yield_now().await;
    }
}

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
