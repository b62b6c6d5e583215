//! The conformance suite on every platform, in three wrappings, and that refused requests are not sent.

use std::sync::Arc;

use numport::conformance::{self, Subject};
use numport::sandbox::Sandbox;
use numport::{NumberSource, VoicePlatform};

use crate::services::subject::{Pace, Platform};
use crate::services::{PLATFORMS, each_platform};

/// A sandbox whose pages are short, so that lists have several.
async fn sandbox() -> Sandbox {
    Sandbox::builder().held_numbers(conformance::numbers(30)).max_page_size(5).start().await.unwrap()
}

fn connect(platform: &Platform, sandbox: &Sandbox) -> Arc<dyn VoicePlatform> {
    (platform.connect)(&|name| sandbox.var(name), Pace::at_once())
}

fn source(platform: &Platform, sandbox: &Sandbox) -> NumberSource {
    platform.carrier("twilio", &|name| sandbox.var(name), Pace::at_once()).source()
}

fn subject<'a>(platform: &Platform, client: &'a dyn VoicePlatform, sandbox: &Sandbox) -> Subject<'a> {
    let subject = Subject::new(client, source(platform, sandbox), sandbox.twilio().held_numbers());
    subject.agents(platform.agents).absent(platform.absent)
}

async fn in_three_wrappings(platform: &Platform) {
    let bare = sandbox().await;
    conformance::all(&mut subject(platform, &*connect(platform, &bare), &bare)).await;
    let boxed = sandbox().await;
    let client: Box<dyn VoicePlatform> = Box::new(connect(platform, &boxed));
    conformance::all(&mut subject(platform, &client, &boxed)).await;
    let shared = sandbox().await;
    conformance::all(&mut subject(platform, &connect(platform, &shared), &shared)).await;
}

each_platform! {
    #[tokio::test]
    passes_in_three_wrappings, in_three_wrappings
}

#[tokio::test]
async fn unsupported_requests_are_never_sent() {
    let sandbox = sandbox().await;
    for platform in PLATFORMS {
        let client = connect(platform, &sandbox);
        conformance::what_is_unsupported_is_refused(&mut subject(platform, &client, &sandbox)).await;
    }
    assert_eq!(sandbox.requests(), []);
}
