//! Three providers, four platforms: what each pair sends, or why it is refused before anything is sent.

use std::sync::Arc;

use numport::model::{PlatformKind, ProviderKind};
use numport::sandbox::Sandbox;
use numport::{
    Butter, Byo, Error, ImportRequest, Importer, Interactly, NumberProvider, SignalWire, SipTrunk, Twilio, Vapi,
    VoicePlatform,
};

type Provider = fn(&Sandbox) -> Arc<dyn NumberProvider>;

/// A provider, and what each platform makes of it.
type Row = (&'static str, Provider, [(PlatformKind, &'static str); 4]);

fn twilio(sandbox: &Sandbox) -> Arc<dyn NumberProvider> {
    Arc::new(Twilio::from_vars(|name| sandbox.var(name)).unwrap())
}

fn trunk(_: &Sandbox) -> Arc<dyn NumberProvider> {
    Arc::new(SipTrunk::new("203.0.113.10"))
}

fn secured_trunk(_: &Sandbox) -> Arc<dyn NumberProvider> {
    Arc::new(SipTrunk::new("sips:trunk.example.com").allow_inbound([203, 0, 113, 10]))
}

fn stored_default(_: &Sandbox) -> Arc<dyn NumberProvider> {
    Arc::new(Byo::stored_default(ProviderKind::TWILIO))
}

fn credential(_: &Sandbox) -> Arc<dyn NumberProvider> {
    Arc::new(Byo::credential(ProviderKind::TWILIO, "intg_f1e2d3c4b5a6"))
}

fn platform(sandbox: &Sandbox, service: PlatformKind) -> Arc<dyn VoicePlatform> {
    let vars = |name: &str| sandbox.var(name);
    match service {
        PlatformKind::INTERACTLY => Arc::new(Interactly::from_vars(vars).unwrap()),
        PlatformKind::VAPI => Arc::new(Vapi::from_vars(vars).unwrap()),
        PlatformKind::SIGNALWIRE => Arc::new(SignalWire::from_vars(vars).unwrap()),
        _ => Arc::new(Butter::from_vars(vars).unwrap()),
    }
}

/// The changes that the platform was sent, or the fields that were refused.
async fn became(provider: Provider, service: PlatformKind) -> String {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = Importer::new(provider(&sandbox), platform(&sandbox, service));
    let result = importer.import(ImportRequest::new("+14155552671".parse().unwrap())).await;
    let requests = sandbox.requests();
    let changes = requests.iter().filter(|entry| entry.service.as_str() == service.as_str() && entry.method != "GET");
    let sent: Vec<_> = changes.map(|entry| format!("{} {}", entry.method, entry.path)).collect();
    match result {
        Ok(_) => sent.join(", "),
        Err(Error::Invalid(invalid)) => {
            assert_eq!(requests, [], "{service}: refused before anything is sent, to the carrier too");
            let fields: Vec<_> = invalid.problems.into_iter().map(|problem| problem.field).collect();
            format!("refused: {}", fields.join(", "))
        }
        Err(Error::Call(call)) => format!("{} -> {}", sent.join(", "), call.status.unwrap().as_u16()),
        Err(other) => panic!("{service}: {}", other.report()),
    }
}

#[tokio::test]
async fn each_provider_with_each_platform() {
    const INTERACTLY: &str = "POST /assistants/v1/numbers/twilio";
    const SIGNALWIRE: &str = "POST /api/relay/rest/imported_phone_numbers";
    let table: [Row; 5] = [
        (
            "twilio",
            twilio,
            [
                (PlatformKind::INTERACTLY, INTERACTLY),
                (PlatformKind::VAPI, "POST /phone-number"),
                (PlatformKind::SIGNALWIRE, SIGNALWIRE),
                (PlatformKind::BUTTER, "POST /api/integrations, POST /api/phone-numbers"),
            ],
        ),
        (
            "a trunk",
            trunk,
            [
                (PlatformKind::INTERACTLY, "refused: source"),
                (PlatformKind::VAPI, "POST /credential, POST /phone-number"),
                (PlatformKind::SIGNALWIRE, SIGNALWIRE),
                (PlatformKind::BUTTER, "POST /api/phone-numbers"),
            ],
        ),
        (
            "a trunk with more to say",
            secured_trunk,
            [
                (PlatformKind::INTERACTLY, "refused: source"),
                (PlatformKind::VAPI, "POST /credential, POST /phone-number"),
                (PlatformKind::SIGNALWIRE, SIGNALWIRE),
                (PlatformKind::BUTTER, "refused: source.transport, source.allow_inbound"),
            ],
        ),
        (
            "what the platform stores",
            stored_default,
            [
                (PlatformKind::INTERACTLY, INTERACTLY),
                (PlatformKind::VAPI, "refused: source.carrier, source.credential"),
                (PlatformKind::SIGNALWIRE, SIGNALWIRE),
                (PlatformKind::BUTTER, "refused: source.credential"),
            ],
        ),
        (
            "a credential by its id",
            credential,
            [
                (PlatformKind::INTERACTLY, "refused: source.credential"),
                (PlatformKind::VAPI, "refused: source.carrier, source.credential"),
                (PlatformKind::SIGNALWIRE, SIGNALWIRE),
                // It is sent, and the sandbox has no such integration.
                (PlatformKind::BUTTER, "POST /api/phone-numbers -> 404"),
            ],
        ),
    ];
    for (name, provider, rows) in table {
        for (service, expected) in rows {
            assert_eq!(became(provider, service).await, expected, "{name} into {service}");
        }
    }
}
