use super::*;
use crate::model::{Details, PlatformKind, RecordNumber};
use crate::platform::{Find, OnRemoval, Sources, Support};

fn record(label: &str, agent: &str, inbound: bool, outbound: bool) -> NumberRecord {
    let number = RecordNumber::E164("+14155552671".parse().unwrap());
    let mut record = NumberRecord::new(PlatformKind::VAPI, "r1", number, Details::new(()));
    (record.label, record.agent) = (Some(label.to_owned()), Some(agent.into()));
    (record.inbound, record.outbound) = (Some(inbound), Some(outbound));
    record
}

#[test]
fn each_field_is_open_until_it_is_done() {
    let before = record("Old", "a-1", false, true);
    let number = before.number.telephone().unwrap();
    let request = ImportRequest::new(number).label("New").agent("a-2").inbound(true).outbound(false);
    let after = record("New", "a-2", true, false);
    let other = NumberRecord::new(PlatformKind::VAPI, "r1", before.number.clone(), Details::new(()));
    let all = |record: &NumberRecord| -> Vec<Change> {
        let fields = [Field::Label, Field::Agent, Field::Inbound, Field::Outbound];
        fields.into_iter().filter_map(|field| Change::of(field, record, &request)).collect()
    };
    let changes = all(&before);
    assert_eq!(changes.len(), 4);
    for (change, found) in changes.iter().zip(["none", "none", "unknown", "unknown"]) {
        let states = [&before, &after, &other].map(|record| (change.is_open(record), change.is_done(record)));
        assert_eq!(states, [(true, false), (false, true), (false, false)], "{change}");
        assert_eq!(change.found_text(&before), change.planned_text());
        assert_eq!(change.found_text(&other), found);
    }
    let texts: Vec<String> = changes.iter().map(ToString::to_string).collect();
    assert_eq!(texts, ["label \"Old\" → \"New\"", "agent a-1 → a-2", "inbound off → on", "outbound on → off"]);
    assert_eq!(all(&after), []);
}

/// The change of every field from one record to another.
fn changes(from: &NumberRecord, to: &NumberRecord) -> Vec<Change> {
    vec![
        Change::Label { from: from.label.clone(), to: to.label.clone() },
        Change::agent(from, to.agent.clone()),
        Change::Inbound { from: from.inbound, to: to.inbound.unwrap() },
        Change::Outbound { from: from.outbound, to: to.outbound.unwrap() },
    ]
}

fn unknown() -> NumberRecord {
    let number = RecordNumber::E164("+14155552671".parse().unwrap());
    NumberRecord::new(PlatformKind::VAPI, "r1", number, Details::new(()))
}

#[test]
fn changes_of_a_field_are_one_unless_somebody_else_changed_it_in_between() {
    let (first, made) = (record("One", "a-1", false, true), record("Two", "a-2", true, false));
    let (last, others) = (record("Three", "a-3", false, true), unknown());
    let earlier = changes(&first, &made);
    // The earlier change was made, or was not, or somebody else has made another one.
    for (from, begins) in [(&made, &first), (&first, &first), (&others, &others)] {
        assert_eq!(Change::after(&earlier, changes(from, &last)), changes(begins, &last));
    }
    let (label, rest) = earlier.split_first().unwrap();
    assert_eq!(Change::after(std::slice::from_ref(label), rest.to_vec()), earlier, "other fields are added");
}

#[test]
fn a_field_is_set_back_if_the_platform_can_and_nobody_else_changed_it() {
    let (before, after) = (record("One", "a-1", false, true), record("Two", "a-2", true, false));
    let undone = changes(&before, &after);
    let all = Field::ALL.into_iter().filter(|field| *field != Field::Handler).collect::<Vec<_>>();
    let mut can = Capabilities::new(Sources::Any, Find::Native, OnRemoval::Forgets);
    assert_eq!(Change::undo(&undone, &after, &can), (NumberUpdate::new(), all.clone()));
    (can.label, can.agent) = (Support::CREATE_AND_SET, Support::CREATE_AND_SET);
    (can.inbound, can.outbound) = (Support::CREATE_AND_SET, Support::CREATE_AND_SET);
    let back = NumberUpdate::new().label("One").agent("a-1").inbound(false).outbound(true);
    assert_eq!(Change::undo(&undone, &after, &can), (back, Vec::new()));
    assert_eq!(Change::undo(&undone, &unknown(), &can), (NumberUpdate::new(), all.clone()));
    assert_eq!(Change::undo(&undone, &before, &can), (NumberUpdate::new(), Vec::new()), "it is undone already");

    // What was empty before is cleared. What was unknown cannot be set back.
    let first = changes(&unknown(), &after);
    assert_eq!(Change::undo(&first, &after, &can), (NumberUpdate::new(), all.clone()));
    (can.label.clear, can.agent.clear) = (true, true);
    let cleared = NumberUpdate::new().clear_label().clear_agent();
    assert_eq!(Change::undo(&first, &after, &can), (cleared, all[2..].to_vec()));
}
