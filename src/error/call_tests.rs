use super::*;
use crate::model::PlatformKind;

fn answered(status: u16) -> CallError {
    CallError {
        service: Service::Platform(PlatformKind::BUTTER),
        operation: "import number",
        safety: Safety::Create,
        delivery: Delivery::Refused,
        attempts: 1,
        status: StatusCode::from_u16(status).ok(),
        request_id: Some("r-1".to_owned()),
        retry_after: Some(Duration::from_secs(7)),
        retry_budget_spent: false,
        fault: CallFault::TooLarge { limit: 1 },
        means: None,
    }
}

#[test]
fn each_status_has_its_meaning_and_its_advice() {
    use Meaning::*;
    for (statuses, meaning, word) in [
        (&[400, 422][..], Invalid, "in the request, in the account, or where the number is held"),
        (&[401], Unauthorized, "credentials for butter: they must be complete"),
        (&[403], Forbidden, "allow this"),
        (&[404], Missing, "the id"),
        (&[409], Conflict, "already"),
        (&[429], TooMany, "asks you to wait 7 s"),
        (&[500, 503, 599], Unavailable, "Nothing was changed"),
        (&[402], Other, "Check the balance and the plan of the account."),
        (&[302, 418], Other, "held. The service asks you to wait 7 s. Nothing was changed"),
    ] {
        for status in statuses {
            let call = answered(*status);
            assert_eq!(call.meaning(), Some(meaning), "{status}");
            assert!(call.advice().contains(word), "{status}: {}", call.advice());
        }
    }
    assert_eq!(answered(200).meaning(), None);
}

#[test]
fn the_sentence_names_service_operation_status_id_and_attempts() {
    let call = CallError { attempts: 3, ..answered(500) };
    let sentence = "butter: import number got an unusable response (500 Internal Server Error) \
                    (request id r-1), after 3 attempts";
    assert_eq!(call.to_string(), sentence);
}
