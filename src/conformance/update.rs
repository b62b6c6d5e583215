use super::{Subject, refused};
use crate::error::Error;
use crate::model::{NumberRecord, NumberUpdate, Removal};
use crate::platform::OnRemoval;

/// Each field that can be changed is set, kept while another changes, and cleared. Each other field is
/// refused.
pub async fn update_keeps_sets_and_clears(subject: &mut Subject<'_>) {
    let can = subject.can();
    let [first, second] = subject.agents.clone();
    let record = subject.imported().await;

    // Setting one field keeps the others.
    let mut expected = record.clone();
    if can.label.set {
        expected.label = Some("Reception".to_owned());
        changed(subject, &expected, NumberUpdate::new().label("Reception")).await;
    }
    for agent in [first, second] {
        if can.agent.set {
            expected.inbound = inbound_with_agent(&expected, subject);
            expected.agent = Some(agent.clone());
            changed(subject, &expected, NumberUpdate::new().agent(agent.as_str())).await;
        }
    }
    for enabled in [false, true] {
        if can.inbound.set {
            expected.inbound = Some(enabled);
            changed(subject, &expected, NumberUpdate::new().inbound(enabled)).await;
        }
        if can.outbound.set {
            expected.outbound = Some(enabled);
            changed(subject, &expected, NumberUpdate::new().outbound(enabled)).await;
        }
    }
    // Setting a value that is already set changes nothing.
    if let (true, Some(agent)) = (can.agent.set, expected.agent.clone()) {
        changed(subject, &expected, NumberUpdate::new().agent(agent.as_str())).await;
    }

    if can.label.clear {
        expected.label = None;
        changed(subject, &expected, NumberUpdate::new().clear_label()).await;
    }
    if can.agent.clear {
        for _ in 0..2 {
            expected.agent = None;
            changed(subject, &expected, NumberUpdate::new().clear_agent()).await;
        }
    }
}

/// A platform whose directions are set at the import may enable inbound calls with an agent.
fn inbound_with_agent(record: &NumberRecord, subject: &Subject<'_>) -> Option<bool> {
    if subject.can().inbound.set { record.inbound } else { record.inbound.map(|_| true) }
}

/// Updates, and checks the response and a new read of the record.
async fn changed(subject: &Subject<'_>, expected: &NumberRecord, update: NumberUpdate) {
    let answered = subject.platform.update(&expected.id, &update).await;
    let answered = answered.unwrap_or_else(|error| panic!("{update:?}: {error:?}"));
    let looked = subject.platform.get(&expected.id).await.expect("the record just changed");
    for (record, by) in [(answered, "the answer"), (looked, "a fresh look")] {
        assert_eq!(record.id, expected.id, "{by} after {update:?}: id");
        assert_eq!(record.label, expected.label, "{by} after {update:?}: label");
        assert_eq!(record.agent, expected.agent, "{by} after {update:?}: agent");
        assert_eq!(record.inbound, expected.inbound, "{by} after {update:?}: inbound");
        assert_eq!(record.outbound, expected.outbound, "{by} after {update:?}: outbound");
    }
}

/// A removal removes the record. A removal that releases the number needs consent.
pub async fn removal_ends_a_record(subject: &mut Subject<'_>) {
    let platform = subject.platform;
    let record = subject.imported().await;
    match subject.can().removal {
        OnRemoval::Unsupported => {
            for consent in [Removal::Record, Removal::RecordAndNumber] {
                assert_eq!(refused(platform.remove(&record.id, consent).await, "a removal"), ["remove"]);
            }
            return;
        }
        OnRemoval::Releases => {
            let without = platform.remove(&record.id, Removal::Record).await;
            assert_eq!(refused(without, "a removal without consent"), ["remove"]);
            platform.get(&record.id).await.expect("a refused removal leaves the record");
            platform.remove(&record.id, Removal::RecordAndNumber).await.expect("a removal with consent");
        }
        OnRemoval::Forgets => platform.remove(&record.id, Removal::Record).await.expect("a removal"),
    }
    let gone = platform.get(&record.id).await;
    assert!(matches!(gone, Err(Error::NotFound(_))), "a removed record is not found, not {gone:?}");
}
