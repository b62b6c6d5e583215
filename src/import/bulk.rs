//! Imports of many numbers: a stream of requests in, a stream of results out.

use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use futures_util::stream::{BoxStream, StreamExt};
use tracing::Instrument;

use super::asked::Asked;
use super::batches::{Item, Shared};
use super::log::{self, number_span};
use super::memory::{lock, packed};
use super::why::{NOT_ATTEMPTED, advised};
use super::{Field, Imported, Importer, Many};
use crate::E164;
use crate::error::{CallError, Error, Meaning, Result};
use crate::http::deadline::after;
use crate::model::{ImportRequest, Service};

/// The result of one request of [`Importer::import_many`].
///
/// ```
/// use numport::import::{BulkItem, BulkOutcome};
///
/// fn print(item: &BulkItem) {
///     match &item.outcome {
///         BulkOutcome::Imported(imported) => println!("line {}: {imported}", item.index + 1),
///         _ => eprintln!("line {}: {}", item.index + 1, item.report()),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct BulkItem {
    /// The request's index in the input; the first is 0.
    pub index: usize,
    /// The request.
    pub request: ImportRequest,
    /// The outcome of the import.
    pub outcome: BulkOutcome,
    /// How many requests the run has sent since the item before this one. Retries and lists are counted, and the
    /// requests of other numbers that are under way. Their sum is the number of requests of the whole run; clients that
    /// are not built on [`http::Client`](crate::http::Client) are not counted.
    pub requests: u64,
}

/// The outcome of one import of [`Importer::import_many`].
///
/// ```
/// use numport::import::BulkOutcome;
///
/// /// Whether the input's next line can be marked as done.
/// fn is_done(outcome: &BulkOutcome) -> bool {
///     match outcome {
///         BulkOutcome::Imported(imported) => imported.unsupported_fields.is_empty(),
///         BulkOutcome::Duplicate { differing, .. } => differing.is_empty(),
///         BulkOutcome::Failed(error) => !error.is_retryable(),
///         _ => false,
///     }
/// }
/// assert!(!is_done(&BulkOutcome::NotAttempted));
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum BulkOutcome {
    /// The number is imported.
    Imported(Box<Imported>),
    /// The number is not imported, or the result is unknown; [`Error::failure`] tells which. The error is the one that
    /// [`Importer::import`] returns.
    Failed(Error),
    /// An earlier request of the input has the same number. Nothing was sent for this request.
    Duplicate {
        /// The index of the first request for the number.
        of: usize,
        /// The fields in which the two requests differ: those of this request are not set. If it is empty, they ask for
        /// the same.
        differing: Vec<Field>,
    },
    /// Nothing was sent, because a service refused a key (401) before this request was reached.
    NotAttempted,
}

impl BulkItem {
    /// Returns one line for people: the request's number, the outcome, and what to do about it.
    #[must_use]
    pub fn report(&self) -> String {
        let number = self.request.number();
        match &self.outcome {
            BulkOutcome::Imported(imported) => advised(imported.to_string(), self.advice()),
            BulkOutcome::Failed(error) => format!("{number} {}: {}", error.failure().as_str(), error.report()),
            BulkOutcome::Duplicate { .. } => format!("{number} duplicate: {}", self.reason().unwrap_or_default()),
            BulkOutcome::NotAttempted => {
                format!("{number} not attempted: {NOT_ATTEMPTED}")
            }
        }
    }
}

impl BulkOutcome {
    /// Returns the outcome's stable code. For an import it is the code of the [`Outcome`](crate::Outcome), such as
    /// `created`. For a failure it is the code of the [`Failure`](crate::error::Failure): `refused`, `failed` or
    /// `unknown`. Otherwise it is `duplicate` or `not_attempted`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Imported(imported) => imported.outcome.as_str(),
            Self::Failed(error) => error.failure().as_str(),
            Self::Duplicate { .. } => "duplicate",
            Self::NotAttempted => "not_attempted",
        }
    }

    /// Returns whether the number is not imported, as far as known. A duplicate is not a failure: see the outcome of
    /// the first request for its number.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotAttempted)
    }
}

