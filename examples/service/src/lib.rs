//! A web service that imports numbers: `POST /numbers` imports one, `POST /numbers/bulk` several.
//!
//! Every [`ErrorKind`] has its own HTTP status ([`status`]); the body is the error's JSON.

use axum::Router;
use axum::extract::{Json, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use futures_util::{StreamExt, stream};
use numport::error::ErrorKind;
use numport::import::BulkItem;
use numport::model::MaskNumbers;
use numport::{Error, ImportRequest, Imported, Importer};

/// Returns the routes of the service. All requests share the importer and its clients.
pub fn router(importer: Importer) -> Router {
    Router::new().route("/numbers", post(import_one)).route("/numbers/bulk", post(import_bulk)).with_state(importer)
}

async fn import_one(
    State(importer): State<Importer>,
    Json(request): Json<ImportRequest>,
) -> Result<Json<Imported>, Failed> {
    // A handler is dropped when its caller disconnects. The import continues in a task of its own.
    let import = tokio::spawn(async move { importer.import(&request).await });
    match import.await {
        Ok(result) => Ok(Json(result?)),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// Returns 200 with an item for each request. Each item has its own outcome.
async fn import_bulk(
    State(importer): State<Importer>,
    Json(requests): Json<Vec<ImportRequest>>,
) -> Json<Vec<BulkItem>> {
    let mut items: Vec<BulkItem> = importer.import_many(stream::iter(requests)).collect().await;
    items.sort_by_key(|item| item.index);
    Json(items)
}

/// Returns the HTTP status of a kind of error, or `None` for a kind that this table does not have yet.
#[must_use]
pub const fn status(kind: ErrorKind) -> Option<StatusCode> {
    Some(match kind {
        // The caller must correct the request.
        ErrorKind::Invalid | ErrorKind::Preflight | ErrorKind::Rejected => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        // The caller may send the same request again later.
        ErrorKind::Busy | ErrorKind::RateLimited | ErrorKind::Unavailable | ErrorKind::Journal => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        ErrorKind::Incomplete | ErrorKind::Unresolved => StatusCode::GATEWAY_TIMEOUT,
        // This service's credentials are wrong, or the platform fails: no caller can change that.
        ErrorKind::Unauthorized | ErrorKind::Forbidden | ErrorKind::BadResponse => StatusCode::BAD_GATEWAY,
        _ => return None,
    })
}

/// An import that failed, as a response.
struct Failed(Error);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl IntoResponse for Failed {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let kind = error.kind();
        let status = status(kind).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        tracing::warn!(kind = kind.as_str(), status = status.as_u16(), "{}", MaskNumbers(error.report()));
        let mut response = (status, Json(&error)).into_response();
        if let Some(wait) = error.retry_after() {
            // Whole seconds, rounded up: a caller that comes too early would be refused again.
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
