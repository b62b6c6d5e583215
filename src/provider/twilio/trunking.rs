//! Elastic SIP trunks and their numbers, at Twilio's trunking host.

use futures_util::stream::BoxStream;

use super::Twilio;
use super::client::KIND;
use super::wire::{OriginationUrl, OriginationUrlPage, Trunk, TrunkNumber, TrunkNumberPage, TrunkPage};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Call, Next};
use crate::model::check_sid;

const TRUNKS: &str = "list trunks";
const LIST: &str = "list numbers of trunk";
const ORIGINATION: &str = "list origination URLs of trunk";
const GET: &str = "get number of trunk";
const ATTACH: &str = "attach number to trunk";
const DETACH: &str = "detach number from trunk";

impl Twilio {
    /// Returns the account's trunks. The stream ends after its first error.
    #[must_use]
    pub fn trunks(&self) -> BoxStream<'_, Result<Trunk>> {
        self.trunking.pages(Ok(Call::get(TRUNKS, &["v1", "Trunks"])), |page: TrunkPage| {
            (page.trunks, Next::link(page.meta.and_then(|meta| meta.next_page_url)))
        })
    }

    /// Returns the numbers on a trunk, `TK…`. The stream ends after its first error.
    #[must_use]
    pub fn trunk_numbers(&self, trunk: &str) -> BoxStream<'_, Result<TrunkNumber>> {
        let checked = checked(KIND, LIST, |problems| check_sid(problems, "trunk", trunk, "TK"));
        let call = checked.map(|()| Call::get(LIST, &["v1", "Trunks", trunk, "PhoneNumbers"]));
        self.trunking.pages(call, |page: TrunkNumberPage| {
            (page.phone_numbers, Next::link(page.meta.and_then(|meta| meta.next_page_url)))
        })
    }

    /// Returns the SIP addresses to which a trunk, `TK…`, sends the calls of its numbers. The stream ends after its first
    /// error.
    #[must_use]
    pub fn origination_urls(&self, trunk: &str) -> BoxStream<'_, Result<OriginationUrl>> {
        let checked = checked(KIND, ORIGINATION, |problems| check_sid(problems, "trunk", trunk, "TK"));
        let call = checked.map(|()| Call::get(ORIGINATION, &["v1", "Trunks", trunk, "OriginationUrls"]));
        self.trunking.pages(call, |page: OriginationUrlPage| {
            (page.origination_urls, Next::link(page.meta.and_then(|meta| meta.next_page_url)))
        })
    }

    /// Returns a number on a trunk, by the SIDs of both.
    ///
    /// # Errors
    ///
    /// If a SID is invalid, or the request fails. Status 404 if the number is not on the trunk.
    pub async fn get_trunk_number(&self, trunk: &str, sid: &str) -> Result<TrunkNumber> {
        check(GET, trunk, sid)?;
        let call = Call::get(GET, &["v1", "Trunks", trunk, "PhoneNumbers", sid]);
        self.trunking.request_matching(call, on_trunk(trunk, sid)).await
    }

    /// Attaches a number to a trunk. The trunk then gets the number's calls, and Twilio clears the number's voice
    /// application.
    ///
    /// # Errors
    ///
    /// If a SID is invalid, or the request fails.
    pub async fn attach_to_trunk(&self, trunk: &str, sid: &str) -> Result<TrunkNumber> {
        check(ATTACH, trunk, sid)?;
        let call = Call::post(ATTACH, &["v1", "Trunks", trunk, "PhoneNumbers"]).form(&[("PhoneNumberSid", sid)]);
        self.trunking.request_matching(call, on_trunk(trunk, sid)).await
    }

    /// Detaches a number from a trunk. The account keeps the number.
    ///
    /// # Errors
    ///
    /// The same errors as [`get_trunk_number`](Self::get_trunk_number).
    pub async fn detach_from_trunk(&self, trunk: &str, sid: &str) -> Result<()> {
        check(DETACH, trunk, sid)?;
        let call = Call::delete(DETACH, &["v1", "Trunks", trunk, "PhoneNumbers", sid]).repeatable();
        match self.trunking.request_empty(call).await {
            Err(error) if !error.is_removed_before() => Err(error),
            _ => Ok(()),
        }
    }
}

/// Whether a response is about the number of this SID and, if it names one, about this trunk.
fn on_trunk(trunk: &str, sid: &str) -> impl FnOnce(&TrunkNumber) -> Result<(), Mismatch> + Send {
    move |number| {
        Mismatch::unless_id(sid, number.sid.as_deref())?;
        number.trunk_sid.as_deref().map_or(Ok(()), |found| Mismatch::unless_id(trunk, Some(found)))
    }
}

fn check(operation: &str, trunk: &str, sid: &str) -> Result<()> {
    checked(KIND, operation, |problems| {
        check_sid(problems, "trunk", trunk, "TK");
        check_sid(problems, "sid", sid, "PN");
    })
}
