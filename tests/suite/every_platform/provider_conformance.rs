//! The suite for providers, on every provider of this crate, bare and behind pointers.

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

fn held() -> [E164; 2] {
    ["+14155552671", "+12125550123"].map(number)
}

fn subject(provider: &dyn NumberProvider, another_routing: Option<Routing>) -> Subject<'_> {
    let subject = Subject::new(provider, held(), number("+12025550143"));
    match another_routing {
        Some(change) => subject.another_routing(change),
        None => subject,
    }
}

async fn passes(provider: impl NumberProvider + 'static, another_routing: Option<Routing>) {
    provider::all(&subject(&provider, another_routing)).await;
    let shared: Arc<dyn NumberProvider> = Arc::new(provider);
    provider::all(&subject(&shared, another_routing)).await;
    let boxed: Box<dyn NumberProvider> = Box::new(shared);
    provider::all(&subject(&boxed, another_routing)).await;
}

#[tokio::test]
async fn every_carrier_passes() {
    for carrier in CARRIERS {
        let sandbox = Sandbox::builder().max_page_size(2).start().await.unwrap();
        let client = (carrier.connect)(&|name| sandbox.var(name), Pace::at_once());
        passes(client, carrier.another_routing).await;
    }
}

#[tokio::test]
async fn a_trunk_with_declared_numbers_passes() {
    let trunk = SipTrunk::new("sip.example.com");
    passes(held().into_iter().fold(trunk, SipTrunk::number), None).await;
}

#[tokio::test]
async fn a_stored_credential_with_declared_numbers_passes() {
    passes(held().into_iter().fold(Byo::stored_default(ProviderKind::TWILIO), Byo::number), None).await;
}
