//! Carriers that cannot be used as they were given, and what the user is told about it.

use numport::import::plan::PlanStep;
use numport::import::{Stays, UndoneRecord};
use numport::model::{Finding, PlatformKind, Removal};
use numport::provider::{Carriers, ReachedBy};
use numport::sandbox::Sandbox;
use numport::{
    Desired, E164, Error, ImportRequest, Importer, NumberProvider, NumberUpdate, Plivo, Telnyx, Twilio, Vapi,
};

use super::from_carriers::number;

const TWILIO: &str = "+14155552671";
const PLIVO: &str = "+17609915566";

fn twilio(sandbox: &Sandbox) -> Twilio {
    Twilio::from_vars(|name| sandbox.var(name)).unwrap()
}

fn plivo(sandbox: &Sandbox) -> Plivo {
    Plivo::from_vars(|name| sandbox.var(name)).unwrap()
}

fn importer(sandbox: &Sandbox, provider: impl NumberProvider + 'static) -> Importer {
    Importer::new(provider, Vapi::from_vars(|name| sandbox.var(name)).unwrap())
}

fn request(number: E164) -> ImportRequest {
    ImportRequest::new(number)
}

#[tokio::test]
async fn an_account_that_the_platform_does_not_take_is_named_with_the_way_out() {
    let sandbox = Sandbox::start().await.unwrap();
    let remedy = "give `ReachedBy` the account and a SIP trunk to plivo, or use another platform";
    let reason = format!("`source` is plivo, which vapi cannot import from; {remedy}");
    let alone = importer(&sandbox, plivo(&sandbox));
    let refused = alone.import(request(number(PLIVO))).await.unwrap_err();
    assert!(refused.to_string().ends_with(&reason), "{refused}");
    let checked = alone.check(&[request(number(PLIVO)), request(number(PLIVO))]);
    assert_eq!(checked.source.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "), reason, "{checked:?}");
    assert!(checked.carriers.is_empty() && checked.requests.is_empty(), "{checked:?}");

    let importer = importer(&sandbox, Carriers::new().and(twilio(&sandbox)).and(plivo(&sandbox)));
    let checked = importer.check(&[request(number(TWILIO))]);
    let [(carrier, problems)] = &checked.carriers[..] else { panic!("{checked:?}") };
    assert!(carrier.starts_with("plivo MA") && problems[0].to_string() == reason, "{checked:?}");
    assert!(checked.source.is_empty() && checked.requests.is_empty() && !checked.is_ok());
    assert_eq!(sandbox.requests().len(), 0);

    let refused = Finding::SourceRefused { reason };
    let preflight = importer.preflight(&number(PLIVO)).await.unwrap();
    assert_eq!(preflight.findings, std::slice::from_ref(&refused));
    assert_eq!(importer.preflight(&number(TWILIO)).await.unwrap().findings, []);
    let desired = Desired::from_iter([TWILIO, PLIVO].map(|text| request(number(text))));
    let plan = importer.plan(&desired).await.unwrap();
    assert!(matches!(&plan.steps[0], PlanStep::Import { .. }), "{plan}");
    assert!(matches!(&plan.steps[1], PlanStep::Blocked { findings, .. } if *findings == [refused]), "{plan}");
    let error = importer.import(request(number(PLIVO))).await.unwrap_err();
    assert!(
        matches!(error, Error::Preflight(_)) && error.report().contains("give `ReachedBy` the account"),
        "{}",
        error.report()
    );
    assert!(sandbox.records(PlatformKind::VAPI).is_empty());
}

#[tokio::test]
async fn a_plan_says_what_to_do_about_a_wrong_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let url = |name: &str| sandbox.var(name).unwrap();
    let telnyx = Telnyx::builder("KEY0-wrong").base_url(url("TELNYX_BASE_URL")).build().unwrap();
    let importer = importer(&sandbox, Carriers::new().and(twilio(&sandbox)).and(telnyx));
    // One that looks the number up, and one that lists the numbers of each carrier.
    let many: Desired = sandbox.twilio().held_numbers().into_iter().map(request).collect();
    for (desired, begins) in
        [(Desired::from_iter([request(number(TWILIO))]), "    warning: "), (many, "not queried: telnyx ")]
    {
        let plan = importer.plan(&desired).await.unwrap().to_string();
        let line = plan.lines().find(|line| line.starts_with(begins) && line.contains("telnyx")).unwrap();
        assert!(line.contains("401 Unauthorized") && line.contains(". Check the credentials for telnyx: "), "{line}");
    }

    // Without a single carrier there is no plan.
    let many: Desired = sandbox.twilio().held_numbers().into_iter().map(request).collect();
    let telnyx = Telnyx::builder("KEY0-wrong").base_url(url("TELNYX_BASE_URL")).build().unwrap();
    let nobody = self::importer(&sandbox, Carriers::new().and(telnyx.clone()).and(telnyx));
    assert_eq!(nobody.plan(&many).await.unwrap_err().status().unwrap().as_u16(), 401);

    // Plivo answers with a sentence, which is shown, and not with JSON.
    let id = url("PLIVO_AUTH_ID");
    let plivo = Plivo::builder(&id, "wrong").base_url(url("PLIVO_BASE_URL")).build().unwrap();
    let error = plivo.get_account().await.unwrap_err();
    let told = "401 Unauthorized: Could not verify your access level for that URL.";
    assert!(error.report().contains(told), "{}", error.report());
}

