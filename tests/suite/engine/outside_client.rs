//! A client that uses only the public API, as one outside of this crate does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use numport::error::{CallFault, Delivery, Loss, checked};
use numport::http::{Auth, Call, Client, ClientBuilder, Connect, ErrorBody, ServiceInfo, Vars};
use numport::model::{PlatformKind, ProblemCode, Service};
use numport::{Error, Result, RetryPolicy, Secret};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::{KEY, at_once, server};

pub(crate) const PARROT: Service = Service::Platform(PlatformKind::from_static("parrot-v2"));

#[derive(Clone, Debug)]
pub(crate) struct Parrot {
    pub(crate) http: Client,
}

impl Connect for Parrot {
    const SERVICE: &'static ServiceInfo =
        &ServiceInfo::new(PARROT, "https://api.parrot.example", error_body).rejects(|body| body == b"\"no\"");

    fn builder_from(vars: &mut Vars<'_>) -> ClientBuilder<Self> {
        let key = vars.secret("PARROT_API_KEY", "the key of the dashboard");
        Self::builder(Auth::bearer("api_key", &key).and_header("x-org", "org", &vars.required("PARROT_ORG", "the id")))
    }
}

fn error_body(body: &Value) -> ErrorBody {
    let messages = body["why"].as_str().map(str::to_owned).into_iter().collect();
    ErrorBody { code: body["nr"].as_u64().map(|nr| nr.to_string()), messages }
}

impl Parrot {
    pub(crate) fn builder(auth: Auth) -> ClientBuilder<Self> {
        ClientBuilder::new(auth, |http| Self { http }).retry(at_once())
    }

    pub(crate) fn at(uri: &str) -> Self {
        Self::builder(Auth::bearer("api_key", &Secret::new(KEY))).base_url(uri).build().unwrap()
    }

    async fn create(&self, name: &str) -> Result<Value> {
        checked(PARROT, "create number", |problems| problems.length("name", name, 1, 5))?;
        self.http.request(Call::post("create number", &["numbers"]).json(&json!({"name": name}))).await
    }
}

fn vars(name: &str) -> Option<String> {
    let value = match name {
        "PARROT_API_KEY" => KEY,
        "PARROT_ORG" => "o1",
        "PARROT_V2_BASE_URL" => "http://127.0.0.1:1/base",
        _ => return None,
    };
    Some(value.to_owned())
}

#[tokio::test]
async fn it_is_built_from_variables() {
    let parrot = Parrot::from_vars(vars).unwrap();
    assert!(format!("{parrot:?}").contains("127.0.0.1") && !format!("{parrot:?}").contains(KEY));
    let error = Parrot::from_vars(|_| None).unwrap_err();
    assert_eq!(
        error.to_string(),
        "parrot-v2: the settings are incomplete: `PARROT_API_KEY` is not set; set it to the key of the dashboard; \
         `PARROT_ORG` is not set; set it to the id"
    );
    let server = server(ResponseTemplate::new(200).set_body_string("{}")).await;
    let built = Parrot::builder_from_vars(vars).unwrap().base_url(server.uri()).build().unwrap();
    built.create("a").await.unwrap();
    let sent = &server.received_requests().await.unwrap()[0];
    assert_eq!(
        (&sent.headers["authorization"], &sent.headers["x-org"]),
        (&format!("Bearer {KEY}").parse().unwrap(), &"o1".parse().unwrap())
    );
}

#[tokio::test]
async fn its_problems_and_errors_are_those_of_the_crate() {
    let unbuilt = Parrot::builder(Auth::header("x key", "api_key", &Secret::new("a\n")).and_header("x-org", "org", ""))
        .check(|problems| problems.add(ProblemCode::Malformed, "own", "is odd", "make it even"))
        .build();
    let Error::Invalid(invalid) = unbuilt.unwrap_err() else { panic!("not valid") };
    let fields: Vec<&str> = invalid.problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["api_key", "x key", "org", "own"]);

    let body = json!({"nr": 7, "why": format!("{KEY} is wrong"), "password": "hush-hush"});
    let server = server(ResponseTemplate::new(401).set_body_json(body)).await;
    let parrot = Parrot::at(&server.uri());
    assert!(matches!(parrot.create("too long").await, Err(Error::Invalid(_))));
    let error = parrot.create("a").await.unwrap_err();
    let CallFault::Refusal(refusal) = &error.create_failure().unwrap().fault else { panic!("{error:?}") };
    assert_eq!((refusal.code.as_deref(), refusal.messages[0].as_str()), (Some("7"), "[redacted] is wrong"));
    assert!(!format!("{error:?}").contains("hush-hush"), "{error:?}");
}

#[tokio::test]
async fn a_success_can_report_a_failure() {
    let server = server(ResponseTemplate::new(200).set_body_string("\"no\"")).await;
    let error = Parrot::at(&server.uri()).create("a").await.unwrap_err();
    assert!(error.surely_not_done() && error.call().unwrap().delivery == Delivery::Refused);
}

#[tokio::test]
async fn lost_connections_of_a_create_are_retried_and_its_lost_responses_are_not() {
    let nobody = Parrot::builder(Auth::basic("u", &Secret::new("p"))).base_url("http://127.0.0.1:1");
    let error = nobody.retry(RetryPolicy::default().initial_backoff(std::time::Duration::ZERO)).build().unwrap();
    let error = error.create("a").await.unwrap_err();
    let call = error.create_failure().unwrap();
    assert_eq!((call.delivery, call.attempts), (Delivery::NotSent, 4));
    assert!(matches!(&call.fault, CallFault::Transport(fault) if fault.loss == Loss::NotConnected));
}

/// A signer that counts its calls.
pub(crate) fn counting(account: &str) -> (Auth, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counter = count.clone();
    let auth = Auth::per_call(account, move |request| {
        let nth = counter.fetch_add(1, Ordering::Relaxed);
        assert!(request.url().path().starts_with('/') && request.method() == "POST" && !request.body().is_empty());
        Ok(vec![("authorization", format!("Bearer token-{nth}").into()), ("X-Signature", format!("sig-{nth}").into())])
    });
    (auth, count)
}
