//! What the fuzz targets reach of the crate's inside. There for `cargo fuzz` alone: no part of the API.

use std::cell::RefCell;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use url::Url;

use crate::http::fuzzing::{Attempt, Body, Head, Prepared, read_retry_after};
use crate::model::Timestamp;

/// What the network answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status; one that is none is taken for 200.
    pub status: u16,
    /// The value of `Retry-After`, if there is that header.
    pub retry_after: Option<HeaderValue>,
    /// The body.
    pub body: Vec<u8>,
}

type Network = Box<dyn FnMut(&Url, &[u8]) -> Answer>;

thread_local! {
    static NETWORK: RefCell<Option<Network>> = const { RefCell::new(None) };
}

/// Lets this function stand for the network: it sees the address that a request goes to and its body, and answers.
pub fn set_network(network: impl FnMut(&Url, &[u8]) -> Answer + 'static) {
    NETWORK.set(Some(Box::new(network)));
}

/// How long a `Retry-After` asks to wait, counted from 1970.
#[must_use]
pub fn retry_after(value: HeaderValue) -> Option<Duration> {
    read_retry_after(&HeaderMap::from_iter([(RETRY_AFTER, value)]), || Timestamp::UNIX_EPOCH)
}

/// What is read of a SIP response.
#[cfg(feature = "sip-probe")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipResponse {
    /// The status.
    pub status: u16,
    /// The rest, as the crate keeps it, its challenges included.
    pub rest: String,
}

/// Reads a SIP response at the beginning of a datagram or of a stream, and returns how many octets it takes.
#[cfg(feature = "sip-probe")]
#[must_use]
pub fn sip_response(octets: &[u8], is_datagram: bool) -> Option<(SipResponse, usize)> {
    use crate::probe::fuzzing::read;
    read(octets, is_datagram).map(|(status, rest, length)| (SipResponse { status, rest }, length))
}

pub(crate) fn attempt(request: &Prepared) -> Attempt {
    let Answer { status, retry_after, body } = NETWORK.with_borrow_mut(|network| {
        let network = network.as_mut().expect("a target that sends sets the network first");
        network(&request.url, &request.body)
    });
    let headers = HeaderMap::from_iter(retry_after.map(|value| (RETRY_AFTER, value)));
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let head = Head::read(status, headers, || Timestamp::UNIX_EPOCH);
    Attempt::Answered { head, body: Body::Whole(Bytes::from(body)) }
}
