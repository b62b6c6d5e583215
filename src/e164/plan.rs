use std::fmt;

use ::serde::{Deserialize, Serialize};

use super::table::{CLASSES, CODE_OF, CODES, EDGES, ROWS};
use super::{E164, Region};

/// The assignment of a number in the world's numbering plans; [`E164::plan`] returns it.
///
/// ```
/// use numport::E164;
/// use numport::e164::Assignment;
///
/// let number: E164 = "+14155552671".parse()?;
/// match number.plan() {
///     Assignment::Assigned { region, kind, .. } => println!("{region}, {kind}"),
///     Assignment::Unassigned { reason, .. } => println!("nobody has it: it {reason}"),
/// }
/// # Ok::<(), numport::e164::E164Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assignment {
    /// The number lies in an assigned range. Only a call can tell whether somebody has it.
    #[non_exhaustive]
    Assigned {
        /// The calling code, such as 1 or 44.
        calling_code: u16,
        /// The region of the number. If several regions share a calling code, it is the region whose range contains the
        /// number.
        region: Region,
        /// The use of the range.
        kind: NumberKind,
    },
    /// The number lies in no assigned range.
    #[non_exhaustive]
    Unassigned {
        /// The reason.
        reason: UnassignedReason,
    },
}

/// The use of a range of numbers.
///
/// ```
/// use numport::e164::NumberKind;
///
/// /// Whether a caller may have to pay much.
/// const fn is_dear(kind: NumberKind) -> bool {
///     matches!(kind, NumberKind::PremiumRate | NumberKind::SharedCost)
/// }
/// assert!(!is_dear(NumberKind::TollFree));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NumberKind {
    /// A fixed line at a place.
    FixedLine,
    /// A mobile phone.
    Mobile,
    /// A fixed line or a mobile phone, if the plan has one range for both, as in the US.
    FixedLineOrMobile,
    /// The call is free for the caller.
    TollFree,
    /// The caller pays more than for an ordinary call.
    PremiumRate,
    /// The caller and the called party share the cost.
    SharedCost,
    /// A line over the internet.
    Voip,
    /// A person, at any place.
    Personal,
    /// A pager.
    Pager,
    /// One number for all places of a company: a universal access number.
    Uan,
    /// A voicemail box.
    Voicemail,
}

impl NumberKind {
    /// Returns the kind in words, such as `fixed line` or `toll free`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FixedLine => "fixed line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed line or mobile",
            Self::TollFree => "toll free",
            Self::PremiumRate => "premium rate",
            Self::SharedCost => "shared cost",
            Self::Voip => "VoIP",
            Self::Personal => "personal",
            Self::Pager => "pager",
            Self::Uan => "universal access",
            Self::Voicemail => "voicemail",
        }
    }
}

impl fmt::Display for NumberKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The reason why a number is not assigned. `Display` is a clause that begins with a verb.
///
/// ```
/// use numport::e164::UnassignedReason;
///
/// /// What to ask the person who typed the number.
/// fn question(reason: UnassignedReason) -> String {
///     match reason {
///         UnassignedReason::AreaCodeMissing => "Which area code?".to_owned(),
///         UnassignedReason::TooShort => "Are there more digits?".to_owned(),
///         other => format!("The number {other}. Is it right?"),
///     }
/// }
/// assert_eq!(question(UnassignedReason::AreaCodeMissing), "Which area code?");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnassignedReason {
    /// The number begins with no calling code.
    #[error("does not begin with a calling code that is in use")]
    UnknownCallingCode,
    /// The number has fewer digits than any number of its calling code.
    #[error("has fewer digits than any number of its calling code")]
    TooShort,
    /// The number has as many digits as a local number, which people dial within one place without an area code.
    #[error("is only as long as a local number: the area code is missing")]
    AreaCodeMissing,
    /// The calling code has longer and shorter numbers, and none of this length.
    #[error("has a length that no number of its calling code has")]
    WrongLength,
    /// The number has more digits than any number of its calling code.
    #[error("has more digits than any number of its calling code")]
    TooLong,
    /// The length is right, and the number lies in no assigned range.
    #[error("is not in a range that its numbering plan assigns")]
    RangeNotAssigned,
}

impl UnassignedReason {
    /// Returns its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownCallingCode => "unknown_calling_code",
            Self::TooShort => "too_short",
            Self::AreaCodeMissing => "area_code_missing",
            Self::WrongLength => "wrong_length",
            Self::TooLong => "too_long",
            Self::RangeNotAssigned => "range_not_assigned",
        }
    }
}

