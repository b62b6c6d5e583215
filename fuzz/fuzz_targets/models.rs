//! Whatever is read as a model is written so that it reads as the same model. The first byte chooses the model.
#![no_main]

use std::fmt::Debug;

use libfuzzer_sys::{Corpus, fuzz_target};
use numport::model::Routing;
use numport::platform::{butter, interactly, signalwire, vapi};
use numport::provider::twilio;
use numport::{Desired, Plan};
use serde::Serialize;
use serde::de::DeserializeOwned;

const MODELS: &[fn(&[u8]) -> Corpus] = &[
    check::<butter::NumberPage>,
    check::<butter::ImportedNumber>,
    check::<butter::Assignment>,
    check::<butter::Integration>,
    check::<interactly::PhoneNumber>,
    check::<signalwire::PhoneNumber>,
    check::<signalwire::NumberPage>,
    check::<signalwire::CompatNumber>,
    check::<signalwire::AvailableNumbers>,
    check::<signalwire::CnamRequest>,
    check::<vapi::PhoneNumber>,
    check::<vapi::NumberPage>,
    check::<vapi::Credential>,
    check::<twilio::IncomingPhoneNumber>,
    check::<twilio::NumberPage>,
    check::<twilio::CallerIdPage>,
    check::<twilio::AccountPage>,
    check::<twilio::TrunkNumberPage>,
    // What is kept, not answered: files that people may have changed.
    check::<Routing>,
    check::<Desired>,
    check::<Plan>,
];

fuzz_target!(|input: &[u8]| -> Corpus {
    let [model, json @ ..] = input else { return Corpus::Reject };
    MODELS[usize::from(*model) % MODELS.len()](json)
});

fn check<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) -> Corpus {
    let Ok(first) = serde_json::from_slice::<T>(json) else { return Corpus::Keep };
    let written = serde_json::to_vec(&first).expect("what was read is written");
    let again: T = match serde_json::from_slice(&written) {
        Ok(again) => again,
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&written)),
    };
    assert_eq!(first, again, "{}", String::from_utf8_lossy(&written));
    Corpus::Keep
}
