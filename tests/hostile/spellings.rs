//! A number in a platform's own spelling is the same number. A masked number may be the same.

use numport::error::WithheldReason;
use numport::{E164, Error, Outcome};
use serde_json::{Map, Value};

use crate::between::Between;
use crate::hostile::edit;
use crate::services::each_platform;
use crate::services::subject::Platform;

/// Writes the eleven digits of a number in another way.
type Spelling = fn(&str) -> String;

/// Other ways to write the same number.
const SAME: [Spelling; 6] = [
    |digits| format!("+{} {} {} {}", &digits[..1], &digits[1..4], &digits[4..7], &digits[7..]),
    |digits| format!("tel:+{digits}"),
    |digits| format!("00{digits}"),
    |digits| format!("{}-{}-{}-{}", &digits[..1], &digits[1..4], &digits[4..7], &digits[7..]),
    |digits| format!("+{} ({}) {}-{}", &digits[..1], &digits[1..4], &digits[4..7], &digits[7..]),
    str::to_owned,
];
/// Texts that may be the number.
const MASKED: [Spelling; 3] = [
    |digits| format!("+{}***{}", &digits[..4], &digits[7..]),
    |digits| format!("+{} {} ••• ••{}", &digits[..1], &digits[1..4], &digits[9..]),
    |digits| format!("*******{}", &digits[7..]),
];
/// Texts that resemble the number and are another one.
const OTHER: [Spelling; 3] = [
    |digits| format!("+{} {} {}9", &digits[..1], &digits[1..4], &digits[4..10]),
    |digits| format!("+{}***{}9", &digits[..4], &digits[7..10]),
    |digits| format!("+{digits}0"),
];

/// A number for each spelling. All have different endings.
fn numbers(spellings: &[Spelling]) -> Vec<E164> {
    (0..spellings.len()).map(|nth| format!("+1415555{}{}", 20 + nth, 40 + nth).parse().unwrap()).collect()
}

/// A platform that writes each number in its own way, in every response.
async fn spelling(platform: &'static Platform, numbers: &[E164], spellings: &'static [Spelling]) -> Between {
    let between = Between::holding(platform, numbers).await;
    let numbers = numbers.to_vec();
    let spell = move |text: &mut Value| {
        if let Some(nth) = numbers.iter().position(|number| *text == number.as_str()) {
            *text = spellings[nth](numbers[nth].digits()).into();
        }
    };
    between.relay.distort(move |_, answer| {
        let mut respell = |shown: &mut Map<String, Value>| platform.each_number(shown, &mut &spell);
        vec![answer.edited(|body| edit::objects(body, platform.number_field(), &mut respell))]
    });
    between
}

/// Somebody else imported these numbers.
async fn import_directly(between: &Between, numbers: &[E164]) {
    let importer = between.direct();
    for number in numbers {
        importer.import(between.request(*number)).await.unwrap();
    }
}

async fn assert_imported(between: &Between, numbers: &[E164], outcome: Outcome) {
    let importer = between.importer();
    for number in numbers {
        let imported = importer.import(between.request(*number)).await;
        let imported = imported.unwrap_or_else(|error| panic!("{number}: {}", error.report()));
        assert_eq!(imported.outcome, outcome, "{number}");
        between.assert_own(&imported.record, *number);
    }
}

async fn is_recognised(platform: &'static Platform) {
    let numbers = numbers(&SAME);
    let between = spelling(platform, &numbers, &SAME).await;
    import_directly(&between, &numbers).await;
    assert_imported(&between, &numbers, Outcome::AlreadyThere).await;
    assert_eq!(between.creates(), 0);
}

async fn is_believed_at_a_create(platform: &'static Platform) {
    let numbers = numbers(&SAME);
    let between = spelling(platform, &numbers, &SAME).await;
    assert_imported(&between, &numbers, Outcome::Created).await;
    assert_imported(&between, &numbers, Outcome::AlreadyThere).await;
    assert_eq!(between.creates(), numbers.len());
}

async fn stops_the_create(platform: &'static Platform) {
    let numbers = numbers(&MASKED);
    let between = spelling(platform, &numbers, &MASKED).await;
    import_directly(&between, &numbers).await;
    let importer = between.importer();
    for number in &numbers {
        let error = importer.import(between.request(*number)).await.unwrap_err();
        let reason = match &error {
            Error::Withheld(withheld) => &withheld.reason,
            other => panic!("{number}: {other:?}"),
        };
        let id = between.id(&between.records(number)[0]);
        let names = |reason: &WithheldReason| matches!(reason, WithheldReason::Ambiguous { id: found, .. } if platform.is_same_id(found.as_str(), &id));
        assert!(names(reason) && error.report().contains(platform.id_in_requests(&id)), "{number}: {error:?}");
    }
    assert_eq!(between.creates(), 0);
}

async fn does_not_stop_it(platform: &'static Platform) {
    // What is read by its number and is of another one is an error, and creates nothing.
    let is_created = usize::from(!platform.is_keyed_by_number());
    let numbers = numbers(&OTHER);
    let between = spelling(platform, &numbers, &OTHER).await;
    import_directly(&between, &numbers).await;
    // The platform has these numbers, but writes other ones, so the plan still creates each of them.
    let importer = between.importer();
    for number in &numbers {
        let created = between.creates();
        drop(importer.import(between.request(*number)).await);
        assert_eq!(between.creates(), created + is_created, "{number}");
    }
}

each_platform! {
    #[tokio::test]
    a_number_in_another_spelling_is_recognized, is_recognised
}

each_platform! {
    #[tokio::test]
    a_number_in_another_spelling_is_accepted_in_the_response_to_its_create, is_believed_at_a_create
}

each_platform! {
    #[tokio::test]
    a_masked_number_that_may_be_the_requested_one_blocks_the_create, stops_the_create
}

each_platform! {
    #[tokio::test]
    a_similar_number_does_not_block_the_create, does_not_stop_it
}
