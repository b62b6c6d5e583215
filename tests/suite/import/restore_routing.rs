//! The carrier's routing is restored after an import, and kept if somebody else has changed it.

use std::time::Duration;

use numport::model::{Calls, PlatformKind, ProviderKind, Routing};
use numport::platform::answered_by;
use numport::provider::twilio::{CallbackMethod, UpdateNumber};
use numport::sandbox::twilio::TwilioNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, ImportRequest, Imported, Importer, Interactly, NumberProvider, Restored, SipTrunk, Twilio, Vapi};
use serde_json::{Value, json};

use crate::support::in_memory;

pub(super) fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

pub(super) struct Setup {
    pub(super) sandbox: Sandbox,
    pub(super) twilio: Twilio,
    pub(super) vapi: Importer,
    pub(super) interactly: Importer,
}

pub(super) async fn setup() -> Setup {
    let held = TwilioNumber::new(number()).voice_url("https://user:pass@app.example.com/voice?token=t");
    let sandbox = Sandbox::builder().hold(held).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let twilio = Twilio::from_vars(vars).unwrap();
    let vapi = Importer::new(twilio.clone(), Vapi::from_vars(vars).unwrap());
    let interactly = Importer::new(twilio.clone(), Interactly::from_vars(vars).unwrap());
    Setup { sandbox, twilio, vapi, interactly }
}

pub(super) async fn import(importer: &Importer) -> Imported {
    importer.import(ImportRequest::new(number())).await.unwrap()
}

impl Setup {
    /// The number as Twilio stores it, without the time of its last change.
    fn kept(&self) -> Value {
        let mut number = self.sandbox.twilio().number(&number()).unwrap();
        number.as_object_mut().unwrap().remove("date_updated");
        number
    }

    fn changes_sent(&self) -> usize {
        let twilio = |entry: &&numport::sandbox::ReceivedRequest| entry.service == ProviderKind::TWILIO;
        self.sandbox.requests().iter().filter(twilio).filter(|entry| entry.method != "GET").count()
    }

    pub(super) async fn set(&self, update: UpdateNumber) {
        let sid = self.sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
        self.twilio.update_number(&sid, &update).await.unwrap();
    }
}

#[tokio::test]
async fn an_import_that_is_restored_leaves_the_number_as_it_was() {
    let setup = setup().await;
    let update = UpdateNumber::new()
        .sms_url("https://app.example.com/sms")
        .status_callback("https://app.example.com/ended")
        .voice_fallback_url("https://app.example.com/fallback")
        .voice_caller_id_lookup(true);
    setup.set(update).await;
    let before = setup.kept();
    let imported = import(&setup.vapi).await;
    assert_ne!(setup.kept(), before, "the import changed it");
    let kept = serde_json::to_string(&imported.routing_before.unwrap()).unwrap();

    let routing: Routing = serde_json::from_str(&kept).unwrap();
    assert!(
        matches!(setup.vapi.restore(&routing).await.unwrap(), Restored::PutBack(now) if now.calls == routing.calls)
    );
    assert_eq!(setup.kept(), before);
    let sent = setup.changes_sent();
    assert!(matches!(setup.vapi.restore(&routing).await.unwrap(), Restored::AsBefore(_)));
    assert_eq!(setup.changes_sent(), sent, "nothing is sent when nothing is to be done");
}

#[tokio::test]
async fn a_restore_clears_a_voice_url_that_was_not_set_before() {
    let sandbox = Sandbox::builder().hold(TwilioNumber::new(number()).voice_url("")).start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let before = sandbox.twilio().number(&number()).unwrap()["voice_url"].clone();
    let routing = import(&importer).await.routing_before.unwrap();
    assert_eq!(routing.calls, Calls::Nowhere);
    assert!(sandbox.twilio().voice_url(&number()).is_some());
    let _ = importer.restore(&routing).await.unwrap();
    assert_eq!(sandbox.twilio().number(&number()).unwrap()["voice_url"], before);
}

