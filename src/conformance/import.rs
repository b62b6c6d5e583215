use futures_util::TryStreamExt;

use super::{LISTED, Subject};
use crate::error::Error;
use crate::model::{ImportRequest, NumberRecord};
use crate::platform::Duplicates;

/// An import creates the requested record, and `get`, `find` and `list` return it.
pub async fn import_makes_a_record(subject: &mut Subject<'_>) {
    let (platform, can, number) = (subject.platform, subject.can(), subject.number());
    let mut request = ImportRequest::new(number);
    if can.label.at_import() {
        request = request.label("Front desk");
    }
    if can.agent.at_import() {
        request = request.agent(subject.agents[0].as_str());
    }
    if can.inbound.at_import() {
        request = request.inbound(true);
    }
    if can.outbound.at_import() {
        request = request.outbound(true);
    }
    drop(platform.create(&subject.source, &request).expect("a request that can be done passes the check"));
    let found = platform.find(&number).await.expect("it can be asked");
    assert!(found.is_none(), "a create that is dropped sends nothing");
    let made = subject.import(&request).await;
    let got = platform.get(&made.id).await.expect("the record just made");
    let found = platform.find(&number).await.expect("it can be asked").expect("the number just imported");
    let listed = record_of(subject, &made).await;
    for (record, by) in [(&made, "import"), (&got, "get"), (&found, "find"), (&listed, "list")] {
        assert_eq!(record.platform, platform.kind(), "{by}: platform");
        assert_eq!(record.id, made.id, "{by}: id");
        assert_eq!(record.number.e164(), Some(&number), "{by}: number");
        assert_eq!(record.label.as_deref(), request.label_text(), "{by}: label");
        assert_eq!(record.agent.as_ref(), request.agent_id(), "{by}: agent");
        if can.inbound.at_import() {
            assert_eq!(record.inbound, Some(true), "{by}: inbound");
        }
        if can.outbound.at_import() {
            assert_eq!(record.outbound, Some(true), "{by}: outbound");
        }
    }
}

async fn record_of(subject: &Subject<'_>, made: &NumberRecord) -> NumberRecord {
    let records: Vec<NumberRecord> = subject.platform.list().try_collect().await.expect("the whole list");
    let mut same: Vec<NumberRecord> = records.into_iter().filter(|record| record.id == made.id).collect();
    assert_eq!(same.len(), 1, "the list shows a record once");
    same.remove(0)
}

/// A second import of a number has the declared effect, and the number is found afterwards.
pub async fn a_second_import_makes_no_second_record(subject: &mut Subject<'_>) {
    let platform = subject.platform;
    let request = ImportRequest::new(subject.number());
    let first = subject.import(&request).await;
    let second = platform.create(&subject.source, &request).expect("the request passes the check").await;
    if subject.can().duplicates == Duplicates::Refused {
        assert!(matches!(second, Err(Error::Call(_))), "a second import must be refused, not {second:?}");
        let records: Vec<NumberRecord> = platform.list().try_collect().await.expect("the whole list");
        let same = records.iter().filter(|record| record.number.is(request.number())).count();
        assert_eq!(same, 1, "a refused import leaves one record");
        let found = platform.find(request.number()).await.expect("it can be asked").expect("it is there");
        assert_eq!(found.id, first.id, "the record is the first one");
    }
}

/// A list returns every record once, across all pages.
pub async fn lists_every_record(subject: &mut Subject<'_>) {
    let mut made = Vec::new();
    for _ in 0..LISTED {
        made.push(subject.imported().await.id);
    }
    let records: Vec<NumberRecord> = subject.platform.list().try_collect().await.expect("the whole list");
    for id in &made {
        let times = records.iter().filter(|record| record.id == *id).count();
        assert_eq!(times, 1, "the list shows {id} once");
    }
}
