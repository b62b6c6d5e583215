//! Lists with several pages, read to their end.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use numport::error::{CallFault, PageFault};
use numport::{Error, Result};

/// The items of a stream, and how it ends. Nothing follows an error.
pub(crate) async fn drained<T>(mut stream: BoxStream<'_, Result<T>>) -> (Vec<T>, Option<Error>) {
    let mut items = Vec::new();
    while let Some(next) = stream.next().await {
        match next {
            Ok(item) => items.push(item),
            Err(error) => {
                assert!(stream.next().await.is_none(), "a stream ends after its first error");
                return (items, Some(error));
            }
        }
    }
    (items, None)
}

/// The problem of the page that ended a list.
pub(crate) fn page_fault(end: Option<Error>) -> PageFault {
    let error = end.expect("an error");
    match &error.call().unwrap().fault {
        CallFault::Page(fault) => fault.clone(),
        other => panic!("{other:?}"),
    }
}