#[tokio::test]
async fn changes_by_somebody_else_are_kept() {
    let setup = setup().await;
    let routing = import(&setup.vapi).await.routing_before.unwrap();
    let trunk = setup.sandbox.twilio().trunk_sid();
    // Messages still went to the platform: their routing is restored, and that of the calls is not.
    setup.set(UpdateNumber::new().voice_url("https://new.example.com/")).await;
    let Restored::PartlyPutBack { now, changed } = setup.vapi.restore(&routing).await.unwrap() else { panic!() };
    assert_eq!((now.calls.to_string(), changed), ("https://new.example.com".to_owned(), vec!["VoiceUrl".to_owned()]));
    for (update, changed, expected) in [
        (UpdateNumber::new().voice_url("https://new.example.com/"), "VoiceUrl", None),
        (UpdateNumber::new().voice_url("https://api-prod.interactly.ai/x"), "VoiceUrl", Some(PlatformKind::INTERACTLY)),
    ] {
        setup.set(update).await;
        let (before, sent) = (setup.kept(), setup.changes_sent());
        let restored = setup.vapi.restore(&routing).await.unwrap();
        let Restored::Kept { now, answered_by: found, changed: fields } = restored else { panic!("{restored:?}") };
        assert_eq!((found, fields), (expected, vec![changed.to_owned()]));
        assert!(matches!(&now.calls, Calls::Url(url) if answered_by(url) == expected));
        assert_eq!((setup.kept(), setup.changes_sent()), (before, sent));
    }

    // The voice URL is the platform's again, but somebody else has set other settings.
    let ours = UpdateNumber::new().voice_url("https://api.vapi.ai/twilio/inbound_call");
    setup.set(ours.sms_url("https://new.example.com/sms").trunk_sid(trunk)).await;
    let Restored::PartlyPutBack { now, changed } = setup.vapi.restore(&routing).await.unwrap() else { panic!() };
    assert_eq!(now.calls, Calls::Trunk(trunk.to_owned()));
    assert_eq!(changed, ["SmsUrl", "TrunkSid"]);
    let kept = setup.kept();
    assert_eq!(kept["voice_url"], "https://user:pass@app.example.com/voice?token=t");
    assert_eq!((&kept["sms_url"], &kept["trunk_sid"]), (&json!("https://new.example.com/sms"), &json!(trunk)));
}

#[tokio::test]
async fn changes_by_others_during_an_import_are_not_the_imports() {
    let setup = setup().await;
    setup.sandbox.fault_on(
        PlatformKind::VAPI,
        "POST /phone-number",
        Fault::CommitThenDelay(Duration::from_millis(300)),
    );
    let mut import = Box::pin(setup.vapi.import(ImportRequest::new(number())));
    while setup.sandbox.records(PlatformKind::VAPI).is_empty() {
        assert!(tokio::time::timeout(Duration::from_millis(5), &mut import).await.is_err(), "it is under way");
    }
    let meanwhile = UpdateNumber::new()
        .sms_url("https://new.example.com/sms")
        .sms_method(CallbackMethod::Get)
        .status_callback("https://new.example.com/ended")
        .voice_caller_id_lookup(true);
    setup.set(meanwhile).await;
    let before = import.await.unwrap().routing_before.unwrap();
    let names = ["SmsMethod", "SmsUrl", "StatusCallback", "VoiceCallerIdLookup"];
    for name in names {
        assert!(!before.replaced_by.as_ref().unwrap().contains_key(name), "{name}");
    }
    let Restored::PartlyPutBack { changed, .. } = setup.vapi.restore(&before).await.unwrap() else { panic!() };
    assert_eq!(changed, names);
    let kept = setup.kept();
    assert_eq!(kept["voice_url"], "https://user:pass@app.example.com/voice?token=t");
    assert_eq!((&kept["sms_url"], &kept["sms_method"]), (&json!("https://new.example.com/sms"), &json!("GET")));
    assert_eq!(kept["status_callback"], "https://new.example.com/ended");
}

