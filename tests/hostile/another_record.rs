//! A response is accepted only if it is about the requested record.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use numport::import::{BulkItem, BulkOutcome};
use numport::platform::Duplicates;
use numport::{E164, Error, NumberUpdate, Outcome};
use serde_json::{Map, Value};

use crate::between::{Between, is_create, number, stranger, unlisted};
use crate::hostile::{Request, edit};
use crate::services::each_platform;
use crate::services::subject::Platform;

/// Replaces a record's number and id by those of another record, or its id by an empty one.
fn as_other(platform: &'static Platform, id: &str) -> impl Fn(&mut Value) + use<> {
    let id = id.to_owned();
    move |body| {
        edit::objects(body, platform.id_field(), &mut |record: &mut Map<String, Value>| {
            if id.is_empty() {
                record.insert(platform.id_field().to_owned(), "".into());
            } else {
                platform.show(record, &id, Some(stranger().as_str()));
            }
        });
    }
}

/// Imports another number, and returns its record.
async fn import_stranger(between: &Between) -> Value {
    between.direct().import(between.request(stranger())).await.unwrap();
    between.records(&stranger()).remove(0)
}

/// Checks that no request after the create uses this id, or the connection of the create.
fn assert_left_alone(between: &Between, id: &str) {
    let (requests, id) = (between.relay.requests(), between.platform.id_in_requests(id));
    let create = requests.iter().position(|request| is_create(between.platform, request)).unwrap();
    for later in &requests[create + 1..] {
        assert_ne!(later.connection, requests[create].connection, "{later:?} goes over the same connection");
        let names = |request: &Request| request.target.contains(id) || request.json().to_string().contains(id);
        assert!(id.is_empty() || !names(later), "{later:?} goes to somebody else's record");
    }
}

async fn a_strangers_record(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let before = import_stranger(&between).await;
    let id = between.id(&before);
    let other = as_other(platform, &id);
    between.distort_creates(move |answer| answer.edited(&other));

    between.assert_imported(between.import().await, Outcome::Recovered);
    assert_eq!(between.creates(), 1);
    assert_left_alone(&between, &id);
    assert_eq!(between.records(&stranger()), [before], "somebody else's record is changed");
}

async fn an_empty_id(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let other = as_other(platform, "");
    between.distort_creates(move |answer| answer.edited(&other));
    between.assert_imported(between.import().await, Outcome::Recovered);
    assert_eq!(between.creates(), 1);
    assert_left_alone(&between, "");
}

/// The response to the create has another record's id, and no number that would show it.
async fn an_id_without_a_number(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let before = import_stranger(&between).await;
    let id = between.id(&before);
    let told = id.clone();
    between.distort_creates(move |answer| {
        let mut put = |record: &mut Map<String, Value>| platform.show(record, &told, None);
        answer.edited(|body| edit::objects(body, platform.id_field(), &mut put))
    });
    between.assert_imported(between.import().await, Outcome::Recovered);
    assert_eq!((between.creates(), between.records(&stranger())), (1, vec![before]));
    let writes = between.relay.requests().into_iter().filter(|request| !request.is_read());
    let id = platform.id_in_requests(&id);
    let names = |request: &Request| request.target.contains(id) || request.json().to_string().contains(id);
    assert!(!writes.into_iter().any(|request| names(&request)), "somebody else's record is written to");
}

async fn an_unlisted_record(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let id = between.id(&import_stranger(&between).await);
    let (other, unlisted) = (as_other(platform, &id), unlisted(platform, number()));
    between.relay.distort(move |request, answer| {
        vec![if is_create(platform, request) { answer.edited(&other) } else { unlisted(request, answer) }]
    });

    let error = between.import().await.unwrap_err();
    assert_eq!(between.records(&number()).len(), 1);
    assert!(!error.surely_not_done(), "{error:?}");
    if between.client().capabilities().duplicates != Duplicates::Refused {
        assert!(matches!(error, Error::Indeterminate(_)), "{error:?}");
        assert_eq!(between.creates(), 1);
    }
    between.relay.distort(|_, answer| vec![answer]);
    between.assert_imported(between.import().await, Outcome::Recovered);
}

