//! The token of a request.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use jiff::Timestamp;
use serde_json::Value;

use super::{KEY, SECRET, refused};
use crate::sandbox::message::{Reply, Request};

/// Which of 401 and 403 a missing grant gets is not documented.
pub(super) fn check(request: &Request<'_>) -> Result<(), Reply> {
    let token = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let claims = token.and_then(claims).ok_or_else(|| refused(401, "unauthenticated", "invalid API key or token"))?;
    if claims["sip"]["admin"] == true {
        Ok(())
    } else {
        Err(refused(403, "permission_denied", "requires the grant sip.admin"))
    }
}

/// The claims of a token that is signed with the secret and valid now.
fn claims(token: &str) -> Option<Value> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let read = |part: &str| serde_json::from_slice::<Value>(&BASE64.decode(part).ok()?).ok();
    let (header, claims) = (read(header)?, read(claims)?);
    let is_signed = BASE64.decode(signature).ok()? == hmac_sha256::HMAC::mac(signed, SECRET);
    let now = Timestamp::now().as_second();
    let in_time = claims["exp"].as_i64()? > now && claims["nbf"].as_i64().unwrap_or(0) <= now;
    (header["alg"] == "HS256" && is_signed && in_time && claims["iss"] == KEY).then_some(claims)
}
