use super::{Subject, refused};
use crate::error::Error;
use crate::model::{
    AccountKey, Details, ImportRequest, NumberRecord, NumberSource, NumberUpdate, ProviderKind, Removal, SipTrunk,
};
use crate::platform::{OnRemoval, RenewalRun, Way};

/// What the platform does not support is refused, with all problems at once, and nothing is sent.
pub async fn what_is_unsupported_is_refused(subject: &mut Subject<'_>) {
    let (platform, can) = (subject.platform, subject.can());
    let number = subject.number();
    let id = subject.absent.clone();

    // Imports: every unsupported field, and values that no platform accepts.
    let label = "é".repeat(can.label_max.map_or(1, |max| max + 1));
    let request = ImportRequest::new(number).label(label).agent("  ").inbound(true).outbound(true);
    let import = refused(platform.create(&subject.source, &request), "an import with bad fields");
    for (field, expected) in [
        ("label", !can.label.at_import() || can.label_max.is_some()),
        ("agent", true),
        ("inbound", !can.inbound.at_import()),
        ("outbound", !can.outbound.at_import()),
    ] {
        let verb = if expected { "must" } else { "must not" };
        assert_eq!(
            import.iter().any(|refused| refused == field),
            expected,
            "{request:?} {verb} be refused for the field {field:?}; the fields refused are {import:?}"
        );
    }

    // Sources.
    let twilio =
        |account: &str, token: &str| NumberSource::account(ProviderKind::TWILIO, AccountKey::token(account, token));
    let sources: [(NumberSource, Way); 4] = [
        (twilio("AC00000000000000000000000000000000", "token"), Way::Token),
        (SipTrunk::new("trunk.example.com").into(), Way::Trunk),
        (NumberSource::stored_default(ProviderKind::TWILIO), Way::StoredDefault),
        (NumberSource::custom(ProviderKind::from_static("nobody"), ()), Way::Custom),
    ];
    for (source, way) in sources {
        if !can.sources.takes(source.carrier, way) {
            let fields = refused(platform.create(&source, &ImportRequest::new(number)), "a source");
            assert!(
                fields.iter().any(|field| field.split('.').next() == Some("source")),
                "the unsupported {source:?} must be refused for the field \"source\", not for {fields:?}"
            );
        }
    }
    if can.sources.takes(ProviderKind::TWILIO, Way::Token) {
        let broken = twilio("AC1", "");
        let fields = refused(platform.create(&broken, &ImportRequest::new(number)), "bad credentials");
        let expected = ["source.account_sid", "source.auth_token"];
        assert_eq!(fields, expected, "the fields refused of a bad SID with an empty token");
    }

    // Renewals.
    if can.renewal.of(&subject.source).is_none() {
        let record = NumberRecord::new(platform.kind(), id.clone(), number.into(), Details::new(()));
        let result = platform.renew(&record, &subject.source, &RenewalRun::new()).await;
        assert_eq!(refused(result, "a renewal"), ["source"], "the field refused of a renewal that cannot be done");
    }

    // Updates.
    let agent = subject.agents[0].as_str();
    for (field, update, supported) in [
        ("label", NumberUpdate::new().label("x"), can.label.set),
        ("label", NumberUpdate::new().clear_label(), can.label.clear),
        ("agent", NumberUpdate::new().agent(agent), can.agent.set),
        ("agent", NumberUpdate::new().clear_agent(), can.agent.clear),
        ("agent", NumberUpdate::new().agent(""), false),
        ("inbound", NumberUpdate::new().inbound(true), can.inbound.set),
        ("outbound", NumberUpdate::new().outbound(true), can.outbound.set),
        ("update", NumberUpdate::new(), false),
    ] {
        if !supported {
            let fields = refused(platform.update(&id, &update).await, &format!("{update:?}"));
            assert!(
                fields.iter().any(|refused| refused == field),
                "{update:?} must be refused for the field {field:?}, not for {fields:?}"
            );
        }
    }
}

/// A number without a record is not found, and an id without a record is [`Error::NotFound`].
pub async fn absent_records_are_told(subject: &mut Subject<'_>) {
    let (platform, can, id) = (subject.platform, subject.can(), subject.absent.clone());
    let number = subject.number();
    assert!(platform.find(&number).await.expect("it can be asked").is_none(), "{number} is not there");

    let mut results = vec![("get", platform.get(&id).await.map(drop))];
    if can.agent.set {
        let update = NumberUpdate::new().agent(subject.agents[0].as_str());
        results.push(("update", platform.update(&id, &update).await.map(drop)));
    }
    if can.removal != OnRemoval::Unsupported {
        results.push(("remove", platform.remove(&id, Removal::RecordAndNumber).await));
    }
    for (call, result) in results {
        match result {
            Err(Error::NotFound(missing)) => assert_eq!(missing.id, id, "{call}"),
            other => panic!("{call} of an absent record must be `NotFound`, not {other:?}"),
        }
    }
}
