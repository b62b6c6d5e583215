//! Undoing an import: the routing, the record, the credential, in this order, safe to repeat.

use numport::import::{Field, Stays, Undo, UndoneRecord};
use numport::model::{PlatformKind, Removal};
use numport::platform::vapi::Credential;
use numport::provider::Carriers;
use numport::provider::twilio::UpdateNumber;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{
    E164, Error, ImportRequest, Importer, NumberUpdate, Outcome, Restored, SipTrunk, Twilio, Vapi, VoicePlatform,
};
use serde_json::Value;

use crate::services::each_platform;
use crate::services::subject::{Pace, Platform};

fn number() -> E164 {
    "+14155550123".parse().unwrap()
}

async fn sandbox() -> Sandbox {
    let held = TwilioNumber::new(number()).voice_url("https://app.example.com/voice?token=t");
    Sandbox::builder().hold(held).start().await.unwrap()
}

fn twilio(sandbox: &Sandbox) -> Twilio {
    Pace::at_once().client(Twilio::builder_from_vars(|name| sandbox.var(name)))
}

fn vapi(sandbox: &Sandbox) -> Vapi {
    Pace::at_once().client(Vapi::builder_from_vars(|name| sandbox.var(name)))
}

fn into_vapi(sandbox: &Sandbox) -> Importer {
    Importer::new(twilio(sandbox), vapi(sandbox))
}

/// The number as Twilio stores it, without the time of its last change.
fn kept(sandbox: &Sandbox) -> Value {
    let mut number = sandbox.twilio().number(&number()).unwrap();
    number.as_object_mut().unwrap().remove("date_updated");
    number
}

async fn set(sandbox: &Sandbox, update: UpdateNumber) {
    let sid = sandbox.twilio().number(&number()).unwrap()["sid"].as_str().unwrap().to_owned();
    twilio(sandbox).update_number(&sid, &update).await.unwrap();
}

/// The undo as it is saved to a file and read.
fn through_json(undo: &Undo) -> Undo {
    serde_json::from_str(&serde_json::to_string(undo).unwrap()).unwrap()
}

async fn undone(platform: &'static Platform) {
    let sandbox = sandbox().await;
    let vars = |name: &str| sandbox.var(name);
    let client = (platform.connect)(&vars, Pace::at_once());
    let removal = client.capabilities().removal;
    let importer = Importer::new(platform.carrier("twilio", &vars, Pace::at_once()), client);
    let before = kept(&sandbox);
    let imported = importer.import((platform.ask)(ImportRequest::new(number()))).await.unwrap();
    let undo = through_json(&imported.undo());
    assert_eq!(undo, imported.undo());
    let records = || sandbox.records(platform.api.service).len();

    // If the record stays, the calls are restored all the same.
    let first = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(kept(&sandbox), before);
    let stays = match removal {
        numport::platform::OnRemoval::Unsupported => Some(Stays::Unsupported),
        numport::platform::OnRemoval::Releases => Some(Stays::WouldRelease),
        _ => None,
    };
    let record = stays.clone().map_or(UndoneRecord::Removed, UndoneRecord::Stays);
    assert_eq!(
        (&first.record, first.is_complete(), records()),
        (&record, stays.is_none(), usize::from(stays.is_some()))
    );

    let second = importer.undo(&undo, Removal::RecordAndNumber).await.unwrap();
    let gone = stays != Some(Stays::Unsupported);
    assert_eq!((second.is_complete(), records()), (gone, usize::from(!gone)), "{second}");
    assert!(matches!(second.routing, Some(Restored::AsBefore(_))), "{second}");
    assert_eq!(kept(&sandbox), before);
}

each_platform! {
    #[tokio::test]
    an_import_is_undone_if_the_platform_can, undone
}

