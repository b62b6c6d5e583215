//! Fits a SIP trunk to what a platform takes, by the platform's own check of an import.

use std::fmt;

use serde::Serialize;

use super::{Sources, VoicePlatform};
use crate::E164;
use crate::error::{Error, Result};
use crate::model::{
    AllowedAddress, ImportRequest, MediaEncryption, NumberSource, Problem, ProblemCode, Problems, SipTrunk, codes,
};

codes! {
    /// A part of a [`SipTrunk`].
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum TrunkPart {
        /// The host.
        Host => "host",
        /// The port.
        Port => "port",
        /// The transport.
        Transport => "transport",
        /// The user and the password.
        Credentials => "credentials",
        /// An address that inbound calls come from.
        AllowInbound => "allow_inbound",
        /// That no calls come in.
        OutboundOnly => "outbound_only",
        /// The encryption of media.
        MediaEncryption => "media_encryption",
        /// The `+` before the numbers of outbound calls.
        LeadingPlus => "leading_plus",
        /// The name.
        Name => "name",
    }
}

/// A trunk as one platform takes it. [`SipTrunk::fitting`] returns it.
///
/// ```
/// # fn fit(trunk: &numport::SipTrunk, platform: &dyn numport::VoicePlatform) -> numport::Result<()> {
/// let fitted = trunk.fitting(platform)?;
/// for left in &fitted.left_out {
///     println!("left out: {left}");
/// }
/// let trunk = fitted.trunk;
/// # drop(trunk);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "what was left out may matter to the trunk's calls"]
pub struct Fitted {
    /// The trunk. The platform's check of an import accepts it.
    pub trunk: SipTrunk,
    /// What the platform does not take. Each address that inbound calls come from is listed by itself.
    pub left_out: Vec<LeftOut>,
}

/// A part of a trunk that a platform does not take.
///
/// It serializes as an object with `part`, `value` and `reason`.
///
/// ```
/// # fn show(fitted: &numport::platform::Fitted) {
/// use numport::platform::TrunkPart;
///
/// for left in &fitted.left_out {
///     match left.part {
///         TrunkPart::Name => {} // it is for people
///         part => println!("{}: {left}", part.as_str()),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The part, as a stable code.
    pub part: TrunkPart,
    /// The value of the part; `None` for a part that is only on or off, and for the credentials.
    pub value: Option<String>,
    /// Why the platform does not take it, such as `is tls, but Butter's API has no setting for the
    /// transport`.
    pub reason: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.part.as_str())?;
        if let Some(value) = &self.value {
            write!(f, " {value}")?;
        }
        write!(f, " is left out: it {}", self.reason)
    }
}

