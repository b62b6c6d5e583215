//! Rolling back with a backup of the routing and nothing else: what a killed process leaves.

use std::sync::Arc;

use futures_util::StreamExt;
use numport::import::UndoOutcome;
use numport::model::{CallbackUrl, PlatformKind, ProviderKind, Routing};
use numport::platform::vapi::{Credential, ListFilter};
use numport::provider::{Carriers, ReachedBy, telnyx, vonage};
use numport::sandbox::Sandbox;
use numport::{
    Desired, E164, ImportRequest, Importer, NumberProvider, Patch, Plivo, Removal, Restored, Telnyx, Twilio, Vapi,
    Vonage,
};
use serde_json::Value;

use super::from_carriers::{kept, number};

const TWILIO: &str = "+14155552671";
const TELNYX: &str = "+19705555098";
const UNROUTED: &str = "+13035550123";
const PLIVO: &str = "+17609915566";
const VONAGE: &str = "+447700900000";

const NUMBERS: [(ProviderKind, &str); 5] = [
    (ProviderKind::TWILIO, TWILIO),
    (ProviderKind::TELNYX, TELNYX),
    (ProviderKind::TELNYX, UNROUTED),
    (ProviderKind::PLIVO, PLIVO),
    (ProviderKind::VONAGE, VONAGE),
];

fn telnyx_of(sandbox: &Sandbox) -> Telnyx {
    Telnyx::from_vars(|name| sandbox.var(name)).unwrap()
}

fn vonage_of(sandbox: &Sandbox) -> Vonage {
    Vonage::from_vars(|name| sandbox.var(name)).unwrap()
}

fn plivo_of(sandbox: &Sandbox) -> ReachedBy<Plivo> {
    let trunk = Plivo::sip_trunk("17248282830499840", "user", "password").outbound_only();
    ReachedBy::new(Plivo::from_vars(|name| sandbox.var(name)).unwrap(), trunk)
}

fn importer(sandbox: &Sandbox, provider: impl NumberProvider + 'static) -> Importer {
    Importer::new(provider, Vapi::from_vars(|name| sandbox.var(name)).unwrap())
}

const IMPORTERS: usize = 5;

/// Each carrier for itself, and all in one.
fn importers(sandbox: &Sandbox) -> Vec<Importer> {
    let accounts: [Arc<dyn NumberProvider>; 4] = [
        Arc::new(Twilio::from_vars(|name| sandbox.var(name)).unwrap()),
        Arc::new(telnyx_of(sandbox)),
        Arc::new(plivo_of(sandbox)),
        Arc::new(vonage_of(sandbox)),
    ];
    let all = importer(sandbox, accounts.iter().cloned().collect::<Carriers>());
    let single = accounts.into_iter().map(|account| {
        let is_plivo = account.kind() == ProviderKind::PLIVO;
        let importer = importer(sandbox, account);
        // The application that is to answer is one of the account: Plivo's calls have to be pointed.
        if is_plivo { importer.inbound_address(CallbackUrl::new("https://example.com/default")) } else { importer }
    });
    single.chain([all]).collect()
}

fn state(sandbox: &Sandbox) -> Vec<Value> {
    NUMBERS.into_iter().map(|(carrier, text)| kept(sandbox, carrier, &number(text))).collect()
}

/// A file that was written before the import.
async fn saved(importer: &Importer) -> String {
    serde_json::to_string(&importer.backup_routing().await.unwrap()).unwrap()
}

async fn restored(importer: &Importer, saved: &str, number: E164) -> Restored {
    let backup: Vec<Routing> = serde_json::from_str(saved).unwrap();
    let all: Vec<_> = importer.restore_many(backup).collect().await;
    all.into_iter().find(|(restored, _)| *restored == number).unwrap().1.unwrap()
}

/// The numbers that this importer can import.
fn held(importer: &Importer) -> Vec<E164> {
    let kinds: Vec<_> = importer.provider().carriers().iter().map(|carrier| carrier.kind()).collect();
    NUMBERS.into_iter().filter(|(kind, _)| kinds.contains(kind)).map(|(_, text)| number(text)).collect()
}

#[tokio::test]
async fn a_backup_alone_restores_every_field_at_every_carrier() {
    for index in 0..IMPORTERS {
        let sandbox = Sandbox::start().await.unwrap();
        let (importer, before) = (importers(&sandbox).remove(index), state(&sandbox));
        let (saved, numbers) = (saved(&importer).await, held(&importer));
        let desired: Desired = numbers.iter().copied().map(ImportRequest::new).collect();
        let plan = importer.plan(&desired).await.unwrap().point_calls();
        let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
        assert!(steps.iter().all(|step| !step.outcome.is_failure()), "{steps:?}");
        assert_ne!(state(&sandbox), before, "{}", importer.provider().kind());

        for number in &numbers {
            let restored = restored(&importer, &saved, *number).await;
            assert!(matches!(restored, Restored::PutBack(_) | Restored::AsBefore(_)), "{restored}");
        }
        assert_eq!(state(&sandbox), before, "{}", importer.provider().kind());
        let items: Vec<_> =
            importer.restore_many(serde_json::from_str::<Vec<Routing>>(&saved).unwrap()).collect().await;
        assert!(items.iter().all(|(_, again)| matches!(again, Ok(Restored::AsBefore(_)))), "{items:?}");
    }
}

