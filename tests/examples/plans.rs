//! `plan_apply`.

use numport::model::PlatformKind;
use numport::sandbox::Sandbox;
use numport::{ImportRequest, Importer, NumberUpdate, Twilio, Vapi, VoicePlatform};
use serde_json::Value;

use crate::plan_apply::support::code;
use crate::plan_apply::{Arguments, run, story};
use crate::support::{changes, file, new_file, typed};

async fn ran(sandbox: &Sandbox, words: &str) -> (u8, String) {
    let (arguments, mut out) = (Arguments::parse(typed(words)).unwrap(), Vec::new());
    let code = run(&arguments, &|name| sandbox.var(name), &mut out).await.unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn the_demo_shows_what_it_promises() {
    let sandbox = Sandbox::start().await.unwrap();
    let mut out = Vec::new();
    assert_eq!(story(&|name| sandbox.var(name), &mut out).await.unwrap(), 0);
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("  +14155552671 moved\n    label: planned \"Front desk\", found \"Do not touch\"\n"), "{out}");
    let labels: Vec<_> = sandbox.records(PlatformKind::VAPI).iter().map(|record| record["name"].to_string()).collect();
    assert_eq!(labels.len(), 4);
    assert!(["\"Do not touch\"", "\"Sales, east\""].iter().all(|label| labels.iter().any(|found| found == label)));
}

#[tokio::test]
async fn a_saved_plan_is_applied_and_then_nothing_is_left_to_do() {
    let sandbox = Sandbox::start().await.unwrap();
    let (desired, plan) =
        (file("desired.json", include_str!("../../examples/data/desired.json")), new_file("plan.json"));
    let (desired, plan) = (desired.display(), plan.display());
    let (code, out) = ran(&sandbox, &format!("{desired} --out {plan}")).await;
    assert_eq!((code, changes(&sandbox).len()), (0, 0));
    assert!(out.contains("3 to import, 0 to update"), "{out}");

    let (code, out) = ran(&sandbox, &format!("--apply {plan}")).await;
    assert_eq!((code, sandbox.records(PlatformKind::VAPI).len()), (0, 3));
    assert!(out.contains("\n3 done: 3 created; "), "{out}");
    let (code, out) = ran(&sandbox, &format!("--apply {plan}")).await;
    assert_eq!((code, sandbox.records(PlatformKind::VAPI).len()), (0, 3));
    assert!(out.contains("\n3 done: 3 unchanged; "), "{out}");
    let (code, out) = ran(&sandbox, &desired.to_string()).await;
    assert_eq!(code, 0);
    assert!(
        out.starts_with("vapi from twilio: 0 to import, 0 to update, 0 to remove, 0 blocked, 3 unchanged"),
        "{out}"
    );
}

#[tokio::test]
async fn a_moved_step_is_reported_with_exit_code_1() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::from_vars(vars).unwrap();
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi.clone());
    let number = "+14155552671".parse().unwrap();
    let record = importer.import(ImportRequest::new(number).label("Old")).await.unwrap().record;
    let plan = new_file("moved.json");
    ran(&sandbox, &format!("--out {}", plan.display())).await;
    vapi.update(&record.id, &NumberUpdate::new().label("By hand")).await.unwrap();

    let (code, out) = ran(&sandbox, &format!("--apply {}", plan.display())).await;
    assert_eq!(code, 1);
    assert!(out.contains("  +14155552671 moved\n    label: planned \"Old\", found \"By hand\"\n"), "{out}");
    assert!(out.contains("\n3 done: 2 created, 1 moved; "), "{out}");
}

#[tokio::test]
async fn undesired_records_are_removed_on_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let imported = importer.import(ImportRequest::new("+18005550199".parse().unwrap())).await.unwrap();
    let before = imported.routing_before.unwrap();
    let plan = new_file("remove.json");
    let (_, out) = ran(&sandbox, "").await;
    assert!(out.contains("? +18005550199 kept"), "{out}");
    let (_, out) = ran(&sandbox, &format!("--remove-extra --out {}", plan.display())).await;
    // Callers would reach nobody.
    assert!(out.contains("? +18005550199 kept") && out.contains("the number's calls still go to"), "{out}");
    let (code, out) = ran(&sandbox, &format!("--apply {}", plan.display())).await;
    assert_eq!(code, 1);
    assert!(out.contains("  +18005550199 kept\n    the number's calls still go to the platform"), "{out}");
    let _restored = importer.restore(&before).await.unwrap();
    let control = importer.provider().routing().unwrap();
    control.point(&before, &"https://api.elevenlabs.io/twilio/inbound_call".into()).await.unwrap();
    let (_, out) = ran(&sandbox, &format!("--remove-extra --out {}", plan.display())).await;
    assert!(out.contains("- +18005550199 remove"), "{out}");
    let (code, out) = ran(&sandbox, &format!("--apply {}", plan.display())).await;
    assert_eq!(code, 0);
    assert!(out.contains("\n4 done: 1 removed, 3 unchanged; "), "{out}");
    let numbers: Vec<Value> =
        sandbox.records(PlatformKind::VAPI).iter().map(|record| record["number"].clone()).collect();
    assert!(numbers.len() == 3 && !numbers.contains(&"+18005550199".into()));
}

#[tokio::test]
async fn a_blocked_step_gives_exit_code_1() {
    let sandbox = Sandbox::start().await.unwrap();
    let desired = file("blocked.json", r#"[{ "number": "+12025550143" }]"#);
    let (code, out) = ran(&sandbox, &desired.display().to_string()).await;
    assert_eq!(code, 1);
    assert!(out.starts_with("! +12025550143 the carrier does not hold the number\n"), "{out}");
}

#[tokio::test]
async fn an_invalid_file_and_invalid_arguments_are_reported_and_nothing_is_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    let twice = r#"[{ "number": "+14155552671" }, { "number": "+14155552671" }]"#;
    for (content, told) in [
        ("[\n  { \"number\": \"4155552671\" }\n]", "does not begin with `+`"),
        ("[\n  { \"nmae\": \"x\" }\n]", "at line 2"),
        (twice, "`[1].number` is +14155552671, like [0].number; list each number once"),
    ] {
        let desired = file("bad.json", content);
        let arguments = Arguments::parse(typed(&desired.display().to_string())).unwrap();
        let error = run(&arguments, &|name| sandbox.var(name), &mut Vec::new()).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert_eq!(code(&error), 2);
    }
    for (words, told) in [
        ("--live", "--live needs a file"),
        ("a.json --apply b.json", "leave out the file"),
        ("--apply b.json --out c.json", "leave out --apply"),
        ("--apply b.json --remove-extra", "use --remove-extra when you make the plan"),
        ("--release-numbers", "give both"),
    ] {
        let error = Arguments::parse(typed(words)).err().unwrap();
        assert!(error.to_string().contains(told), "{words}: {error}");
    }
    assert!(sandbox.requests().is_empty());
}
