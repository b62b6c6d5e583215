//! `move_between`.

use numport::model::{PlatformKind, ProviderKind};
use numport::sandbox::Sandbox;
use serde_json::Value;

use crate::move_between::prepare::{prepare, var};
use crate::move_between::{Arguments, run};
use crate::support::{changes, file, typed};

async fn at_vapi() -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    prepare("vapi", &|name| var(&sandbox, name)).await.unwrap();
    sandbox
}

async fn ran(sandbox: &Sandbox, words: &str) -> (u8, String) {
    let (arguments, mut out) = (Arguments::parse(typed(words)).unwrap(), Vec::new());
    let code = run(&arguments, &|name| var(sandbox, name), &mut out).await.unwrap();
    (code, String::from_utf8(out).unwrap())
}

/// The numbers of a service's records, each with the value of one field.
fn kept(sandbox: &Sandbox, service: PlatformKind, number: &str, field: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut kept: Vec<_> =
        sandbox.records(service).iter().map(|record| (text(&record[number]), text(&record[field]))).collect();
    kept.sort();
    kept
}

#[tokio::test]
async fn numbers_move_with_their_agents_and_are_removed_where_they_were() {
    let sandbox = at_vapi().await;
    let agents = file("agents.json", r#"{ "assistant-day": "agent-day" }"#);
    let (code, out) =
        ran(&sandbox, &format!("--remove --agents {} assistant-night=agent-night", agents.display())).await;
    assert_eq!(code, 0, "{out}");
    let records = sandbox.records(PlatformKind::INTERACTLY);
    let of = |number: &str| records.iter().find(|record| record.to_string().contains(number)).unwrap().to_string();
    assert_eq!(records.len(), 3);
    assert!(of("+14155552671").contains("agent-day") && of("+14155552671").contains("Front desk"));
    assert!(of("+12125550123").contains("agent-night"));
    // The routing of this number goes to an address that is not known, so its record is not moved.
    let stays: Vec<_> = kept(&sandbox, PlatformKind::VAPI, "number", "sipUri");
    assert_eq!(stays, [("-".to_owned(), "sip:lobby@sip.vapi.ai".to_owned())]);
    assert!(out.contains("Records that stay at vapi:\n") && out.ends_with("    it has no telephone number\n"), "{out}");
    for number in ["+14155552671", "+12125550123", "+442071838750"] {
        let calls = sandbox.twilio().calls_go_to(&number.parse().unwrap()).unwrap();
        assert!(calls.contains("interactly"), "{number}: {calls}");
    }
}

#[tokio::test]
async fn a_record_that_still_gets_calls_is_kept() {
    let sandbox = at_vapi().await;
    let agent = "4e5c8f4e-7a1c-4d4b-9c39-0b1c2d3e4f50";
    let words = format!("--to signalwire --remove assistant-day={agent} assistant-night=night");
    let (sent, carrier) = (changes(&sandbox), sandbox.records(ProviderKind::TWILIO));
    let (_, out) = ran(&sandbox, &format!("{words} --dry-run")).await;
    assert!(
        out.contains("the number's calls cannot be pointed at the platform, because its address is unknown"),
        "{out}"
    );
    assert_eq!(changes(&sandbox), sent);
    let (code, out) = ran(&sandbox, &words).await;
    assert_eq!(sandbox.records(ProviderKind::TWILIO), carrier, "the calls stay");
    assert_eq!((code, sandbox.records(PlatformKind::SIGNALWIRE).len()), (1, 2));
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 4);
    assert!(!changes(&sandbox).iter().any(|change| change == "vapi DELETE"));
    assert!(out.contains("inbound cannot be moved: an import into signalwire cannot set them\n"), "{out}");
    assert!(out.contains("    the number's calls still go to the platform, and would reach nobody\n"), "{out}");
    assert!(
        out.contains("the number's calls cannot be pointed at the platform, because its address is unknown"),
        "said before: {out}"
    );
    assert!(
        out.contains("! +12125550123 `agent` is not a UUID") && out.contains("    blocked at signalwire\n"),
        "{out}"
    );
}

#[tokio::test]
async fn a_platform_whose_address_is_given_gets_the_calls() {
    let sandbox = at_vapi().await;
    let agent = "4e5c8f4e-7a1c-4d4b-9c39-0b1c2d3e4f50";
    let words = format!(
        "--to signalwire --remove --answers-at https://example.signalwire.com/answer assistant-day={agent} \
         assistant-night={agent}"
    );
    let (code, out) = ran(&sandbox, &words).await;
    assert_eq!((code, sandbox.records(PlatformKind::SIGNALWIRE).len()), (0, 3), "{out}");
    assert_eq!(sandbox.records(PlatformKind::VAPI).len(), 1, "only what is no telephone number stays: {out}");
    let calls = sandbox.twilio().calls_go_to(&"+14155552671".parse().unwrap()).unwrap();
    assert_eq!(calls, "https://example.signalwire.com/answer");
}

#[tokio::test]
async fn an_unmapped_agent_is_reported_and_no_record_is_removed_by_default() {
    let sandbox = at_vapi().await;
    let (code, out) = ran(&sandbox, "assistant-day=agent-day").await;
    assert_eq!(
        (code, sandbox.records(PlatformKind::VAPI).len(), sandbox.records(PlatformKind::INTERACTLY).len()),
        (0, 4, 3)
    );
    assert!(out.contains("no mapping for agent assistant-night at interactly: its numbers get no agent"), "{out}");
    assert!(out.contains("    --remove was not given\n"), "{out}");
}

#[tokio::test]
async fn a_dry_run_shows_the_plan_and_changes_nothing() {
    let sandbox = at_vapi().await;
    let before = changes(&sandbox);
    let (code, out) = ran(&sandbox, "--dry-run --remove").await;
    assert_eq!((code, changes(&sandbox)), (0, before));
    assert!(out.contains("interactly from twilio: 3 to import"), "{out}");
}

#[tokio::test]
async fn nothing_moves_if_records_cannot_be_removed_alone() {
    let cannot = "the record cannot be removed, because the platform documents no removal. Remove the record in the platform's dashboard.";
    let releases = "removing the record would release the number permanently.";
    for (from, told) in [("interactly", cannot), ("butter", cannot), ("signalwire", releases)] {
        let sandbox = Sandbox::start().await.unwrap();
        prepare(from, &|name| var(&sandbox, name)).await.unwrap();
        let (before, calls) = (changes(&sandbox), sandbox.records(ProviderKind::TWILIO));
        for (words, expected) in [("--dry-run --remove", 0), ("--remove", 1)] {
            let (code, out) = ran(&sandbox, &format!("--from {from} --to vapi {words}")).await;
            assert_eq!((code, changes(&sandbox)), (expected, before.clone()), "{out}");
            assert!(out.contains(&format!("Nothing is moved. For every record at {from}: {told}")), "{out}");
        }
        assert_eq!(sandbox.records(ProviderKind::TWILIO), calls);
    }
}

#[test]
fn invalid_arguments_are_reported() {
    for (words, told) in [
        ("--to vapi", "--from and --to are both vapi; give two platforms"),
        ("assistant-day", "\"assistant-day\" is not of the form old=new"),
        ("--undo moved --remove", "--undo FILE allows only --live and --per-second; the file contains the rest"),
        ("--agents no-such-file.json", "no-such-file.json cannot be read"),
    ] {
        let error = Arguments::parse(typed(words)).err().unwrap();
        assert!(error.to_string().contains(told), "{words}: {error}");
    }
}
