//! The variants of outcomes that do not occur in `outcomes`, and a check that every variant has an expected file.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt;
use numport::error::{ErrorKind, Failure, Withheld, WithheldReason};
use numport::import::plan::{Applied, AppliedStep, Changed};
use numport::import::{
    BulkItem, BulkOutcome, Field, RenewalOutcome, RenewedItem, Stays, UndoOutcome, UndoneItem, UndoneRecord,
};
use numport::journal::{JournalError, JournalFault};
use numport::model::{Finding, NumberId, PlatformKind, Reached, Removal};
use numport::sandbox::Sandbox;
use numport::{Desired, Error, ImportRequest, Outcome, Restored};
use serde_json::Value;

use crate::errors::provoke;
use crate::{DESK, SALES, assert_reported, from_twilio, number, sandbox};

/// One error for each kind of failure.
async fn failures(sandbox: &Sandbox) -> Vec<Error> {
    let mut errors = Vec::new();
    for kind in [ErrorKind::Forbidden, ErrorKind::RateLimited, ErrorKind::Unresolved] {
        errors.push(provoke(sandbox, kind).await.unwrap());
    }
    assert_eq!(errors.iter().map(Error::failure).collect::<Vec<_>>(), Failure::ALL);
    errors
}

#[tokio::test]
async fn restored() {
    let sandbox = sandbox().await;
    let imported = from_twilio(&sandbox).import(ImportRequest::new(number(DESK))).await.unwrap();
    let now = || imported.routing_before.clone().unwrap();
    let outcomes = [
        Restored::PutBack(now()),
        Restored::PartlyPutBack { now: now(), changed: vec!["sms_url".to_owned()] },
        Restored::AsBefore(now()),
        Restored::Kept { now: now(), answered_by: Some(PlatformKind::BUTTER), changed: vec!["voice_url".to_owned()] },
        Restored::NoRecord { now: now(), platform: PlatformKind::VAPI },
        Restored::Gone,
    ];
    assert_reported(&sandbox, "restored_all", &outcomes);
}

#[tokio::test]
async fn undone() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    let imported = importer.import(ImportRequest::new(number(DESK))).await.unwrap();
    let undone = importer.undo(&imported.undo(), Removal::Record).await.unwrap();
    let stays = [
        Stays::OtherNumber,
        Stays::Changed(vec![Field::Label]),
        Stays::MayBeAnother,
        Stays::StillAnswered,
        Stays::MayBeAnswered,
        Stays::Unsupported,
        Stays::WouldRelease,
    ];
    let records = [
        UndoneRecord::Removed,
        UndoneRecord::Gone,
        UndoneRecord::Replaced,
        UndoneRecord::Restored { kept: Vec::new() },
        UndoneRecord::Restored { kept: vec![Field::Label, Field::Agent] },
    ];
    let all = records.into_iter().chain(stays.map(UndoneRecord::Stays)).map(|record| {
        let mut undone = undone.clone();
        undone.record = record;
        undone
    });
    assert_reported(&sandbox, "undone_all", &all.collect::<Vec<_>>());
}

#[tokio::test]
async fn of_many_imports() {
    let sandbox = sandbox().await;
    let mut outcomes = vec![
        BulkOutcome::Duplicate { of: 0, differing: Vec::new() },
        BulkOutcome::Duplicate { of: 0, differing: vec![Field::Label, Field::Agent] },
        BulkOutcome::NotAttempted,
    ];
    outcomes.extend(failures(&sandbox).await.into_iter().map(BulkOutcome::Failed));
    let imported = from_twilio(&sandbox).import(ImportRequest::new(number(SALES))).await.unwrap();
    for outcome in Outcome::ALL {
        let mut imported = imported.clone();
        imported.outcome = *outcome;
        outcomes.push(BulkOutcome::Imported(Box::new(imported)));
    }
    let mut items: Vec<BulkItem> = Vec::new();
    for outcome in outcomes {
        let mut item = from_twilio(&sandbox).import_many([ImportRequest::new(number(SALES))]).next().await.unwrap();
        item.outcome = outcome;
        items.push(item);
    }
    assert_reported(&sandbox, "bulk_items_all", &items);
}

