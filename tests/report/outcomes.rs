use futures_util::{StreamExt, stream};
use numport::import::plan::Reroute;
use numport::model::{PlatformKind, ProviderKind, Removal, Routing};
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, ImportRequest, Importer, RetryPolicy, Twilio, Vapi};

use crate::{BERLIN, DESK, NOT_HELD, ON_TRUNK, SALES, assert_reported, from_trunk, from_twilio, number, sandbox};

fn request(text: &str) -> ImportRequest {
    ImportRequest::new(number(text))
}

#[tokio::test]
async fn imports() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    let named = || request(DESK).label("Front desk").agent("assistant-day");
    for (name, request) in [
        ("imported_created", named()),
        ("imported_already_there", named()),
        ("imported_updated", request(DESK).label("Reception")),
    ] {
        assert_reported(&sandbox, name, &importer.import(request).await.unwrap());
    }
    sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::CommitThenDrop);
    assert_reported(&sandbox, "imported_recovered", &importer.import(request(SALES)).await.unwrap());
    let imported = from_trunk(&sandbox).import(request(BERLIN)).await.unwrap();
    assert_reported(&sandbox, "imported_from_trunk", &imported);
}

#[tokio::test]
async fn many_imports() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::EchoedSecret);
    let requests = [DESK, DESK, SALES, ON_TRUNK, NOT_HELD].map(request);
    let mut items: Vec<_> = importer.import_many(stream::iter(requests)).collect().await;
    // For the list and for the lookup after it.
    for _ in 0..2 {
        sandbox.fault_on(ProviderKind::TWILIO, "GET", Fault::Refuse { status: 401, retry_after: None });
    }
    items.extend(importer.import_many(stream::iter([SALES, DESK].map(request))).collect::<Vec<_>>().await);
    assert_reported(&sandbox, "bulk_items", &items);
}

#[tokio::test]
async fn plans() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    importer.import(request(SALES).label("Old")).await.unwrap();
    let desired = Desired::from_iter([request(DESK), request(SALES).label("New"), request(ON_TRUNK)]);
    let plan = importer.plan(&desired).await.unwrap().renew_credentials_if(|_| true);
    assert_reported(&sandbox, "plan_summary", &plan.summary());
    let steps: Vec<_> = plan.steps.iter().map(|step| step.report()).collect();
    assert_reported(&sandbox, "plan_steps", &steps);
    let applied: Vec<_> = importer.apply(plan.clone()).unwrap().collect().await;
    assert_reported(&sandbox, "applied_steps", &applied);

    // Applied again: one step is already done, and another one's record has changed. Then one refused and one
    // successful removal.
    importer.import(request(SALES).label("Third")).await.unwrap();
    let mut applied: Vec<_> = importer.apply(plan).unwrap().collect().await;
    let refused = Fault::Refuse { status: 403, retry_after: None };
    sandbox.fault_on(PlatformKind::VAPI, "DELETE /phone-number", refused);
    let away = || Some(Reroute::To("https://app.example.com/closed".into()));
    let plan = importer.plan(&Desired::default()).await.unwrap().retire_extra(Removal::Record, |_| away());
    applied.extend(importer.apply(plan).unwrap().collect::<Vec<_>>().await);
    assert_reported(&sandbox, "applied_steps_later", &applied);
}

#[tokio::test]
async fn undoing() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    let imported = importer.import(request(DESK)).await.unwrap();
    let before: Routing = imported.routing_before.clone().unwrap();
    assert_reported(&sandbox, "restored_put_back", &importer.restore(&before).await.unwrap());
    assert_reported(&sandbox, "restored_as_before", &importer.restore(&before).await.unwrap());
    assert_reported(&sandbox, "undone_removed", &importer.undo(&imported.undo(), Removal::Record).await.unwrap());
    let imported = from_trunk(&sandbox).import(request(BERLIN)).await.unwrap();
    let undone = from_trunk(&sandbox).undo(&imported.undo(), Removal::Record).await.unwrap();
    assert_reported(&sandbox, "undone_stays", &undone);
}

fn with_token(sandbox: &Sandbox, token: &str) -> Importer {
    let vars = |name: &str| match name {
        "TWILIO_AUTH_TOKEN" => Some(token.to_owned()),
        _ => sandbox.var(name),
    };
    let twilio = Twilio::builder_from_vars(vars).unwrap().retry(RetryPolicy::never()).build().unwrap();
    Importer::new(twilio, Vapi::from_vars(vars).unwrap()).concurrency(1)
}

#[tokio::test]
async fn renewals() {
    let sandbox = sandbox().await;
    from_twilio(&sandbox).import(request(DESK)).await.unwrap();
    sandbox.twilio().rotate_auth_token(crate::PASSWORD);
    let importer = with_token(&sandbox, crate::PASSWORD);
    assert_reported(&sandbox, "renewed", &importer.renew(&number(DESK)).await.unwrap());
    let items: Vec<_> = importer.renew_many(stream::iter([DESK, DESK, SALES].map(number))).collect().await;
    assert_reported(&sandbox, "renewed_items", &items);
}

/// The step is written before anything is changed, and another process reads it.
#[cfg(feature = "elevenlabs")]
#[tokio::test]
async fn replacements() {
    let sandbox = sandbox().await;
    let vars = |name: &str| sandbox.var(name);
    let twilio = Twilio::builder_from_vars(vars).unwrap().retry(RetryPolicy::never()).build().unwrap();
    let elevenlabs =
        numport::ElevenLabs::builder_from_vars(vars).unwrap().account_name("team", [""; 0]).build().unwrap();
    let importer = Importer::new(twilio, elevenlabs);
    let agent = "agent_3701k3ttaq12ewp8b7qv5rfyszkz";
    importer.import(request(DESK).label("Front desk").agent(agent)).await.unwrap();
    let planned = importer.plan_replacement(&number(DESK)).await.unwrap();
    assert_reported(&sandbox, "replacement", &planned);
}

#[tokio::test]
async fn looks_before() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    for (name, text) in [("preflight", DESK), ("preflight_on_trunk", ON_TRUNK), ("preflight_not_held", NOT_HELD)] {
        assert_reported(&sandbox, name, &importer.preflight(&number(text)).await.unwrap());
    }
    let checked = importer.check(&[request(DESK), request(SALES).label("x".repeat(41))]);
    assert_reported(&sandbox, "checked", &checked);
}
