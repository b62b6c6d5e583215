//! The suite for providers, on every provider of this crate, bare and behind pointers.

use std::sync::Arc;

use numport::conformance::provider::{self, Subject};
use numport::model::ProviderKind;
use numport::sandbox::Sandbox;
use numport::{Byo, E164, NumberProvider, SipTrunk, Twilio};

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

fn held() -> [E164; 2] {
    ["+14155552671", "+12125550123"].map(number)
}

async fn passes(provider: impl NumberProvider + 'static) {
    let not_held = number("+12025550143");
    let voice_url = |settings: &mut std::collections::BTreeMap<String, String>| {
        settings.insert("VoiceUrl".to_owned(), "https://example.com/another".to_owned());
    };
    provider::all(&Subject::new(&provider, held(), not_held).another_routing(voice_url)).await;
    let shared: Arc<dyn NumberProvider> = Arc::new(provider);
    provider::all(&Subject::new(&shared, held(), not_held).another_routing(voice_url)).await;
    let boxed: Box<dyn NumberProvider> = Box::new(shared);
    provider::all(&Subject::new(&boxed, held(), not_held).another_routing(voice_url)).await;
}

#[tokio::test]
async fn twilio_passes() {
    let sandbox = Sandbox::builder().max_page_size(2).start().await.unwrap();
    passes(Twilio::from_vars(|name| sandbox.var(name)).unwrap()).await;
}

#[tokio::test]
async fn a_trunk_with_declared_numbers_passes() {
    let trunk = SipTrunk::new("sip.example.com");
    passes(held().into_iter().fold(trunk, SipTrunk::number)).await;
}

#[tokio::test]
async fn a_stored_credential_with_declared_numbers_passes() {
    passes(held().into_iter().fold(Byo::stored_default(ProviderKind::TWILIO), Byo::number)).await;
}
