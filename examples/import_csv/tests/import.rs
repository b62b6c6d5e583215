//! `import_csv`, from the file to the exit code and the report.

use std::fs;
use std::future::pending;
use std::path::PathBuf;
use std::time::Duration;

use numport::import::Progress;
use numport::model::PlatformKind;
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, NumberUpdate, Vapi, VoicePlatform};
use serde_json::{Value, json};

use crate::import_csv::report::Report;
use crate::import_csv::support::code;
use crate::import_csv::{ALL_IN, Arguments, SOME_NOT, WRONG, run, watch};
use crate::support::{changes, file, new_file, typed};

const GOOD: &str = "number,label\n+14155552671,Front desk\n+12125550123,Sales\n+442071838750,\n";

/// The exit code, the output and the report.
pub(crate) struct Ran {
    pub(crate) code: u8,
    pub(crate) out: String,
    pub(crate) report: Vec<Value>,
    pub(crate) text: String,
}

pub(crate) async fn ran(sandbox: &Sandbox, csv: PathBuf, options: &str, stop: impl Future<Output = ()> + Send) -> Ran {
    let path = new_file("report.jsonl");
    let mut arguments = Arguments::parse(typed(options)).unwrap();
    (arguments.file, arguments.report) = (Some(csv), Some(path.clone()));
    let mut out = Vec::new();
    let code = run(&arguments, &|name| sandbox.var(name), &mut out, stop).await.unwrap();
    let text = fs::read_to_string(path).unwrap();
    let mut report: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    report.sort_by_key(|line| line["line"].as_u64());
    Ran { code, out: String::from_utf8(out).unwrap(), report, text }
}

fn outcomes(report: &[Value]) -> Vec<(u64, &str, &str)> {
    let text = |value: &'_ Value| -> &'static str { value.as_str().unwrap_or("-").to_owned().leak() };
    report.iter().map(|line| (line["line"].as_u64().unwrap(), text(&line["number"]), text(&line["outcome"]))).collect()
}

#[tokio::test]
async fn a_good_file_is_imported_and_reported_and_can_be_imported_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let csv = file("good.csv", GOOD);
    let first = ran(&sandbox, csv.clone(), "", pending()).await;
    // How many numbers are verified together depends on how busy the machine is.
    let (done, requests) = first.out.trim_end().split_once("; ").unwrap();
    assert_eq!((first.code, done), (ALL_IN, "3 rows, 3 done: 3 created"));
    assert!(
        ["6", "7", "8", "9"].map(|count| format!("{count} requests.")).contains(&requests.to_owned()),
        "{requests}"
    );
    let created = [(2, "+14155552671"), (3, "+12125550123"), (4, "+442071838750")];
    assert_eq!(outcomes(&first.report), created.map(|(line, number)| (line, number, "created")));
    let records = sandbox.records(PlatformKind::VAPI);
    for line in &first.report {
        assert!(
            records
                .iter()
                .any(|record| record["id"] == line["imported"]["record"]["id"] && record["number"] == line["number"])
        );
    }

    let again = ran(&sandbox, csv, "", pending()).await;
    assert_eq!((again.code, sandbox.records(PlatformKind::VAPI).len()), (ALL_IN, 3));
    assert_eq!(outcomes(&again.report), created.map(|(line, number)| (line, number, "already_there")));
}

#[tokio::test]
async fn bad_rows_prevent_the_import_unless_they_are_skipped() {
    let sandbox = Sandbox::start().await.unwrap();
    let csv = file("bad.csv", format!("{GOOD}555,\n"));
    let kept = ran(&sandbox, csv.clone(), "", pending()).await;
    assert_eq!((kept.code, sandbox.requests().len()), (WRONG, 0));
    assert_eq!(outcomes(&kept.report), [(5, "555", "bad_row")]);

    let skipped = ran(&sandbox, csv, "--skip-bad", pending()).await;
    assert_eq!((skipped.code, sandbox.records(PlatformKind::VAPI).len()), (SOME_NOT, 3));
    assert!(skipped.out.contains("\n1 of 4 rows are bad and were skipped.\n3 rows, 3 done: 3 created; "));
    assert_eq!(skipped.report.len(), 4);
}

#[tokio::test]
async fn a_failed_row_is_reported_with_advice_and_the_others_are_imported() {
    let sandbox = Sandbox::start().await.unwrap();
    let failed = ran(&sandbox, file("failed.csv", format!("{GOOD}+12025550143,\n")), "", pending()).await;
    assert_eq!((failed.code, sandbox.records(PlatformKind::VAPI).len()), (SOME_NOT, 3));
    let line = &failed.report[3];
    assert_eq!((&line["line"], &line["outcome"]), (&json!(5), &json!("refused")));
    assert!(line["error"]["message"].as_str().unwrap().contains("the carrier does not hold the number"));
    assert!(line["error"]["advice"].as_str().unwrap().starts_with("Check the number"));
    assert_eq!(line["error"]["findings"][0]["severity"], "error");
    assert!(
        failed.out.contains("line 5: vapi: import number was not sent for +12025550143: the carrier does not hold"),
        "{}",
        failed.out
    );
    assert!(failed.out.contains("Fix the cause, then run the same command again"));
}

