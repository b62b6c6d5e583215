use crate::E164;
use crate::error::{CallError, CallFault, Delivery, Error, Loss, Refusal, StatusCode, TransportFault};
use crate::model::{PlatformKind, Service};

/// A kind of call to a platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Call {
    /// [`create`](crate::VoicePlatform::create), when it is awaited.
    Create,
    /// [`get`](crate::VoicePlatform::get).
    Get,
    /// [`find`](crate::VoicePlatform::find).
    Find,
    /// [`list`](crate::VoicePlatform::list).
    List,
    /// [`update`](crate::VoicePlatform::update).
    Update,
    /// [`renew`](crate::VoicePlatform::renew).
    Renew,
    /// [`remove`](crate::VoicePlatform::remove).
    Remove,
}

/// How a call to an [`InMemoryPlatform`](super::InMemoryPlatform) ends.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Answer {
    /// The call does what it is documented to do.
    #[default]
    Usual,
    /// It finds or lists nothing, even if records exist. Other calls end as usual.
    Nothing,
    /// It fails with [`Error::Call`].
    Fails {
        /// The status of the response; `None` if the connection broke.
        status: Option<u16>,
        /// Whether the request was carried out, as far as the client knows.
        delivery: Delivery,
        /// Whether it was carried out nevertheless.
        done: bool,
    },
    /// It never ends.
    Never {
        /// Whether it was carried out.
        done: bool,
    },
    /// It fails with this error for its number, and is not carried out. A call without a number ends as usual.
    Error(fn(E164) -> Error),
}

impl Answer {
    /// Returns a refusal with this status: the call was not carried out.
    #[must_use]
    pub const fn refused(status: u16) -> Self {
        Self::Fails { status: Some(status), delivery: Delivery::Refused, done: false }
    }

    /// Returns a lost response. `done` says whether the call was carried out.
    #[must_use]
    pub const fn lost(done: bool) -> Self {
        Self::Fails { status: None, delivery: Delivery::Unknown, done }
    }

    /// Whether a call that fails is carried out nevertheless.
    pub(super) const fn is_done(&self) -> bool {
        matches!(self, Self::Fails { done: true, .. } | Self::Never { done: true })
    }

    /// How the call fails; `None` if it does not.
    pub(super) fn failure(&self, kind: PlatformKind, call: Call, number: Option<E164>) -> Option<Failure> {
        match (self, number) {
            (Self::Fails { status, delivery, .. }, _) => Some(Failure::Error(failed(kind, call, *status, *delivery))),
            (Self::Error(error), Some(number)) => Some(Failure::Error(error(number))),
            (Self::Never { .. }, _) => Some(Failure::NoResponse),
            _ => None,
        }
    }
}

/// How a call fails.
pub(super) enum Failure {
    Error(Error),
    NoResponse,
}

pub(super) fn failed(kind: PlatformKind, call: Call, status: Option<u16>, delivery: Delivery) -> Error {
    let operation = match call {
        Call::Create => "import number",
        Call::Get => "get number",
        Call::Find => "find number",
        Call::List => "list numbers",
        Call::Update => "update number",
        Call::Renew => "renew credentials",
        Call::Remove => "remove number",
    };
    let fault = match status {
        Some(_) => CallFault::Refusal(Refusal::new("as the script says")),
        None => CallFault::Transport(TransportFault::new(Loss::Reset)),
    };
    let mut error = CallError::new(Service::Platform(kind), operation, delivery, fault);
    error.status = status.and_then(|status| StatusCode::from_u16(status).ok());
    Box::new(error).into()
}
