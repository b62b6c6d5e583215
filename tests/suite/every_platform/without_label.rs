//! Some platforms require a label, so an import without one sends one of its own.

use futures_util::StreamExt;
use numport::import::UndoneRecord;
use numport::platform::OnRemoval;
use numport::sandbox::Sandbox;
use numport::{Desired, ImportRequest, Importer, Removal};

use crate::services::PLATFORMS;
use crate::services::subject::{NUMBER, Pace};

/// A label that the import itself gave is no sign that somebody else uses the record.
#[tokio::test]
async fn a_killed_import_without_a_label_is_undone_from_its_plan() {
    let mut kept = Vec::new();
    for platform in PLATFORMS {
        let sandbox = Sandbox::start().await.unwrap();
        let vars = |name: &str| sandbox.var(name);
        let client = (platform.connect)(&vars, Pace::at_once());
        if client.capabilities().removal != OnRemoval::Forgets {
            continue;
        }
        let importer = Importer::new(platform.carrier("twilio", &vars, Pace::at_once()), client);
        let plan = importer.plan(&Desired::from_iter([ImportRequest::new(NUMBER.parse().unwrap())])).await.unwrap();
        let backup = importer.backup_routing().await.unwrap();
        let steps: Vec<_> = importer.apply(plan.clone()).unwrap().collect().await;
        assert!(steps.iter().all(|step| !step.outcome.is_failure()), "{steps:?}");
        let undos = importer.undos_of(&plan, backup).await.unwrap().undos;
        let undone = importer.undo_unverified(&undos[0], Removal::Record).await.unwrap();
        if undone.record != UndoneRecord::Removed {
            kept.push(format!("{}: {undone}", platform.api.name()));
        }
    }
    assert_eq!(kept, [""; 0]);
}
