//! Shared code to read the responses of platforms.

use futures_util::stream::{self, Stream, TryStreamExt};

use crate::E164;
use crate::error::{Error, NotFound, Result, Withheld};
use crate::model::{NumberId, NumberRecord, PlatformKind, Timestamp};

/// Returns the first record of exactly this number, in any spelling. Searches also match parts of numbers. If no record is
/// surely of the number and one may be, that is an error.
pub(super) async fn first_match(
    records: impl Stream<Item = Result<NumberRecord>> + Send,
    number: &E164,
) -> Result<Option<NumberRecord>> {
    let mut records = std::pin::pin!(records);
    let mut possible = None;
    while let Some(record) = records.try_next().await? {
        if record.number.is(number) {
            return Ok(Some(record));
        }
        if record.number.may_be(number) {
            possible = Some(Withheld::ambiguous(&record, *number));
        }
    }
    possible.map_or(Ok(None), |possible| Err(Box::new(possible).into()))
}

/// The same of records that are all read, or cost no more to read: the first one has the others as its conflicts.
pub(super) async fn first_of_all(
    records: impl Stream<Item = Result<NumberRecord>> + Send,
    number: &E164,
) -> Result<Option<NumberRecord>> {
    let records: Vec<NumberRecord> = records.try_collect().await?;
    let same = records.iter().filter(|record| record.number.is(number));
    let same: Vec<NumberId> = same.map(|record| record.id.clone()).collect();
    let found = first_match(stream::iter(records.into_iter().map(Ok)), number).await?;
    Ok(found.map(|mut found| {
        same.iter().for_each(|id| found.add_second(id));
        found
    }))
}

/// The outcome of a removal. A record that is gone after a lost response was removed by that request.
pub(super) fn removed<T>(result: Result<T>, platform: PlatformKind, id: &NumberId) -> Result<()> {
    match result {
        Err(error) if !error.is_removed_before() => Err(NotFound::or(error, platform, id)),
        _ => Ok(()),
    }
}

/// A response about one record: status 404 means that there is none.
pub(super) fn of_record<T>(
    result: Result<T>,
    platform: PlatformKind,
    id: &NumberId,
    record: impl FnOnce(T) -> NumberRecord,
) -> Result<NumberRecord> {
    result.map(record).map_err(|error: Error| NotFound::or(error, platform, id))
}

/// A text; `None` if it is empty.
pub(super) fn text(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}

/// A time; `None` if it cannot be read.
pub(super) fn time(text: &Option<String>) -> Option<Timestamp> {
    text.as_deref().and_then(|text| text.parse().ok())
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::model::Details;

    #[test]
    fn a_record_that_is_listed_twice_is_no_conflict_of_itself() {
        let number: E164 = "+14155552671".parse().expect("a number");
        let record = |id: &str| Ok(NumberRecord::new(PlatformKind::BUTTER, id, number.into(), Details::new(())));
        let listed = stream::iter(["first", "second", "first", "second"].map(record));
        let found = first_of_all(listed, &number).now_or_never().expect("it is there").expect("a list");
        assert_eq!(found.expect("the first").conflicts, ["record second"]);
    }
}
