//! The JSON of every outcome and of every kind of error, plain and with masked numbers, without the planted secrets.
//!
//! `NUMPORT_WRITE_REPORTS=1 cargo test --test report` writes the expected files again.
#![allow(clippy::unwrap_used)] // tests fail by panicking

mod errors;
mod outcomes;
mod variants;

use std::path::Path;
use std::time::Duration;

use numport::model::MaskNumbers;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{E164, Importer, LookupPolicy, NumberProvider, RetryPolicy, SipTrunk, Twilio, Vapi};
use serde::Serialize;
use serde_json::{Value, json};

/// A secret in a URL of the carrier's routing.
const IN_ADDRESS: &str = "planted-in-address";
/// The password of a trunk.
const PASSWORD: &str = "planted-password";

const DESK: &str = "+14155550101";
const SALES: &str = "+14155550102";
const ON_TRUNK: &str = "+14155550103";
const NOT_HELD: &str = "+14155550199";
const BERLIN: &str = "+493012345678";

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

async fn sandbox() -> Sandbox {
    let held = |text| {
        let address = format!("https://app.example.com/calls?token={IN_ADDRESS}");
        TwilioNumber::new(number(text)).voice_url(address)
    };
    Sandbox::builder().hold(held(DESK)).hold(held(SALES)).hold(held(ON_TRUNK).on_trunk()).start().await.unwrap()
}

fn from_twilio(sandbox: &Sandbox) -> Importer {
    let twilio = Twilio::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never());
    importer(sandbox, twilio.build().unwrap())
}

fn from_trunk(sandbox: &Sandbox) -> Importer {
    importer(sandbox, SipTrunk::new("203.0.113.7").credentials("user", PASSWORD))
}

fn importer(sandbox: &Sandbox, provider: impl NumberProvider + 'static) -> Importer {
    let vapi = Vapi::builder_from_vars(|name| sandbox.var(name)).unwrap().retry(RetryPolicy::never()).build().unwrap();
    let policy = LookupPolicy::default().max_lookups(1).first_wait(Duration::ZERO);
    Importer::new(provider, vapi).lookup_policy(policy).lock_timeout(Duration::ZERO).concurrency(1)
}

/// Compares the JSON of a value with the file of that name.
fn assert_reported(sandbox: &Sandbox, name: &str, value: &impl Serialize) {
    let plain = serde_json::to_value(value).unwrap();
    let masked = serde_json::to_value(MaskNumbers(value)).unwrap();
    let mut both = json!({ "plain": plain, "masked": masked });
    let secrets = ["TWILIO_AUTH_TOKEN", "VAPI_API_KEY"].map(|name| sandbox.var(name).unwrap());
    let shown = both.to_string();
    for secret in secrets.iter().map(String::as_str).chain([IN_ADDRESS, PASSWORD]) {
        assert!(!shown.contains(secret), "{name} shows {secret}: {shown}");
    }
    for text in [DESK, SALES, ON_TRUNK, NOT_HELD, BERLIN] {
        assert!(!masked.to_string().contains(&text[1..]), "{name} shows a whole number: {masked}");
    }
    steady(sandbox, &mut both);
    let text = format!("{both:#}\n");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/expected").join(format!("{name}.json"));
    if std::env::var_os("NUMPORT_WRITE_REPORTS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert_eq!(text, std::fs::read_to_string(&path).unwrap_or_default(), "{name}");
}

/// Replaces what differs between runs: addresses of the sandbox, and times.
fn steady(sandbox: &Sandbox, value: &mut Value) {
    match value {
        Value::String(text) => {
            let names = [
                ("TWILIO_BASE_URL", "http://twilio"),
                ("VAPI_BASE_URL", "http://vapi"),
                ("ELEVENLABS_BASE_URL", "http://elevenlabs"),
            ];
            for (name, stands_for) in names {
                // Only of the enabled platforms.
                let Some(address) = sandbox.var(name) else { continue };
                // The base URL is part of an account's address.
                let by_name = address.replace("127.0.0.1", "localhost");
                *text = text.replace(&address, stands_for).replace(&by_name, stands_for);
            }
            *text =
                text.split(' ').map(|word| if is_time(word) { "(time)" } else { word }).collect::<Vec<_>>().join(" ");
        }
        Value::Array(items) => items.iter_mut().for_each(|item| steady(sandbox, item)),
        Value::Object(fields) => fields.values_mut().for_each(|field| steady(sandbox, field)),
        _ => {}
    }
}

/// Whether it is a time such as `2026-01-02T03:04:05Z`, optionally followed by a comma or a full stop.
fn is_time(word: &str) -> bool {
    let word = word.trim_end_matches([',', '.', ';', ':']);
    word.starts_with("20") && word.ends_with('Z') && word.contains('T') && word.matches(':').count() == 2
}