#[tokio::test]
async fn a_number_can_be_imported_again_after_an_undo() {
    let sandbox = sandbox().await;
    let importer = into_vapi(&sandbox);
    let first = importer.import(ImportRequest::new(number())).await.unwrap();
    let undone = importer.undo(&first.undo(), Removal::Record).await.unwrap();
    assert_eq!(
        undone.to_string(),
        "+14155550123 is restored: its calls go to https://app.example.com/…; its record is removed"
    );
    assert_eq!(importer.import(ImportRequest::new(number())).await.unwrap().outcome, Outcome::Created);
    // The first import is already undone; the calls of the second one are not its own.
    let again = importer.undo(&first.undo(), Removal::Record).await.unwrap();
    assert_eq!(again.record, UndoneRecord::Replaced);
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
}

#[tokio::test]
async fn a_record_that_somebody_uses_keeps_its_calls() {
    let sandbox = sandbox().await;
    let importer = into_vapi(&sandbox);
    let undo = importer.import(ImportRequest::new(number())).await.unwrap().undo();
    let update = NumberUpdate::new().label("Sales").agent("00000000-0000-4000-8000-00000000a001");
    importer.platform().update(&undo.id, &update).await.unwrap();
    let before = kept(&sandbox);
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Stays(Stays::Changed(vec![Field::Label, Field::Agent])));
    assert_eq!((undone.routing, kept(&sandbox)), (None, before));
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
}

#[tokio::test]
async fn a_record_stays_while_its_calls_may_reach_it() {
    for (url, stays) in [
        ("https://api.vapi.ai/twilio/other", Stays::StillAnswered),
        ("https://new.example.com/forwards", Stays::MayBeAnswered),
    ] {
        let sandbox = sandbox().await;
        let importer = into_vapi(&sandbox);
        let undo = importer.import(ImportRequest::new(number())).await.unwrap().undo();
        set(&sandbox, UpdateNumber::new().voice_url(url)).await;
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Stays(stays.clone()), "{url}");
        assert_eq!(sandbox.twilio().voice_url(&number()).as_deref(), Some(url));
        assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
        // The unverified undo removes a record that may be answered, and never one that surely is.
        let left = usize::from(stays == Stays::StillAnswered);
        let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
        let record = if left == 1 { UndoneRecord::Stays(stays) } else { UndoneRecord::Removed };
        assert_eq!((undone.record, sandbox.records(PlatformKind::VAPI).len()), (record, left), "{url}");
        assert_eq!(sandbox.twilio().voice_url(&number()).as_deref(), Some(url));
    }
    // The routing before is unknown.
    let sandbox = sandbox().await;
    let importer = into_vapi(&sandbox).skip_preflight();
    let undo = importer.import(ImportRequest::new(number())).await.unwrap().undo();
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!((undone.routing, undone.record), (None, UndoneRecord::Stays(Stays::StillAnswered)));
}

#[tokio::test]
async fn calls_with_unknown_routing_are_treated_alike_at_every_carrier() {
    let trunk = || SipTrunk::new("203.0.113.10");
    let other = || SipTrunk::new("203.0.113.11").number("+14155550199".parse().unwrap());
    let ways: [fn(&Sandbox, SipTrunk, SipTrunk) -> Importer; 3] = [
        |sandbox, trunk, _| Importer::new(trunk, vapi(sandbox)),
        |sandbox, trunk, other| Importer::new(Carriers::new().and(trunk).and(other), vapi(sandbox)),
        // One carrier shows where its calls go, and it is not the one with this number.
        |sandbox, trunk, _| Importer::new(Carriers::new().and(trunk).and(twilio(sandbox)), vapi(sandbox)),
    ];
    for (way, importer) in ways.iter().enumerate() {
        let sandbox = Sandbox::builder().held_numbers([]).start().await.unwrap();
        let importer = importer(&sandbox, trunk(), other());
        let undo = importer.import(ImportRequest::new(number())).await.unwrap().undo();
        let undone = importer.undo(&undo, Removal::Record).await.unwrap();
        assert_eq!(undone.record, UndoneRecord::Stays(Stays::MayBeAnswered), "{way}");
        assert_eq!((undone.routing, sandbox.records(PlatformKind::VAPI).len()), (None, 1), "{way}");
        let undone = importer.undo_unverified(&undo, Removal::Record).await.unwrap();
        assert_eq!((undone.record, sandbox.records(PlatformKind::VAPI).len()), (UndoneRecord::Removed, 0), "{way}");
    }
}