#[tokio::test]
async fn of_many_undos() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    let undo = importer.import(ImportRequest::new(number(SALES))).await.unwrap().undo();
    let undone = importer.undo(&undo, Removal::Record).await.unwrap();
    let mut stays = undone.clone();
    stays.record = UndoneRecord::Stays(Stays::MayBeAnswered);
    let mut outcomes = vec![UndoOutcome::Undone(undone), UndoOutcome::Undone(stays), UndoOutcome::NotAttempted];
    outcomes.extend(failures(&sandbox).await.into_iter().map(UndoOutcome::Failed));
    let mut items: Vec<UndoneItem> = Vec::new();
    for outcome in outcomes {
        let mut item = importer.undo_many([undo.clone()], Removal::Record).next().await.unwrap();
        item.outcome = outcome;
        items.push(item);
    }
    assert_reported(&sandbox, "undone_items_all", &items);
}

#[tokio::test]
async fn of_many_renewals() {
    let sandbox = sandbox().await;
    let mut outcomes = vec![RenewalOutcome::Duplicate, RenewalOutcome::NotAttempted];
    outcomes.extend(failures(&sandbox).await.into_iter().map(RenewalOutcome::Failed));
    let importer = from_twilio(&sandbox);
    importer.import(ImportRequest::new(number(SALES))).await.unwrap();
    outcomes.push(RenewalOutcome::Renewed(importer.renew(&number(SALES)).await.unwrap()));
    let mut items: Vec<RenewedItem> = Vec::new();
    for outcome in outcomes {
        let mut item = importer.renew_many([number(SALES)]).next().await.unwrap();
        item.outcome = outcome;
        items.push(item);
    }
    assert_reported(&sandbox, "renewed_items_all", &items);
}

#[tokio::test]
async fn of_a_plan() {
    let sandbox = sandbox().await;
    let importer = from_twilio(&sandbox);
    let imported = importer.import(ImportRequest::new(number(SALES))).await.unwrap();
    let renewed = importer.renew(&number(SALES)).await.unwrap();
    let plan = importer.plan(&Desired::from_iter([ImportRequest::new(number(SALES))])).await.unwrap();
    let [mut changed, mut pointed, mut all] = [(); 3].map(|()| Changed::default());
    changed.record = Some(imported.record.clone());
    pointed.routing = imported.routing_before.clone();
    all.renewed = Some(renewed);
    let mut outcomes = vec![
        Applied::Changed(Box::new(changed)),
        Applied::Changed(Box::new(pointed)),
        Applied::Changed(Box::new(all)),
        Applied::Imported(Box::new(imported)),
        Applied::Removed { findings: vec![Finding::NotHeld] },
        Applied::Unchanged,
        Applied::Kept { findings: Vec::new() },
        Applied::Kept { findings: vec![Finding::CannotRemove] },
        Applied::Blocked { findings: vec![Finding::NoVoice] },
        Applied::Moved(Vec::new()),
        Applied::NotAttempted,
    ];
    outcomes.extend(failures(&sandbox).await.into_iter().map(Applied::Failed));
    let mut steps: Vec<AppliedStep> = Vec::new();
    for outcome in outcomes {
        let mut step = importer.apply(plan.clone()).unwrap().next().await.unwrap();
        step.outcome = outcome;
        steps.push(step);
    }
    assert_reported(&sandbox, "applied_steps_all", &steps);
}