impl Importer {
    /// Imports many numbers [concurrently](Self::concurrency), each as [`import`](Self::import) does.
    ///
    /// The stream yields each result as soon as it is ready; [`BulkItem::index`] tells which request it belongs to. A
    /// number that was created is ready once its calls are verified. The importer verifies several of them together: when
    /// 100 wait, after 2 s, or when the input ends or gives no further request. If the verification fails, the number is
    /// `Created`, and a finding ([`VerificationFailed`]) says why. The verification has a [`deadline`](Self::deadline) of its
    /// own. While it hangs, about 300 numbers are created and wait, and no further one is begun.
    ///
    /// The stream continues after failures. Only a refused key (401) ends it: imports that have begun are finished, and
    /// the remaining requests yield `NotAttempted`. A second request for the same number yields `Duplicate` without a
    /// call, and names the fields in which it differs from the first.
    ///
    /// The input is anything iterable, such as a `Vec`, or a `Stream`. It is read as there is room, so it may be longer
    /// than memory; of each number some 30 to 60 bytes are kept. Nothing happens unless the stream is read: time in which
    /// the loop does something else counts towards the deadline of the imports in progress, and the numbers that wait
    /// for their verification stay locked. Dropping the stream cancels the imports in progress; those that wait for
    /// their verification are [unresolved](Self::unresolved). Running it again over the same input is safe.
    ///
    /// To stop a run without losing anything, end its input: `stream::iter(requests).take_until(stop)` gives no further
    /// request once the future `stop` is ready, and the imports that have begun are finished and yielded. The requests
    /// of which no item comes were not begun. The page `guide::moving` has an example.
    ///
    /// If it takes fewer requests, the importer lists the platform's records and the carriers' numbers, instead of
    /// looking up each number, and keeps the lists in memory. [`list_age`](Self::list_age) says what it then does not
    /// see, and for how long: give each machine its own numbers. If a list fails, or takes longer than half of the
    /// deadline, the importer looks up each number.
    ///
    /// [`VerificationFailed`]: crate::model::Finding::VerificationFailed
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::import::Progress;
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?).concurrency(8);
    ///
    /// let requests = ["+14155552671", "+14155552671", "+12025550143"].map(|number| ImportRequest::new(number.parse().unwrap()));
    /// let mut items = importer.import_many(requests);
    /// let mut progress = Progress::default();
    /// while let Some(item) = items.next().await {
    ///     progress.add(&item);
    /// }
    /// assert_eq!(progress.to_string(), "3 done: 1 created, 1 duplicate, 1 refused; 7 requests");
    /// # Ok(())
    /// # }
    /// ```
    pub fn import_many<'a, K>(&self, requests: impl Many<'a, ImportRequest, K>) -> BoxStream<'a, BulkItem> {
        let requests = requests.into_stream();
        let expected = requests.size_hint().0;
        let input = Arc::new(Input::expecting(expected));
        let is_wanted = {
            let input = input.clone();
            move |number: &E164| !input.is_answered(number)
        };
        let shared = Shared::new(self, expected, is_wanted);
        let run = Arc::new(Run { shared: shared.clone(), input });
        let begin = move |(index, request): (usize, ImportRequest)| {
            let first = run.input.first(&request, index);
            run.clone().begin(index, request, first)
        };
        shared.run(requests.enumerate().map(begin), |item, requests| BulkItem { requests, ..item })
    }
}

/// What the imports of one run share.
struct Run {
    shared: Arc<Shared>,
    input: Arc<Input>,
}

