use super::{Subject, refused};
use crate::error::Error;
use crate::platform::{RenewalRun, Renews, SourceMatch};

/// The credentials of a record are renewed, twice in one run and once in another, or the renewal is refused.
/// A record does not show another source than its own.
pub async fn renewal_keeps_the_record(subject: &mut Subject<'_>) {
    let record = subject.imported().await;
    let (platform, can, source) = (subject.platform, subject.can(), &subject.source);
    let matched = platform.compare_source(&record, source);
    assert!(!matches!(matched, SourceMatch::Differs { .. }), "{record:?} is of this source, and shows {matched:?}");
    let (first, second) = (RenewalRun::new(), RenewalRun::new());
    for run in [&first, &first, &second] {
        let result = platform.renew(&record, source, run).await;
        if can.renewal.of(source).is_some() {
            let renewed = result.expect("a renewal that can be done");
            assert!(renewed.record || renewed.credential.is_some(), "it must tell what was renewed");
        } else {
            let fields = refused(result, "a renewal");
            assert_eq!(fields, ["source"], "the field refused of a renewal that cannot be done");
        }
    }
    let after = platform.get(&record.id).await.expect("the record is there");
    assert_eq!((&after.number, &after.label, &after.agent), (&record.number, &record.label, &record.agent));

    if can.renewal.of(source) == Some(Renews::Record) {
        let mut absent = record;
        absent.id = subject.absent.clone();
        let result = platform.renew(&absent, source, &RenewalRun::new()).await;
        assert!(
            matches!(result, Err(Error::NotFound(_))),
            "a renewal of an absent record is not found, not {result:?}"
        );
    }
}
