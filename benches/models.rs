//! What reading a list of a thousand numbers costs, beside something to compare it with.
//!
//! `cargo bench --bench models`. Wall times of a busy machine tell little; compare within one run.
#![allow(missing_docs)]

use divan::{Bencher, black_box};
use numport::platform::vapi::PhoneNumber;

fn main() {
    divan::main();
}

mod list_of_1000 {
    use super::*;

    fn document() -> String {
        let number = include_str!("../tests/fixtures/vapi/get_number/twilio.json");
        let case: serde_json::Value = serde_json::from_str(number).unwrap_or_default();
        serde_json::Value::from(vec![case["response"]["body"].clone(); 1000]).to_string()
    }

    #[divan::bench]
    fn into_models(bencher: Bencher<'_, '_>) {
        let document = document();
        bencher.bench_local(|| serde_json::from_str::<Vec<PhoneNumber>>(black_box(&document)).map(|list| list.len()));
    }

    /// For comparison: the same bytes into `serde_json::Value`.
    #[divan::bench]
    fn into_values(bencher: Bencher<'_, '_>) {
        let document = document();
        bencher.bench_local(|| {
            serde_json::from_str::<serde_json::Value>(black_box(&document)).map(|list| list.is_array())
        });
    }
}
