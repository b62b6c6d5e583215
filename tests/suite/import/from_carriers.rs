//! Imports from carriers at which a platform attaches a number to its own application, or that it reaches through a
//! trunk: the routing is restored field by field, except fields that somebody else has changed.

use numport::model::{CallbackUrl, Finding, ProviderKind, Reach, Reached, Removal};
use numport::platform::vapi::{CreateVonageCredential, Credential, ListFilter};
use numport::provider::telnyx::UpdateNumber;
use numport::provider::{ReachedBy, vonage};
use numport::sandbox::vonage::VonageNumber;
use numport::sandbox::{Fault, Sandbox};
use numport::{
    Desired, E164, Error, ImportRequest, Importer, NumberProvider, NumberSource, Outcome, Plivo, Restored, Secret,
    SipTrunk, Telnyx, Vapi, Vonage,
};
use serde_json::Value;

use crate::services::carrier;
use crate::services::subject::Pace;
use crate::support::validation::problem_fields;

async fn sandbox() -> Sandbox {
    Sandbox::start().await.unwrap()
}

fn vapi(sandbox: &Sandbox) -> Vapi {
    Vapi::from_vars(|name| sandbox.var(name)).unwrap()
}

fn telnyx(sandbox: &Sandbox) -> Telnyx {
    Telnyx::from_vars(|name| sandbox.var(name)).unwrap()
}

pub(super) fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

/// Every field that a carrier stores for a number, except dates.
pub(super) fn kept(sandbox: &Sandbox, carrier: ProviderKind, number: &E164) -> Value {
    let records = sandbox.records(carrier);
    let is_it = |record: &&Value| {
        ["phone_number", "number", "msisdn"]
            .iter()
            .any(|field| record[*field].as_str().is_some_and(|text| text.trim_start_matches('+') == number.digits()))
    };
    let mut found = records.iter().find(is_it).expect("it is held").clone();
    found.as_object_mut().unwrap().retain(|name, _| !["updated_at", "date_updated"].contains(&name.as_str()));
    found
}

#[tokio::test]
async fn an_import_from_each_account_is_rolled_back_field_by_field() {
    for (name, text) in [("telnyx", "+19705555098"), ("telnyx", "+13035550123"), ("vonage", "+447700900000")] {
        let (sandbox, number) = (sandbox().await, number(text));
        let provider = (carrier(name).connect)(&|name| sandbox.var(name), Pace::at_once());
        let kind = provider.kind();
        let importer = Importer::new(provider, vapi(&sandbox));
        let before = kept(&sandbox, kind, &number);
        let imported = importer.import(ImportRequest::new(number)).await.unwrap();
        assert_eq!((imported.outcome, imported.reached), (Outcome::Created, Reached::Platform), "{imported}");
        // A number for fiction, whose range is not assigned.
        let others = imported.findings.iter().filter(|finding| !matches!(finding, Finding::Unassigned { .. }));
        assert_eq!(others.count(), 0, "{name}: {:?}", imported.findings);
        assert_ne!(kept(&sandbox, kind, &number), before, "{name}: it was taken over");

        let routing = imported.routing_before.unwrap();
        let restored = importer.restore(&routing).await.unwrap();
        assert!(matches!(&restored, Restored::PutBack(_)), "{name}: {restored}");
        assert_eq!(kept(&sandbox, kind, &number), before, "{name} {text}");
        assert!(matches!(importer.restore(&routing).await.unwrap(), Restored::AsBefore(_)));
        // A second import finds the record, and changes nothing.
        let again = importer.import(ImportRequest::new(number)).await.unwrap();
        assert_eq!(again.outcome, Outcome::AlreadyThere);
    }
}

