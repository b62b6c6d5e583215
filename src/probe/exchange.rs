//! One request and its final response.

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::connection::Connection;
use super::message::Request;
use super::response::{Response, Unread};

/// How many SIP packets a probe may still send.
pub(super) struct Packets {
    sent: u8,
}

/// The most packets of a probe, the request with credentials included.
const PACKETS_MAX: u8 = 5;

/// When UDP repeats the first request, counted from its beginning: the timers of RFC 3261, section 17.1.2.
const REPEATS: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(1500), Duration::from_millis(3500)];

/// Why there is no final response.
#[derive(Debug)]
pub(super) enum Silence {
    /// Nothing came in time. `provisional` if it was a response that is not final.
    Nothing,
    /// What came is not SIP, or does not answer the request.
    Garbage,
    /// The connection broke, or nobody listens at the UDP port.
    Failed(io::Error),
}

impl Packets {
    pub(super) const fn new() -> Self {
        Self { sent: 0 }
    }

    pub(super) const fn sent(&self) -> u8 {
        self.sent
    }

    /// Takes one packet of those that are left. One stays for the request with credentials.
    const fn take(&mut self, is_last: bool) -> bool {
        let max = if is_last { PACKETS_MAX } else { PACKETS_MAX - 1 };
        let is_left = self.sent < max;
        if is_left {
            self.sent += 1;
        }
        is_left
    }
}

/// Sends the request without credentials, which UDP repeats.
pub(super) async fn ask(
    connection: &mut Connection,
    request: &Request,
    packets: &mut Packets,
    deadline: Instant,
) -> Result<Response, Silence> {
    let repeats: &[Duration] = if connection.is_udp() { &REPEATS } else { &[] };
    exchange(connection, request, packets, deadline, repeats, false).await
}

/// Sends the request with credentials, once.
pub(super) async fn ask_once(
    connection: &mut Connection,
    request: &Request,
    packets: &mut Packets,
    deadline: Instant,
) -> Result<Response, Silence> {
    exchange(connection, request, packets, deadline, &[], true).await
}

async fn exchange(
    connection: &mut Connection,
    request: &Request,
    packets: &mut Packets,
    deadline: Instant,
    repeats: &[Duration],
    is_last: bool,
) -> Result<Response, Silence> {
    let begun = Instant::now();
    if !packets.take(is_last) {
        return Err(Silence::Nothing);
    }
    send(connection, request, deadline).await?;
    let mut repeats = repeats.iter().map(|after| begun + *after);
    let mut next = repeats.next();
    let mut reader = Reader { octets: Vec::new(), is_datagram: connection.is_udp(), saw_garbage: false };
    loop {
        let until = next.map_or(deadline, |next| next.min(deadline));
        let received = tokio::select! {
            received = connection.receive(&mut reader.octets) => Some(received),
            () = sleep_until(until) => None,
        };
        match received {
            Some(Ok(0)) if !reader.is_datagram => return Err(reader.silence()),
            Some(Ok(_)) => match reader.take(request) {
                Some(Ok(response)) if response.status >= 200 => return Ok(response),
                // A response on the way: it has the request.
                Some(Ok(_)) => next = None,
                Some(Err(silence)) => return Err(silence),
                None => {}
            },
            Some(Err(_)) if reader.saw_garbage => return Err(Silence::Garbage),
            Some(Err(error)) => return Err(Silence::Failed(error)),
            None if Instant::now() >= deadline => return Err(reader.silence()),
            None => {
                if packets.take(is_last) {
                    send(connection, request, deadline).await?;
                }
                next = repeats.next();
            }
        }
    }
}

async fn send(connection: &mut Connection, request: &Request, deadline: Instant) -> Result<(), Silence> {
    match timeout_at(deadline, connection.send(request.text.as_bytes())).await {
        Ok(sent) => sent.map_err(Silence::Failed),
        Err(_) => Err(Silence::Nothing),
    }
}

struct Reader {
    octets: Vec<u8>,
    is_datagram: bool,
    saw_garbage: bool,
}

impl Reader {
    /// The next response to the request; `None` if more must be received.
    fn take(&mut self, request: &Request) -> Option<Result<Response, Silence>> {
        loop {
            let blank = self.octets.iter().take_while(|octet| matches!(octet, b'\r' | b'\n')).count();
            self.octets.drain(..blank);
            if self.octets.is_empty() {
                return None;
            }
            match Response::read(&self.octets, self.is_datagram) {
                Ok((response, length)) => {
                    self.octets.drain(..length);
                    if response.answers(&request.branch, &request.call, request.sequence) {
                        return Some(Ok(response));
                    }
                    self.saw_garbage = true;
                }
                Err(Unread::Incomplete) => return None,
                Err(Unread::NotSip) if self.is_datagram => {
                    self.saw_garbage = true;
                    return None;
                }
                Err(Unread::NotSip) => return Some(Err(Silence::Garbage)),
            }
        }
    }

    fn silence(&self) -> Silence {
        // Half of a response is none.
        let is_cut = !self.is_datagram && !self.octets.is_empty();
        if self.saw_garbage || is_cut { Silence::Garbage } else { Silence::Nothing }
    }
}
