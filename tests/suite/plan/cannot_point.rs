//! Calls that a carrier cannot send to the platform's address: the plan says so, and nothing is sent for them.

use numport::conformance::Call;
use numport::import::plan::{Applied, PlanStep};
use numport::model::{CallbackUrl, Finding, PlatformKind, ProviderKind};
use numport::provider::{Carriers, ReachedBy};
use numport::sandbox::Sandbox;
use numport::{Desired, E164, ImportRequest, Importer, NumberProvider, Plan, Plivo, SipTrunk, Telnyx, Vapi, Vonage};

use super::apply::apply;
use crate::support::in_memory;

const ROUTED: &str = "+19705555098";
const UNROUTED: &str = "+13035550123";
const FORWARDED: &str = "+13035550144";
const PLIVO: &str = "+17609915566";
const VONAGE: &str = "+447700900000";

fn number(text: &str) -> E164 {
    text.parse().unwrap()
}

/// A carrier that Vapi reaches by a trunk, so that it leaves the routing alone.
fn by_trunk(carrier: impl NumberProvider) -> impl NumberProvider {
    ReachedBy::new(carrier, SipTrunk::new("sip.example.com").credentials("user", "password").outbound_only())
}

fn telnyx(sandbox: &Sandbox) -> Telnyx {
    Telnyx::from_vars(|name| sandbox.var(name)).unwrap()
}

fn importer(sandbox: &Sandbox, provider: impl NumberProvider + 'static) -> Importer {
    Importer::new(provider, Vapi::from_vars(|name| sandbox.var(name)).unwrap())
}

async fn pointing(importer: &Importer, numbers: &[&str]) -> Plan {
    let desired = Desired::from_iter(numbers.iter().map(|text| ImportRequest::new(number(text))));
    importer.plan(&desired).await.unwrap().point_calls()
}

/// Why the calls of each number cannot be pointed.
fn cannot(plan: &Plan) -> Vec<Option<String>> {
    let reason = |step: &PlanStep| {
        step.findings().iter().find_map(|finding| match finding {
            Finding::CannotPoint { reason } => Some(reason.clone()),
            _ => None,
        })
    };
    plan.steps.iter().map(reason).collect()
}

fn changes(sandbox: &Sandbox, service: ProviderKind) -> usize {
    let requests = sandbox.requests();
    requests.iter().filter(|request| request.service == service && request.method == "PATCH").count()
}

#[tokio::test]
async fn an_address_of_no_application_is_a_finding_of_the_plan() {
    let sandbox = Sandbox::start().await.unwrap();
    // The address that Vapi has at Twilio.
    let importer = importer(&sandbox, by_trunk(telnyx(&sandbox)));
    let plan = pointing(&importer, &[ROUTED, UNROUTED]).await;
    let reason = "`address` is https://api.vapi.ai/…, which no active application of the account has as its webhook; \
                  create an application of the Voice API with this webhook, then point the calls again";
    assert_eq!(cannot(&plan), vec![Some(reason.to_owned()); 2]);
    assert!(plan.to_string().contains("warning: the number's calls cannot be pointed at the platform (`address` is"));
    let lists = sandbox.requests().iter().filter(|request| request.path.ends_with("/connections")).count();
    assert_eq!(lists, 2, "one for the routing of the numbers, and one for the address");

    let before = changes(&sandbox, ProviderKind::TELNYX);
    let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let steps = apply(&importer, plan).await;
    assert!(steps.iter().all(|step| step.outcome.code() == "created"), "{steps:?}");
    for step in &steps {
        let Applied::Imported(imported) = &step.outcome else { panic!("{step:?}") };
        assert!(imported.findings.contains(&Finding::CannotPoint { reason: reason.to_owned() }), "{imported:?}");
        assert!(step.report().contains("cannot be pointed at the platform (`address`"), "{}", step.report());
    }
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 2);
    assert_eq!(changes(&sandbox, ProviderKind::TELNYX), before, "nothing is sent for the calls");
    assert_eq!(sandbox.telnyx().calls_go_to(&number(UNROUTED)), None);
}

#[tokio::test]
async fn an_address_that_a_carrier_takes_is_pointed_to() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = importer(&sandbox, by_trunk(telnyx(&sandbox))).inbound_address("https://example.com/calls");
    let plan = pointing(&importer, &[UNROUTED]).await;
    assert_eq!(cannot(&plan), [None]);
    apply(&importer, plan).await;
    let own = sandbox.telnyx().connection_id();
    assert_eq!(sandbox.telnyx().calls_go_to(&number(UNROUTED)).as_deref(), Some(own));
}

