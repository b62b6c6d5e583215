//! The spellings in which a server may write its JSON.

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error};
use serde_json::{Map, Value};

use crate::wire::document;

/// A response in any spelling of the protocol: snake case or camel case, enums by name or by number, lists with null
/// in place of what does not exist.
pub(in super::super) struct Proto<T>(pub(in super::super) T);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Proto<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = normalized(Value::deserialize(deserializer)?);
        document::from_value(value).map(Self).map_err(D::Error::custom)
    }
}

/// The fields whose values are maps with names of users.
const MAPS: [&str; 5] = ["headers", "headers_to_attributes", "attributes_to_headers", "attributes", "tags"];

/// The names of enums, in the order of their numbers.
const ENUMS: [(&str, &[&str]); 6] = [
    ("include_headers", &["SIP_NO_HEADERS", "SIP_X_HEADERS", "SIP_ALL_HEADERS"]),
    ("media_encryption", ENCRYPTION),
    ("encryption", ENCRYPTION),
    ("transport", &["SIP_TRANSPORT_AUTO", "SIP_TRANSPORT_UDP", "SIP_TRANSPORT_TCP", "SIP_TRANSPORT_TLS"]),
    (
        "number_type",
        &[
            "PHONE_NUMBER_TYPE_UNKNOWN",
            "PHONE_NUMBER_TYPE_MOBILE",
            "PHONE_NUMBER_TYPE_LOCAL",
            "PHONE_NUMBER_TYPE_TOLL_FREE",
        ],
    ),
    (
        "status",
        &[
            "PHONE_NUMBER_STATUS_UNSPECIFIED",
            "PHONE_NUMBER_STATUS_ACTIVE",
            "PHONE_NUMBER_STATUS_PENDING",
            "PHONE_NUMBER_STATUS_RELEASED",
            "PHONE_NUMBER_STATUS_OFFLINE",
        ],
    ),
];
const ENCRYPTION: &[&str] = &["SIP_MEDIA_ENCRYPT_DISABLE", "SIP_MEDIA_ENCRYPT_ALLOW", "SIP_MEDIA_ENCRYPT_REQUIRE"];
/// An enum whose names are not documented: its numbers are read as texts.
const NUMBERED: &str = "ringing_timeout_status";

/// The same document in snake case, with enums by name and without null items.
pub(in super::super) fn normalized(value: Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.into_iter().map(field).collect::<Map<_, _>>()),
        Value::Array(items) => items.into_iter().filter(is_there).map(normalized).collect(),
        other => other,
    }
}

fn field((name, value): (String, Value)) -> (String, Value) {
    let name = snake_case(&name);
    let value = match value {
        value if MAPS.contains(&name.as_str()) => value,
        Value::Number(number) => {
            let names = ENUMS.iter().find(|(known, _)| *known == name).map(|(_, names)| *names);
            let at = number.as_u64().and_then(|at| usize::try_from(at).ok());
            match (names, names.zip(at).and_then(|(names, at)| names.get(at))) {
                (_, Some(known)) => Value::from(*known),
                (Some(_), None) => Value::String(number.to_string()),
                (None, None) if name == NUMBERED => Value::String(number.to_string()),
                (None, None) => Value::Number(number),
            }
        }
        other => normalized(other),
    };
    (name, value)
}

fn is_there(item: &Value) -> bool {
    !item.is_null() && item.as_object().is_none_or(|fields| !fields.is_empty())
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
