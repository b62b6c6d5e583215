//! One probe, from the name to the password.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use super::address::{forbidden, is_no_machine};
use super::challenge::Challenge;
use super::connection::{self, Connection};
use super::digest::authorization;
use super::dns::{Resolver, SystemResolver};
use super::exchange::{self, Packets, Silence};
use super::limits::Question;
use super::message::Dialog;
use super::resolve::resolve;
use super::response::Response;
use super::tls;
use crate::model::{ProbeFinding, ProbeTarget, ReachFault, SipTransport, TrunkProbe};

/// How long each part may take, within the time of the whole.
const LOOKUP: Duration = Duration::from_secs(5);
const CONNECT: Duration = Duration::from_secs(4);
const ANSWER: Duration = Duration::from_secs(8);

/// How many targets are tried.
const TARGETS: usize = 3;

/// The longest text of the peer, and how many of a kind.
const TEXT: usize = 100;
const CONTACT: usize = 200;
const MANY: usize = 4;

pub(super) async fn run(question: &Question) -> TrunkProbe {
    let mut probe = TrunkProbe::unchecked(question.address.clone());
    let mut packets = Packets::new();
    let deadline = Instant::now() + question.settings.timeout;
    // The first finding that ends the probe is returned.
    if let Err(finding) = steps(question, &mut probe, &mut packets, deadline).await {
        probe.set(finding);
    }
    probe.packets = packets.sent();
    probe
}

async fn steps(
    question: &Question,
    probe: &mut TrunkProbe,
    packets: &mut Packets,
    deadline: Instant,
) -> Result<(), ProbeFinding> {
    let targets = look_up(question, deadline).await?;
    probe.set(ProbeFinding::Resolved { targets: targets.clone() });
    let targets = &targets[..targets.len().min(TARGETS)];
    let mut tried = Err(ProbeFinding::NoRecords);
    for target in targets {
        tried = ask_target(question, target, probe, packets, deadline).await;
        // Another machine is tried only where this one is not there.
        if !matches!(tried, Err(ProbeFinding::NotReached { .. })) {
            break;
        }
    }
    let (mut connection, dialog, response) = tried?;
    probe.set(answered(&response));
    let challenges = Challenge::all(&response);
    if !matches!(response.status, 401 | 407) {
        probe.set(ProbeFinding::NotChallenged);
        return match question.credentials {
            None => Err(ProbeFinding::NoCredentials),
            Some(_) => Ok(()),
        };
    }
    probe.set(challenged(&challenges));
    let Some((user, password)) = &question.credentials else { return Err(ProbeFinding::NoCredentials) };
    let challenge = chosen(question, &challenges)?;
    let Some(header) = authorization(challenge, user, password.expose(), dialog.uri(), &dialog.cnonce) else {
        return Err(unsupported(&challenges));
    };
    let request = dialog.authorized(&header);
    let until = deadline.min(Instant::now() + ANSWER);
    let answer = exchange::ask_once(&mut connection, &request, packets, until).await;
    Err(accepted(answer.ok().as_ref()))
}

/// The targets, all of which may be connected to.
async fn look_up(question: &Question, deadline: Instant) -> Result<Vec<ProbeTarget>, ProbeFinding> {
    let until = deadline.min(Instant::now() + LOOKUP);
    let failed = |reason: String| ProbeFinding::LookupFailed { reason };
    let system;
    let resolver: &dyn Resolver = match &question.settings.resolver {
        Some(given) => &*given.0,
        None => {
            system = SystemResolver::new().map_err(|error| failed(error.to_string()))?;
            &system
        }
    };
    let targets = match timeout_at(until, resolve(resolver, &question.address)).await {
        Ok(targets) => targets?,
        Err(_) => return Err(failed("the name servers did not answer in time".to_owned())),
    };
    for target in &targets {
        let address = target.address.ip();
        match forbidden(address) {
            Some(range) if !question.settings.allows_private || is_no_machine(range) => {
                return Err(ProbeFinding::ForbiddenTarget { address, range });
            }
            _ => {}
        }
    }
    Ok(targets)
}

