//! Renewing the login of a trunk, which belongs to the number itself.

use numport::model::{NumberSource, PlatformKind};
use numport::platform::RenewalRun;
use numport::platform::elevenlabs::{
    Headers, ImportSipTrunkNumber, ImportTwilioNumber, MediaCodec, OutboundTrunkConfig, SipCredentials, SipTransport,
};
use numport::sandbox::Sandbox;
use numport::{ElevenLabs, Error, ImportRequest, Importer, NumberRecord, SipTrunk, VoicePlatform};
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::endpoints::{ID, client, number};
use crate::services::subject::NUMBER;
use crate::support::validation::{is_mismatch, problem_fields};

fn trunk(password: &str) -> SipTrunk {
    SipTrunk::new("trunk.example.com").credentials("user", password)
}

async fn renew(elevenlabs: &ElevenLabs, record: &NumberRecord, trunk: SipTrunk) -> Result<(), Error> {
    elevenlabs.renew(record, &NumberSource::from(trunk), &RenewalRun::new()).await.map(drop)
}

/// An update replaces the whole way to the carrier, so a renewal sends what it does not change as well.
#[tokio::test]
async fn a_renewal_keeps_the_other_settings_of_the_trunk() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let outbound = OutboundTrunkConfig::new("trunk.example.com")
        .transport(SipTransport::Tcp)
        .headers([("X-Tenant", "7")].into_iter().collect::<Headers>())
        .enabled_codecs([MediaCodec::Pcmu])
        .credentials(SipCredentials::new("user").password("old"));
    let import = ImportSipTrunkNumber::new(NUMBER, "Desk").outbound_trunk_config(outbound);
    let id = elevenlabs.import_number(import).await.unwrap().phone_number_id;
    let before = sandbox.records(PlatformKind::ELEVENLABS);
    let importer = Importer::new(trunk("new"), elevenlabs.clone());
    assert!(importer.renew(&number(NUMBER)).await.unwrap().credentials.record);
    assert_eq!(sandbox.records(PlatformKind::ELEVENLABS), before, "only the password changed");
    assert!(sandbox.uses_secret(PlatformKind::ELEVENLABS, &id, "new"));

    let record = elevenlabs.get(&id.as_str().into()).await.unwrap();
    let another = SipTrunk::new("sips:other.example.com").credentials("other", "p");
    renew(&elevenlabs, &record, another).await.unwrap();
    let shown = elevenlabs.get_number(&id).await.unwrap().outbound_trunk.unwrap();
    let shown = (shown.address.as_deref(), shown.username.as_deref(), shown.transport, shown.headers.unwrap().0.len());
    assert_eq!(shown, (Some("other.example.com"), Some("other"), Some(SipTransport::Tls), 1));
}

#[tokio::test]
async fn a_renewal_that_cannot_be_done_sends_nothing() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let (sid, token) = (sandbox.twilio().account_sid(), sandbox.twilio().auth_token());
    let twilio = ImportTwilioNumber::new(number(NUMBER), "Desk", sid, token);
    let id = elevenlabs.import_number(twilio).await.unwrap().phone_number_id;
    let record = elevenlabs.get(&id.into()).await.unwrap();
    let error = renew(&elevenlabs, &record, trunk("new")).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source"]);

    // A login that the record has cannot be removed, as far as is documented.
    let importer = Importer::new(trunk("p"), elevenlabs.clone());
    let of_trunk = importer.import(ImportRequest::new(number("+493012345678"))).await.unwrap().record;
    let error = renew(&elevenlabs, &of_trunk, SipTrunk::new("trunk.example.com")).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source.credentials"]);
    assert!(sandbox.requests().iter().all(|sent| sent.method != "PATCH"));
}

/// Whether a login is kept or dropped is not documented for every update: a response that shows another one is an error.
#[tokio::test]
async fn a_renewal_that_did_not_take_effect_is_an_error() {
    for (login, is_done) in [
        (json!({"has_auth_credentials": true, "username": "user"}), true),
        (json!({"has_auth_credentials": true}), true),
        (json!({}), true),
        (json!({"has_auth_credentials": false, "username": null}), false),
        (json!({"has_auth_credentials": true, "username": "old"}), false),
        (json!({"has_auth_credentials": true, "address": "old.example.com"}), false),
    ] {
        let server = MockServer::start().await;
        let mut number = json!({
            "phone_number_id": ID, "phone_number": NUMBER, "provider": "sip_trunk",
            "outbound_trunk": {"address": "trunk.example.com", "has_auth_credentials": true, "username": "old"},
        });
        let now = ResponseTemplate::new(200).set_body_json(&number);
        Mock::given(method("GET")).respond_with(now).mount(&server).await;
        number["outbound_trunk"] = login.clone();
        let patched = ResponseTemplate::new(200).set_body_json(&number);
        Mock::given(method("PATCH")).respond_with(patched).mount(&server).await;
        let elevenlabs = client(server.uri());
        let record = elevenlabs.get(&ID.into()).await.unwrap();
        let renewed = renew(&elevenlabs, &record, trunk("new")).await;
        assert_eq!(renewed.is_ok(), is_done, "{login}: {renewed:?}");
        assert!(renewed.err().is_none_or(|error| is_mismatch(&error)));
    }
}
