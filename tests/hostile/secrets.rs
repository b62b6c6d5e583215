//! Secrets that a service returns, in any place.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use numport::{Error, Imported, Result};
use serde_json::{Map, Value, json};

use crate::between::{Between, is_create};
use crate::hostile::{Answer, Request, Response, edit};
use crate::log;
use crate::services::each_platform;
use crate::services::subject::{Platform, TRUNK_PASSWORD, TWILIO_KEY};

const REQUEST_IDS: [&str; 4] = ["x-request-id", "request-id", "twilio-request-id", "cf-ray"];

/// The secrets of an import, each with the forms in which it may be sent.
struct Planted(Vec<Secret>);

#[derive(Clone)]
struct Secret {
    plain: String,
    /// Its form in a body.
    sent: String,
    /// Whether the platform learns it only from the create.
    by_create: bool,
    /// Whether it is what the client sends in `Authorization`, which may be signed for each call.
    is_login: bool,
}

/// The credentials that the platform's client sends in `Authorization`. Other clients send a key.
fn login(between: &Between) -> String {
    let api = &between.platform.api;
    let request = api.request(&between.sandbox, reqwest::Method::GET, "/").build().unwrap();
    let sent = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let sent = sent.unwrap_or_else(|| format!("Key {}", between.sandbox.var(api.secret).unwrap()));
    sent.split_once(' ').unwrap().1.to_owned()
}

/// What a request has in `Authorization`, without the scheme.
fn authorization(request: &Request) -> Option<String> {
    Some(request.header("authorization")?.split_once(' ')?.1.to_owned())
}

/// A text of JSON that has every character as its number.
fn escaped(text: &str) -> String {
    text.chars().map(|letter| format!("\\u{:04x}", letter as u32)).collect()
}

/// The secret of the source: Twilio's token or key, or the password of a trunk.
fn of_source(between: &Between) -> String {
    let var = |name: &str| between.sandbox.var(name).unwrap();
    match between.platform {
        platform if platform.takes_only_keys_of("twilio") => TWILIO_KEY[1].1.to_owned(),
        platform if platform.takes_account_of("twilio") => var("TWILIO_AUTH_TOKEN"),
        _ => TRUNK_PASSWORD.to_owned(),
    }
}

impl Planted {
    fn of(between: &Between) -> Self {
        let var = |name: &str| between.sandbox.var(name).unwrap();
        let (token, key) = (of_source(between), var(between.platform.api.secret));
        let of_token = BASE64.encode(format!("{}:{token}", var("TWILIO_ACCOUNT_SID")));
        let is_token = token == var("TWILIO_AUTH_TOKEN");
        let forms = if is_token { vec![&token, &of_token] } else { vec![&token] };
        let login = login(between);
        let mut all = Vec::new();
        for (secrets, by_create) in [(forms, true), (vec![&key, &login], false)] {
            for plain in secrets {
                let secret = |sent: String| Secret { plain: plain.clone(), sent, by_create, is_login: *plain == login };
                all.extend([secret(plain.clone()), secret(escaped(plain))]);
            }
        }
        Self(all)
    }

    /// Also what the client has sent in `Authorization`.
    fn and_sent(mut self, between: &Between) -> Self {
        for plain in between.relay.requests().iter().filter_map(authorization) {
            self.0.push(Secret { sent: escaped(&plain), plain, by_create: false, is_login: true });
        }
        self
    }

    fn assert_hidden(&self, text: &str) {
        for secret in self.0.iter().flat_map(|secret| [&secret.plain, &secret.sent]) {
            assert!(!text.contains(secret), "{secret} shows: {text}");
        }
    }

    fn assert_hidden_in(&self, result: &Result<Imported>) {
        match result {
            Ok(imported) => self.assert_hidden(&format!("{imported} {imported:?} {imported:#?}")),
            Err(error) => self.assert_hidden_by(error),
        }
        let log = log::read();
        log.lines().filter(|line| line.contains("numport")).for_each(|line| self.assert_hidden(line));
    }