async fn another_id(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let other = between.id(&import_stranger(&between).await);
    let record = between.import().await.unwrap().record;
    let client = between.client();
    let other = Arc::new(as_other(platform, &other));
    let distort = |reads: bool| {
        let (path, other) = (platform.id_in_requests(record.id.as_str()).to_owned(), other.clone());
        between.relay.distort(move |request, answer| {
            let is_about = request.target.contains(&path) || request.json().to_string().contains(&path);
            let is_distorted = is_about && !is_create(platform, request) && request.is_read() == reads;
            vec![if is_distorted { answer.edited(&*other) } else { answer }]
        });
    };
    distort(true);
    match client.get(&record.id).await {
        // If a record is read from a list, no response is about one record.
        Ok(got) => assert_eq!((got.id, got.number), (record.id.clone(), record.number.clone())),
        Err(error) => assert!(matches!(error, Error::Call(_)), "{error:?}"),
    }
    // An update may read the record before.
    distort(false);
    let update = NumberUpdate::new().agent(platform.agents[1]);
    match client.update(&record.id, &update).await {
        // If the response names no record, it cannot name another one.
        Ok(updated) => assert_eq!((&updated.id, &updated.number), (&record.id, &record.number)),
        Err(error) => assert!(!error.surely_not_done(), "{error:?}"),
    }
    let got = between.direct().platform().get(&record.id).await.unwrap();
    assert_eq!(got.agent.as_ref().map(AsRef::as_ref), Some(platform.agents[1]), "the update was carried out");
}

/// How many numbers are imported, and with which concurrency.
const RACE: (usize, usize) = (60, 8);
/// Each connection repeats its response to this request, and so shifts all later responses.
const REPEATED: usize = 4;

async fn answers_shifted_by_one(platform: &'static Platform) {
    let numbers: Vec<E164> = (0..RACE.0).map(|nth| format!("+1415{}", 2_000_000 + nth).parse().unwrap()).collect();
    let between = Between::holding(platform, &numbers).await;
    let mut counts = HashMap::new();
    between.relay.distort(move |request, answer| {
        let count = counts.entry(request.connection).or_insert(0);
        *count += 1;
        if *count == REPEATED { vec![answer.clone(), answer] } else { vec![answer] }
    });
    let requests: Vec<_> = numbers.iter().map(|number| between.request(*number)).collect();
    let importer = between.importer().concurrency(RACE.1);
    let items: Vec<_> = importer.import_many(stream::iter(requests)).collect().await;
    for BulkItem { request, outcome, .. } in &items {
        let (number, records) = (request.number(), between.records(request.number()));
        match outcome {
            BulkOutcome::Imported(imported) => {
                assert_eq!(records.len(), 1, "{number} is said to be imported: {imported:?}");
                assert_eq!(imported.record.id.as_str(), between.id(&records[0]), "{number}");
                assert!(imported.record.number.is(number), "{number}: {imported:?}");
            }
            BulkOutcome::Failed(Error::Incomplete(incomplete)) => {
                let told: Vec<_> = incomplete.record.iter().map(|record| record.id.to_string()).collect();
                let there: Vec<_> = records.iter().map(|record| between.id(record)).collect();
                assert_eq!(told, there, "{number}: {}", incomplete.error.report());
            }
            BulkOutcome::Failed(error) => {
                let most = usize::from(!error.surely_not_done());
                assert!(records.len() <= most, "{number}: {records:?}: {}", error.report());
            }
            other => panic!("{number}: {other:?}"),
        }
    }
}

each_platform! {
    #[tokio::test]
    a_create_that_returns_another_record_is_followed_by_lookups, a_strangers_record
}

each_platform! {
    #[tokio::test]
    a_create_that_returns_an_empty_id_is_followed_by_lookups, an_empty_id
}

each_platform! {
    #[tokio::test]
    a_create_that_returns_no_number_is_verified_by_id, an_id_without_a_number
}

each_platform! {
    #[tokio::test]
    a_create_that_returns_another_record_and_is_not_found_is_indeterminate, an_unlisted_record
}

each_platform! {
    #[tokio::test]
    a_get_or_an_update_that_returns_another_id_is_rejected, another_id
}

each_platform! {
    #[tokio::test]
    responses_shifted_by_one_are_never_reported_for_another_number, answers_shifted_by_one
}
