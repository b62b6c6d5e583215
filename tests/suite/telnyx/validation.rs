//! Requests that are refused before anything is sent.

use numport::model::Removal;
use numport::provider::telnyx::*;
use numport::{Error, Telnyx};

use super::endpoints::client;
use crate::support::validation::problem_fields;

fn unreachable() -> Telnyx {
    client("http://127.0.0.1:1".to_owned())
}

/// The refused fields; none if the request was sent.
fn refused<T>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Err(error @ Error::Invalid(_)) => problem_fields(&error).into_iter().map(Into::into).collect(),
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn lists_have_limits() {
    let telnyx = unreachable();
    let list = ListNumbers::new;
    for (list, fields) in [
        (list().page_size(0), &["page_size"][..]),
        (list().page_size(251), &["page_size"]),
        (list().page_size(250), &[]),
        (list().page_number(0), &["page_number"]),
        (list().phone_number("+19705555098"), &["phone_number"]),
        (list().phone_number("19"), &["phone_number"]),
        (list().phone_number(""), &["phone_number"]),
        (list().phone_number("197"), &[]),
        (list().connection_name_contains("ab"), &["connection_name_contains"]),
        (list().connection_name_starts_with("ab"), &["connection_name_starts_with"]),
        (list().connection_name_ends_with("äö"), &["connection_name_ends_with"]),
        (list().connection_name_ends_with("äöü").connection_name("a"), &[]),
    ] {
        assert_eq!(refused(telnyx.list_numbers(&list).await), fields, "{list:?}");
    }
    let list = ListConnections::new().connection_name_contains("ab");
    assert_eq!(refused(telnyx.list_connections(&list).await), ["connection_name_contains"]);
    let list = ListVoiceSettings::new().phone_number("+1");
    assert_eq!(refused(telnyx.list_voice_settings(&list).await), ["phone_number"]);
    let list = ListMessagingSettings::new().page_size(251);
    assert_eq!(refused(telnyx.list_messaging_settings(&list).await), ["page_size"]);
}

#[tokio::test]
async fn updates_must_change_something_within_the_limits() {
    let telnyx = unreachable();
    assert_eq!(refused(telnyx.update_number("1", &UpdateNumber::new()).await), ["update"]);
    assert_eq!(refused(telnyx.update_voice_settings("1", &UpdateVoiceSettings::new()).await), ["update"]);
    assert_eq!(refused(telnyx.update_messaging_settings("1", &UpdateMessagingSettings::new()).await), ["update"]);
    for (length, fields) in [(15, &[][..]), (16, &["cnam_listing.cnam_listing_details"])] {
        let listing = CnamListing::new().cnam_listing_details("x".repeat(length));
        let update = UpdateVoiceSettings::new().cnam_listing(listing);
        assert_eq!(refused(telnyx.update_voice_settings("1", &update).await), fields);
    }
    for (count, fields) in [(0, &["phone_numbers"][..]), (1, &[]), (1000, &[]), (1001, &["phone_numbers"])] {
        let job = UpdateNumbersJob::new(vec!["1".to_owned(); count]).connection_id("1");
        assert_eq!(refused(telnyx.update_numbers(&job).await), fields, "{count}");
    }
    assert_eq!(refused(telnyx.update_numbers(&UpdateNumbersJob::new(vec!["1".to_owned()])).await), ["update"]);
}

#[tokio::test]
async fn a_number_is_released_only_with_consent() {
    let telnyx = unreachable();
    assert_eq!(refused(telnyx.release_number("1", Removal::Record).await), ["consent"]);
    assert_eq!(refused(telnyx.release_number("..", Removal::RecordAndNumber).await), ["id"]);
}

#[tokio::test]
async fn queries_require_a_number() {
    let telnyx = unreachable();
    assert_eq!(refused(telnyx.verify_ownership(&[]).await), ["phone_numbers"]);
    assert_eq!(refused(telnyx.number_features(&[]).await), ["phone_numbers"]);
}

#[test]
fn the_key_is_read_from_the_variables() {
    let error = Telnyx::from_vars(|_| None).unwrap_err();
    assert!(error.to_string().contains("TELNYX_API_KEY"), "{error}");
}