impl SipTrunk {
    /// Returns the trunk as this platform takes it, and what had to be left out. So one trunk can be described once,
    /// with everything that is known of it, and be imported from into several platforms. Nothing is sent.
    ///
    /// The rules are those of the platform's check of an import ([`VoicePlatform::create`]): what the check refuses as
    /// unsupported, too long or out of range is left out, and an address that inbound calls come from only by itself.
    /// A platform that imports only the number ([`Sources::Any`]) uses nothing of a trunk.
    ///
    /// ```
    /// # #[cfg(all(feature = "vapi", feature = "butter"))] {
    /// use numport::platform::TrunkPart;
    /// use numport::{Butter, SipTrunk, Vapi};
    ///
    /// let trunk = SipTrunk::new("sips:sip.example.com")
    ///     .credentials("user", "password")
    ///     .allow_inbound("203.0.113.8/30")
    ///     .allow_inbound("2001:db8::/48");
    ///
    /// let fitted = trunk.fitting(&Vapi::builder("the-key").build()?)?;
    /// assert_eq!(
    ///     fitted.left_out[0].to_string(),
    ///     "`allow_inbound` 2001:db8::/48 is left out: it has 2001:db8::/48, but Vapi accepts inbound calls only from \
    ///      IPv4 addresses"
    /// );
    ///
    /// let fitted = trunk.fitting(&Butter::builder("the-key", "the-organization").build()?)?;
    /// assert_eq!(fitted.left_out[0].part, TrunkPart::Transport);
    /// assert_eq!(fitted.trunk.transport, None);
    /// # }
    /// # Ok::<(), numport::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] when the trunk itself is invalid, when the platform cannot import from trunks, and when the
    /// platform refuses something that cannot be left out: something is missing, two parts contradict each other, or
    /// the media must be encrypted ([`MediaEncryption::Required`]).
    pub fn fitting(&self, platform: &(impl VoicePlatform + ?Sized)) -> Result<Fitted> {
        let kind = platform.kind();
        let mut invalid = Problems::new();
        invalid.within("source", |problems| self.check(problems));
        invalid.into_result().map_err(|problems| not_fitted(kind, problems, Vec::new()))?;
        let (mut trunk, mut refused) = (self.clone(), Vec::new());
        let mut left_out = Vec::new();
        loop {
            let problems = check(&trunk, platform)?;
            let mut found = Vec::new();
            for problem in &problems {
                match part_to_leave_out(problem, &trunk) {
                    Some(TrunkPart::AllowInbound) => found.append(&mut leave_out_addresses(&mut trunk, platform)?),
                    Some(part) => found.extend(leave_out(&mut trunk, part).map(|value| (part, value, problem.clone()))),
                    None => {}
                }
            }
            if problems.is_empty() {
                break;
            } else if found.is_empty() {
                return Err(not_fitted(kind, problems, refused));
            }
            for (part, value, problem) in found {
                left_out.push(LeftOut { part, value, reason: problem.fault.clone() });
                refused.push(problem);
            }
        }
        if platform.capabilities().sources == Sources::Any {
            left_out.extend(take_all(&mut trunk).into_iter().map(|(part, value)| {
                let reason = format!("is not sent, because {kind} imports only the number");
                LeftOut { part, value, reason }
            }));
        }
        Ok(Fitted { trunk, left_out })
    }
}

/// What the remedy of a problem ends with if the part that it is about can be left out.
const REMEDY: &str = ", or call `SipTrunk::fitting`, which leaves it out";

/// Names the call that solves it in every problem of a part that can be left out.
pub(super) fn name_fitting(problems: &mut [Problem], trunk: &SipTrunk) {
    for problem in problems {
        if part_to_leave_out(problem, trunk).is_some() {
            problem.remedy.push_str(REMEDY);
        }
    }
}

/// The part that a problem is about, if the trunk can go without it.
fn part_to_leave_out(problem: &Problem, trunk: &SipTrunk) -> Option<TrunkPart> {
    if !matches!(problem.code, ProblemCode::Unsupported | ProblemCode::OutOfRange | ProblemCode::Length) {
        return None;
    }
    let field = problem.field.strip_prefix("source.")?;
    let field = field.split_once('.').map_or(field, |(part, _)| part);
    let part = TrunkPart::ALL.iter().copied().find(|part| part.as_str() == field)?;
    match part {
        TrunkPart::Host => None,
        TrunkPart::MediaEncryption if trunk.media_encryption == Some(MediaEncryption::Required) => None,
        part => Some(part),
    }
}

/// A part that is left out, its value, and the problem that the platform has with it.
type Found = (TrunkPart, Option<String>, Problem);

/// Leaves out each address that the platform would refuse as the only one.
fn leave_out_addresses(trunk: &mut SipTrunk, platform: &(impl VoicePlatform + ?Sized)) -> Result<Vec<Found>> {
    let (mut kept, mut found) = (Vec::new(), Vec::new());
    for address in std::mem::take(&mut trunk.allowed_inbound) {
        match address_problem(trunk, address, platform)? {
            Some(problem) => found.push((TrunkPart::AllowInbound, Some(address.to_string()), problem)),
            None => kept.push(address),
        }
    }
    trunk.allowed_inbound = kept;
    Ok(found)
}

