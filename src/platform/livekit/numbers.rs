//! The numbers that LiveKit sells.

use futures_util::stream::BoxStream;
use serde_json::json;

use super::call::{NUMBERS, call};
use super::client::{KIND, LiveKit};
use super::wire::{
    ListNumbers, NumberKey, NumberPage, Owned, PageToken, PhoneNumber, Proto, PurchaseNumbers, SearchNumbers,
};
use crate::error::{Mismatch, Result, checked};
use crate::http::{Call, Next};

impl LiveKit {
    /// Returns one page of numbers that can be bought.
    ///
    /// # Errors
    ///
    /// If the search is invalid, or the request fails.
    pub async fn search_numbers(&self, search: &SearchNumbers) -> Result<NumberPage> {
        checked(KIND, "search numbers", |problems| search.check(problems))?;
        self.sent(call("search numbers", NUMBERS, "SearchPhoneNumbers", search).read_only(), |_| Ok(())).await
    }

    /// Buys numbers. This costs money and is not safe to repeat: list the numbers first.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) if no number is given. Otherwise
    /// [`CallError::delivery`](crate::error::CallError::delivery) says whether the request was carried out.
    pub async fn purchase_numbers(&self, purchase: &PurchaseNumbers) -> Result<Vec<PhoneNumber>> {
        #[derive(serde::Deserialize)]
        struct Bought {
            #[serde(default)]
            phone_numbers: Vec<PhoneNumber>,
        }
        checked(KIND, "purchase numbers", |problems| purchase.check(problems))?;
        let bought = self.sent(call("purchase numbers", NUMBERS, "PurchasePhoneNumber", purchase), |_| Ok(())).await;
        bought.map(|bought: Bought| bought.phone_numbers)
    }

    /// Returns one page of the project's numbers. A self-hosted LiveKit has none.
    ///
    /// # Errors
    ///
    /// If the request fails.
    pub async fn list_numbers(&self, list: &ListNumbers) -> Result<NumberPage> {
        self.sent(list_call(list), |_| Ok(())).await
    }

    /// Returns all numbers of a list, page after page. The stream ends after its first error.
    #[must_use]
    pub fn numbers(&self, list: ListNumbers) -> BoxStream<'_, Result<PhoneNumber>> {
        self.http.pages(Ok(list_call(&list)), move |Proto(page): Proto<NumberPage>| {
            let next = PageToken::cursor(page.next_page_token);
            let next = next.map_or(Next::End, |next| Next::Call(list_call(&list.clone().page_token(next))));
            (page.items.unwrap_or_default(), next)
        })
    }

    /// Returns a number of the project; `None` if there is none.
    ///
    /// # Errors
    ///
    /// Status 404 if there is none.
    pub async fn get_number(&self, key: &NumberKey) -> Result<Option<PhoneNumber>> {
        let call = call("get number", NUMBERS, "GetPhoneNumber", key).read_only();
        self.sent(call, of_number(key)).await.map(|got| got.phone_number)
    }

    /// Sets the dispatch rule that takes a number's calls. Whether an empty id takes the rule off is not documented.
    ///
    /// # Errors
    ///
    /// Status 404 if the number does not exist.
    pub async fn update_number(&self, key: &NumberKey, dispatch_rule: &str) -> Result<Option<PhoneNumber>> {
        let mut body = json!(key);
        body["sip_dispatch_rule_id"] = dispatch_rule.into();
        let call = call("update number", NUMBERS, "UpdatePhoneNumber", &body).repeatable();
        self.sent(call, of_number(key)).await.map(|got| got.phone_number)
    }

    /// Gives numbers up, for good.
    ///
    /// # Errors
    ///
    /// Status 404 if one of them does not exist.
    pub async fn release_numbers(&self, keys: &[NumberKey]) -> Result<()> {
        let of = |id: bool| {
            let keys = keys.iter().filter(|key| matches!(key, NumberKey::Id(_)) == id);
            keys.map(NumberKey::as_str).collect::<Vec<_>>()
        };
        let (ids, numbers) = (of(true), of(false));
        let mut body = json!({});
        for (field, keys) in [("ids", ids), ("phone_numbers", numbers)] {
            if !keys.is_empty() {
                body[field] = json!(keys);
            }
        }
        self.http.request_empty(call("release numbers", NUMBERS, "ReleasePhoneNumbers", &body)).await
    }
}

fn list_call(list: &ListNumbers) -> Call {
    call("list numbers", NUMBERS, "ListPhoneNumbers", list).read_only()
}

/// Whether a response is about this number.
fn of_number(key: &NumberKey) -> impl FnOnce(&Owned) -> Result<(), Mismatch> + Send + '_ {
    |got| match &got.phone_number {
        Some(number) if !key.is(number) => {
            Err(Mismatch::new(format_args!("the number {}", key.as_str()), number.id.as_deref()))
        }
        _ => Ok(()),
    }
}
