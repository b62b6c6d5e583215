//! Renewals that a plan does not plan, because they surely fail.

use futures_util::StreamExt;
use numport::model::Finding;
use numport::sandbox::Sandbox;
use numport::{Desired, ImportRequest, Importer, Plan, SipTrunk};

use super::renew::{import, number, twilio, vapi};

/// Why a plan does not renew the credentials of its first step.
fn cannot_renew(plan: &Plan) -> Option<&str> {
    plan.steps[0].findings().iter().find_map(|finding| match finding {
        Finding::CannotRenew { reason } => Some(reason.as_str()),
        _ => None,
    })
}

#[tokio::test]
async fn a_plan_says_which_renewals_cannot_succeed() {
    let sandbox = Sandbox::start().await.unwrap();
    let elevenlabs = numport::ElevenLabs::from_vars(|name| sandbox.var(name)).unwrap();
    let importer = Importer::new(twilio(&sandbox, None), elevenlabs);
    import(&importer, 1).await;
    let desired: Desired = [ImportRequest::new(number(1))].into_iter().collect();
    let plan = importer.plan(&desired).await.unwrap();
    assert_eq!(cannot_renew(&plan), None, "nobody asked for it");
    let plan = plan.renew_credentials_if(|_| true);
    let reason = cannot_renew(&plan).expect("ElevenLabs has no renewal").to_owned();
    assert!(reason.starts_with("`source` cannot be renewed: elevenlabs documents no way"), "{reason}");
    assert!(!plan.does_something() && plan.summary().renew == 0, "{plan}");
    assert!(plan.to_string().contains("warning: the record's credentials cannot be renewed (`source`"), "{plan}");
    assert_eq!(cannot_renew(&plan.clone().renew_credentials_if(|_| false)), None);
    let sent = sandbox.requests().len();
    let plan: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let steps: Vec<_> = importer.apply(plan).unwrap().collect().await;
    assert_eq!((steps[0].outcome.code(), steps[0].outcome.is_failure()), ("blocked", true));
    assert!(steps[0].reason().unwrap().contains("cannot be renewed"), "{:?}", steps[0].reason());
    assert_eq!(sandbox.requests().len(), sent, "nothing was sent");
}

#[tokio::test]
async fn a_plan_renews_no_credentials_from_a_carrier_that_does_not_hold_the_number() {
    let sandbox = Sandbox::start().await.unwrap();
    let trunk = || SipTrunk::new("203.0.113.7").credentials("user", "password");
    import(&Importer::new(trunk(), vapi(&sandbox)), 1).await;
    let desired: Desired = [ImportRequest::new(number(1))].into_iter().collect();
    // Another trunk, which has other numbers.
    let other = Importer::new(trunk().number(number(2)), vapi(&sandbox));
    let plan = other.plan(&desired).await.unwrap().renew_credentials_if(|_| true);
    assert_eq!(cannot_renew(&plan), Some("the carrier does not hold the number"));
    // A record of a trunk, and a number that is at Twilio by now.
    let moved = Importer::new(twilio(&sandbox, None), vapi(&sandbox));
    let plan = moved.plan(&desired).await.unwrap().renew_credentials_if(|_| true);
    let reason = cannot_renew(&plan).unwrap_or_default();
    assert!(reason.starts_with("the record uses carrier "), "{reason} {plan}");
    moved.renew(&number(1)).await.expect_err("it surely fails");
}
