//! Retry classification: what to do after an attempt, as one pure table.

use http::StatusCode;

use crate::error::{Delivery, Loss, Safety};

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Answered(StatusCode),
    /// A success whose body is markup instead of JSON, as a gateway shows its own page.
    Page,
    Lost(Loss),
    /// The user's own client followed a redirect.
    Redirected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    /// Resending it is safe and may help. If no retry is left, this is what is known.
    Again(Delivery),
    /// Resending it is unsafe or does not help.
    Stop(Delivery),
}

/// The table. A create is resent only when it was surely not processed: when no connection was made. A 429 is no proof,
/// since a gateway may answer it after the service has carried the create out.
pub(crate) fn classify(safety: Safety, ending: Ending) -> Verdict {
    use Delivery::{NotSent, Refused, Unknown};
    use Safety::{Create, Read, Repeatable};
    use Verdict::{Again, Stop, Success};

    match (ending, safety) {
        (Ending::Lost(Loss::HeldBack | Loss::NotSigned), _) => Stop(NotSent),
        (Ending::Lost(Loss::NotConnected), _) => Again(NotSent),
        (Ending::Lost(_), Read | Repeatable) => Again(Unknown),
        (Ending::Lost(_), Create) => Stop(Unknown),
        // Sent again, the credentials would go there again.
        (Ending::Redirected, _) => Stop(Unknown),
        (Ending::Page, Read) => Again(Unknown),
        // Whether it was carried out is for the body's reader to say.
        (Ending::Page, _) => Success,
        (Ending::Answered(status), safety) => match (status.as_u16(), safety) {
            (200..=299, _) => Success,
            (429, Read | Repeatable) => Again(Refused),
            (408 | 500 | 502 | 503 | 504, Read | Repeatable) => Again(Unknown),
            // A conflict may mean that an earlier attempt of the same create succeeded.
            (408 | 409 | 429, Create) => Stop(Unknown),
            (425, Read | Repeatable) => Again(Refused),
            (400..=499, _) => Stop(Refused),
            // Redirects are not followed, so nothing is known about their target.
            _ => Stop(Unknown),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSSES: [Loss; 4] = [Loss::NotConnected, Loss::TimedOut, Loss::Reset, Loss::CutOff];

    fn after(safety: Safety, status: u16) -> Verdict {
        classify(safety, Ending::Answered(StatusCode::from_u16(status).expect("a status")))
    }

    #[test]
    fn a_create_is_sent_again_only_when_no_connection_was_made() {
        for status in 100..=999 {
            assert!(!matches!(after(Safety::Create, status), Verdict::Again(_)), "{status}");
        }
        for loss in LOSSES {
            let again = matches!(classify(Safety::Create, Ending::Lost(loss)), Verdict::Again(_));
            assert_eq!(again, loss == Loss::NotConnected, "{loss:?}");
        }
    }

    #[test]
    fn what_may_be_repeated_is_repeated_after_passing_faults() {
        for safety in [Safety::Read, Safety::Repeatable] {
            for status in 100..=999 {
                let again = matches!(after(safety, status), Verdict::Again(_));
                assert_eq!(again, [408, 425, 429, 500, 502, 503, 504].contains(&status), "{safety:?} {status}");
            }
            for loss in LOSSES {
                assert!(matches!(classify(safety, Ending::Lost(loss)), Verdict::Again(_)), "{safety:?} {loss:?}");
            }
        }
    }

    #[test]
    fn only_2xx_is_success() {
        for safety in [Safety::Create, Safety::Repeatable, Safety::Read] {
            for status in 100..=999 {
                let success = after(safety, status) == Verdict::Success;
                assert_eq!(success, (200..300).contains(&status), "{status}");
            }
        }
    }

    #[test]
    fn the_fate_of_a_create_is_unknown_after_whatever_leaves_it_open() {
        for status in 100..=999 {
            let expected = match status {
                200..=299 => Verdict::Success,
                408 | 409 | 429 => Verdict::Stop(Delivery::Unknown),
                400..=499 => Verdict::Stop(Delivery::Refused),
                _ => Verdict::Stop(Delivery::Unknown),
            };
            assert_eq!(after(Safety::Create, status), expected, "{status}");
        }
        assert_eq!(classify(Safety::Create, Ending::Lost(Loss::CutOff)), Verdict::Stop(Delivery::Unknown));
        assert_eq!(classify(Safety::Create, Ending::Lost(Loss::NotConnected)), Verdict::Again(Delivery::NotSent));
    }
}