#[tokio::test]
async fn a_change_by_somebody_else_is_kept() {
    let sandbox = sandbox().await;
    let (telnyx, number) = (telnyx(&sandbox), number("+19705555098"));
    let importer = Importer::new(telnyx.clone(), vapi(&sandbox));
    let imported = importer.import(ImportRequest::new(number)).await.unwrap();
    let id = imported.routing_before.as_ref().unwrap().id.clone();
    telnyx.update_number(&id, &UpdateNumber::new().connection_id(numport::Patch::Clear)).await.unwrap();
    let restored = importer.restore(&imported.routing_before.unwrap()).await.unwrap();
    assert!(matches!(&restored, Restored::Kept { .. }), "{restored}");
    assert_eq!(sandbox.telnyx().calls_go_to(&number), None);

    let number = self::number("+447700900000");
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(vonage.clone(), vapi(&sandbox));
    let imported = importer.import(ImportRequest::new(number)).await.unwrap();
    let other = sandbox.vonage().other_application_id();
    vonage.update_number(&number, &vonage::UpdateNumber::new().app_id(other.to_owned())).await.unwrap();
    let restored = importer.restore(&imported.routing_before.unwrap()).await.unwrap();
    // The import took the URL of messages, which comes back; the application is somebody else's.
    let Restored::PartlyPutBack { changed, .. } = &restored else { panic!("{restored}") };
    assert_eq!(changed, &["answer_url", "app_id"]);
    assert_eq!(sandbox.vonage().calls_go_to(&number).as_deref(), Some(other));
}

#[tokio::test]
async fn a_number_with_forwarded_calls_is_not_imported() {
    let sandbox = sandbox().await;
    let vonage = Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    let cases: [(Box<dyn NumberProvider>, &str, &str); 2] = [
        (Box::new(telnyx(&sandbox)), "+13035550144", "+13035559123"),
        (Box::new(vonage), "+12015550123", "sip:12015550123@sip.example.com"),
    ];
    for (provider, text, to) in cases {
        let importer = Importer::new(provider, vapi(&sandbox));
        let error = importer.import(ImportRequest::new(number(text))).await.unwrap_err();
        let Error::Preflight(refused) = &error else { panic!("{error}") };
        assert!(error.to_string().contains("forwards the number's calls"), "{error}");
        assert_eq!(refused.findings, [Finding::Forwarded { to: to.to_owned() }]);
    }
    assert_eq!(sandbox.records(numport::model::PlatformKind::VAPI).len(), 0);
}

#[tokio::test]
async fn the_telnyx_credential_is_the_only_one_or_chosen_by_id() {
    let sandbox = sandbox().await;
    let number = number("+19705555098");
    let stored = vapi(&sandbox).list_credentials(&ListFilter::new()).await.unwrap();
    let id = stored[0].id().unwrap().to_owned();
    let by_id = ReachedBy::new(telnyx(&sandbox), NumberSource::stored(ProviderKind::TELNYX, id.as_str()));
    let imported = Importer::new(by_id, vapi(&sandbox)).import(ImportRequest::new(number)).await.unwrap();
    assert_eq!((imported.record.credential.unwrap().as_str(), imported.reached), (id.as_str(), Reached::Platform));
    // Without one, nothing is sent.
    vapi(&sandbox).delete_credential(&id).await.unwrap();
    let other = ImportRequest::new(self::number("+13035550123"));
    let error = Importer::new(telnyx(&sandbox), vapi(&sandbox)).import(&other).await.unwrap_err();
    assert!(matches!(error, Error::Incomplete(_)) && error.report().contains("dashboard"), "{}", error.report());
    assert_eq!(sandbox.records(numport::model::PlatformKind::VAPI).len(), 1);
}

