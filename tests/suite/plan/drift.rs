//! Where calls go is a part of a plan: it is shown, compared, and corrected on request.

use numport::import::plan::{Applied, PlanStep};
use numport::model::{Finding, Reached};
use numport::sandbox::Sandbox;
use numport::{
    Butter, Desired, E164, ImportRequest, Importer, NumberProvider, Plan, SignalWire, Twilio, Vapi, VoicePlatform,
};

use crate::plan::apply::apply;

struct One {
    sandbox: Sandbox,
    twilio: Twilio,
    number: E164,
}

impl One {
    async fn new() -> Self {
        let sandbox = Sandbox::start().await.unwrap();
        let twilio = Twilio::from_vars(|name| sandbox.var(name)).unwrap();
        let number = sandbox.twilio().held_numbers()[0];
        Self { sandbox, twilio, number }
    }

    fn importer(&self, platform: impl VoicePlatform + 'static) -> Importer {
        Importer::new(self.twilio.clone(), platform)
    }

    fn vapi(&self) -> Importer {
        self.importer(Vapi::from_vars(|name| self.sandbox.var(name)).unwrap())
    }

    async fn set(&self, setting: &str, value: &str) {
        let control = self.twilio.routing().unwrap();
        let mut routing = control.snapshot(&self.number).await.unwrap().unwrap();
        routing.settings.insert(setting.to_owned(), value.to_owned());
        control.restore(&routing).await.unwrap();
    }

    fn desired(&self) -> Desired {
        [ImportRequest::new(self.number)].into_iter().collect()
    }

    fn voice_url(&self) -> String {
        self.sandbox.twilio().voice_url(&self.number).unwrap()
    }
}

#[tokio::test]
async fn a_plan_shows_that_calls_do_not_arrive_and_points_them() {
    let one = One::new().await;
    let importer = one.vapi();
    importer.import(ImportRequest::new(one.number)).await.unwrap();
    let at_vapi = one.voice_url();
    assert_eq!(importer.plan(&one.desired()).await.unwrap().to_string().lines().count(), 1, "nothing is to be said");

    one.set("VoiceUrl", "https://voice.example.com/answer").await;
    let plan = importer.plan(&one.desired()).await.unwrap();
    let PlanStep::Unchanged { calls, findings, .. } = &plan.steps[0] else { panic!("{plan}") };
    assert_eq!(calls.reached, Reached::Unknown);
    assert_eq!(*findings, [Finding::NotTakenOver { url: Some("https://voice.example.com/answer".into()) }]);
    assert!(!plan.does_something(), "nothing is changed unless that is asked for");

    let plan: Plan = serde_json::from_str(&serde_json::to_string(&plan.point_calls()).unwrap()).unwrap();
    assert!(plan.to_string().contains("calls are pointed at https://api.vapi.ai/…"), "{plan}");
    assert!(plan.to_string().contains("1 to point at the platform, 1 not known to reach the platform;"), "{plan}");
    let steps = apply(&importer, plan.clone()).await;
    assert!(matches!(&steps[0].outcome, Applied::Changed(changed) if changed.routing.is_some()), "{steps:?}");
    assert_eq!(one.voice_url(), at_vapi);
    assert!(matches!(apply(&importer, plan).await[0].outcome, Applied::Unchanged), "safe to do again");
}

#[tokio::test]
async fn a_change_at_the_carrier_after_the_plan_stops_the_step() {
    for (setting, value) in [
        ("VoiceUrl", "https://demo.twilio.com/another-path"),
        ("SmsUrl", "https://sms.example.com/in"),
        ("StatusCallback", "https://status.example.com/"),
    ] {
        let one = One::new().await;
        let importer = one.vapi();
        let plan = importer.plan(&one.desired()).await.unwrap();
        one.set(setting, value).await;
        let steps = apply(&importer, plan.clone()).await;
        let Applied::Moved(differences) = &steps[0].outcome else { panic!("{setting}: {steps:?}") };
        assert_eq!(differences[0].what, "calls");
        assert!(differences.iter().any(|difference| difference.found.contains(setting)), "{differences:?}");
        assert!(one.vapi().platform().find(&one.number).await.unwrap().is_none());
        let shown = format!("{plan:?}{}", serde_json::to_string(&plan).unwrap());
        assert!(!shown.contains("demo.twilio.com/welcome"), "settings are sealed: {shown}");
    }
}

#[tokio::test]
async fn calls_are_pointed_last_at_a_platform_without_takeover() {
    let one = One::new().await;
    let signalwire = SignalWire::from_vars(|name| one.sandbox.var(name)).unwrap();
    let before = one.voice_url();
    let plan = one.importer(signalwire.clone()).plan(&one.desired()).await.unwrap().point_calls();
    let PlanStep::Import { findings, .. } = &plan.steps[0] else { panic!("{plan}") };
    assert!(findings.contains(&Finding::NoAddress), "its address is not documented, and the plan says so: {plan}");
    let known = one.importer(signalwire).inbound_address("https://example.signalwire.com/answer/1");
    let plan = known.plan(&one.desired()).await.unwrap().point_calls();
    let steps = apply(&known, plan).await;
    let Applied::Imported(imported) = &steps[0].outcome else { panic!("{steps:?}") };
    assert_eq!((imported.reached, &imported.findings[..]), (Reached::Platform, &[][..]));
    assert_eq!(one.voice_url(), "https://example.signalwire.com/answer/1");
    let back = imported.routing_before.as_ref().unwrap();
    drop(known.restore(back).await.unwrap());
    assert_eq!(one.voice_url(), before);
}

#[tokio::test]
async fn calls_that_somebody_else_moves_meanwhile_are_not_pointed() {
    let one = One::new().await;
    let importer = one.vapi();
    importer.import(ImportRequest::new(one.number)).await.unwrap();
    one.set("VoiceUrl", "https://voice.example.com/answer").await;
    let plan = importer.plan(&one.desired()).await.unwrap().point_calls();
    one.set("VoiceUrl", "https://voice.example.com/on-purpose").await;
    assert!(matches!(apply(&importer, plan).await[0].outcome, Applied::Moved(_)));
    assert_eq!(one.voice_url(), "https://voice.example.com/on-purpose");
}

#[tokio::test]
async fn a_missing_agent_that_the_platform_needs_is_a_finding() {
    let one = One::new().await;
    let importer = one.importer(Butter::from_vars(|name| one.sandbox.var(name)).unwrap());
    importer.import(ImportRequest::new(one.number)).await.unwrap();
    let plan = importer.plan(&one.desired()).await.unwrap();
    assert!(plan.to_string().contains("the platform changes the routing only when the number has an agent"), "{plan}");
}
