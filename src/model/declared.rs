use std::collections::BTreeMap;
use std::iter;
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::{ProblemCode, Problems};
use crate::E164;

/// The numbers that a provider is told it holds, where it cannot be asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Declared {
    /// From the count of digits and the first number to the last one. No two ranges overlap. Shared,
    /// since every import clones its source.
    ranges: Arc<BTreeMap<(usize, E164), E164>>,
    /// Ranges that are none; told by [`check`](Self::check).
    faults: Vec<(E164, E164)>,
}

impl Declared {
    pub(crate) fn declare(&mut self, numbers: &RangeInclusive<E164>) {
        let (mut first, mut last) = (*numbers.start(), *numbers.end());
        let digits = first.digits().len();
        if digits != last.digits().len() || first > last {
            self.faults.push((first, last));
            return;
        }
        let ranges = Arc::make_mut(&mut self.ranges);
        while let Some((key, end)) = reaching(ranges, digits, first, last) {
            ranges.remove(&key);
            first = first.min(key.1);
            last = last.max(end);
        }
        ranges.insert((digits, first), last);
    }

    /// The first and the last number of each range.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = (E164, E164)> + '_ {
        self.ranges.iter().map(|(&(_, first), &last)| (first, last))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    pub(crate) fn contains(&self, number: &E164) -> bool {
        reaching(&self.ranges, number.digits().len(), *number, *number).is_some()
    }

    /// All numbers, each once. Lazy: a range may hold 10^14.
    pub(crate) fn iter(&self) -> impl Iterator<Item = E164> + Send + '_ {
        self.ranges.iter().flat_map(|(&(_, first), &last)| {
            iter::successors(Some(first), move |number| if *number == last { None } else { number.successor() })
        })
    }

    /// Leaves the numbers out, and keeps what is wrong with them: two sources that differ by their
    /// numbers alone are the same to a platform.
    pub(crate) fn forget(&mut self) {
        self.ranges = Arc::default();
    }

    pub(crate) fn check(&self, problems: &mut Problems) {
        for (first, last) in &self.faults {
            let (fault, remedy) = if first.digits().len() == last.digits().len() {
                ("end before they begin", "give the first number first")
            } else {
                ("have different counts of digits", "declare a range for each count of digits")
            };
            problems.add(ProblemCode::Length, "numbers", format!("from {first} to {last} {fault}"), remedy);
        }
    }
}

/// A range of this count of digits that shares a number with `first..=last`. Only the last range that
/// begins before `last` ends needs a look: none overlap.
fn reaching(
    ranges: &BTreeMap<(usize, E164), E164>,
    digits: usize,
    first: E164,
    last: E164,
) -> Option<((usize, E164), E164)> {
    let (&key, &end) = ranges.range(..=(digits, last)).next_back()?;
    (key.0 == digits && end >= first).then_some((key, end))
}
