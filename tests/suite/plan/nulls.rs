//! `null` in a desired state clears a field, from the file to the platform's record.

use futures_util::StreamExt;
use numport::import::Change;
use numport::import::plan::{Applied, PlanStep};
use numport::{Desired, Plan};

use crate::support::in_memory::{NATIVE, importer, platform};

#[tokio::test]
async fn null_clears_a_field_and_an_absent_field_is_unchanged() {
    let platform = platform(&NATIVE, 3);
    platform.edit(|records| {
        for record in records {
            (record.label, record.agent) = (Some("Desk".to_owned()), Some("a-1".into()));
        }
    });
    let desired: Desired = serde_json::from_str(
        r#"[
            { "number": "+14155570000", "label": null, "agent": null },
            { "number": "+14155570001", "agent": null },
            { "number": "+14155570002" }
        ]"#,
    )
    .unwrap();
    let importer = importer(&platform);
    let plan = importer.plan(&desired).await.unwrap();
    let changes = |step: &PlanStep| match step {
        PlanStep::Update { changes, .. } => changes.clone(),
        _ => Vec::new(),
    };
    let label = Change::Label { from: Some("Desk".to_owned()), to: None };
    let agent = Change::Agent { from: Some("a-1".into()), to: None, settings: serde_json::Map::new() };
    let planned: Vec<_> = plan.steps.iter().map(changes).collect();
    assert_eq!(planned, [vec![label, agent.clone()], vec![agent], vec![]]);

    // A plan that is saved to a file clears as well.
    let kept: Plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    let mut applied: Vec<_> = importer.apply(kept).unwrap().collect().await;
    applied.sort_by_key(|step| step.index);
    let applied: Vec<_> = applied.into_iter().map(|step| step.outcome).collect();
    assert!(matches!(applied[..], [Applied::Changed(_), Applied::Changed(_), Applied::Unchanged]), "{applied:?}");
    let left = platform.records().into_iter().map(|record| (record.label, record.agent.map(|id| id.to_string())));
    let desk = || Some("Desk".to_owned());
    assert_eq!(left.collect::<Vec<_>>(), [(None, None), (desk(), None), (desk(), Some("a-1".to_owned()))]);

    // Applied again, there is nothing to do.
    let again = importer.plan(&desired).await.unwrap();
    assert!(again.steps.iter().all(|step| matches!(step, PlanStep::Unchanged { .. })), "{again}");
}