#[tokio::test]
async fn a_method_is_restored_with_its_url() {
    let setup = setup().await;
    setup.set(UpdateNumber::new().voice_method(CallbackMethod::Get)).await;
    let looked = setup.vapi.preflight(&number()).await.unwrap().routing.unwrap();
    let mut before = import(&setup.vapi).await.routing_before.unwrap();
    // As a platform does that also sets the method.
    setup.set(UpdateNumber::new().voice_method(CallbackMethod::Post)).await;
    let left = before.replaced_by.as_mut().unwrap();
    left.insert("VoiceMethod".to_owned(), "POST".to_owned());
    // Somebody else's URL with POST: its method is kept too.
    setup.set(UpdateNumber::new().voice_url("https://new.example.com/")).await;
    let _ = setup.vapi.restore(&looked).await.unwrap(); // the messages
    for routing in [&before, &looked] {
        let Restored::Kept { changed, .. } = setup.vapi.restore(routing).await.unwrap() else { panic!() };
        assert_eq!(changed, ["VoiceMethod", "VoiceUrl"]);
    }
    for routing in [&before, &looked] {
        let address = "https://api.vapi.ai/twilio/inbound_call";
        setup.set(UpdateNumber::new().voice_url(address).voice_method(CallbackMethod::Post)).await;
        assert!(matches!(setup.vapi.restore(routing).await.unwrap(), Restored::PutBack(_)));
        assert_eq!(setup.kept()["voice_method"], "GET");
    }
}

#[tokio::test]
async fn a_detached_trunk_is_restored_unless_somebody_else_has_the_calls() {
    let setup = setup().await;
    let trunk = setup.sandbox.twilio().trunk_sid().to_owned();
    setup.set(UpdateNumber::new().trunk_sid(&trunk)).await;
    let before = setup.twilio.routing().unwrap().snapshot(&number()).await.unwrap().unwrap();
    let address = "https://api.vapi.ai/twilio/inbound_call";
    setup.set(UpdateNumber::new().voice_url("https://new.example.com/").trunk_sid("")).await;
    let Restored::Kept { changed, .. } = setup.vapi.restore(&before).await.unwrap() else { panic!() };
    assert_eq!(changed, ["TrunkSid", "VoiceUrl"]);
    setup.set(UpdateNumber::new().voice_url(address)).await;
    let Restored::PutBack(now) = setup.vapi.restore(&before).await.unwrap() else { panic!() };
    assert_eq!(now.calls, Calls::Trunk(trunk));
}

#[tokio::test]
async fn calls_are_not_restored_to_a_platform_without_a_record() {
    let setup = setup().await;
    let looked = import(&setup.interactly).await;
    let mut before = looked.routing_before.unwrap();
    // The calls went to Vapi before, which no client here can query.
    let address = "https://api.vapi.ai/twilio/inbound_call";
    before.settings.insert("VoiceUrl".to_owned(), address.to_owned());
    before.calls = Calls::Url(address.into());
    let sent = setup.changes_sent();
    let restored = setup.interactly.restore(&before).await.unwrap();
    assert!(matches!(restored, Restored::NoRecord { platform: PlatformKind::VAPI, .. }), "{restored:?}");
    assert!(restored.to_string().contains("would go to vapi, which is not known to have a record"), "{restored}");
    assert_eq!(setup.changes_sent(), sent);
    let told = setup.interactly.restore_unverified(&before).await.unwrap();
    assert!(matches!(told, Restored::PutBack(now) if now.calls == before.calls));

    // The importer's own platform is queried: Vapi has no record until the number is imported.
    let own = setup.vapi.clone().inbound_address("https://app.example.com/mine");
    let mut back = before.clone();
    back.replaced_by = None;
    back.settings.insert("VoiceUrl".to_owned(), "https://app.example.com/mine".to_owned());
    back.calls = Calls::Url("https://app.example.com/mine".into());
    let restored = own.restore(&back).await.unwrap();
    assert!(matches!(restored, Restored::NoRecord { platform: PlatformKind::VAPI, .. }), "{restored:?}");
    import(&setup.vapi).await;
    assert!(matches!(own.restore(&back).await.unwrap(), Restored::PutBack(_)));
}

