//! Parsing, writing and parsing a model again returns the same model. The first byte selects the model.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use numport::model::Routing;
use numport::{Desired, Plan};
use numport_fuzz::{SERVICES, check, chosen};

/// Files that people may have edited, rather than responses. `fuzz/seed` relies on their being first.
const KEPT: [fn(&[u8]); 3] = [check::<Routing>, check::<Desired>, check::<Plan>];

fuzz_target!(|input: &[u8]| -> Corpus {
    let [model, json @ ..] = input else { return Corpus::Reject };
    let models = KEPT.into_iter().chain(SERVICES.iter().flat_map(|service| service.models).copied());
    chosen(models.collect(), *model)(json);
    Corpus::Keep
});
