//! What can be made to go wrong on purpose.

mod chaos;
mod queue;
mod rate;
pub(super) mod strike;

use std::time::Duration;

use http::HeaderValue;

pub use self::chaos::Chaos;
pub(super) use self::chaos::Storm;
pub(super) use self::queue::Faults;

/// What goes wrong with one request.
///
/// To commit is to let the service carry the request out, or refuse it by its own rules. What was
/// committed stays, whatever becomes of the answer; without it nothing is done, not even a look at the
/// credentials. [`ReceivedRequest`](super::ReceivedRequest) tells what a request met.
///
/// | fault | done | the client sees |
/// | --- | --- | --- |
/// | [`Refuse`](Self::Refuse) | no | a refusal, with any `Retry-After` |
/// | [`DropBeforeCommit`](Self::DropBeforeCommit) | no | a closed connection |
/// | [`CommitThenDrop`](Self::CommitThenDrop) | yes | a closed connection |
/// | [`CommitThenRefuse`](Self::CommitThenRefuse) | yes | a refusal |
/// | [`DelayBeforeCommit`](Self::DelayBeforeCommit) | late, whoever still waits | the answer, late |
/// | [`CommitThenDelay`](Self::CommitThenDelay) | at once | the answer, late |
/// | [`TruncatedBody`](Self::TruncatedBody) | yes | half of the answer, then a closed connection |
/// | [`SlowBody`](Self::SlowBody) | yes | the answer, piece by piece |
/// | [`HtmlBody`](Self::HtmlBody) | as you say | a gateway's page |
/// | [`UnknownEnumValues`](Self::UnknownEnumValues) | yes | the answer, with words that nobody knows |
/// | [`ExtraFields`](Self::ExtraFields) | yes | the answer, with fields that nobody knows |
/// | [`EchoedSecret`](Self::EchoedSecret) | no | a 400 that repeats what was sent |
/// | [`RepeatedPage`](Self::RepeatedPage) | yes | a page that leads to itself |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is done: the answer has this status and the service's own error body.
    Refuse {
        /// From 400 to 599.
        status: u16,
        /// The value of the answer's `Retry-After`: seconds or a date, or any nonsense.
        retry_after: Option<String>,
    },
    /// Nothing is done, and the connection is closed without an answer.
    DropBeforeCommit,
    /// The request is carried out, and the connection is closed without an answer.
    CommitThenDrop,
    /// The request is carried out, and answered as if the service had failed: with this status and the
    /// service's own error body.
    CommitThenRefuse {
        /// From 400 to 599; 500, 502, 503, 504 and 408 are those that leave a client in doubt.
        status: u16,
    },
    /// The request waits for so long, and is carried out and answered then; carried out it is also when
    /// the client has gone. [`Sandbox::waiting`](super::Sandbox::waiting) counts such requests.
    DelayBeforeCommit(Duration),
    /// The request is carried out at once, and answered after so long.
    CommitThenDelay(Duration),
    /// The request is carried out. Of the answer come the status, the headers with the whole length, and
    /// half of the body; then the connection is closed. An answer without a body comes whole.
    TruncatedBody,
    /// The request is carried out. The answer's body comes in pieces of about the same length.
    SlowBody {
        /// How many pieces, at least 1. If the body has fewer bytes, each comes alone.
        pieces: usize,
        /// How long the wait is before each piece but the first.
        pause: Duration,
    },
    /// The answer is a gateway's page, of type `text/html`.
    HtmlBody {
        /// From 200 to 599.
        status: u16,
        /// Whether the request is carried out.
        commit: bool,
    },
    /// The request is carried out. If it succeeds, each word of a closed set in the answer (a status, a
    /// provider, a method, a capability) is `unheard-of`; ids, numbers, addresses and free texts stay.
    UnknownEnumValues,
    /// The request is carried out. Each object in the answer, a refusal's too, has a field more:
    /// `addedLater`, an object itself.
    ExtraFields,
    /// Nothing is done: the answer is the service's own 400, whose message repeats the credentials in the
    /// headers, those of basic authorization also decoded, and the body that was sent.
    EchoedSecret,
    /// The request is carried out. If it reads a list that has pages, the page leads to itself again: by
    /// its link at Twilio and SignalWire, by its cursor at Butter. Vapi's pages are asked for by their
    /// number, so there the page before comes again (the first one in place of itself), and says that
    /// more follow. All else, and so all of Interactly, is answered as ever. The next request for the page
    /// is not touched: a list that never ends takes a fault for each of its pages.
    RepeatedPage,
}

impl Fault {
    /// One of every kind, and of a kind with several faces one of each, of which none takes long. Those
    /// that take time take `delay`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use numport::model::PlatformKind;
    /// use numport::sandbox::{Fault, Sandbox};
    ///
    /// for fault in Fault::every(Duration::from_millis(1)) {
    ///     let sandbox = Sandbox::start().await?;
    ///     sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", fault);
    ///     // What is tested comes here.
    ///     assert!(sandbox.records(PlatformKind::VAPI).len() <= 1, "never twice");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn every(delay: Duration) -> Vec<Self> {
        let refuse = |status, retry_after: Option<&str>| {
            let retry_after = retry_after.map(str::to_owned);
            Self::Refuse { status, retry_after }
        };
        let mut all = vec![
            refuse(429, None),
            refuse(429, Some("0")),
            refuse(429, Some("Fri, 31 Dec 1999 23:59:59 GMT")),
            refuse(429, Some("soon")),
            refuse(503, None),
            Self::DropBeforeCommit,
            Self::CommitThenDrop,
            Self::DelayBeforeCommit(delay),
            Self::CommitThenDelay(delay),
            Self::TruncatedBody,
            Self::SlowBody { pieces: 5, pause: delay / 4 },
            Self::HtmlBody { status: 200, commit: true },
            Self::HtmlBody { status: 502, commit: true },
            Self::HtmlBody { status: 502, commit: false },
            Self::UnknownEnumValues,
            Self::ExtraFields,
            Self::EchoedSecret,
            Self::RepeatedPage,
        ];
        all.extend([500, 502, 503, 504, 408].map(|status| Self::CommitThenRefuse { status }));
        all
    }

    /// Panics on what cannot be answered.
    pub(super) fn check(&self) {
        match self {
            Self::Refuse { status, retry_after } => {
                check_refusal(*status);
                let sendable = retry_after.as_ref().is_none_or(|value| HeaderValue::from_str(value).is_ok());
                assert!(sendable, "{retry_after:?} cannot be the value of a header");
            }
            Self::CommitThenRefuse { status } => check_refusal(*status),
            Self::HtmlBody { status, .. } => {
                assert!((200..=599).contains(status), "the status of a page must be from 200 to 599, not {status}");
            }
            Self::SlowBody { pieces, .. } => assert!(*pieces > 0, "a body must have at least 1 piece"),
            _ => {}
        }
    }
}

fn check_refusal(status: u16) {
    assert!((400..=599).contains(&status), "the status of a refusal must be from 400 to 599, not {status}");
}
