//! The routing of a whole account, backed up and restored.

use futures_util::{StreamExt, stream};
use numport::model::{PlatformKind, Routing};
use numport::provider::Carriers;
use numport::sandbox::Sandbox;
use numport::sandbox::twilio::TwilioNumber;
use numport::{AccountKey, E164, ImportRequest, Importer, Restored, SipTrunk, Twilio, Vapi};
use serde_json::Value;

fn numbers() -> Vec<E164> {
    (0..12).map(|last| format!("+141555501{last:02}").parse().unwrap()).collect()
}

async fn sandbox() -> Sandbox {
    let held = |number: E164| TwilioNumber::new(number).voice_url(format!("https://app.example.com/{number}"));
    let builder = numbers().into_iter().fold(Sandbox::builder(), |builder, number| builder.hold(held(number)));
    builder.start().await.unwrap()
}

fn kept(sandbox: &Sandbox) -> Vec<Value> {
    let number = |number: E164| {
        let mut kept = sandbox.twilio().number(&number).unwrap();
        kept.as_object_mut().unwrap().remove("date_updated");
        kept
    };
    numbers().into_iter().map(number).collect()
}

#[tokio::test]
async fn a_backup_restores_an_account_after_many_imports() {
    let sandbox = sandbox().await;
    let vars = |name: &str| sandbox.var(name);
    // A trunk that does not list its numbers has no routing, and is left out.
    let carriers = Carriers::new().and(SipTrunk::new("203.0.113.10")).and(Twilio::from_vars(vars).unwrap());
    let importer = Importer::new(carriers, Vapi::from_vars(vars).unwrap()).concurrency(3);
    let before = kept(&sandbox);
    let backup = serde_json::to_string(&importer.backup_routing().await.unwrap()).unwrap();
    let imported: Vec<_> = importer.import_many(stream::iter(numbers()).map(ImportRequest::new)).collect().await;
    assert!(imported.iter().all(|item| !item.outcome.is_failure()));
    assert_ne!(kept(&sandbox), before);

    let backup: Vec<Routing> = serde_json::from_str(&backup).unwrap();
    let total = backup.len();
    let restored: Vec<_> = importer.restore_many(stream::iter(backup)).collect().await;
    assert_eq!((restored.len(), kept(&sandbox)), (total, before));
    let back = restored.iter().filter(|(_, restored)| matches!(restored, Ok(Restored::PutBack(_))));
    assert_eq!(back.count(), numbers().len());
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), numbers().len(), "the records stay");
}

#[tokio::test]
async fn a_refused_key_ends_a_backup_and_a_trunk_has_none() {
    let sandbox = sandbox().await;
    let vars = |name: &str| sandbox.var(name);
    let vapi = || Vapi::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi());
    let backup = importer.backup_routing().await.unwrap();
    assert!(backup.len() >= numbers().len());

    let account = AccountKey::token(sandbox.var("TWILIO_ACCOUNT_SID").unwrap(), "0123456789abcdef0123456789abcdef");
    let twilio = Twilio::builder(account).base_url(sandbox.var("TWILIO_BASE_URL").unwrap()).build().unwrap();
    let wrong = Importer::new(twilio, vapi()).concurrency(2);
    assert!(wrong.backup_routing().await.is_err());
    let items: Vec<_> = wrong.restore_many(stream::iter(backup)).collect().await;
    assert!((1..=2).contains(&items.len()) && items.iter().all(|(_, restored)| restored.is_err()), "{items:?}");

    let trunk = Importer::new(SipTrunk::new("203.0.113.10"), vapi());
    let error = trunk.backup_routing().await.unwrap_err();
    assert!(error.to_string().contains("whose routing this crate cannot read or set"), "{error}");
}