#[tokio::test]
async fn a_sip_address_is_named_and_only_vonage_takes_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let carriers = Carriers::new()
        .and(by_trunk(telnyx(&sandbox)))
        .and(by_trunk(Plivo::from_vars(vars).unwrap()))
        .and(by_trunk(Vonage::from_vars(vars).unwrap()));
    let importer = importer(&sandbox, carriers).inbound_address("sip:secret@agents.example.com;transport=tls");
    let plan = pointing(&importer, &[ROUTED, PLIVO, VONAGE]).await;
    let [Some(telnyx), Some(plivo), None] = &cannot(&plan)[..] else { panic!("{plan}") };
    let named = "`address` is sip:…@agents.example.com;…, but ";
    assert!(telnyx.starts_with(&format!("{named}Telnyx sends calls to a SIP address only through")), "{telnyx}");
    assert!(plivo.starts_with(&format!("{named}Plivo sends calls to a SIP address only through a trunk")), "{plivo}");
    apply(&importer, plan).await;
    let to = sandbox.vonage().calls_go_to(&number(VONAGE));
    assert_eq!(to.as_deref(), Some("sip:secret@agents.example.com;transport=tls"));
}

#[tokio::test]
async fn forwarding_to_a_telephone_beats_any_import_and_one_to_a_sip_address_may_be_the_platforms() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = self::importer(&sandbox, by_trunk(telnyx(&sandbox)))
        .inbound_address(CallbackUrl::new("https://example.com/calls"));
    let forwarded = Finding::Forwarded { to: "+13035559123".to_owned() };
    let preflight = importer.preflight(&number(FORWARDED)).await.unwrap();
    assert!(preflight.findings.contains(&forwarded), "{preflight:?}");
    let plan = pointing(&importer, &[FORWARDED]).await;
    let PlanStep::Blocked { findings, .. } = &plan.steps[0] else { panic!("{plan}") };
    assert!(findings.contains(&forwarded), "{plan}");
    let kept = sandbox.records(ProviderKind::TELNYX);
    apply(&importer, plan).await;
    assert_eq!(sandbox.records(ProviderKind::TELNYX), kept, "nobody ends the forwarding");

    let vonage = by_trunk(Vonage::from_vars(|name| sandbox.var(name)).unwrap());
    let preflight = self::importer(&sandbox, vonage).preflight(&number("+12015550123")).await.unwrap();
    assert!(preflight.findings.iter().all(|finding| finding.code() != "forwarded"), "{preflight:?}");
}

#[tokio::test]
async fn an_update_says_again_that_the_calls_cannot_be_pointed() {
    let sandbox = Sandbox::start().await.unwrap();
    let importer = importer(&sandbox, by_trunk(telnyx(&sandbox)));
    importer.import(ImportRequest::new(number(UNROUTED))).await.unwrap();
    let desired = Desired::from_iter([ImportRequest::new(number(UNROUTED)).label("New")]);
    let steps = apply(&importer, importer.plan(&desired).await.unwrap().point_calls()).await;
    let report = steps[0].report();
    assert!(report.starts_with(&format!("{UNROUTED} updated: the number's calls cannot be pointed")), "{report}");
}

#[tokio::test(start_paused = true)]
async fn calls_that_the_platform_took_over_after_all_need_no_pointing() {
    for takes_over in [true, false] {
        let (platform, exchange) = (in_memory::platform(&in_memory::NATIVE, 0), in_memory::Exchange::default());
        exchange.point(in_memory::number(1), "https://app.example.com/voice");
        let carrier = exchange.clone();
        platform.on_call(move |call, _| {
            if call == Call::Create && takes_over {
                carrier.point(in_memory::number(1), "https://api.vapi.ai/twilio/inbound_call");
            }
        });
        let importer = Importer::new(exchange, platform);
        let plan = importer.plan(&Desired::from_iter([in_memory::request(1)])).await.unwrap().point_calls();
        assert!(plan.steps[0].findings().contains(&Finding::NoAddress), "{plan}");
        let steps = apply(&importer, plan).await;
        let Applied::Imported(imported) = &steps[0].outcome else { panic!("{steps:?}") };
        assert_eq!(imported.findings.contains(&Finding::NoAddress), !takes_over, "{imported:?}");
    }
}
