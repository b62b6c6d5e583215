//! What to do after an attempt: one pure table.

use http::StatusCode;

use crate::error::{Delivery, Loss};

/// What it would mean to send a request twice. The call says so; its method does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Safety {
    /// Twice is once: reads, and writes that say how things shall be.
    Repeatable,
    /// Twice makes two.
    Create,
}

/// How one attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Answered(StatusCode),
    Lost(Loss),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Success,
    /// Sending it again is safe and may help. If that ends, this is what is known.
    Again(Delivery),
    /// Sending it again is unsafe or does not help.
    Stop(Delivery),
}

/// The table. A create is sent again only after what surely was not processed: no connection, or 429.
pub(crate) fn judge(safety: Safety, ending: Ending) -> Verdict {
    use Delivery::{NotSent, Refused, Unknown};
    use Verdict::{Again, Stop, Success};

    match (ending, safety) {
        (Ending::Lost(Loss::HeldBack), _) => Stop(NotSent),
        (Ending::Lost(Loss::NotConnected), _) => Again(NotSent),
        (Ending::Lost(_), Safety::Repeatable) => Again(Unknown),
        (Ending::Lost(_), Safety::Create) => Stop(Unknown),
        (Ending::Answered(status), safety) => match (status.as_u16(), safety) {
            (200..=299, _) => Success,
            (429, _) => Again(Refused),
            (408 | 500 | 502 | 503 | 504, Safety::Repeatable) => Again(Unknown),
            // A conflict may mean that an earlier try of the same create went through.
            (408 | 409, Safety::Create) => Stop(Unknown),
            (425, Safety::Repeatable) => Again(Refused),
            (400..=499, _) => Stop(Refused),
            // Redirects are not followed; where one leads to is not known to be undone.
            _ => Stop(Unknown),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSSES: [Loss; 4] = [Loss::NotConnected, Loss::TimedOut, Loss::Reset, Loss::CutOff];

    fn after(safety: Safety, status: u16) -> Verdict {
        judge(safety, Ending::Answered(StatusCode::from_u16(status).expect("a status")))
    }

    #[test]
    fn a_create_is_sent_again_only_after_429_and_no_connection() {
        for status in 100..=999 {
            let again = matches!(after(Safety::Create, status), Verdict::Again(_));
            assert_eq!(again, status == 429, "{status}");
        }
        for loss in LOSSES {
            let again = matches!(judge(Safety::Create, Ending::Lost(loss)), Verdict::Again(_));
            assert_eq!(again, loss == Loss::NotConnected, "{loss:?}");
        }
    }

    #[test]
    fn what_may_be_repeated_is_repeated_after_passing_faults() {
        for status in 100..=999 {
            let again = matches!(after(Safety::Repeatable, status), Verdict::Again(_));
            assert_eq!(again, [408, 425, 429, 500, 502, 503, 504].contains(&status), "{status}");
        }
        for loss in LOSSES {
            assert!(matches!(judge(Safety::Repeatable, Ending::Lost(loss)), Verdict::Again(_)), "{loss:?}");
        }
    }

    #[test]
    fn only_2xx_is_success() {
        for safety in [Safety::Create, Safety::Repeatable] {
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
                429 => Verdict::Again(Delivery::Refused),
                408 | 409 => Verdict::Stop(Delivery::Unknown),
                400..=499 => Verdict::Stop(Delivery::Refused),
                _ => Verdict::Stop(Delivery::Unknown),
            };
            assert_eq!(after(Safety::Create, status), expected, "{status}");
        }
        assert_eq!(judge(Safety::Create, Ending::Lost(Loss::CutOff)), Verdict::Stop(Delivery::Unknown));
        assert_eq!(judge(Safety::Create, Ending::Lost(Loss::NotConnected)), Verdict::Again(Delivery::NotSent));
    }
}
