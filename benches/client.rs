//! The cost of a client of this crate relative to `reqwest` alone, as ratios within one run. `benches/README.md` has
//! the results.
//!
//! `cargo bench --bench client` measures everything (Linux, with valgrind). `-- --gate` only counts instructions and
//! allocations, and fails if a ratio is above its limit. `-- run client 1 ADDRESS 1000` is one run, for a profiler.
#![allow(missing_docs, unreachable_pub, clippy::print_stdout)]

#[path = "client/bare.rs"]
mod bare;
#[path = "client/count.rs"]
mod count;
#[path = "client/platform.rs"]
mod platform;
#[path = "client/report.rs"]
mod report;
#[path = "client/server.rs"]
mod server;

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use numport::model::ProviderKind;
use numport::platform::vapi::{CreateTwilioNumber, ListFilter, PhoneNumber, Settings};
use numport::{AccountKey, E164, ImportRequest, Importer, NumberSource, Twilio, Vapi};
use serde_json::Value;

const KEY: &str = "3e1d6c1e-0b5f-4f8e-9c57-000000000000";
const NUMBER: &str = "+14155551234";
const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const TOKEN: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
const NAME: &str = "Main line";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => report::all(),
        ["--gate"] => report::gate(),
        ["serve"] => server::serve(&number().to_string(), &list()),
        ["run", what, in_flight, address, requests] => {
            let [in_flight, requests] = [in_flight, requests].map(|text| text.parse().expect("a count"));
            // As many in a short run as in a long one.
            let runs = Runs::new(address, 2000);
            runtime().block_on(runs.run(what, in_flight, requests));
        }
        _ => panic!("`--gate`, or nothing"),
    }
}

/// One thread, so that its CPU time is that of the client.
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A number as Vapi returns it.
fn number() -> Value {
    let case = include_str!("../tests/fixtures/vapi/get_number/twilio.json");
    serde_json::from_str::<Value>(case).expect("json")["response"]["body"].take()
}

/// A list of a thousand numbers.
fn list() -> String {
    Value::from(vec![number(); 1000]).to_string()
}

/// Everything that is measured, set up to run.
struct Runs {
    base: String,
    bare: reqwest::Client,
    prepared: bare::Prepared,
    vapi: Vapi,
    number: E164,
    importer: Importer,
    source: NumberSource,
    requests: Vec<ImportRequest>,
    /// How many were imported: the importer remembers each, so none is imported twice.
    imported: AtomicUsize,
    list: String,
}

impl Runs {
    fn new(address: &str, imports: u32) -> Self {
        let vapi = Vapi::builder(KEY).base_url(address).build().expect("a client");
        let account = AccountKey::token(ACCOUNT, TOKEN);
        let twilio = Twilio::builder(account.clone()).build().expect("a client");
        let nth_number = |nth: u32| format!("+1415{nth:07}").parse().expect("a number");
        Self {
            base: address.to_owned(),
            bare: reqwest::Client::new(),
            prepared: bare::Prepared::new(address),
            importer: Importer::new(twilio, platform::FindsNothing(vapi.clone())).skip_preflight(),
            vapi,
            number: NUMBER.parse().expect("a number"),
            source: NumberSource::account(ProviderKind::TWILIO, account),
            requests: (0..imports).map(|nth| ImportRequest::new(nth_number(nth)).label(NAME)).collect(),
            imported: AtomicUsize::new(0),
            list: list(),
        }
    }

    async fn run(&self, what: &str, in_flight: u32, requests: u32) {
        let Self { base, bare, prepared, vapi, importer, number, source, list, .. } = self;
        let request = |nth: u32| &self.requests[nth as usize];
        let next = || &self.requests[self.imported.fetch_add(1, Ordering::Relaxed)];
        let (flight, count) = (in_flight, requests);
        match what {
            "bare" => drive(flight, count, async |_| bare::create(bare, base).await.expect("it is made").id).await,
            "value" => drive(flight, count, async |_| bare::create_value(bare, base).await.expect("it is made")).await,
            "prepared" => drive(flight, count, async |_| prepared.create().await.expect("it is made")).await,
            "client" => {
                drive(flight, count, async |_| vapi.create_number(create(*number)).await.expect("it is made")).await;
            }
            "platform" => {
                let import = async |nth| importer.platform().create(source, request(nth))?.await;
                drive(flight, count, async |nth| import(nth).await.expect("it is made")).await;
            }
            "importer" => {
                drive(flight, count, async |_| importer.import(next()).await.expect("it is made")).await;
            }
            "list bare" => drive(flight, count, async |_| bare::list(bare, base).await.expect("a list")).await,
            "list value" => drive(flight, count, async |_| bare::list_value(bare, base).await.expect("a list")).await,
            "list client" => {
                drive(flight, count, async |_| vapi.list_numbers(&ListFilter::new()).await.expect("a list")).await;
            }
            "read bare" => (0..count).for_each(|_| read::<bare::Number>(list)),
            "read value" => (0..count).for_each(|_| read::<Value>(list)),
            "read models" => (0..count).for_each(|_| read::<PhoneNumber>(list)),
            "read bytes, value" => (0..count).for_each(|_| read_bytes::<Value>(list)),
            "read bytes, models" => (0..count).for_each(|_| read_bytes::<PhoneNumber>(list)),
            _ => panic!("{what} is not known"),
        }
    }
}

fn create(number: E164) -> CreateTwilioNumber {
    CreateTwilioNumber::new(number, ACCOUNT).twilio_auth_token(TOKEN).settings(Settings::new().name(NAME))
}

/// Parses as the client does: checks that the bytes are text, and parses the text.
fn read<T: serde::de::DeserializeOwned>(list: &str) {
    let text = std::str::from_utf8(black_box(list.as_bytes())).expect("text");
    drop(black_box(serde_json::from_str::<Vec<T>>(text).expect("a list")));
}

/// Parses as `reqwest` does.
fn read_bytes<T: serde::de::DeserializeOwned>(list: &str) {
    drop(black_box(serde_json::from_slice::<Vec<T>>(black_box(list.as_bytes())).expect("a list")));
}

/// Sends this many calls with this concurrency.
async fn drive<T>(in_flight: u32, calls: u32, one: impl AsyncFn(u32) -> T) {
    let one = &one;
    let worker = |first| async move {
        for nth in (first..calls).step_by(in_flight as usize) {
            drop(black_box(one(nth).await));
        }
    };
    join_all((0..in_flight).map(worker)).await;
}
