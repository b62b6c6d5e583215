use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::number::Capability;
use crate::E164;
use crate::http::Call;
use crate::model::{ProblemCode, Problems};
use crate::wire::{open_enum, query_object, received_object};

query_object! {
    /// Which numbers of the project to list. Defaults to all numbers, 50 per page.
    pub struct ListNumbers {
        texts {
            /// Only numbers whose name contains this text.
            name = "filter_name",
            /// Only numbers that contain this text. It is not an exact match.
            number = "filter_number",
        }
        values {
            /// The number of entries per page, 1 to 1000.
            page_size: u16 = "page_size",
        }
    }

    /// Which numbers to search for. Defaults to any local number, at most 50. There are no pages.
    pub struct SearchNumbers {
        texts {
            /// Only numbers with this area code.
            area_code = "areacode",
            /// Only numbers of this state or province, two letters. Local numbers only.
            region = "region",
            /// Only numbers of this city. Requires a region.
            city = "city",
        }
        values {
            /// Local or toll-free.
            sale_type: SaleType = "number_type",
            /// The maximum number of results, 1 to 100.
            max_results: u16 = "max_results",
        }
        apart {
            /// Only numbers with these digits.
            pattern: Pattern,
        }
    }
}

impl ListNumbers {
    pub(in crate::platform::signalwire) fn check(&self, problems: &mut Problems) {
        if let Some(size) = self.page_size {
            problems.range("page_size", &size.into(), 1, 1000);
        }
    }
}

open_enum! {
    /// The kind of a number that can be bought.
    pub enum SaleType {
        /// A local number.
        Local = "local",
        /// A toll-free number.
        TollFree = "toll-free",
    }
}

/// The digits that a number must have: 3 to 7 digits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Pattern {
    /// The number begins with these digits.
    StartsWith(String),
    /// The number contains these digits.
    Contains(String),
    /// The number ends with these digits.
    EndsWith(String),
}

impl SearchNumbers {
    fn digits(&self) -> Option<(&'static str, &str)> {
        self.pattern.as_ref().map(|pattern| match pattern {
            Pattern::StartsWith(digits) => ("starts_with", digits.as_str()),
            Pattern::Contains(digits) => ("contains", digits.as_str()),
            Pattern::EndsWith(digits) => ("ends_with", digits.as_str()),
        })
    }

    pub(in crate::platform::signalwire) fn check(&self, problems: &mut Problems) {
        if let Some((field, digits)) = self.digits() {
            problems.length(field, digits, 3, 7);
            if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                problems.add(ProblemCode::Malformed, field, "has characters other than digits", "give 3 to 7 digits");
            }
        }
        if let Some(max) = self.max_results {
            problems.range("max_results", &max.into(), 1, 100);
        }
        if self
            .region
            .as_ref()
            .is_some_and(|region| region.len() != 2 || !region.bytes().all(|b| b.is_ascii_alphabetic()))
        {
            problems.add(ProblemCode::Malformed, "region", "is not two letters", "give the state's or province's code");
        }
        if self.sale_type == Some(SaleType::TollFree) {
            for (field, given) in [("region", self.region.is_some()), ("city", self.city.is_some())] {
                if given {
                    problems.add(
                        ProblemCode::Conflict,
                        field,
                        "is not allowed with toll-free numbers",
                        "search local numbers, or leave it out",
                    );
                }
            }
        } else if self.city.is_some() && self.region.is_none() {
            problems.add(ProblemCode::Missing, "city", "has no region", "give the region too");
        }
    }

    pub(in crate::platform::signalwire) fn apply(&self, call: Call) -> Call {
        let call = self.query(call);
        match self.digits() {
            Some((name, digits)) => call.query(name, Some(digits)),
            None => call,
        }
    }
}

received_object! {
    snake_case;

    /// The results of a search.
    pub struct AvailableNumbers {
        required {
            /// The numbers.
            data: Vec<AvailableNumber>,
        }
    }

    /// A number that can be bought. The documents differ on its form: some use `e164`, some `number`.
    pub struct AvailableNumber {
        optional {
            /// The number.
            e164: String,
            /// The number, under its other name.
            number: String,
            /// The number in national form.
            national_number_formatted: String,
            /// The number in international form.
            international_number_formatted: String,
            /// Its rate center.
            rate_center: String,
            /// Its state or province.
            region: String,
            /// Its city.
            city: String,
            /// Its local access and transport area.
            lata: String,
            /// Its country, two letters.
            country_code: String,
            /// Its features.
            capabilities: AvailableCapabilities,
        }
    }
}

/// The features of a number that can be bought, in either documented form.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AvailableCapabilities {
    /// A list of features.
    List(Vec<Capability>),
    /// A flag for each feature.
    Switches(Map<String, Value>),
}

impl<'de> Deserialize<'de> for AvailableCapabilities {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = AvailableCapabilities;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a sequence")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(list)).map(AvailableCapabilities::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, switches: A) -> Result<Self::Value, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(switches)).map(AvailableCapabilities::Switches)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl AvailableNumber {
    /// Returns the number, under whichever name the response has it.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.e164.as_deref().or(self.number.as_deref())
    }

    /// Returns whether it has this feature.
    #[must_use]
    pub fn can(&self, capability: &Capability) -> bool {
        match &self.capabilities {
            Some(AvailableCapabilities::List(list)) => list.contains(capability),
            Some(AvailableCapabilities::Switches(switches)) => {
                switches.get(capability.as_str()).and_then(Value::as_bool).unwrap_or(false)
            }
            None => false,
        }
    }
}

/// The body of a purchase. SignalWire bills it immediately.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[must_use]
pub struct PurchaseNumber {
    number: E164,
    #[serde(skip_serializing_if = "Option::is_none")]
    number_type: Option<PurchaseType>,
}

open_enum! {
    /// The kind of a number in a purchase.
    pub enum PurchaseType {
        /// A local number.
        Local = "local",
        /// A toll-free number.
        Tollfree = "tollfree",
    }
}

impl PurchaseNumber {
    /// Buys this number.
    pub const fn new(number: E164) -> Self {
        Self { number, number_type: None }
    }

    /// Sets its kind. Only newer versions of the API accept it.
    pub fn number_type(mut self, number_type: PurchaseType) -> Self {
        self.number_type = Some(number_type);
        self
    }
}
