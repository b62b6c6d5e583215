use super::table::{CLASSES, CODE_OF, CODES, EDGES, ROWS};
use super::{E164, Region};

/// What the world's numbering plans say of a number, from [`E164::plan`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Assignment {
    /// The number is in a range that is assigned. Whether anybody has it, nothing but a call can tell.
    #[non_exhaustive]
    Assigned {
        /// The calling code, such as 1 or 44.
        calling_code: u16,
        /// Whose number it is; of the regions that share a calling code the one whose range it is in.
        region: Region,
        /// What the range is for.
        kind: NumberKind,
    },
    /// The number is in no range that is assigned.
    #[non_exhaustive]
    Unassigned {
        /// Why.
        reason: UnassignedReason,
    },
}

/// What a range of numbers is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NumberKind {
    /// A place: a line.
    FixedLine,
    /// A mobile.
    Mobile,
    /// Either, where the plan has one range for both, as in the US.
    FixedLineOrMobile,
    /// Free for the caller.
    TollFree,
    /// The caller pays more than for a call.
    PremiumRate,
    /// Caller and called share the cost.
    SharedCost,
    /// A line over the internet.
    Voip,
    /// A person, wherever they are.
    Personal,
    /// A pager.
    Pager,
    /// One number for all places of a company: a universal access number.
    Uan,
    /// A voicemail box.
    Voicemail,
}

/// Why a number is not assigned. `Display` says it in a clause that begins with a verb.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum UnassignedReason {
    /// It begins with no calling code.
    #[error("begins with no calling code that is in use")]
    UnknownCallingCode,
    /// It has fewer digits than any number of its calling code.
    #[error("has fewer digits than any number of its calling code")]
    TooShort,
    /// It has as many digits as numbers that are dialled within one place, without an area code.
    #[error("has only as many digits as a local number: the area code is missing")]
    AreaCodeMissing,
    /// Its calling code has longer numbers and shorter ones, and none of its length.
    #[error("has a count of digits that no number of its calling code has")]
    WrongLength,
    /// It has more digits than any number of its calling code.
    #[error("has more digits than any number of its calling code")]
    TooLong,
    /// Its length is right, and no range that it could be in is assigned.
    #[error("is in no range that its numbering plan assigns")]
    RangeNotAssigned,
}

/// A calling code. Lengths are of the number behind it: bit `n` for `n` digits.
pub(super) struct CodePlan {
    pub(super) code: u16,
    /// Its only region, or the first of them.
    pub(super) region: Region,
    pub(super) lengths: u16,
    /// Lengths that only local numbers have.
    pub(super) local: u16,
    /// The state to begin in, by the number's length.
    pub(super) starts: [u16; 15],
}

impl E164 {
    /// Whether the world's numbering plans assign the number, and to what.
    ///
    /// The table is part of the program and as old as its [`METADATA_VERSION`](super::METADATA_VERSION); ranges are
    /// opened all the time. So *unassigned* may mean newer than the table, and is a reason to look again, not to
    /// refuse. Documents are full of unassigned examples, too.
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
    pub fn plan(self) -> Assignment {
        let Some((plan, national)) = self.code_plan() else {
            return Assignment::Unassigned { reason: UnassignedReason::UnknownCallingCode };
        };
        match class(plan.starts[national.len()], national) {
            Some((region, kind)) => {
                Assignment::Assigned { calling_code: plan.code, region: region.unwrap_or(plan.region), kind }
            }
            None => Assignment::Unassigned { reason: plan.reason(national.len()) },
        }
    }

    /// Whether a numbering plan assigns the number; see [`plan`](Self::plan).
    #[must_use]
    pub fn is_assigned(self) -> bool {
        matches!(self.plan(), Assignment::Assigned { .. })
    }

    /// The calling code that the number begins with, such as 1 or 44, if it begins with one that is in use.
    #[must_use]
    pub fn calling_code(self) -> Option<u16> {
        self.code_plan().map(|(plan, _)| plan.code)
    }

    /// How many digits the calling code has; none where it is unknown.
    pub(super) fn calling_code_digits(self) -> usize {
        self.code_plan().map_or(0, |(plan, _)| plan.code_digits())
    }

    /// The plan of the calling code, and the digits behind it.
    fn code_plan(&self) -> Option<(&'static CodePlan, &[u8])> {
        let digits = &self.bytes()[1..];
        let value = |at| digits.get(at).map_or(0, |digit: &u8| usize::from(digit - b'0'));
        let plan = CODES.get(usize::from(CODE_OF[value(0) * 100 + value(1) * 10 + value(2)]))?;
        Some((plan, digits.get(plan.code_digits()..)?))
    }
}

impl CodePlan {
    const fn code_digits(&self) -> usize {
        match self.code {
            0..10 => 1,
            10..100 => 2,
            _ => 3,
        }
    }

    /// Why a number of this length, which is not assigned, is not.
    const fn reason(&self, length: usize) -> UnassignedReason {
        if self.local >> length & 1 == 1 {
            UnassignedReason::AreaCodeMissing
        } else if self.lengths >> length & 1 == 1 {
            UnassignedReason::RangeNotAssigned
        } else if self.lengths >> length == 0 {
            UnassignedReason::TooLong
        } else if self.lengths.trailing_zeros() as usize > length {
            UnassignedReason::TooShort
        } else {
            UnassignedReason::WrongLength
        }
    }
}

/// The answer at the end of the walk that begins in a state. Most numbers are decided before their last digit.
fn class(mut state: u16, digits: &[u8]) -> Option<(Option<Region>, NumberKind)> {
    let mut digits = digits.iter();
    loop {
        let Some(row) = usize::from(state).checked_sub(CLASSES.len()) else { return CLASSES[usize::from(state)] };
        let row = ROWS[row];
        let branch = row >> (4 * (digits.next()? - b'0')) & 0xf;
        state = EDGES[(row >> 40) as usize + branch as usize];
    }
}
