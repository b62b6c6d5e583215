//! Faults that the sandbox can inject.

mod chaos;
mod queue;
mod rate;
pub(super) mod strike;

use std::time::Duration;

use http::HeaderValue;

pub use self::chaos::Chaos;
pub(super) use self::chaos::Storm;
pub(super) use self::queue::Faults;

/// A fault of one request.
///
/// "Commit" means that the service carries out the request, or refuses it by its own rules. A commit is not undone if
/// the response is lost. Without a commit the service does nothing, and does not check the credentials.
/// [`ReceivedRequest`](super::ReceivedRequest) shows the fault of each request.
///
/// | fault | committed | the client gets |
/// | --- | --- | --- |
/// | [`Refuse`](Self::Refuse) | no | a refusal, with any `Retry-After` |
/// | [`DropBeforeCommit`](Self::DropBeforeCommit) | no | a closed connection |
/// | [`CommitThenDrop`](Self::CommitThenDrop) | yes | a closed connection |
/// | [`CommitThenRefuse`](Self::CommitThenRefuse) | yes | a refusal |
/// | [`DelayBeforeCommit`](Self::DelayBeforeCommit) | late, even if the client has disconnected | the response, late |
/// | [`CommitThenDelay`](Self::CommitThenDelay) | immediately | the response, late |
/// | [`TruncatedBody`](Self::TruncatedBody) | yes | half of the response, then a closed connection |
/// | [`SlowBody`](Self::SlowBody) | yes | the response, in pieces |
/// | [`HtmlBody`](Self::HtmlBody) | as configured | a gateway's page |
/// | [`UnknownEnumValues`](Self::UnknownEnumValues) | yes | the response, with unknown values |
/// | [`ExtraFields`](Self::ExtraFields) | yes | the response, with unknown fields |
/// | [`EchoedSecret`](Self::EchoedSecret) | no | a 400 that repeats the request |
/// | [`RepeatedPage`](Self::RepeatedPage) | yes | a page whose next page is itself |
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is not carried out. The response has this status and the service's own error body.
    Refuse {
        /// From 400 to 599.
        status: u16,
        /// The value of `Retry-After` in the response: seconds, a date, or anything invalid.
        retry_after: Option<String>,
    },
    /// The request is not carried out. The connection is closed without a response.
    DropBeforeCommit,
    /// The request is carried out. The connection is closed without a response.
    CommitThenDrop,
    /// The request is carried out. The response says that the service failed, with this status and the service's own
    /// error body.
    CommitThenRefuse {
        /// From 400 to 599. With 408, 500, 502, 503 and 504 the client cannot know whether the request was carried out.
        status: u16,
    },
    /// The request is carried out after this time, even if the client has disconnected.
    /// [`Sandbox::waiting`](super::Sandbox::waiting) counts the requests that still wait.
    DelayBeforeCommit(Duration),
    /// The request is carried out immediately, and the response is sent after this time.
    CommitThenDelay(Duration),
    /// The request is carried out. The response has the status, the headers with the full length, and half of
    /// the body; then the connection is closed. A response without a body is sent completely.
    TruncatedBody,
    /// The request is carried out. The body of the response is sent in pieces of about the same length.
    SlowBody {
        /// The number of pieces, at least 1. If the body has fewer bytes, each byte is sent alone.
        pieces: usize,
        /// The pause before each piece except the first.
        pause: Duration,
    },
    /// The response is a gateway's page of type `text/html`.
    HtmlBody {
        /// From 200 to 599.
        status: u16,
        /// Whether the request is carried out.
        commit: bool,
    },
    /// The request is carried out. If it succeeds, each value of a closed set in the response (a status, a
    /// provider, a method, a capability) is `unheard-of`. Ids, numbers, addresses and free texts are unchanged.
    UnknownEnumValues,
    /// The request is carried out. Each object in the response has an additional field `addedLater`, which is an
    /// object. This also applies to error responses.
    ExtraFields,
    /// The request is not carried out. The response is the service's own 400, whose message repeats the credentials of
    /// the headers (basic authorization also decoded) and the body of the request.
    EchoedSecret,
    /// The request is carried out. If it reads a list with pages, the next page in the response is the same page
    /// again: by its link at Twilio and SignalWire, by its cursor at Butter. Vapi's pages are requested by index, so
    /// Vapi returns the previous page (or the first page), and says that more follow. All other requests, and all
    /// requests to Interactly, get the usual response. The fault affects only one request: an endless list needs one
    /// fault for each page.
    RepeatedPage,
}

impl Fault {
    /// Returns one fault of every kind, and each variant of a kind. Faults that take time take
    /// `delay`.
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

    /// Panics if the fault cannot be sent as a response.
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
