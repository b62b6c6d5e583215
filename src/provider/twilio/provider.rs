use async_trait::async_trait;
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};

use super::{IncomingPhoneNumber, ListNumbers, Twilio};
use crate::E164;
use crate::error::Result;
use crate::model::{NumberSource, ProviderKind};
use crate::provider::{HeldNumber, NumberProvider, Ownership};

/// The most numbers that Twilio puts on a page.
const PAGE: u16 = 1000;

#[async_trait]
impl NumberProvider for Twilio {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Twilio
    }

    fn source(&self) -> NumberSource {
        self.credentials.clone().into()
    }

    async fn lookup(&self, number: &E164) -> Result<Ownership> {
        // Twilio's filter also matches parts of numbers.
        let mut numbers = self.numbers(ListNumbers::new().phone_number(number.as_str()));
        while let Some(found) = numbers.try_next().await? {
            if *number == found.phone_number.as_str() {
                return Ok(Ownership::Held(held(*number, found)));
            }
        }
        Ok(Ownership::NotHeld)
    }

    /// Every number of the account that is E.164; Twilio's short codes are not.
    fn list(&self) -> BoxStream<'_, Result<HeldNumber>> {
        let held = |found: IncomingPhoneNumber| async move {
            Ok(found.phone_number.parse().ok().map(|number| held(number, found)))
        };
        self.numbers(ListNumbers::new().page_size(PAGE)).try_filter_map(held).boxed()
    }
}

fn held(number: E164, found: IncomingPhoneNumber) -> HeldNumber {
    let text = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
    HeldNumber {
        id: Some(found.sid.clone()),
        label: text(&found.friendly_name),
        voice: found.capabilities.as_ref().and_then(|capabilities| capabilities.voice),
        voice_url: text(&found.voice_url),
        ..HeldNumber::new(number, found)
    }
}