#[tokio::test]
async fn withheld() {
    let sandbox = sandbox().await;
    let reasons = [
        WithheldReason::Ambiguous { id: NumberId::new("r1"), listed: "+1415***0101".to_owned() },
        WithheldReason::NotListed { id: NumberId::new("r1"), age: Duration::from_secs(70) },
        WithheldReason::Locked { waited: Duration::from_secs(120) },
        WithheldReason::Deadline { after: Duration::from_millis(1500) },
        WithheldReason::Unresolved {
            sent_at: "2026-05-05T16:38:08Z".parse().unwrap(),
            retry_after: Duration::from_millis(71_500),
        },
        WithheldReason::Journal(JournalError::new("/var/lib/numport", JournalFault::Full, "no space left on device")),
        WithheldReason::TooManyUnresolved { limit: 10_000 },
    ];
    let errors = reasons.map(|reason| Error::from(Box::new(Withheld::new(PlatformKind::VAPI, number(DESK), reason))));
    assert_reported(&sandbox, "withheld_all", &errors);
}

#[tokio::test]
async fn reached() {
    let sandbox = sandbox().await;
    let mut imported = from_twilio(&sandbox).import(ImportRequest::new(number(DESK))).await.unwrap();
    let mut all = Vec::new();
    for reached in [Reached::Platform, Reached::Elsewhere, Reached::Unknown] {
        imported.reached = reached;
        all.push(imported.clone());
    }
    assert_reported(&sandbox, "imported_reached_all", &all);
}

/// The codes in the body of a type's function, from its source.
fn codes(source: &str, of: &str, function: &str) -> Vec<String> {
    let is_head = |part: &&str| part.starts_with(&format!("{of} {{")) && part.contains(function);
    let part = source.split("\nimpl ").find(is_head).unwrap_or_else(|| panic!("{of} has no `{function}`"));
    let body = part.split(function).nth(1).unwrap().split("\n    }\n").next().unwrap();
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// All values of this name in the expected files with this prefix.
fn expected(start: &str, name: &str) -> BTreeSet<String> {
    fn collect(value: &Value, name: &str, into: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (field, value) in fields {
                    match value {
                        Value::String(text) if field == name => _ = into.insert(text.clone()),
                        value => collect(value, name, into),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| collect(item, name, into)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/expected");
    for file in std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        if file.file_name().unwrap().to_str().unwrap().starts_with(start) {
            collect(&serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap(), name, &mut found);
        }
    }
    found
}

#[test]
fn every_variant_has_an_expected_file() {
    let plan = include_str!("../../src/import/plan/applied.rs");
    let failures = || Failure::ALL.iter().map(|failure| failure.as_str().to_owned());
    let outcomes = || Outcome::ALL.iter().map(|outcome| outcome.as_str().to_owned());
    let with_failures = |codes: Vec<String>| codes.into_iter().chain(failures()).collect::<Vec<_>>();
    let undone = include_str!("../../src/import/undo/outcome.rs");
    let bulk = codes(include_str!("../../src/import/bulk.rs"), "BulkOutcome", "fn code");
    let table = [
        ("imported", "outcome", outcomes().collect()),
        ("restored", "outcome", codes(include_str!("../../src/import/restore.rs"), "Restored", "fn code")),
        ("undone", "record", codes(undone, "UndoneRecord", "fn code")),
        ("undone", "record_stays", codes(undone, "Stays", "fn code")),
        ("bulk", "outcome", with_failures(bulk).into_iter().chain(outcomes()).collect()),
        (
            "renewed",
            "outcome",
            with_failures(codes(include_str!("../../src/import/renew.rs"), "RenewalOutcome", "fn code")),
        ),
        (
            "applied",
            "outcome",
            with_failures([codes(plan, "Applied", "fn code"), codes(plan, "Changed", "fn words")].concat()),
        ),
        ("withheld", "reason", codes(include_str!("../../src/error/withheld.rs"), "WithheldReason", "fn code")),
        ("error", "kind", ErrorKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
    ];
    for (start, name, codes) in table {
        assert!(codes.len() > 2, "{start}: {codes:?}");
        let expected = expected(start, name);
        let missing: Vec<_> = codes.into_iter().filter(|code| !expected.contains(code)).collect();
        assert_eq!(missing, [""; 0], "{start}: give the variant an expected file; there are {expected:?}");
    }
    assert_eq!(expected("imported", "reached").len(), 3);
}
