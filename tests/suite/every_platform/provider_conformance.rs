//! The conformance suite for providers, on every provider of this crate, bare and behind pointers.

use std::sync::Arc;

use numport::conformance::provider::{self, Subject};
use numport::model::ProviderKind;
use numport::sandbox::Sandbox;
use numport::{Byo, E164, NumberProvider, SipTrunk};

use crate::services::CARRIERS;
use crate::services::subject::{Pace, Routing};

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

/// The numbers that a trunk or a credential declares.
const DECLARED: [&str; 2] = ["+14155552671", "+12125550123"];

fn subject<'a>(provider: &'a dyn NumberProvider, held: [&str; 2], another_routing: Option<Routing>) -> Subject<'a> {
    let subject = Subject::new(provider, held.map(number), number("+12025550143"));
    match another_routing {
        Some(change) => subject.another_routing(change),
        None => subject,
    }
}

async fn passes(provider: impl NumberProvider + 'static, held: [&str; 2], another_routing: Option<Routing>) {
    provider::all(&subject(&provider, held, another_routing)).await;
    let shared: Arc<dyn NumberProvider> = Arc::new(provider);
    provider::all(&subject(&shared, held, another_routing)).await;
    let boxed: Box<dyn NumberProvider> = Box::new(shared);
    provider::all(&subject(&boxed, held, another_routing)).await;
}

#[tokio::test]
async fn every_carrier_passes() {
    for carrier in CARRIERS {
        let sandbox = Sandbox::builder().max_page_size(2).start().await.unwrap();
        let client = (carrier.connect)(&|name| sandbox.var(name), Pace::at_once());
        passes(client, carrier.held, carrier.another_routing).await;
    }
}

#[tokio::test]
async fn a_trunk_with_declared_numbers_passes() {
    let trunk = SipTrunk::new("sip.example.com");
    passes(DECLARED.map(number).into_iter().fold(trunk, SipTrunk::number), DECLARED, None).await;
}

#[tokio::test]
async fn a_stored_credential_with_declared_numbers_passes() {
    let byo = Byo::stored_default(ProviderKind::TWILIO);
    passes(DECLARED.map(number).into_iter().fold(byo, Byo::number), DECLARED, None).await;
}