/// A calling code. Lengths are of the number behind it.
pub(super) struct CodePlan {
    pub(super) code: u16,
    /// Its only region, or the first of them.
    pub(super) region: Region,
    /// Why numbers of each length that are not assigned are not.
    pub(super) reasons: [UnassignedReason; 15],
    /// The state to begin in, by the number's length.
    pub(super) starts: [u16; 15],
}

impl E164 {
    /// Checks whether the number lies in an assigned range of the world's numbering plans, and returns what the range
    /// is for.
    ///
    /// The table is part of the program and as old as its [`METADATA_VERSION`](super::METADATA_VERSION). New ranges are
    /// opened all the time, so an *unassigned* number may be newer than the table. Use the result as a reason to check
    /// the number, not to refuse it. Documents also contain many unassigned examples.
    ///
    /// ```
    /// use numport::E164;
    /// use numport::e164::{Assignment, NumberKind, Region, UnassignedReason};
    ///
    /// let number: E164 = "+18005550123".parse()?;
    /// let Assignment::Assigned { region, kind, .. } = number.plan() else { panic!("is assigned") };
    /// assert_eq!((region, kind), (Region::US, NumberKind::TollFree));
    ///
    /// let number: E164 = "+15550123".parse()?;
    /// let Assignment::Unassigned { reason, .. } = number.plan() else { panic!("is not assigned") };
    /// assert_eq!(reason, UnassignedReason::AreaCodeMissing);
    /// # Ok::<(), numport::e164::E164Error>(())
    /// ```
    #[must_use]
    #[inline]
    pub fn plan(self) -> Assignment {
        let Some((plan, length)) = self.code_plan() else {
            return Assignment::Unassigned { reason: UnassignedReason::UnknownCallingCode };
        };
        match CLASSES[usize::from(self.class(plan, length))] {
            Some((region, kind)) => {
                Assignment::Assigned { calling_code: plan.code, region: region.unwrap_or(plan.region), kind }
            }
            None => Assignment::Unassigned { reason: plan.reasons[length] },
        }
    }

    /// Returns whether a numbering plan assigns the number; see [`plan`](Self::plan).
    #[must_use]
    #[inline]
    pub fn is_assigned(self) -> bool {
        self.code_plan().is_some_and(|(plan, length)| self.class(plan, length) != UNASSIGNED)
    }

    /// Returns the calling code of the number, such as 1 or 44, if it begins with one that is in use.
    #[must_use]
    pub fn calling_code(self) -> Option<u16> {
        self.code_plan().map(|(plan, _)| plan.code)
    }

    /// How many digits the calling code has; none where it is unknown.
    pub(super) fn calling_code_digits(self) -> usize {
        self.code_plan().map_or(0, |(plan, _)| plan.code_digits())
    }

    /// The plan of the calling code, and the count of digits behind it.
    #[inline]
    fn code_plan(self) -> Option<(&'static CodePlan, usize)> {
        // The lower half of a byte is the digit. There are two at least, and a zero byte where there is no third.
        let digit = |at: u32| (self.register() as u32 >> (8 * at) & 0xf) as usize;
        let plan = CODES.get(usize::from(CODE_OF[digit(1) * 100 + digit(2) * 10 + digit(3)]))?;
        Some((plan, (self.length() - 1).checked_sub(plan.code_digits())?))
    }

    /// The text, its first byte lowest. Bytes that were just written together are read one by one only after a wait.
    #[inline]
    const fn register(self) -> u128 {
        u128::from_le_bytes(self.0)
    }

    /// The number's class, at the end of a walk over its digits. Most are decided before the last one.
    #[inline]
    fn class(self, plan: &CodePlan, length: usize) -> u16 {
        let mut state = plan.starts[length];
        let mut rest = self.register() >> (8 * (1 + plan.code_digits()));
        while let Some(row) = usize::from(state).checked_sub(CLASSES.len()) {
            let row = ROWS[row];
            let branch = row >> (4 * (rest as u32 & 0xf)) & 0xf;
            state = EDGES[(row >> 40) as usize + branch as usize];
            rest >>= 8;
        }
        state
    }
}

/// The class of all numbers that are not assigned.
const UNASSIGNED: u16 = 0;

impl CodePlan {
    /// Without a branch, which would be guessed wrong as often as numbers change their country.
    const fn code_digits(&self) -> usize {
        1 + (self.code >= 10) as usize + (self.code >= 100) as usize
    }
}