#[tokio::test]
async fn another_url_on_the_platforms_domain_is_somebody_elses() {
    let setup = setup().await;
    let looked = setup.vapi.preflight(&number()).await.unwrap().routing.unwrap();
    let routing = import(&setup.vapi).await.routing_before.unwrap();
    setup.set(UpdateNumber::new().voice_url("https://api.vapi.ai/twilio/moved")).await;
    let _ = setup.vapi.restore(&routing).await.unwrap(); // the messages
    for routing in [&routing, &looked] {
        let restored = setup.vapi.restore(routing).await.unwrap();
        let Restored::Kept { answered_by, changed, .. } = restored else { panic!("{restored:?}") };
        assert_eq!((answered_by, changed), (Some(PlatformKind::VAPI), vec!["VoiceUrl".to_owned()]));
    }
    let told = setup.vapi.clone().inbound_address("https://api.vapi.ai/twilio/moved");
    assert!(matches!(told.restore(&looked).await.unwrap(), Restored::PutBack(_)));
}

#[tokio::test]
async fn the_result_of_a_restore_is_one_line() {
    let setup = setup().await;
    let mut routing = import(&setup.vapi).await.routing_before.unwrap();
    let told = async |routing: &Routing| setup.vapi.restore(routing).await.unwrap().to_string();
    setup.set(UpdateNumber::new().voice_url("https://new.example.com/x").sms_url("https://new.example.com/sms")).await;
    let kept = "+14155550123 is not restored, because the import did not set SmsUrl, VoiceUrl; its calls go to https://new.example.com/…";
    assert_eq!(told(&routing).await, kept);
    setup.set(UpdateNumber::new().voice_url("https://api.vapi.ai/twilio/inbound_call")).await;
    let partly = "+14155550123 is restored except for SmsUrl, which the import did not set; its calls go to https://app.example.com/…";
    assert_eq!(told(&routing).await, partly);
    setup.set(UpdateNumber::new().voice_url("https://api.vapi.ai/twilio/inbound_call").sms_url("")).await;
    let back = told(&routing).await;
    assert_eq!(back, "+14155550123 is restored: its calls go to https://app.example.com/…");
    assert_eq!(told(&routing).await, back.replace("is restored", "already has its former routing"));
    routing.id = routing.id.replace("PN0", "PN1");
    assert_eq!(told(&routing).await, "the carrier no longer holds the number");
}

#[tokio::test]
async fn restoring_the_first_of_two_imports_keeps_the_second() {
    let setup = setup().await;
    let first = import(&setup.vapi).await.routing_before.unwrap();
    let second = import(&setup.interactly).await.routing_before.unwrap();
    let Restored::PartlyPutBack { now, changed } = setup.vapi.restore(&first).await.unwrap() else { panic!() };
    assert!(matches!(&now.calls, Calls::Url(url) if answered_by(url) == Some(PlatformKind::INTERACTLY)));
    assert_eq!(changed, ["VoiceUrl"], "the messages alone were put back");
    // Restored one after the other, the last first, both are undone.
    assert!(matches!(setup.interactly.restore(&second).await.unwrap(), Restored::NoRecord { .. }));
    assert!(matches!(setup.interactly.restore_unverified(&second).await.unwrap(), Restored::PartlyPutBack { .. }));
    assert!(matches!(setup.vapi.restore(&first).await.unwrap(), Restored::PutBack(_)));
    assert_eq!(
        setup.sandbox.twilio().voice_url(&number()).as_deref(),
        Some("https://user:pass@app.example.com/voice?token=t")
    );
}