    fn assert_hidden_by(&self, error: &Error) {
        self.assert_hidden(&format!("{error} {error:?} {error:#?} {}", error.report()));
        let mut cause = std::error::Error::source(error);
        while let Some(error) = cause {
            self.assert_hidden(&format!("{error} {error:?}"));
            cause = error.source();
        }
    }
}

impl Secret {
    /// An error response that repeats it in its body and in a header. A login is repeated as it came.
    fn echo(&self, request: &Request) -> Answer {
        let plain =
            Some(request).filter(|_| self.is_login).and_then(authorization).unwrap_or_else(|| self.plain.clone());
        let sent = if self.sent == self.plain { plain.clone() } else { escaped(&plain) };
        let text = format!("\"the key {sent} is bad\"");
        let body = format!(
            "{{\"message\":{text},\"error\":{text},\"detail\":{text},\"errors\":[{{\"detail\":{text}}}],{text}:{text}}}"
        );
        let refusal = Response::new(400, "application/json", body);
        let with_id = |refusal: Response, name: &&str| refusal.header(name, plain.as_str());
        Answer::Whole(REQUEST_IDS.iter().fold(refusal, with_id))
    }
}

/// Every response repeats a secret.
async fn echoed_by_all(platform: &'static Platform) {
    let all = Planted::of(&Between::start(platform).await).0;
    for secret in all.iter().filter(|secret| !secret.by_create) {
        let between = Between::start(platform).await;
        let echoed = secret.clone();
        between.relay.distort(move |request, _| vec![echoed.echo(request)]);
        let (imported, client) = (between.import().await, between.client());
        let errors = [
            client.get(&platform.absent.into()).await.unwrap_err(),
            client.find(&crate::between::number()).await.unwrap_err(),
        ];
        let planted = Planted::of(&between).and_sent(&between);
        planted.assert_hidden_in(&imported);
        errors.iter().for_each(|error| planted.assert_hidden_by(error));
    }
}

/// The create is carried out, or its response is lost. Later responses repeat a secret of the create.
async fn echoed_by_a_later_call(platform: &'static Platform) {
    for lost in [false, true] {
        for secret in Planted::of(&Between::start(platform).await).0 {
            let between = Between::start(platform).await;
            let mut created = false;
            between.relay.distort(move |request, answer| {
                let is_create = is_create(platform, request);
                created |= is_create;
                vec![match (created, is_create) {
                    (true, true) if lost => Answer::closed(),
                    (true, false) => secret.echo(request),
                    _ => answer,
                }]
            });
            let imported = between.import().await;
            Planted::of(&between).and_sent(&between).assert_hidden_in(&imported);
        }
    }
}

/// The response to a create has a secret in place of the number, later responses have it in place of the id, and lists
/// lead to a host of its name.
async fn echoed_as_data(platform: &'static Platform) {
    let fields = &platform.record;
    for lost in [false, true] {
        let between = Between::start(platform).await;
        let planted = Planted::of(&between);
        let token = of_source(&between);
        let mut created = false;
        between.relay.distort(move |request, answer| {
            let is_create = is_create(platform, request);
            created |= is_create;
            let field = if is_create { fields.number } else { fields.id };
            let mut put = |record: &mut Map<String, Value>| drop(record.insert(field.to_owned(), token.clone().into()));
            let next = format!("https://{token}.example.com/{token}?next={token}");
            let page = json!({"data": [], "links": {"next": next}, "results": [], "metadata": {"next": next}});
            vec![match request.method.as_str() {
                _ if !created || (is_create && !lost) => answer,
                "GET" if lost => Answer::json(200, &page),
                _ => answer.edited(|body| edit::objects(body, fields.id, &mut put)),
            }]
        });
        planted.assert_hidden_in(&between.import().await);
    }
}

each_platform! {
    #[tokio::test]
    a_secret_in_a_body_or_a_request_id_is_not_shown, echoed_by_all
}

each_platform! {
    #[tokio::test]
    a_secret_of_the_import_that_a_later_response_repeats_is_not_shown, echoed_by_a_later_call
}

each_platform! {
    #[tokio::test]
    a_secret_in_place_of_a_number_an_id_or_a_host_is_not_shown, echoed_as_data
}