impl Run {
    /// One import, up to its verification.
    async fn begin(
        self: Arc<Self>,
        index: usize,
        request: ImportRequest,
        first: Option<(usize, Vec<Field>)>,
    ) -> Item<BulkItem> {
        let ended = move |request, outcome| BulkItem { index, request, outcome, requests: 0 };
        if let Some((of, differing)) = first {
            return Item::Done(ended(request, BulkOutcome::Duplicate { of, differing }));
        }
        let Shared { importer, lists, refused, .. } = &*self.shared;
        let span = number_span!("import", importer, request.number());
        // Boxed, since it is large, and the span would take it over by a move.
        let begun = Box::pin(async {
            if refused.already() {
                return Err(BulkOutcome::NotAttempted);
            }
            let begun = importer.begin_import(&request, Some(lists), after(importer.deadline)).await;
            refused.watch(begun).map_err(|error| {
                log::failed(&error);
                BulkOutcome::Failed(error)
            })
        });
        let unverified = begun.instrument(span.clone()).await;
        self.input.answered(request.number());
        let finish = move |imported: Imported| {
            span.in_scope(|| log::imported(&imported));
            BulkOutcome::Imported(Box::new(imported))
        };
        match unverified {
            Ok(unverified) if unverified.needs_read(importer) => {
                Item::Unverified(Box::new(unverified), Box::new(move |imported| ended(request, finish(imported))))
            }
            Ok(unverified) => Item::Done(ended(request, finish(unverified.end(importer, None).await))),
            Err(outcome) => Item::Done(ended(request, outcome)),
        }
    }
}

/// Whether a key was refused. Every further call would be as well.
#[derive(Debug)]
pub(super) struct Refused {
    already: AtomicBool,
    /// Whether there are several carriers: the key of one is no other one's.
    several: bool,
}

impl Refused {
    pub(super) fn of(importer: &Importer) -> Self {
        Self { already: AtomicBool::new(false), several: importer.provider.carriers().len() > 1 }
    }

    pub(super) fn already(&self) -> bool {
        self.already.load(Ordering::Relaxed)
    }

    pub(super) fn watch<T>(&self, result: Result<T>) -> Result<T> {
        let ends = |error: &Error| {
            let by_carrier = matches!(error.call(), Some(CallError { service: Service::Provider(_), .. }));
            error.meaning() == Some(Meaning::Unauthorized) && !(self.several && by_carrier)
        };
        if result.as_ref().is_err_and(ends) {
            self.already.store(true, Ordering::Relaxed);
        }
        result
    }
}

/// The numbers of the input so far.
#[derive(Debug, Default)]
struct Input(Mutex<Numbers>);

#[derive(Debug, Default)]
struct Numbers {
    /// The first index of each, and what was asked for there.
    first: HashMap<u64, (usize, Asked)>,
    keys: RandomState,
    /// Those that are not answered yet: a list that is read now is to tell of them, too.
    under_way: HashSet<u64>,
}

impl Input {
    /// With room for so many, within reason: to grow is to have all of them twice for a moment.
    fn expecting(numbers: usize) -> Self {
        let first = HashMap::with_capacity(numbers.min(1 << 20));
        Self(Mutex::new(Numbers { first, ..Numbers::default() }))
    }

    /// Where the number stood before, and the fields in which that request differs; if nowhere, it is under way from
    /// here on.
    fn first(&self, request: &ImportRequest, index: usize) -> Option<(usize, Vec<Field>)> {
        let (number, mut numbers) = (packed(request.number()), self.numbers());
        let asked = Asked::of(request, &numbers.keys);
        let (first, first_asked) = *numbers.first.entry(number).or_insert((index, asked));
        if first != index {
            return Some((first, asked.differing(first_asked)));
        }
        numbers.under_way.insert(number);
        None
    }

    fn answered(&self, number: &E164) {
        self.numbers().under_way.remove(&packed(number));
    }

    fn is_answered(&self, number: &E164) -> bool {
        let (number, numbers) = (packed(number), self.numbers());
        numbers.first.contains_key(&number) && !numbers.under_way.contains(&number)
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        lock(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_under_way_until_it_is_answered() {
        let (input, number) = (Input::default(), "+14155552671".parse().unwrap());
        let request = ImportRequest::new(number);
        assert!(!input.is_answered(&number), "it is still to come");
        let again = input.first(&request, 3).or_else(|| input.first(&request.clone().label("Desk"), 5));
        assert_eq!(again, Some((3, vec![Field::Label])));
        assert!(!input.is_answered(&number));
        input.answered(&number);
        assert!(input.is_answered(&number));
        assert_eq!(input.first(&request, 7), Some((3, Vec::new())));
    }
}
