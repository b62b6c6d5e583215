//! Preflights that probe.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use futures_util::future::join_all;
use numport::model::{Finding, ProbeFinding, Severity};
use numport::probe::Prober;
use numport::provider::Carriers;
use numport::sandbox::Sandbox;
use numport::{Desired, E164, ImportRequest, Importer, Outcome, SipTrunk, Vapi};
use tokio::time::Instant;

use crate::servers::{response, udp};
use crate::{new_host, prober};

fn number(index: u32) -> E164 {
    format!("+1415555{index:04}").parse().unwrap()
}

fn of_probe(findings: &[Finding]) -> Vec<&str> {
    findings.iter().filter(|finding| matches!(finding, Finding::TrunkProbe { .. })).map(Finding::code).collect()
}

/// 100 trunks at this port, each with one number.
fn trunks(port: u16) -> Carriers {
    let trunk = |index| SipTrunk::new(new_host("many.test")).port(port).outbound_only().number(number(index));
    (0..100).fold(Carriers::new(), |carriers, index| carriers.and(trunk(index)))
}

#[tokio::test]
async fn an_unreachable_trunk_is_a_warning_and_the_import_is_made() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let sandbox = Sandbox::start().await.unwrap();
    let trunk = SipTrunk::new(new_host("preflight.test")).port(port).outbound_only().number(number(1));
    let vapi = || Vapi::from_vars(|name: &str| sandbox.var(name)).unwrap();
    let silent = Importer::new(trunk.clone(), vapi());
    assert!(of_probe(&silent.preflight(&number(1)).await.unwrap().findings).is_empty());
    assert_eq!(requests.count(), 0);

    let importer = Importer::new(trunk, vapi()).prober(prober().timeout(Duration::from_millis(50)));
    let preflight = importer.preflight(&number(1)).await.unwrap();
    assert_eq!(of_probe(&preflight.findings), ["reach_unknown", "no_answer"]);
    assert_eq!(preflight.severity(), Some(Severity::Warning));
    let text = preflight.to_string();
    assert!(text.contains("warning: trunk ") && text.contains(": SIP does not answer OPTIONS. Check "), "{text}");

    // What the trunk must allow is said too.
    let networks = preflight.findings.iter().filter(|finding| finding.code() == "allow_networks");
    let networks: Vec<String> = networks.map(ToString::to_string).collect();
    let expected = "the platform calls out from 44.229.228.186/32, 44.238.177.138/32, 63.182.83.170/32";
    assert_eq!(networks, [expected]);
    assert!(text.contains(expected), "{text}");

    // The import shares the result.
    let imported = importer.import(ImportRequest::new(number(1))).await.unwrap();
    assert_eq!((imported.outcome, requests.count()), (Outcome::Created, 1));
    // A number that the trunk does not carry is no reason to ask it.
    let other = importer.clone().preflight(&number(2)).await.unwrap();
    assert!(of_probe(&other.findings).is_empty());
    assert!(of_probe(&importer.probe_trunk(false).preflight(&number(1)).await.unwrap().findings).is_empty());
}

#[tokio::test]
async fn a_finding_is_written_and_read_as_json() {
    let probe = ProbeFinding::NotReached {
        target: numport::model::ProbeTarget {
            address: (Ipv4Addr::LOCALHOST, 5060).into(),
            transport: numport::model::SipTransport::Tcp,
        },
        fault: numport::model::ReachFault::Refused,
    };
    let finding = Finding::TrunkProbe { trunk: "pbx.example.com".to_owned(), probe };
    let written = serde_json::to_string(&finding).unwrap();
    assert_eq!(
        written,
        r#"{"finding":"trunk_probe","trunk":"pbx.example.com","probe":{"result":"not_reached","target":{"address":"127.0.0.1:5060","transport":"tcp"},"fault":"refused"}}"#
    );
    assert_eq!(serde_json::from_str::<Finding>(&written).unwrap(), finding);
    let written = serde_json::to_value(&*crate::probe(&SipTrunk::new("127.0.0.201"), &Prober::new()).await).unwrap();
    assert_eq!((&written["packets"], &written["severity"]), (&0.into(), &"warning".into()));
    assert_eq!(written["findings"][0]["code"], "forbidden_target");
    assert_eq!(written["findings"][5]["check"], "credentials");
}

#[tokio::test(start_paused = true)]
async fn preflights_of_a_hundred_trunks_take_as_long_as_the_slowest() {
    let (port, requests) = udp(|_, _| Vec::new()).await;
    let importer = Importer::new(trunks(port), Vapi::builder("key").build().unwrap()).prober(prober());
    let begun = Instant::now();
    let numbers: Vec<E164> = (0..100).map(number).collect();
    let preflights = join_all(numbers.iter().map(|number| importer.preflight(number))).await;
    assert!(begun.elapsed() < Duration::from_secs(9), "{:?}", begun.elapsed());
    for preflight in preflights {
        assert_eq!(of_probe(&preflight.unwrap().findings), ["reach_unknown", "no_answer"]);
    }
    assert_eq!(requests.count(), 400);
}

/// The server answers a trunk only after it has heard of all, so all must be asked concurrently.
#[tokio::test]
async fn a_plan_probes_each_trunk_once_and_all_concurrently() {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let (port, requests) = udp(move |request, _| {
        *seen.entry(request.lines().next().unwrap().to_owned()).or_default() += 1;
        if seen.len() == 100 { vec![response(request, "200 OK", "")] } else { Vec::new() }
    })
    .await;
    let sandbox = Sandbox::start().await.unwrap();
    let vapi = Vapi::from_vars(|name: &str| sandbox.var(name)).unwrap();
    let importer = Importer::new(trunks(port), vapi).prober(prober()).concurrency(2);
    let desired: Desired = (0..100).map(|index| ImportRequest::new(number(index))).collect();
    let plan = importer.plan(&desired).await.unwrap();
    let findings = serde_json::to_string(&plan).unwrap();
    assert_eq!(findings.matches("\"result\":\"not_challenged\"").count(), 100);
    assert!(!findings.contains("no_answer"));
    // The first packet of each came before the answers, and is repeated after half a second.
    assert!(requests.count() <= 400);
}