/// Connects to a target and sends the first request.
async fn ask_target(
    question: &Question,
    target: &ProbeTarget,
    probe: &mut TrunkProbe,
    packets: &mut Packets,
    deadline: Instant,
) -> Result<(Connection, Dialog, Response), ProbeFinding> {
    let target = *target;
    let not_reached = |fault| ProbeFinding::NotReached { target, fault };
    let until = deadline.min(Instant::now() + CONNECT);
    let mut connection = match target.transport {
        SipTransport::Udp => {
            let socket = connection::udp(target.address).await;
            Connection::Udp(socket.map_err(|error| not_reached(connection::fault(&error)))?)
        }
        SipTransport::Tcp => Connection::Tcp(connect(target, until).await?),
        SipTransport::Tls => {
            let stream = connect(target, until).await?;
            probe.set(ProbeFinding::Reached { target });
            let shaken = tls::handshake(stream, &question.address.host, target.address, &question.settings.roots);
            let Ok(shaken) = timeout_at(until, shaken).await else {
                return Err(ProbeFinding::HandshakeFailed { reason: "it took too long".to_owned() });
            };
            Connection::Tls(Box::new(shaken?))
        }
    };
    if connection.is_udp() {
        probe.set(ProbeFinding::NotTls);
    } else {
        probe.set(ProbeFinding::Reached { target });
        let is_tls = target.transport == SipTransport::Tls;
        probe.set(if is_tls { ProbeFinding::CertificateValid } else { ProbeFinding::NotTls });
    }
    let local = connection.local().map_err(|_| not_reached(ReachFault::Other))?;
    let dialog = Dialog::new(&question.address, target.transport, local, random()?);
    let until = deadline.min(Instant::now() + ANSWER);
    let asked = exchange::ask(&mut connection, &dialog.first(), packets, until).await;
    let is_udp = connection.is_udp();
    if is_udp && matches!(asked, Ok(_) | Err(Silence::Garbage)) {
        probe.set(ProbeFinding::Reached { target });
    }
    match asked {
        Ok(response) => Ok((connection, dialog, response)),
        Err(Silence::Garbage) => Err(ProbeFinding::NotSip),
        Err(Silence::Failed(error)) if is_udp => Err(not_reached(connection::fault(&error))),
        Err(Silence::Nothing) if is_udp => {
            probe.set(ProbeFinding::ReachUnknown { target });
            Err(ProbeFinding::NoAnswer)
        }
        Err(_) => Err(ProbeFinding::NoAnswer),
    }
}

async fn connect(target: ProbeTarget, until: Instant) -> Result<TcpStream, ProbeFinding> {
    let fault = match timeout_at(until, TcpStream::connect(target.address)).await {
        Ok(Ok(stream)) => return Ok(stream),
        Ok(Err(error)) => connection::fault(&error),
        Err(_) => ReachFault::TimedOut,
    };
    Err(ProbeFinding::NotReached { target, fault })
}

/// Texts of 128 random bits.
fn random() -> Result<impl FnMut() -> String, ProbeFinding> {
    let mut octets = [0; 80];
    let filled = tls::crypto().secure_random.fill(&mut octets);
    filled.map_err(|_| ProbeFinding::LookupFailed { reason: "there are no random numbers".to_owned() })?;
    let mut left = octets.to_vec();
    Ok(move || left.drain(left.len().saturating_sub(16)..).map(|octet| format!("{octet:02x}")).collect())
}

