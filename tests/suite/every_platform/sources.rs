//! Every source of a number, into every platform: the request, or why it is refused before anything is sent.

use std::sync::Arc;

use numport::model::ProviderKind;
use numport::sandbox::Sandbox;
use numport::{Byo, Error, ImportRequest, Importer, NumberProvider, SipTrunk};

use crate::services::subject::{NUMBER, Pace, Platform};
use crate::services::{CARRIERS, PLATFORMS};

/// The sources, by the names that the subjects use.
fn sources(sandbox: &Sandbox) -> Vec<(&'static str, Arc<dyn NumberProvider>, &'static str)> {
    let secured = SipTrunk::new("sips:trunk.example.com").allow_inbound([203, 0, 113, 10]);
    let carriers = CARRIERS.iter().map(|carrier| {
        let client = (carrier.connect)(&|name| sandbox.var(name), Pace::at_once());
        (carrier.api.name(), client, carrier.held[0])
    });
    let others: [(_, Arc<dyn NumberProvider>); 4] = [
        ("a trunk", Arc::new(SipTrunk::new("203.0.113.10"))),
        ("a trunk with more to say", Arc::new(secured)),
        ("what the platform stores", Arc::new(Byo::stored_default(ProviderKind::TWILIO))),
        ("a credential by its id", Arc::new(Byo::credential(ProviderKind::TWILIO, "intg_f1e2d3c4b5a6"))),
    ];
    carriers.chain(others.map(|(name, provider)| (name, provider, NUMBER))).collect()
}

/// The requests to the platform that change something, or the refused fields.
async fn became(sandbox: &Sandbox, provider: Arc<dyn NumberProvider>, number: &str, platform: &Platform) -> String {
    let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
    let importer = Importer::new(provider, client);
    let result = importer.import(ImportRequest::new(number.parse().unwrap())).await;
    let service = platform.api.service;
    let journal = sandbox.requests();
    let changes = journal.iter().filter(|entry| entry.service == service && entry.method != "GET");
    let sent: Vec<_> = changes.map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    match result {
        Ok(_) => sent.join(", "),
        Err(Error::Invalid(invalid)) => {
            assert_eq!(journal, [], "{service}: refused before anything is sent, to the carrier too");
            let fields: Vec<_> = invalid.problems.into_iter().map(|problem| problem.field).collect();
            format!("refused: {}", fields.join(", "))
        }
        Err(Error::Call(call)) => format!("{} -> {}", sent.join(", "), call.status.unwrap().as_u16()),
        Err(other) => panic!("{service}: {}", other.report()),
    }
}

#[tokio::test]
async fn each_provider_with_each_platform() {
    for platform in PLATFORMS {
        for nth in 0..sources(&Sandbox::start().await.unwrap()).len() {
            let sandbox = Sandbox::start().await.unwrap();
            let (name, provider, number) = sources(&sandbox).swap_remove(nth);
            let expected = platform.sources.iter().find(|(known, _)| *known == name);
            let expected = expected.map_or("refused: source", |(_, expected)| expected);
            assert_eq!(became(&sandbox, provider, number, platform).await, expected, "{name} into {platform:?}");
        }
    }
}