#[tokio::test]
async fn an_older_snapshot_is_restored_while_the_platform_has_the_calls() {
    let setup = setup().await;
    let looked = setup.vapi.preflight(&number()).await.unwrap().routing.unwrap();
    import(&setup.vapi.clone().skip_preflight()).await;
    assert!(matches!(setup.vapi.restore(&looked).await.unwrap(), Restored::PutBack(_)));

    setup.set(UpdateNumber::new().voice_url("https://new.example.com/")).await;
    let Restored::Kept { changed, .. } = setup.vapi.restore(&looked).await.unwrap() else { panic!() };
    assert_eq!(changed, ["VoiceUrl"]);
}

#[tokio::test]
async fn a_released_or_bought_again_number_is_not_changed() {
    let setup = setup().await;
    let mut routing = import(&setup.vapi).await.routing_before.unwrap();
    routing.id = routing.id.replace("PN0", "PN1");
    assert_eq!(setup.vapi.restore(&routing).await.unwrap(), Restored::Gone);
    routing.number = "+14155550199".parse().unwrap();
    assert_eq!(setup.vapi.restore(&routing).await.unwrap(), Restored::Gone);
    assert_eq!(setup.changes_sent(), 0);
}

#[tokio::test]
async fn a_provider_without_routing_is_an_error() {
    let setup = setup().await;
    let routing = import(&setup.vapi).await.routing_before.unwrap();
    let vapi = Vapi::from_vars(|name| setup.sandbox.var(name)).unwrap();
    let error = Importer::new(SipTrunk::new("203.0.113.10"), vapi).restore(&routing).await.unwrap_err();
    assert!(
        error.to_string().contains("`provider` is sip-trunk, whose routing this crate cannot read or set"),
        "{error}"
    );
    assert!(setup.twilio.routing().is_some());
}

#[tokio::test]
async fn debug_of_a_snapshot_shows_no_secret_of_a_url() {
    let setup = setup().await;
    let imported = import(&setup.vapi).await;
    for text in [format!("{:?}", imported), format!("{:#?}", imported.routing_before)] {
        assert!(!text.contains("pass@") && !text.contains("token=t"), "{text}");
    }
    let held = setup.twilio.lookup(&number()).await.unwrap();
    assert!(!format!("{held:?}").contains("pass@"));
    assert!(serde_json::to_string(&imported.routing_before).unwrap().contains("user:pass@"), "it must be put back");
}

#[tokio::test]
async fn a_snapshot_without_the_state_after_the_import_depends_on_who_has_the_calls() {
    let setup = setup().await;
    let looked = setup.vapi.preflight(&number()).await.unwrap().routing.unwrap();
    import(&setup.vapi.clone().skip_preflight()).await;
    // The platform has the calls, and somebody also changed a setting that is no URL.
    setup.set(UpdateNumber::new().voice_caller_id_lookup(true)).await;
    let Restored::PartlyPutBack { changed, .. } = setup.vapi.restore(&looked).await.unwrap() else { panic!() };
    assert_eq!(changed, ["VoiceCallerIdLookup"]);
}

/// The former address alone decides where the calls go: the import has cleared it, so that they go nowhere now.
#[tokio::test(start_paused = true)]
async fn cleared_calls_are_not_restored_to_a_platform_without_a_known_record() {
    for (address, code) in
        [("https://api.elevenlabs.io/twilio/inbound_call", "no_record"), ("https://app.example.com/", "put_back")]
    {
        let (number, exchange) = (in_memory::number(1), in_memory::Exchange::default());
        exchange.point(number, address);
        let mut before = exchange.routing().unwrap().snapshot(&number).await.unwrap().unwrap();
        before.replaced_by = Some([("voice_url".to_owned(), String::new())].into());
        exchange.point(number, "");
        let importer = Importer::new(exchange.clone(), in_memory::platform(&in_memory::NATIVE, 0));
        assert_eq!(importer.restore(&before).await.unwrap().code(), code);
        assert_eq!(exchange.url(&number).as_deref(), Some(if code == "no_record" { "" } else { address }));
    }
}