#[tokio::test]
async fn a_refused_key_ends_the_run_and_reports_the_remaining_rows() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::Refuse { status: 401, retry_after: None });
    let refused = ran(&sandbox, file("refused.csv", GOOD), "--concurrency 1", pending()).await;
    assert_eq!((refused.code, sandbox.records(PlatformKind::VAPI).len()), (SOME_NOT, 0));
    let words: Vec<_> = refused.report.iter().map(|line| line["outcome"].as_str().unwrap()).collect();
    assert_eq!(words, ["refused", "not_attempted", "not_attempted"]);
}

#[tokio::test]
async fn a_dry_run_shows_the_changes_and_makes_none() {
    let sandbox = Sandbox::start().await.unwrap();
    let csv = file("dry.csv", GOOD);
    ran(&sandbox, csv.clone(), "", pending()).await;
    let vapi = Vapi::from_vars(|name| sandbox.var(name)).unwrap();
    let number: E164 = "+12125550123".parse().unwrap();
    let id = vapi.find(&number).await.unwrap().unwrap().id;
    vapi.update(&id, &NumberUpdate::new().label("Other")).await.unwrap();
    let before = changes(&sandbox);

    let csv = file("dry.csv", format!("{GOOD}+4915223433333,Berlin\n+12025550143,\n"));
    let dry = ran(&sandbox, csv, "--dry-run", pending()).await;
    assert_eq!((dry.code, changes(&sandbox)), (SOME_NOT, before));
    assert!(dry.out.contains("line 3: ~ +12125550123 label \"Other\" → \"Sales\"\n"), "{}", dry.out);
    assert!(dry.out.contains("line 5: + +4915223433333 import, label \"Berlin\""), "{}", dry.out);
    assert!(
        dry.out.ends_with(
            "\n5 done: 1 blocked, 1 import, 2 unchanged, 1 update. This was a dry run: nothing was changed.\n"
        )
    );
    let words: Vec<_> = dry.report.iter().map(|line| line["action"].as_str().unwrap()).collect();
    assert_eq!(words, ["unchanged", "update", "unchanged", "import", "blocked"]);
    assert_eq!(dry.report[4]["findings"][0]["code"], "not_held");
    assert_eq!(dry.report[1]["id"], id.as_str());
}

#[tokio::test]
async fn no_secret_is_printed_or_reported_although_the_platform_echoes_one() {
    let sandbox = Sandbox::start().await.unwrap();
    for _ in 0..3 {
        sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", Fault::EchoedSecret);
    }
    let echoed = ran(&sandbox, file("echoed.csv", format!("{GOOD}+12025550143,\n")), "", pending()).await;
    assert!(echoed.text.contains("[redacted]") && echoed.out.contains("[redacted]"));
    for name in ["TWILIO_AUTH_TOKEN", "VAPI_API_KEY"] {
        let secret = sandbox.var(name).unwrap();
        assert!(!echoed.text.contains(&secret) && !echoed.out.contains(&secret), "{name}");
    }
}

#[tokio::test]
async fn invalid_carrier_credentials_are_reported_once() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| match name {
        "TWILIO_AUTH_TOKEN" => None,
        "TWILIO_API_KEY" => Some(format!("SK{:032}", 0)),
        "TWILIO_API_SECRET" => Some("secret".to_owned()),
        _ => sandbox.var(name),
    };
    let mut arguments = Arguments::parse(typed("--platform butter")).unwrap();
    arguments.file = Some(file("key.csv", "number\n+14155552671\n+12125550123\n"));
    let mut out = Vec::new();
    let error = run(&arguments, &vars, &mut out, pending()).await.unwrap_err();
    assert!(error.to_string().starts_with("nothing was sent: `source"), "{error}");
    assert_eq!((code(&error), sandbox.requests().len(), out.len()), (2, 0, 0));
}

#[test]
fn each_line_of_the_report_is_written_immediately() {
    let path = new_file("flushed.jsonl");
    let mut report = Report::open(Some(&path)).unwrap();
    for count in 1..=2 {
        report.write(count, json!({"outcome": "created"})).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), count);
    }
}

#[test]
fn progress_is_a_line_without_a_terminal() {
    let mut progress = Progress::default();
    assert_eq!(watch::plain(&progress, 5, Duration::ZERO), "0 of 5 (), 0.0 a second, ? s left");
    (0..4).for_each(|_| progress.count("created", false));
    progress.count("failed", true);
    let line = watch::plain(&progress, 10, Duration::from_secs(2));
    assert_eq!(line, "5 of 10 (4 created, 1 failed), 2.5 a second, 2 s left");
}

#[test]
fn invalid_arguments_are_reported() {
    for (words, told) in [
        ("--live", "--live needs a file, such as numbers.csv"),
        ("--nonsense", "invalid option '--nonsense'"),
        ("--per-second 0", "--per-second must be a whole number, at least 1"),
        ("a.csv b.csv", "unexpected argument \"b.csv\""),
    ] {
        let error = Arguments::parse(typed(words)).unwrap_err().to_string();
        assert!(error.contains(told), "{words}: {error}");
    }
    let error = Arguments::parse(typed("numbers.xlsx")).unwrap().read().unwrap_err().to_string();
    assert_eq!(error, "numbers.xlsx is neither a .csv nor a .toml file");
    let error = Arguments::parse(typed("no-such-file.csv")).unwrap().read().unwrap_err().to_string();
    assert!(error.starts_with("no-such-file.csv cannot be read: "), "{error}");
}