fn address_problem(
    trunk: &SipTrunk,
    address: AllowedAddress,
    platform: &(impl VoicePlatform + ?Sized),
) -> Result<Option<Problem>> {
    let mut alone = trunk.clone();
    alone.allowed_inbound = vec![address];
    let problems = check(&alone, platform)?;
    Ok(problems.into_iter().find(|problem| part_to_leave_out(problem, &alone) == Some(TrunkPart::AllowInbound)))
}

/// Takes a part from the trunk, and returns its value; `None` if the trunk does not have it.
fn leave_out(trunk: &mut SipTrunk, part: TrunkPart) -> Option<Option<String>> {
    match part {
        TrunkPart::Port => trunk.port.take().map(|port| Some(port.to_string())),
        TrunkPart::Transport => trunk.transport.take().map(|transport| Some(transport.to_string())),
        TrunkPart::Credentials => trunk.credentials.take().map(|_| None),
        TrunkPart::OutboundOnly => std::mem::take(&mut trunk.outbound_only).then_some(None),
        TrunkPart::MediaEncryption => trunk.media_encryption.take().map(|media| Some(media.as_str().to_owned())),
        TrunkPart::LeadingPlus => std::mem::take(&mut trunk.leading_plus).then_some(None),
        TrunkPart::Name => trunk.name.take().map(Some),
        TrunkPart::Host | TrunkPart::AllowInbound => None,
    }
}

/// Takes everything but the host, which each trunk has, and returns it with the host.
fn take_all(trunk: &mut SipTrunk) -> Vec<(TrunkPart, Option<String>)> {
    let mut taken = vec![(TrunkPart::Host, Some(trunk.host_text().to_owned()))];
    for address in std::mem::take(&mut trunk.allowed_inbound) {
        taken.push((TrunkPart::AllowInbound, Some(address.to_string())));
    }
    for &part in TrunkPart::ALL {
        taken.extend(leave_out(trunk, part).map(|value| (part, value)));
    }
    taken
}

/// The problems that the platform's check of an import has with the trunk.
fn check(trunk: &SipTrunk, platform: &(impl VoicePlatform + ?Sized)) -> Result<Vec<Problem>> {
    let source = NumberSource::from(trunk.clone());
    let mut invalid = match platform.create(&source, &ImportRequest::new(E164::EXAMPLE)) {
        Ok(_) => return Ok(Vec::new()),
        Err(Error::Invalid(invalid)) => invalid,
        Err(other) => return Err(other),
    };
    invalid.problems.retain(|problem| problem.field == "source" || problem.field.starts_with("source."));
    Ok(invalid.problems)
}

/// What the platform refuses although everything was left out that can be, and what was left out of the same parts.
fn not_fitted(kind: impl fmt::Display, mut problems: Vec<Problem>, mut refused: Vec<Problem>) -> Error {
    refused.retain(|problem| problems.iter().any(|left| left.field == problem.field));
    for problem in &mut refused {
        if let Some(own) = problem.remedy.strip_suffix(REMEDY) {
            problem.remedy = own.to_owned();
        }
    }
    problems.append(&mut refused);
    Error::invalid(format!("{kind}: the trunk cannot be fitted"), problems)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_left_out_unless_it_is_required() {
        let problem = |code, field: &str| Problem::new(code, field, "is not supported".to_owned(), "change it");
        let part = |code, field, media| {
            let trunk = SipTrunk::new("trunk.example.com").media_encryption(media);
            part_to_leave_out(&problem(code, field), &trunk)
        };
        let (unsupported, media) = (ProblemCode::Unsupported, "source.media_encryption");
        assert_eq!(part(unsupported, media, MediaEncryption::Allowed), Some(TrunkPart::MediaEncryption));
        assert_eq!(part(unsupported, media, MediaEncryption::Required), None);
        assert_eq!(part(ProblemCode::Malformed, media, MediaEncryption::Allowed), None, "it is to be corrected");
        assert_eq!(part(unsupported, "source.host", MediaEncryption::Allowed), None);
        assert_eq!(part(unsupported, "label", MediaEncryption::Allowed), None);
        assert_eq!(
            part(unsupported, "source.allow_inbound.2", MediaEncryption::Allowed),
            Some(TrunkPart::AllowInbound)
        );
    }
}
