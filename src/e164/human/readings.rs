//! Every number that a text can mean. What the crate's own parser makes of it is not queried: it takes prefixes away
//! twice, and the caller's national prefix from a number abroad.

use phonenumber::metadata::{DATABASE, Metadata};

use super::HumanError;
use super::typed::Typed;
use crate::e164::{Assignment, E164, Region, UnassignedReason};

/// One way to read a text; an error where that is no assigned number.
type Reading = Result<E164, HumanError>;

/// No prefix for calls abroad has more digits.
const MAX_INTERNATIONAL_PREFIX: usize = 10;

impl Typed {
    pub(super) fn number(&self, region: Option<Region>) -> Reading {
        if self.international {
            let readings = international(&self.digits, self.zero);
            return only(&readings).unwrap_or_else(|| readings[0]);
        }
        let region = region.ok_or(HumanError::RegionMissing)?;
        let code = region.calling_code().ok_or(HumanError::NoNationalNumbers)?.to_string();
        let readings = Readings::new(self, &code, DATABASE.by_id(region.as_str()));
        only(&readings.all()).unwrap_or_else(|| readings.likeliest(self.digits.starts_with("00")))
    }
}

/// How a text without `+` can be read in a region.
struct Readings {
    /// Behind the region's prefix for calls abroad.
    abroad: Vec<Reading>,
    /// As a national number behind what is dialled before it.
    behind_prefix: Vec<Reading>,
    /// As a number that begins with the region's calling code.
    with_code: Vec<Reading>,
    /// As a national number.
    as_typed: Reading,
}

impl Readings {
    fn new(typed: &Typed, code: &str, metadata: Option<&Metadata>) -> Self {
        let Typed { digits, zero, .. } = typed;
        let abroad = metadata.into_iter().flat_map(|metadata| international_prefixes(metadata, digits));
        let behind_prefix = metadata.into_iter().flat_map(|metadata| without_national_prefix(metadata, digits));
        Self {
            abroad: abroad
                .flat_map(|size| international(&digits[size..], zero.and_then(|at| at.checked_sub(size))))
                .collect(),
            behind_prefix: behind_prefix.map(|national| assigned(&format!("{code}{national}"))).collect(),
            with_code: if digits.starts_with(code) { international(digits, *zero) } else { Vec::new() },
            as_typed: assigned(&format!("{code}{digits}")),
        }
    }

    fn all(&self) -> Vec<Reading> {
        [&self.abroad[..], &self.behind_prefix, &self.with_code, &[self.as_typed]].concat()
    }

    /// The reading that was meant, where none is an assigned number.
    fn likeliest(&self, begins_with_00: bool) -> Reading {
        let fitting = |readings: &[Reading]| readings.iter().copied().find(fits);
        let abroad = || fitting(&self.abroad).or(self.abroad.first().copied());
        // No national number begins with 00, and few of the other prefixes for calls abroad begin a national one.
        let national = fitting(&self.behind_prefix).filter(|_| !begins_with_00);
        let coded = || fitting(&self.with_code).filter(|_| !fits(&self.as_typed));
        national
            .filter(|_| fitting(&self.abroad).is_none())
            .or_else(abroad)
            .or(self.behind_prefix.first().copied())
            .or_else(coded)
            .unwrap_or(self.as_typed)
    }
}

/// Whether nothing but its range speaks against the number.
fn fits(reading: &Reading) -> bool {
    use UnassignedReason::{AreaCodeMissing, RangeNotAssigned};
    matches!(reading, Err(HumanError::Unassigned { reason: AreaCodeMissing | RangeNotAssigned, .. }))
}

/// The one assigned number among the readings; nothing where there is none.
fn only(readings: &[Reading]) -> Option<Reading> {
    let mut numbers = readings.iter().filter_map(|reading| reading.ok());
    let number = numbers.next()?;
    Some(match numbers.find(|&other| other != number) {
        Some(other) => Err(HumanError::Ambiguous { number, other }),
        None => Ok(number),
    })
}

/// The digits as they are, behind the reading without `(0)` where that is the national prefix, as in `+44 (0)20`.
fn international(digits: &str, zero: Option<usize>) -> Vec<Reading> {
    let is_prefix = |code: u16| {
        let mut regions = DATABASE.by_code(&code).into_iter().flatten();
        regions.any(|metadata| metadata.national_prefix() == Some("0"))
    };
    let without_zero = zero.and_then(|at| {
        let number: E164 = format!("+{}{}", digits.get(..at)?, digits.get(at + 1..)?).parse().ok()?;
        let behind_code = number.calling_code_digits() == at;
        (behind_code && number.calling_code().is_some_and(is_prefix)).then(|| assigned(number.digits()))
    });
    without_zero.into_iter().chain([assigned(digits)]).collect()
}

/// How many digits a prefix for calls abroad may have that the digits begin with.
fn international_prefixes(metadata: &Metadata, digits: &str) -> Vec<usize> {
    let Some(prefix) = metadata.international_prefix() else { return Vec::new() };
    // The pattern is not anchored, and may match a longer prefix or a shorter one: `00` and `0014`.
    let is_prefix = |size: usize| {
        let found = digits.get(..size).and_then(|start| prefix.find(start));
        found.is_some_and(|found| (found.start(), found.end()) == (0, size))
    };
    // No calling code begins with 0.
    let at_code = |size: &usize| !digits[*size..].is_empty() && !digits[*size..].starts_with('0');
    (1..=MAX_INTERNATIONAL_PREFIX.min(digits.len())).filter(|&size| is_prefix(size)).filter(at_code).collect()
}

/// The digits without a national prefix, and without a code that chooses a carrier.
fn without_national_prefix(metadata: &Metadata, digits: &str) -> Vec<String> {
    let by_format = || {
        // Gabon has none, and numbers that are written with a 0 nonetheless.
        let rules = metadata.formats().iter().filter_map(|format| format.national_prefix());
        rules.map(|rule| &rule[..rule.bytes().take_while(u8::is_ascii_digit).count()]).find(|digits| !digits.is_empty())
    };
    let prefix = metadata.national_prefix().or_else(by_format);
    let plain = prefix.and_then(|prefix| digits.strip_prefix(prefix)).map(str::to_owned);
    let by_pattern = metadata.national_prefix_for_parsing().and_then(|pattern| {
        let found = pattern.captures(digits)?;
        let prefix = found.get(0).filter(|prefix| prefix.start() == 0 && prefix.end() > 0)?;
        match metadata.national_prefix_transform_rule() {
            Some(rule) if found.get(found.len() - 1).is_some() => {
                let national = pattern.replace(digits, rule).into_owned();
                // Some rules put in digits that nobody typed.
                digits.ends_with(&national).then_some(national)
            }
            _ => Some(digits[prefix.end()..].to_owned()),
        }
    });
    plain.into_iter().chain(by_pattern).collect()
}

fn assigned(digits: &str) -> Reading {
    let number: E164 = format!("+{digits}").parse().map_err(HumanError::Malformed)?;
    match number.plan() {
        Assignment::Assigned { .. } => Ok(number),
        Assignment::Unassigned { reason } => Err(HumanError::Unassigned { number, reason }),
    }
}
