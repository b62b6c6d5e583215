//! Rolling back many imports.

use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt};

use super::{Undo, Undone};
use crate::error::Error;
use crate::http::count::RequestCount;
use crate::import::bulk::Refused;
use crate::import::why::NOT_ATTEMPTED;
use crate::import::{Importer, Many};
use crate::model::Removal;

/// The result for one import of [`Importer::undo_many`].
///
/// ```
/// use numport::import::{UndoOutcome, UndoneItem};
///
/// fn print(item: &UndoneItem) {
///     match &item.outcome {
///         UndoOutcome::Undone(undone) if undone.is_complete() => {}
///         _ => eprintln!("{}: {}", item.undo.number, item.report()),
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct UndoneItem {
    /// The index of the undo in the input; the first is 0.
    pub index: usize,
    /// The undo.
    pub undo: Undo,
    /// The outcome.
    pub outcome: UndoOutcome,
    /// How many requests the run has sent since the item before this one, as
    /// [`BulkItem::requests`](crate::import::BulkItem::requests).
    pub requests: u64,
}

/// The outcome of one undo of [`Importer::undo_many`].
///
/// ```
/// use numport::import::UndoOutcome;
///
/// /// Whether the undo can be deleted from the file that keeps it.
/// fn is_done(outcome: &UndoOutcome) -> bool {
///     match outcome {
///         UndoOutcome::Undone(undone) => undone.is_complete(),
///         _ => false,
///     }
/// }
/// assert!(!is_done(&UndoOutcome::NotAttempted));
/// ```
#[derive(Debug)]
#[allow(clippy::large_enum_variant)] // an item is taken apart where it is received
#[non_exhaustive]
pub enum UndoOutcome {
    /// The import is rolled back, or a part of it stays: [`Undone::is_complete`] tells which.
    Undone(Undone),
    /// The import is not rolled back, or only in part, or the result is unknown. The error is the one that
    /// [`Importer::undo`] returns. It is safe to undo again.
    Failed(Error),
    /// Nothing was sent, because a service refused a key (401) before this undo was reached.
    NotAttempted,
}

impl UndoOutcome {
    /// Returns the outcome's stable code: `undone`, `partly_undone`, `refused`, `failed`, `unknown` or `not_attempted`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Undone(undone) if undone.is_complete() => "undone",
            Self::Undone(_) => "partly_undone",
            Self::Failed(error) => error.failure().as_str(),
            Self::NotAttempted => "not_attempted",
        }
    }

    /// Returns whether the import is not rolled back completely, as far as known.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        !matches!(self, Self::Undone(undone) if undone.is_complete())
    }
}

impl UndoneItem {
    /// Returns one line for people: the number, the outcome, and what to do about it.
    #[must_use]
    pub fn report(&self) -> String {
        let number = self.undo.number;
        match &self.outcome {
            UndoOutcome::Undone(undone) => match undone.advice() {
                Some(advice) => format!("{undone}. {advice}"),
                None => undone.to_string(),
            },
            UndoOutcome::Failed(error) => format!("{number} {}: {}", error.failure().as_str(), error.report()),
            UndoOutcome::NotAttempted => {
                format!("{number} not attempted: {NOT_ATTEMPTED}")
            }
        }
    }
}

impl Importer {
    /// Rolls back many imports [concurrently](Self::concurrency), each as [`undo`](Self::undo) does and within the
    /// [`deadline`](Self::deadline).
    ///
    /// The stream yields each result as soon as it is ready and continues after failures. Only a refused key (401) ends
    /// it: undos that have begun are finished, and the remaining ones yield
    /// [`NotAttempted`](UndoOutcome::NotAttempted). The stream pulls input only when it has capacity, and nothing happens
    /// unless it is read. Dropping the stream cancels the undos that have begun. It is safe to run again with the same
    /// input.
    ///
    /// Undos of the same number run one after another, in the order of the input: give that of the latest import first.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use futures_util::StreamExt;
    /// use numport::import::{BulkOutcome, Progress, Undo};
    /// use numport::{ImportRequest, Importer, Removal, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let requests = ["+14155552671", "+442071838750"].map(|number| ImportRequest::new(number.parse().unwrap()));
    /// let mut kept: Vec<Undo> = Vec::new();
    /// let mut items = importer.import_many(requests);
    /// while let Some(item) = items.next().await {
    ///     match &item.outcome {
    ///         BulkOutcome::Imported(imported) => kept.push(imported.undo()),
    ///         BulkOutcome::Failed(error) => kept.extend(importer.undo_of(error)),
    ///         _ => {}
    ///     }
    /// }
    ///
    /// let mut undone = importer.undo_many(kept, Removal::Record);
    /// let mut progress = Progress::default();
    /// while let Some(item) = undone.next().await {
    ///     progress.add(&item);
    ///     println!("{}", item.report());
    /// }
    /// assert_eq!((progress.of("undone"), progress.failed()), (2, 0));
    /// # Ok(())
    /// # }
    /// ```
    pub fn undo_many<'a, K>(&self, undos: impl Many<'a, Undo, K>, consent: Removal) -> BoxStream<'a, UndoneItem> {
        let shared = Arc::new((self.for_run(), Refused::of(self)));
        let requests = RequestCount::default();
        let counted = requests.clone();
        undos
            .into_stream()
            .enumerate()
            .map(move |(index, undo)| {
                let shared = shared.clone();
                // Nothing is awaited before the number's lock, which is fair: so the order of the input is kept.
                requests.of(async move {
                    let (importer, refused) = &*shared;
                    let outcome = if refused.already() {
                        UndoOutcome::NotAttempted
                    } else {
                        match refused.watch(importer.undo(&undo, consent).await) {
                            Ok(undone) => UndoOutcome::Undone(undone),
                            Err(error) => UndoOutcome::Failed(error),
                        }
                    };
                    UndoneItem { index, undo, outcome, requests: 0 }
                })
            })
            .buffer_unordered(self.concurrency)
            .map(move |item| UndoneItem { requests: counted.take(), ..item })
            .boxed()
    }
}
