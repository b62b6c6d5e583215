//! The suite on every platform, in three wrappings, and that what is refused is not sent.

use std::num::NonZeroU32;
use std::sync::Arc;

use numport::conformance::{self, Subject};
use numport::sandbox::Sandbox;
use numport::{Butter, Interactly, NumberProvider, SignalWire, Twilio, Vapi, VoicePlatform};

/// A sandbox whose pages are short, so that lists have several.
async fn sandbox() -> Sandbox {
    Sandbox::builder().held_numbers(conformance::numbers(30)).max_page_size(5).start().await.unwrap()
}

fn subject<'a>(platform: &'a dyn VoicePlatform, sandbox: &Sandbox) -> Subject<'a> {
    let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
    let subject = Subject::new(platform, twilio.source(), sandbox.twilio().held_numbers());
    match platform.kind().as_str() {
        "butter" => subject.agents(["agent_a1b2c3d4e5f6", "agent_b2c3d4e5f6a7"]).absent("phon_0123456789ab"),
        _ => subject
            .agents(["00000000-0000-4000-8000-00000000a001", "00000000-0000-4000-8000-00000000a002"])
            .absent("00000000-0000-4000-8000-0000000000ff"),
    }
}

async fn in_three_wrappings<P: VoicePlatform + 'static>(connect: impl Fn(&Sandbox) -> P) {
    let bare = sandbox().await;
    conformance::all(&mut subject(&connect(&bare), &bare)).await;
    let boxed = sandbox().await;
    let platform: Box<dyn VoicePlatform> = Box::new(connect(&boxed));
    conformance::all(&mut subject(&platform, &boxed)).await;
    let shared = sandbox().await;
    let platform: Arc<dyn VoicePlatform> = Arc::new(connect(&shared));
    conformance::all(&mut subject(&platform, &shared)).await;
}

fn butter(sandbox: &Sandbox) -> Butter {
    let var = |name| sandbox.var(name).unwrap();
    let builder = Butter::builder(var("BUTTER_API_KEY"), var("BUTTER_ORGANIZATION_ID"));
    let unhurried = NonZeroU32::new(100_000).unwrap();
    builder.base_url(var("BUTTER_BASE_URL")).requests_per_second(unhurried).build().unwrap()
}

#[tokio::test]
async fn interactly_passes() {
    in_three_wrappings(|sandbox| Interactly::from_vars(|name| sandbox.var(name)).unwrap()).await;
}

#[tokio::test]
async fn vapi_passes() {
    in_three_wrappings(|sandbox| Vapi::from_vars(|name| sandbox.var(name)).unwrap()).await;
}

#[tokio::test]
async fn signalwire_passes() {
    in_three_wrappings(|sandbox| SignalWire::from_vars(|name| sandbox.var(name)).unwrap()).await;
}

#[tokio::test]
async fn butter_passes() {
    in_three_wrappings(butter).await;
}

#[tokio::test]
async fn what_a_capability_denies_is_never_sent() {
    let sandbox = sandbox().await;
    let vars = |name: &str| sandbox.var(name);
    let platforms: [Box<dyn VoicePlatform>; 4] = [
        Box::new(Interactly::from_vars(vars).unwrap()),
        Box::new(Vapi::from_vars(vars).unwrap()),
        Box::new(SignalWire::from_vars(vars).unwrap()),
        Box::new(butter(&sandbox)),
    ];
    for platform in &platforms {
        conformance::what_is_unsupported_is_refused(&mut subject(platform, &sandbox)).await;
    }
    assert_eq!(sandbox.requests(), []);
}