#[tokio::test]
async fn a_plan_and_a_backup_undo_every_import_at_every_carrier() {
    for index in 0..IMPORTERS {
        let sandbox = Sandbox::start().await.unwrap();
        let (importer, before) = (importers(&sandbox).remove(index), state(&sandbox));
        let desired: Desired = held(&importer).into_iter().map(ImportRequest::new).collect();
        let plan = importer.plan(&desired).await.unwrap().point_calls();
        let saved = serde_json::to_string(&(&plan, importer.backup_routing().await.unwrap())).unwrap();
        let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
        assert!(steps.iter().all(|step| !step.outcome.is_failure()), "{steps:?}");

        let (plan, backup) = serde_json::from_str(&saved).unwrap();
        let found = importer.undos_of(&plan, backup).await.unwrap();
        assert_eq!((found.undos.len(), found.not_in_backup.len()), (held(&importer).len(), 0));
        let mut undone = importer.undo_many(found.undos, Removal::Record);
        while let Some(item) = undone.next().await {
            assert!(matches!(&item.outcome, UndoOutcome::Undone(undone) if undone.is_complete()), "{}", item.report());
        }
        assert_eq!(state(&sandbox), before, "{}", importer.provider().kind());
        assert!(sandbox.records(PlatformKind::VAPI).is_empty(), "{}", importer.provider().kind());
        // A trunk's credential is the import's. That of Vonage may have been there before.
        let left =
            Vapi::from_vars(|name| sandbox.var(name)).unwrap().list_credentials(&ListFilter::new()).await.unwrap();
        let of_trunk = left.iter().filter(|credential| matches!(credential, Credential::SipTrunk(_)));
        assert_eq!(of_trunk.count(), 0, "{}", importer.provider().kind());
    }
}

#[tokio::test]
async fn what_somebody_else_set_after_the_backup_is_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let (telnyx, number) = (telnyx_of(&sandbox), number(TELNYX));
    let importer = self::importer(&sandbox, telnyx.clone());
    let saved = self::saved(&importer).await;
    let imported = importer.import(ImportRequest::new(number)).await.unwrap();
    let id = imported.routing_before.unwrap().id;

    // An import sets no messaging profile, so nobody but its owner took it off.
    let none = telnyx::UpdateMessagingSettings::new().messaging_profile_id(Patch::Clear);
    telnyx.update_messaging_settings(&id, &none).await.unwrap();
    let restored = self::restored(&importer, &saved, number).await;
    let Restored::PartlyPutBack { changed, .. } = &restored else { panic!("{restored}") };
    assert_eq!(changed, &["messaging_profile_id"]);
    assert_eq!(sandbox.telnyx().calls_go_to(&number).as_deref(), Some(sandbox.telnyx().connection_id()));

    // A connection that somebody took off does not come back.
    telnyx.update_number(&id, &telnyx::UpdateNumber::new().connection_id(Patch::Clear)).await.unwrap();
    let restored = self::restored(&importer, &saved, number).await;
    assert!(matches!(&restored, Restored::Kept { .. }), "{restored}");
    assert_eq!(sandbox.telnyx().calls_go_to(&number), None);
}

#[tokio::test]
async fn a_url_of_messages_that_an_import_took_comes_back_and_that_of_somebody_else_stays() {
    let ours = "https://example.com/others-sms";
    for (to_another_application, messages) in [(false, Some(ours)), (true, Some(ours)), (true, None)] {
        let sandbox = Sandbox::start().await.unwrap();
        let (vonage, number) = (vonage_of(&sandbox), number(VONAGE));
        let importer = self::importer(&sandbox, vonage.clone());
        let saved = self::saved(&importer).await;
        let before = kept(&sandbox, ProviderKind::VONAGE, &number);
        let _imported = importer.import(ImportRequest::new(number)).await.unwrap();
        let mut update = vonage::UpdateNumber::new();
        if to_another_application {
            update = update.app_id(sandbox.vonage().other_application_id().to_owned());
        }
        if let Some(url) = messages {
            update = update.mo_http_url(CallbackUrl::new(url));
        }
        vonage.update_number(&number, &update).await.unwrap();
        let theirs = kept(&sandbox, ProviderKind::VONAGE, &number);
        let restored = self::restored(&importer, &saved, number).await;
        let now = kept(&sandbox, ProviderKind::VONAGE, &number);
        match to_another_application {
            true => assert!(matches!(restored, Restored::Kept { .. }) && now == theirs, "{restored}"),
            false => {
                let Restored::PartlyPutBack { changed, .. } = &restored else { panic!("{restored}") };
                assert_eq!(changed, &["moHttpUrl"]);
                assert_eq!((&now["app_id"], now["moHttpUrl"].as_str()), (&before["app_id"], Some(ours)));
            }
        }
    }
}