#[tokio::test]
async fn the_fields_of_an_existing_record_are_restored() {
    let sandbox = sandbox().await;
    let importer = into_vapi(&sandbox);
    importer.import(ImportRequest::new(number()).label("Old")).await.unwrap();
    let request = ImportRequest::new(number()).label("New").agent("00000000-0000-4000-8000-00000000a001");
    let undo = through_json(&importer.import(&request).await.unwrap().undo());
    assert!(!undo.created);
    // Somebody else's label is kept.
    importer.platform().update(&undo.id, &NumberUpdate::new().label("Theirs")).await.unwrap();
    let undone = importer.undo(&undo, Removal::RecordAndNumber).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![Field::Label] });
    let record = importer.platform().get(&undo.id).await.unwrap();
    assert_eq!((record.label.as_deref(), record.agent), (Some("Theirs"), None));
    // A record as the import left it is restored completely.
    importer.platform().update(&undo.id, &NumberUpdate::new().label("New")).await.unwrap();
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert!(undone.is_complete(), "{undone}");
    let record = importer.platform().get(&undo.id).await.unwrap();
    assert_eq!((record.label.as_deref(), record.agent), (Some("Old"), None));
}

#[tokio::test]
async fn a_trunks_credential_is_removed_with_its_last_number() {
    let sandbox = sandbox().await;
    let trunk = || SipTrunk::new("203.0.113.10").credentials("user", "password");
    let importer = || Importer::new(trunk(), vapi(&sandbox));
    let mut undos = Vec::new();
    for number in ["+14155550123", "+14155550124"] {
        undos.push(importer().import(ImportRequest::new(number.parse().unwrap())).await.unwrap().undo());
    }
    let credentials = async || {
        let all = vapi(&sandbox).list_credentials(&Default::default()).await.unwrap();
        // Vapi also has its initial Telnyx credential.
        all.iter().filter(|credential| matches!(credential, Credential::SipTrunk(_))).count()
    };
    assert!(undos[0].credential.is_some() && undos[0].credential == undos[1].credential);
    let first = importer().undo_unverified(&undos[0], Removal::Record).await.unwrap();
    assert!(first.to_string().ends_with("because other numbers use it or may use it"), "{first}");
    let advice = "If no other number uses the credential after all undos, remove it in the platform's dashboard.";
    assert!(first.to_string().contains("; the credential ") && !first.to_string().contains("left behind"), "{first}");
    let report = serde_json::to_value(&first).unwrap();
    assert_eq!((first.advice(), report["advice"].as_str()), (Some(advice), Some(advice)));
    assert_eq!((first.record, first.credential_left), (UndoneRecord::Removed, undos[0].credential.clone()));
    assert_eq!(credentials().await, 1);
    let second = importer().undo_unverified(&undos[1], Removal::Record).await.unwrap();
    assert_eq!((second.record, second.credential_left, credentials().await), (UndoneRecord::Removed, None, 0));
    // A second call, from the client that imported both: nothing is left to do.
    assert_eq!(importer().undo_unverified(&undos[1], Removal::Record).await.unwrap().credential_left, None);
}

#[tokio::test]
async fn another_account_or_a_trunk_is_refused() {
    let sandbox = sandbox().await;
    let importer = into_vapi(&sandbox);
    let mut undo = importer.import(ImportRequest::new(number())).await.unwrap().undo();
    let on_trunk = Importer::new(SipTrunk::new("203.0.113.10"), vapi(&sandbox));
    let error = on_trunk.undo(&undo, Removal::Record).await.unwrap_err();
    assert!(error.to_string().contains("whose routing this crate cannot read or set"), "{error}");
    undo.account = numport::model::AccountId::new("another");
    let error = importer.undo(&undo, Removal::Record).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)) && error.to_string().contains("`account` is another"), "{error}");
    undo.platform = PlatformKind::BUTTER;
    assert!(importer.undo(&undo, Removal::Record).await.unwrap_err().to_string().contains("`platform` is butter"));
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1);
}