#[tokio::test]
async fn an_account_that_is_given_twice_is_named_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = importer(&sandbox, Carriers::new().and(twilio(&sandbox)).and(twilio(&sandbox)));
    let preflight = importer.preflight(&number(TWILIO)).await.unwrap();
    let Some(twice) = preflight.errors().next() else { panic!("{preflight:?}") };
    let text = twice.to_string();
    assert!(text.starts_with("the account that holds the number is given several times: twilio AC"), "{text}");
    assert_eq!(text.matches("twilio").count(), 1, "{text}");
    assert!(twice.advice().ends_with("give it once."));
}

#[tokio::test]
async fn a_trunk_without_an_id_says_that_its_id_is_missing() {
    let sandbox = Sandbox::start().await.unwrap();
    let trunk = Plivo::sip_trunk("", "user", "password").outbound_only();
    let error = importer(&sandbox, ReachedBy::new(plivo(&sandbox), trunk)).import(request(number(PLIVO))).await;
    let error = error.unwrap_err().to_string();
    assert!(error.contains("add the missing label, such as the trunk's id"), "{error}");
}

#[tokio::test]
async fn an_undo_does_not_say_who_changed_a_record() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = importer(&sandbox, twilio(&sandbox));
    let undo = importer.import(request(number(TWILIO)).label("Desk")).await.unwrap().undo();
    // A plan of the same team.
    let desired = Desired::from_iter([request(number(TWILIO)).label("Front desk")]);
    let plan = importer.plan(&desired).await.unwrap();
    let _steps: Vec<_> = futures_util::StreamExt::collect(importer.apply(plan).unwrap()).await;
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert!(undone.to_string().ends_with("its record stays: its label is not as the import left it"), "{undone}");
    assert!(undone.advice().unwrap().starts_with("If a later import or plan of yours changed the record, undo that"));

    importer.platform().update(&undo.id, &NumberUpdate::new().agent("a1")).await.unwrap();
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert!(undone.to_string().ends_with("its label, agent are not as the import left them"), "{undone}");
}

#[tokio::test]
async fn a_restored_number_does_not_seem_to_be_answered() {
    let sandbox = Sandbox::start().await.unwrap();
    let undo = importer(&sandbox, twilio(&sandbox)).import(request(number(TWILIO))).await.unwrap().undo();
    // A carrier that cannot be asked may hold the number as well.
    let telnyx = Telnyx::builder("KEY0-wrong").base_url(sandbox.var("TELNYX_BASE_URL").unwrap()).build().unwrap();
    let importer = importer(&sandbox, Carriers::new().and(twilio(&sandbox)).and(telnyx));
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Stays(Stays::MayBeAnswered), "{undone}");
    let text = undone.to_string();
    assert!(text.contains("is restored: its calls go to https://demo.twilio.com/…"), "{text}");
    assert!(text.ends_with("it is unknown whether other calls of the number go to the platform"), "{text}");
}
