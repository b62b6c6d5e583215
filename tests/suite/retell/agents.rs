//! Agents of a number that the platform-independent API does not know: several by weight, and versions.

use futures_util::StreamExt;
use numport::import::plan::Applied;
use numport::import::{Stays, Undo, UndoneRecord};
use numport::platform::retell::{AgentWeight, ImportNumber, UpdateNumber};
use numport::sandbox::{Fault, Sandbox};
use numport::{Desired, ImportRequest, Importer, Outcome, Removal, Retell, SipTrunk};

use super::endpoints::NUMBER;
use crate::services::retell::subject::SUBJECT;

fn importer(sandbox: &Sandbox) -> Importer {
    let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
    Importer::new(SipTrunk::new("acme.pstn.twilio.com").number(NUMBER.parse().unwrap()), retell)
}

#[tokio::test]
async fn an_undo_restores_the_agents_with_their_weights_and_versions() {
    let several = vec![AgentWeight::new("agent_a", 0.75), AgentWeight::new("agent_b", 0.25).agent_version("prod")];
    for before in [several, vec![AgentWeight::new("agent_a", 1.0).agent_version(3)]] {
        let sandbox = Sandbox::start().await.unwrap();
        let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
        let import = ImportNumber::new(NUMBER, "acme.pstn.twilio.com").inbound_agents(before.clone());
        retell.import_number(&import).await.unwrap();
        let agents = || sandbox.records(SUBJECT.api.service)[0]["inbound_agents"].clone();
        let as_before = agents();

        let request = ImportRequest::new(NUMBER.parse().unwrap()).agent("agent_new");
        let imported = importer(&sandbox).import(request).await.unwrap();
        assert_eq!(imported.outcome, Outcome::Updated);
        assert_ne!(agents(), as_before);
        let saved = serde_json::to_string(&imported.undo()).unwrap();
        let undo: Undo = serde_json::from_str(&saved).unwrap();
        for _ in 0..2 {
            let undone = importer(&sandbox).undo(&undo, Removal::Record).await.unwrap();
            assert_eq!(undone.record, UndoneRecord::Restored { kept: vec![] });
            assert_eq!(agents(), as_before);
        }
    }
}

/// Retell may add a field to its responses at any time.
#[tokio::test]
async fn a_field_that_only_one_response_has_is_no_change_of_the_agent() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.fault_on(SUBJECT.api.service, "POST /import-phone-number", Fault::ExtraFields);
    let request = ImportRequest::new(NUMBER.parse().unwrap()).agent("agent_new");
    let undo = importer(&sandbox).import(request).await.unwrap().undo();
    let undone = importer(&sandbox).undo_unverified(&undo, Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Removed);
}

/// Somebody gave the number agents after the plan was made. An update would lose them.
#[tokio::test]
async fn agents_that_were_set_since_a_plan_stay() {
    let sandbox = Sandbox::start().await.unwrap();
    let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
    retell.import_number(&ImportNumber::new(NUMBER, "acme.pstn.twilio.com")).await.unwrap();
    let desired = Desired::from_iter([ImportRequest::new(NUMBER.parse().unwrap()).agent("agent_new")]);
    let plan = importer(&sandbox).plan(&desired).await.unwrap();
    let agents = vec![AgentWeight::new("agent_a", 0.75), AgentWeight::new("agent_b", 0.25)];
    retell.update_number(NUMBER, &UpdateNumber::new().inbound_agents(agents)).await.unwrap();
    let before = sandbox.records(SUBJECT.api.service);
    let steps: Vec<_> = importer(&sandbox).apply(plan).unwrap().collect().await;
    assert!(matches!(steps[0].outcome, Applied::Moved(_)), "{steps:?}");
    assert_eq!(sandbox.records(SUBJECT.api.service), before);
}

/// The number is the record's id, so another record of it has the same one.
#[tokio::test]
async fn an_undo_leaves_a_record_that_somebody_created_again() {
    let sandbox = Sandbox::start().await.unwrap();
    let retell = Retell::from_vars(|name| sandbox.var(name)).unwrap();
    let imported = importer(&sandbox).import(ImportRequest::new(NUMBER.parse().unwrap())).await.unwrap();
    retell.delete_number(NUMBER).await.unwrap();
    retell.import_number(&ImportNumber::new(NUMBER, "acme.pstn.twilio.com")).await.unwrap();
    let undone = importer(&sandbox).undo_unverified(&imported.undo(), Removal::Record).await.unwrap();
    assert_eq!(undone.record, UndoneRecord::Stays(Stays::MayBeAnother), "{undone}");
    assert_eq!(sandbox.records(SUBJECT.api.service).len(), 1);
}
