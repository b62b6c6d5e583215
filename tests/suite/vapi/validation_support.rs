//! Shared code of the tests of Vapi's rules: requests of every kind, and a server that counts those that it receives.

use numport::platform::vapi::{
    CreateCredential, CreatePhoneNumber, ListFilter, SearchNumbers, UpdateCredential, UpdatePhoneNumber,
};
use numport::{Error, Vapi};
use serde_json::{Number, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::numbers::client;
use crate::support::validation::is_mismatch;

/// A request that a rule applies to.
#[derive(Debug)]
pub(crate) enum Ask {
    Create(CreatePhoneNumber),
    Update(UpdatePhoneNumber),
    MakeCredential(CreateCredential),
    ChangeCredential(UpdateCredential),
    ListNumbers(ListFilter),
    ListCredentials(ListFilter),
    Search(SearchNumbers),
}

pub(crate) fn create(create: impl Into<CreatePhoneNumber>) -> Ask {
    Ask::Create(create.into())
}

pub(crate) fn update(update: impl Into<UpdatePhoneNumber>) -> Ask {
    Ask::Update(update.into())
}

pub(crate) fn make(create: impl Into<CreateCredential>) -> Ask {
    Ask::MakeCredential(create.into())
}

pub(crate) fn change(update: impl Into<UpdateCredential>) -> Ask {
    Ask::ChangeCredential(update.into())
}

impl Ask {
    async fn send(self, vapi: &Vapi) -> Result<(), Error> {
        match self {
            Self::Create(create) => vapi.create_number(create).await.map(drop),
            Self::Update(update) => vapi.update_number("n1", update).await.map(drop),
            Self::MakeCredential(create) => vapi.create_credential(create).await.map(drop),
            Self::ChangeCredential(update) => vapi.update_credential("c1", update).await.map(drop),
            Self::ListNumbers(filter) => vapi.list_numbers(&filter).await.map(drop),
            Self::ListCredentials(filter) => vapi.list_credentials(&filter).await.map(drop),
            Self::Search(search) => vapi.search_numbers(&search).await.map(drop),
        }
    }
}

/// A server that accepts everything and counts the requests.
pub(crate) struct Rules {
    server: MockServer,
    vapi: Vapi,
    sent: usize,
}

impl Rules {
    pub(crate) async fn new() -> Self {
        let server = MockServer::start().await;
        for (list, answer) in
            [("/phone-number", json!([])), ("/credential", json!([])), ("/v2/phone-number", json!({"results": []}))]
        {
            let answer = ResponseTemplate::new(200).set_body_json(answer);
            Mock::given(method("GET")).and(path(list)).respond_with(answer).mount(&server).await;
        }
        let record = ResponseTemplate::new(200).set_body_json(json!({"id": "x", "provider": "other"}));
        for verb in ["POST", "PATCH"] {
            Mock::given(method(verb)).respond_with(record.clone()).mount(&server).await;
        }
        let vapi = client(server.uri());
        Self { server, vapi, sent: 0 }
    }

    async fn received(&self) -> usize {
        self.server.received_requests().await.expect("recorded").len()
    }

    /// Checks that this request is sent.
    pub(crate) async fn takes(&mut self, what: &str, ask: Ask) {
        let shown = format!("{what}: {ask:?}");
        if let Err(error) = ask.send(&self.vapi).await {
            assert!(is_mismatch(&error), "{shown}: {error}: {error:?}");
        }
        self.sent += 1;
        assert_eq!(self.received().await, self.sent, "{shown}");
    }

    /// Checks that this request is not sent. Returns the fields of its problems, and the problems.
    pub(crate) async fn problems(&self, what: &str, ask: Ask) -> (Vec<String>, String) {
        let shown = format!("{what}: {ask:?}");
        let error = ask.send(&self.vapi).await.expect_err(&shown);
        assert_eq!(self.received().await, self.sent, "{shown}");
        let Error::Invalid(invalid) = &error else { panic!("{shown}: {error:?}") };
        (invalid.problems.iter().map(|problem| problem.field.clone()).collect(), error.to_string())
    }

    /// Checks that this request is not sent, with one problem in this field.
    pub(crate) async fn refuses(&self, field: &str, ask: Ask) {
        let (fields, told) = self.problems(field, ask).await;
        assert_eq!(fields, [field], "{told}");
    }

    /// Checks that a field accepts each of the good values and none of the bad ones.
    pub(crate) async fn row<T>(
        &mut self,
        field: &str,
        good: impl IntoIterator<Item = T>,
        bad: impl IntoIterator<Item = T>,
        ask: impl Fn(T) -> Ask,
    ) {
        for value in good {
            self.takes(field, ask(value)).await;
        }
        for value in bad {
            self.refuses(field, ask(value)).await;
        }
    }

    /// A text of `min` to `max` characters with two bytes each, which shows that characters are counted, not bytes.
    pub(crate) async fn length(&mut self, field: &str, (min, max): (usize, usize), ask: impl Fn(String) -> Ask) {
        let of = |length: usize| "é".repeat(length);
        self.row(field, [of(min), of(max)], min.checked_sub(1).into_iter().chain([max + 1]).map(of), ask).await;
    }

    /// A number from `min` to `max`, an integer or not.
    pub(crate) async fn range(&mut self, field: &str, (min, max): (i32, i32), ask: impl Fn(Number) -> Ask) {
        let part = |value: f64| Number::from_f64(value).expect("a number");
        let good = [min.into(), max.into(), part(f64::from(min) + 0.5)];
        let bad = [(min - 1).into(), (max + 1).into(), part(f64::from(max) + 0.5), part(f64::from(min) - 0.5)];
        self.row(field, good, bad, ask).await;
    }
}
