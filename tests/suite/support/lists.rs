//! Lists of several pages: read to their end.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use numport::error::{CallFault, PageFault};
use numport::{Error, Result};

/// What a stream gives until it ends, and how it ends. After an error nothing comes.
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

/// What was wrong with the page that a list ended at.
pub(crate) fn page_fault(end: Option<Error>) -> PageFault {
    let error = end.expect("an error");
    match &error.call().unwrap().fault {
        CallFault::Page(fault) => fault.clone(),
        other => panic!("{other:?}"),
    }
}
