//! Three providers, four platforms: what each pair sends, or why it is refused before anything is sent.

use std::sync::Arc;

use numport::model::ProviderKind;
use numport::sandbox::{Sandbox, Service};
use numport::{
    Butter, Byo, Error, ImportRequest, Importer, Interactly, NumberProvider, SignalWire, SipTrunk, Twilio, Vapi,
    VoicePlatform,
};

type Provider = fn(&Sandbox) -> Arc<dyn NumberProvider>;

/// A provider, and what each platform makes of it.
type Row = (&'static str, Provider, [(Service, &'static str); 4]);

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

fn platform(sandbox: &Sandbox, service: Service) -> Arc<dyn VoicePlatform> {
    let vars = |name: &str| sandbox.var(name);
    match service {
        Service::Interactly => Arc::new(Interactly::from_vars(vars).unwrap()),
        Service::Vapi => Arc::new(Vapi::from_vars(vars).unwrap()),
        Service::SignalWire => Arc::new(SignalWire::from_vars(vars).unwrap()),
        _ => Arc::new(Butter::from_vars(vars).unwrap()),
    }
}

/// The changes that the platform was sent, or the fields that were refused.
async fn became(provider: Provider, service: Service) -> String {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = Importer::new(provider(&sandbox), platform(&sandbox, service));
    let result = importer.import(ImportRequest::new("+14155552671".parse().unwrap())).await;
    let journal = sandbox.journal();
    let changes = journal.iter().filter(|entry| entry.service == service.as_str() && entry.method != "GET");
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
    use Service::{Butter, Interactly, SignalWire, Vapi};

    const INTERACTLY: &str = "POST /assistants/v1/numbers/twilio";
    const SIGNALWIRE: &str = "POST /api/relay/rest/imported_phone_numbers";
    let table: [Row; 5] = [
        (
            "twilio",
            twilio,
            [
                (Interactly, INTERACTLY),
                (Vapi, "POST /phone-number"),
                (SignalWire, SIGNALWIRE),
                (Butter, "POST /api/integrations, POST /api/phone-numbers"),
            ],
        ),
        (
            "a trunk",
            trunk,
            [
                (Interactly, "refused: source"),
                (Vapi, "POST /credential, POST /phone-number"),
                (SignalWire, SIGNALWIRE),
                (Butter, "POST /api/phone-numbers"),
            ],
        ),
        (
            "a trunk with more to say",
            secured_trunk,
            [
                (Interactly, "refused: source"),
                (Vapi, "POST /credential, POST /phone-number"),
                (SignalWire, SIGNALWIRE),
                (Butter, "refused: source.transport, source.allow_inbound"),
            ],
        ),
        (
            "what the platform stores",
            stored_default,
            [
                (Interactly, INTERACTLY),
                (Vapi, "refused: source.carrier, source.credential"),
                (SignalWire, SIGNALWIRE),
                (Butter, "refused: source.credential"),
            ],
        ),
        (
            "a credential by its id",
            credential,
            [
                (Interactly, "refused: source.credential"),
                (Vapi, "refused: source.carrier, source.credential"),
                (SignalWire, SIGNALWIRE),
                // It is sent, and the sandbox has no such integration.
                (Butter, "POST /api/phone-numbers -> 404"),
            ],
        ),
    ];
    for (name, provider, rows) in table {
        for (service, expected) in rows {
            assert_eq!(became(provider, service).await, expected, "{name} into {service}");
        }
    }
}