#[tokio::test]
async fn a_vonage_credential_is_created_once_and_found_later() {
    let sandbox = sandbox().await;
    let vonage = || Vonage::from_vars(|name| sandbox.var(name)).unwrap();
    sandbox.fault_on(numport::model::PlatformKind::VAPI, "POST /credential", Fault::CommitThenDrop);
    for text in ["+447700900000", "+447700900000"] {
        let importer = Importer::new(vonage(), vapi(&sandbox));
        importer.import(ImportRequest::new(number(text))).await.unwrap();
    }
    let made =
        sandbox.requests().iter().filter(|request| request.path == "/credential" && request.method == "POST").count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn a_vonage_credential_that_imports_created_is_removed_with_the_last_of_them_and_another_one_stays() {
    let numbers = ["+447700900001", "+447700900002"].map(number);
    for is_there_before in [false, true] {
        let held = numbers.map(|number| VonageNumber::new(number).with_application());
        let sandbox = Sandbox::builder().hold_vonage(held).start().await.unwrap();
        let vapi = || vapi(&sandbox);
        let credentials = async || {
            let all = vapi().list_credentials(&ListFilter::new()).await.unwrap();
            all.iter().filter(|credential| matches!(credential, Credential::Vonage(_))).count()
        };
        if is_there_before {
            let [key, secret] = ["VONAGE_API_KEY", "VONAGE_API_SECRET"].map(|name| sandbox.var(name).unwrap());
            vapi().create_credential(CreateVonageCredential::new(key, Secret::new(secret))).await.unwrap();
        }
        let vonage = || Vonage::from_vars(|name| sandbox.var(name)).unwrap();
        let importer = Importer::new(vonage(), vapi());
        let mut undos = Vec::new();
        for number in numbers {
            undos.push(importer.import(ImportRequest::new(number)).await.unwrap().undo());
        }
        let used = importer.platform().get(&undos[0].id).await.unwrap().credential;
        let made = used.filter(|_| !is_there_before);
        assert_eq!(undos.iter().map(|undo| undo.credential.clone()).collect::<Vec<_>>(), vec![made.clone(); 2]);
        assert_eq!(importer.undo(&undos[0], Removal::Record).await.unwrap().credential_left, made);
        assert_eq!(credentials().await, 1);
        // Another process knows by what it is given who made the credential.
        let importer = Importer::new(vonage(), vapi());
        assert_eq!(importer.undo(&undos[1], Removal::Record).await.unwrap().credential_left, None);
        assert_eq!(credentials().await, usize::from(is_there_before));
    }
}

#[tokio::test]
async fn an_import_through_a_trunk_keeps_the_carriers_routing() {
    let sandbox = sandbox().await;
    let plivo = Plivo::from_vars(|name| sandbox.var(name)).unwrap();
    let number = number("+17609915566");
    // Vapi does not accept the account itself, and nothing is sent.
    let error = Importer::new(plivo.clone(), vapi(&sandbox)).import(ImportRequest::new(number)).await.unwrap_err();
    assert_eq!(problem_fields(&error), ["source"]);
    assert_eq!(sandbox.requests().len(), 0);

    let trunk = Plivo::sip_trunk("17248282830499840", "user", "password").outbound_only();
    let importer = Importer::new(ReachedBy::new(plivo, trunk), vapi(&sandbox))
        .inbound_address(CallbackUrl::new("https://example.com/default"));
    let before = kept(&sandbox, ProviderKind::PLIVO, &number);
    let imported = importer.import(ImportRequest::new(number)).await.unwrap();
    let stays = matches!(&imported.findings[..], [Finding::CallsStay { .. }]);
    assert!(imported.outcome == Outcome::Created && stays, "{imported:?}");
    assert_eq!(kept(&sandbox, ProviderKind::PLIVO, &number), before);

    // Its calls are pointed at an application that leads to the platform, and back.
    let desired = Desired::from_iter([ImportRequest::new(number)]);
    let backup = importer.backup_routing().await.unwrap();
    let backup = backup.iter().find(|routing| routing.number == number).unwrap();
    let plan = importer.plan(&desired).await.unwrap().point_calls();
    let steps: Vec<_> = futures_util::StreamExt::collect(importer.apply(plan).unwrap()).await;
    assert_eq!(steps.len(), 1);
    assert_eq!(sandbox.plivo().calls_go_to(&number).as_deref(), Some(sandbox.plivo().default_application_id()));
    let restored = importer.restore(backup).await.unwrap();
    assert!(matches!(restored, Restored::PutBack(_)), "{restored}");
    assert_eq!(kept(&sandbox, ProviderKind::PLIVO, &number), before);
}

#[test]
fn a_carrier_reached_by_a_trunk_is_still_the_carrier() {
    let trunk = SipTrunk::new("sip.example.com");
    let carrier = ReachedBy::new(Plivo::builder("MA2025RK4E639VJFZAGV", "t").build().unwrap(), trunk);
    assert_eq!(carrier.kind(), ProviderKind::PLIVO);
    assert!(matches!(carrier.source().reach, Reach::Trunk(_)));
    assert!(carrier.routing().is_some());
}