fn cut(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

fn answered(response: &Response) -> ProbeFinding {
    let status = response.status;
    if (300..400).contains(&status) {
        let contacts = response.headers("contact").flat_map(|contacts| contacts.split(','));
        let contacts = contacts.map(|contact| cut(&without_user(contact.trim()), CONTACT)).take(MANY).collect();
        return ProbeFinding::Redirected { status, contacts };
    }
    let server = response.header("server").or_else(|| response.header("user-agent"));
    let server = server.filter(|server| !server.is_empty()).map(|server| cut(server, TEXT));
    ProbeFinding::Answered { status, reason: cut(&response.reason, TEXT), server }
}

/// The URI of a contact. What stands before an `@` may be a password.
fn without_user(contact: &str) -> String {
    let uri = contact.split_once('<').map_or(contact, |(_, rest)| rest.split('>').next().unwrap_or_default());
    let Some((user, host)) = uri.rsplit_once('@') else { return uri.to_owned() };
    let scheme = user.split_once(':').map_or("sip", |(scheme, _)| scheme);
    format!("{scheme}:{host}")
}

fn challenged(challenges: &[Challenge]) -> ProbeFinding {
    let mut realms: Vec<String> = challenges.iter().map(|challenge| cut(&challenge.realm, TEXT)).collect();
    realms.dedup();
    realms.truncate(MANY);
    ProbeFinding::Challenged { realms, algorithms: algorithms(challenges) }
}

fn algorithms(challenges: &[Challenge]) -> Vec<String> {
    let mut names: Vec<String> = challenges.iter().map(|challenge| cut(challenge.algorithm_name(), TEXT)).collect();
    names.dedup();
    names.truncate(MANY);
    names
}

fn unsupported(challenges: &[Challenge]) -> ProbeFinding {
    ProbeFinding::UnsupportedChallenge { algorithms: algorithms(challenges) }
}

/// The first challenge of an allowed realm that can be answered.
fn chosen<'a>(question: &Question, challenges: &'a [Challenge]) -> Result<&'a Challenge, ProbeFinding> {
    let is_allowed = |challenge: &&Challenge| question.settings.realms.contains(&challenge.realm);
    let is_answerable = |challenge: &&Challenge| challenge.answerable().is_some();
    if let Some(challenge) = challenges.iter().filter(is_allowed).find(is_answerable) {
        return Ok(challenge);
    }
    match challenges.iter().filter(is_answerable).find(|challenge| !is_allowed(challenge)) {
        Some(other) => Err(ProbeFinding::RealmNotAllowed { realm: cut(&other.realm, TEXT) }),
        None => Err(unsupported(challenges)),
    }
}

/// What the answer to the request with credentials means. Only a status that comes from behind the check is a yes.
fn accepted(response: Option<&Response>) -> ProbeFinding {
    let Some(response) = response else { return ProbeFinding::CredentialsUnknown { status: None } };
    let status = response.status;
    match status {
        // Another nonce is wanted, and the password was not looked at.
        401 | 407 if Challenge::all(response).iter().any(|challenge| challenge.is_stale) => {
            ProbeFinding::CredentialsUnknown { status: Some(status) }
        }
        401 | 403 | 407 => ProbeFinding::CredentialsRejected { status },
        200..=299 | 300..=399 | 404 | 405 | 415 | 420 | 480..=489 | 501 | 600..=699 => {
            ProbeFinding::CredentialsAccepted { status }
        }
        _ => ProbeFinding::CredentialsUnknown { status: Some(status) },
    }
}

/// All that is made of a response, with an answer to each of its challenges.
#[cfg(fuzzing)]
pub(crate) fn read_for_fuzzing(octets: &[u8], is_datagram: bool) -> Option<(u16, String, usize)> {
    let (response, length) = Response::read(octets, is_datagram).ok()?;
    let _ = response.answers("z9hG4bK0", "call", 1);
    let challenges = Challenge::all(&response);
    let findings = [answered(&response), challenged(&challenges), unsupported(&challenges), accepted(Some(&response))];
    let answers = challenges.iter().filter_map(|challenge| authorization(challenge, "user", "password", "sip:a", "c"));
    for answer in answers {
        assert!(!answer.trim_end_matches("\r\n").contains(char::is_control), "a challenge brings in a header");
    }
    for finding in &findings {
        assert!(finding.to_string().len() < 4000 && !finding.to_string().contains(char::is_control), "{finding:?}");
    }
    Some((response.status, format!("{response:?} {challenges:?} {findings:?}"), length))
}
