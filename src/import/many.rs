//! What the calls over many numbers take: anything iterable, or a stream.

use futures_util::stream::{self, BoxStream, Stream, StreamExt};

/// The input of [`Importer::import_many`](crate::Importer::import_many) and the like: anything iterable, such as a
/// `Vec` or an iterator that reads a file, or a [`Stream`].
///
/// It is implemented for both and read lazily. `Kind` tells the compiler which of the two an input is; it is always
/// inferred.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use futures_util::{StreamExt, stream};
/// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
///
/// let sandbox = Sandbox::start().await?;
/// let vars = |name: &str| sandbox.var(name);
/// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
///
/// let requests = vec![ImportRequest::new("+14155552671".parse()?)];
/// assert_eq!(importer.import_many(requests.clone()).count().await, 1);
/// assert_eq!(importer.import_many(stream::iter(requests)).count().await, 1);
/// # Ok(())
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither iterable nor a `Stream` of `{T}`",
    note = "both must be `Send`; dereference or clone items of a borrowed collection, as `numbers.iter().cloned()`"
)]
pub trait Many<'a, T, Kind> {
    /// Makes the stream that is read.
    fn into_stream(self) -> BoxStream<'a, T>;
}

/// The [`Many`] of what is iterable.
#[derive(Debug)]
pub enum Iterable {}

/// The [`Many`] of a stream.
#[derive(Debug)]
pub enum Streamed {}

impl<'a, T, I> Many<'a, T, Iterable> for I
where
    I: IntoIterator<Item = T>,
    I::IntoIter: Send + 'a,
    T: Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, T> {
        stream::iter(self).boxed()
    }
}

impl<'a, T, S> Many<'a, T, Streamed> for S
where
    S: Stream<Item = T> + Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, T> {
        self.boxed()
    }
}
