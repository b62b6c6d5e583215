//! What reading costs: a number, and a list of a thousand, each beside something to compare it with.
//!
//! `cargo bench --bench models`. Wall times of a busy machine tell little; compare within one run.
#![allow(missing_docs)]

use divan::{Bencher, black_box};
use numport::E164;
use numport::platform::vapi::PhoneNumber;

fn main() {
    divan::main();
}

mod e164 {
    use super::*;

    #[divan::bench]
    fn parse() -> Result<E164, numport::e164::E164Error> {
        black_box("+14155552671").parse()
    }

    /// For comparison: the same text into a `String`.
    #[divan::bench]
    fn copy_the_text() -> String {
        black_box("+14155552671").to_owned()
    }

    /// A megabyte of digits, refused by its length.
    #[divan::bench]
    fn refuse_a_megabyte(bencher: Bencher<'_, '_>) {
        let junk = format!("+1{}", "2".repeat(1 << 20));
        bencher.bench_local(|| black_box(junk.as_str()).parse::<E164>());
    }
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
