use std::time::Duration;

use async_trait::async_trait;
use numport::error::{ErrorKind, Failure};
use numport::journal::{Journal, JournalError, JournalFault, Key, Lease, Past, UnresolvedImport};
use numport::model::{AccountId, PlatformKind, ProviderKind};
use numport::sandbox::{Fault, Sandbox};
use numport::{E164, Error, ImportRequest};

use crate::{BERLIN, DESK, NOT_HELD, assert_reported, from_trunk, from_twilio, number, sandbox};

fn refuse(status: u16, retry_after: Option<&str>) -> Fault {
    Fault::Refuse { status, retry_after: retry_after.map(str::to_owned) }
}

/// Provokes an error of this kind.
pub(crate) async fn provoke(sandbox: &Sandbox, kind: ErrorKind) -> Option<Error> {
    let importer = from_twilio(sandbox);
    let at_vapi = |fault| sandbox.fault_on(PlatformKind::VAPI, "POST /phone-number", fault);
    let at_twilio = |fault| sandbox.fault_on(ProviderKind::TWILIO, "GET", fault);
    let mut request = ImportRequest::new(number(DESK));
    match kind {
        ErrorKind::Invalid => request = request.label("x".repeat(41)),
        ErrorKind::Preflight => request = ImportRequest::new(number(NOT_HELD)),
        ErrorKind::Rejected => at_vapi(Fault::EchoedSecret),
        ErrorKind::Unauthorized => at_vapi(refuse(401, None)),
        ErrorKind::Forbidden => at_vapi(refuse(403, None)),
        ErrorKind::NotFound => at_vapi(refuse(404, None)),
        ErrorKind::Conflict => at_vapi(refuse(409, None)),
        ErrorKind::RateLimited => at_twilio(refuse(429, Some("7"))),
        ErrorKind::Unavailable => at_twilio(refuse(503, None)),
        ErrorKind::BadResponse => at_twilio(Fault::HtmlBody { status: 200, commit: true }),
        ErrorKind::Unresolved => at_vapi(Fault::DropBeforeCommit),
        ErrorKind::Busy => {
            at_vapi(Fault::DelayBeforeCommit(Duration::from_secs(60)));
            let (first, importing) = (request.clone(), importer.clone());
            let first = tokio::spawn(async move { importing.import(first).await });
            while sandbox.waiting() == 0 {
                tokio::task::yield_now().await;
            }
            let error = importer.import(request).await.unwrap_err();
            first.abort();
            return Some(error);
        }
        ErrorKind::Journal => return importer.journal(Full).import(request).await.err(),
        ErrorKind::Incomplete => {
            at_vapi(Fault::EchoedSecret);
            sandbox.fault_on(PlatformKind::VAPI, "DELETE /credential", refuse(500, None));
            return from_trunk(sandbox).import(ImportRequest::new(number(BERLIN))).await.err();
        }
        _ => return None,
    }
    importer.import(request).await.err()
}

/// A journal on a full disk.
#[derive(Debug)]
struct Full;

fn full<T>() -> Result<T, JournalError> {
    Err(JournalError::new("/var/lib/numport", JournalFault::Full, "no space left on device"))
}

#[async_trait]
impl Journal for Full {
    fn id(&self) -> &str {
        "full"
    }

    async fn lock(&self, _: &Key, _: Duration) -> Result<Option<Box<dyn Lease>>, JournalError> {
        full()
    }

    async fn unresolved(&self) -> Result<Vec<UnresolvedImport>, JournalError> {
        full()
    }

    async fn move_account(&self, _: PlatformKind, _: &AccountId, _: &AccountId) -> Result<usize, JournalError> {
        full()
    }

    async fn history(&self, _: &E164) -> Result<Vec<Past>, JournalError> {
        full()
    }
}

/// For each kind: whether anything was changed, and whether a repeated import may succeed without other changes.
const KINDS: [(ErrorKind, Failure, bool); 14] = [
    (ErrorKind::Invalid, Failure::Refused, false),
    (ErrorKind::Preflight, Failure::Refused, false),
    (ErrorKind::Rejected, Failure::Refused, false),
    (ErrorKind::Unauthorized, Failure::Refused, false),
    (ErrorKind::Forbidden, Failure::Refused, false),
    (ErrorKind::NotFound, Failure::Refused, false),
    (ErrorKind::Conflict, Failure::Unknown, true),
    (ErrorKind::Busy, Failure::Failed, true),
    (ErrorKind::RateLimited, Failure::Failed, true),
    (ErrorKind::Unavailable, Failure::Failed, true),
    (ErrorKind::BadResponse, Failure::Refused, false),
    (ErrorKind::Journal, Failure::Failed, true),
    (ErrorKind::Incomplete, Failure::Failed, false),
    (ErrorKind::Unresolved, Failure::Unknown, true),
];

#[tokio::test]
async fn every_kind_of_error() {
    assert_eq!(KINDS.map(|(kind, ..)| kind), ErrorKind::ALL);
    for (kind, failure, retryable) in KINDS {
        let sandbox = sandbox().await;
        let error = provoke(&sandbox, kind).await.unwrap_or_else(|| panic!("{kind:?} is not provoked"));
        assert_eq!((error.kind(), error.failure(), error.is_retryable()), (kind, failure, retryable), "{error}");
        assert_reported(&sandbox, &format!("error_{}", kind.as_str()), &error);
        if retryable {
            let importer = from_twilio(&sandbox).resend_after(Duration::ZERO);
            let again = importer.import(ImportRequest::new(number(DESK))).await;
            assert!(again.is_ok(), "{kind:?}: nothing was changed, and another import succeeds: {again:?}");
        }
    }
}
