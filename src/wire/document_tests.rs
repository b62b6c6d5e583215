//! Every fault that can be made of a documented answer is found where `serde_path_to_error` finds it.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::platform::{butter, interactly, signalwire, vapi};
use crate::provider::twilio;
use crate::wire::secret::{is_headers, is_secret};

/// A fault as it was found: its path, and what is wrong there.
type Found = Result<(), (String, String)>;

fn with_the_library<T: DeserializeOwned>(body: &[u8]) -> Found {
    serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(body))
        .map(drop)
        .map_err(|error| (error.path().to_string(), error.into_inner().to_string()))
}

/// The documents that differ from this one in one value.
fn one_value_wrong(document: &Value) -> Vec<Value> {
    let wrong = [Value::Null, json!(true), json!(7), json!(-1.5), json!("x"), json!([]), json!([1]), json!({"a": 1})];
    let mut all = wrong.to_vec();
    match document {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                all.extend(one_value_wrong(item).into_iter().map(|item| {
                    let mut items = items.clone();
                    items[index] = item;
                    Value::Array(items)
                }));
            }
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                let mut without = fields.clone();
                without.remove(name);
                all.push(Value::Object(without));
                all.extend(one_value_wrong(value).into_iter().map(|value| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), value);
                    Value::Object(fields)
                }));
            }
        }
        _ => {}
    }
    all
}

/// The texts that differ from this one in one place, or end too early.
fn one_byte_wrong(text: &str) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for at in (0..text.len()).step_by(17) {
        all.push(text.as_bytes()[..at].to_vec());
        for byte in [b'"', b'}', b'\\', 0xff] {
            let mut body = text.as_bytes().to_vec();
            body[at] = byte;
            all.push(body);
        }
    }
    // Each field twice.
    all.extend(text.match_indices("{\"").map(|(at, _)| {
        let field = &text[at + 1..];
        let end = field.find("\":").map_or(0, |end| end + 2);
        format!("{}{}null,{}", &text[..=at], &field[..end], field).into_bytes()
    }));
    all
}

/// How many faults the answers in a folder have, if they are read as this type.
fn compare<T: DeserializeOwned>(folder: &str) -> usize {
    let path = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).join(folder);
    let mut faults = 0;
    for file in fs::read_dir(path).expect("a folder") {
        let file = fs::read(file.expect("a file").path()).expect("a file");
        let case: Value = serde_json::from_slice(&file).expect("JSON");
        let body = &case["response"]["body"];
        let mut bodies = one_byte_wrong(&body.to_string());
        bodies.extend(one_value_wrong(body).iter().map(|body| body.to_string().into_bytes()));
        for body in bodies {
            let read = super::read::<T>(&body).map(drop).map_err(|fault| (fault.path, fault.error.to_string()));
            let wanted = with_the_library::<T>(&body).map_err(|(path, text)| match &read {
                // The library tells what a secret is.
                Err((_, hidden)) if hidden.starts_with("invalid value: [redacted]") => (path, hidden.clone()),
                _ => (path, text),
            });
            assert_eq!(read, wanted, "{folder}: {}", String::from_utf8_lossy(&body));
            if let Err((path, text)) = &read {
                let is_secret = path.split('.').any(|name| is_secret(name) || is_headers(name));
                let is_data = ["invalid type: ", "invalid value: "].iter().any(|fault| text.starts_with(fault));
                assert!(!is_data || !is_secret || text.contains("[redacted]"), "{folder}: {path}: {text}");
            }
            faults += usize::from(read.is_err());
        }
    }
    faults
}

#[test]
fn every_fault_is_found_where_the_library_finds_it() {
    let faults = [
        compare::<vapi::PhoneNumber>("vapi/get_number"),
        compare::<vapi::PhoneNumber>("vapi/create_number"),
        compare::<Vec<vapi::PhoneNumber>>("vapi/list_numbers"),
        compare::<vapi::NumberPage>("vapi/search_numbers"),
        compare::<vapi::Credential>("vapi/get_credential"),
        compare::<Vec<vapi::Credential>>("vapi/list_credentials"),
        compare::<Vec<interactly::PhoneNumber>>("interactly/list_numbers"),
        compare::<signalwire::PhoneNumber>("signalwire/get_number"),
        compare::<signalwire::NumberPage>("signalwire/list_numbers"),
        compare::<signalwire::CompatNumber>("signalwire/import_number_compat"),
        compare::<signalwire::AvailableNumbers>("signalwire/search_numbers"),
        compare::<butter::NumberPage>("butter/list_numbers"),
        compare::<twilio::IncomingPhoneNumber>("twilio/get_number"),
        compare::<twilio::NumberPage>("twilio/list_numbers"),
        compare::<twilio::CallerIdPage>("twilio/list_caller_ids"),
        compare::<twilio::AccountPage>("twilio/list_accounts"),
        compare::<twilio::TrunkNumber>("twilio/attach_to_trunk"),
    ];
    assert!(faults.iter().all(|&faults| faults > 50), "{faults:?}");
}

#[test]
fn what_a_type_refuses_after_it_was_read_is_found() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(try_from = "u8")]
    struct Even;
    impl TryFrom<u8> for Even {
        type Error = &'static str;

        fn try_from(number: u8) -> Result<Self, Self::Error> {
            if number % 2 == 0 { Ok(Self) } else { Err("is odd") }
        }
    }
    #[derive(Debug, serde::Deserialize)]
    struct Two {
        #[allow(dead_code)]
        a: Vec<Even>,
        #[allow(dead_code)]
        b: Even,
    }
    // The last value of all is told by what it is in: the reader is behind both then.
    for (body, path) in [
        ("{\"a\": [2,\n 1 , 2], \"b\": 2}", "a[1]"),
        (r#"{"b": 1, "a": []}"#, "b"),
        (r#"{"a": [1], "b": 2}"#, "a"),
        (r#"{"a": [], "b": 1}"#, "."),
        (r#"{"a": [2]}"#, "."),
        (r#"{"a": [], "a": []}"#, "."),
        (r#"{"a": {}, "b": 2}"#, "a"),
        (r#"{"a": [[]], "b": 2}"#, "a[0]"),
        (r#"{"a": [2, {"b": 2}]}"#, "a[1]"),
    ] {
        assert_eq!(super::read::<Two>(body.as_bytes()).expect_err(body).path, path, "{body}");
    }
}

#[test]
fn a_secret_that_is_refused_after_it_was_read_is_not_told() {
    #[derive(Debug, serde::Deserialize)]
    #[serde(try_from = "String")]
    struct Picky;
    impl TryFrom<String> for Picky {
        type Error = String;

        fn try_from(text: String) -> Result<Self, Self::Error> {
            Err(format!("{text} is no good"))
        }
    }
    #[derive(Debug, serde::Deserialize)]
    #[allow(dead_code)]
    struct Key {
        id: u8,
        #[serde(alias = "name")]
        token: Picky,
    }
    for (body, hidden) in [
        (r#"{"id": 1, "token": "hunter22"}"#, true),
        (r#"{"token": "hunter22", "id": 1}"#, true),
        // What is shown of a field that is missing does not let through a text that only begins so.
        (r#"{"id": 1, "token": "missing field `hunter22"}"#, true),
        (r#"{"id": 1, "token": "missing field `hunter22`"}"#, true),
        (r#"{"id": 1, "token": "duplicate field `x` at line 1 column 2 hunter22"}"#, true),
        (r#"{"id": 1, "name": "hunter22"}"#, false),
        (r#"{"name": "hunter22", "id": 1}"#, false),
    ] {
        let error = super::read::<Key>(body.as_bytes()).expect_err(body).into_text();
        assert_eq!(!error.contains("hunter22"), hidden, "{error}");
        let error = super::read::<Vec<Key>>(format!("[{body}]").as_bytes()).expect_err(body).into_text();
        assert_eq!(!error.contains("hunter22"), hidden, "{error}");
        let error = super::read::<Vec<Key>>(format!("[{body}, {{}}]").as_bytes()).expect_err(body).into_text();
        assert!(!hidden || !error.contains("hunter22"), "{error}");
    }
    #[derive(Debug, serde::Deserialize)]
    #[serde(try_from = "Object")]
    struct Whole;
    #[derive(serde::Deserialize)]
    struct Object {
        token: String,
    }
    impl TryFrom<Object> for Whole {
        type Error = String;

        fn try_from(object: Object) -> Result<Self, Self::Error> {
            Err(format!("{} is no good", object.token))
        }
    }
    for body in [r#"[{"token": "hunter22"}, {"token": "x"}]"#, r#"[{"token": "hunter22"}, 1]"#] {
        let error = super::read::<Vec<Whole>>(body.as_bytes()).expect_err(body).into_text();
        assert!(!error.contains("hunter22"), "{body}: {error}");
    }
    let told = super::read::<Key>(br#"{"token": "x"}"#).expect_err("no id").into_text();
    assert!(told.contains("[redacted]"), "{told}");
}

#[test]
fn keys_other_than_text_are_read_as_the_library_reads_them() {
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
    struct Id(String);
    #[derive(Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
    enum Kind {
        A,
    }
    fn both<K: DeserializeOwned + Ord + std::fmt::Debug>(body: &str) {
        let library = serde_json::from_str::<BTreeMap<K, u8>>(body).ok();
        assert_eq!(super::read::<BTreeMap<K, u8>>(body.as_bytes()).ok(), library, "{body}");
    }
    for body in
        [r#"{"A": 1}"#, r#"{"1": 1, "2": 2}"#, r#"{"-1": 1}"#, r#"{"true": 1}"#, r#"{"": 1}"#, r#"{"\u0041": 1}"#]
    {
        both::<Id>(body);
        both::<Option<String>>(body);
        both::<Kind>(body);
        both::<u64>(body);
        both::<i8>(body);
        both::<bool>(body);
        both::<char>(body);
    }
}

#[test]
fn bytes_that_are_no_text_are_no_text_whatever_stands_beside_them() {
    for body in [&b"\"\\\xff\""[..], b"\"\xff\\udc00\"", b"\"\\\xff\\udc00\"", b"\"\\\\\xff\\udc00\"", b"\"\xff\xff\""]
    {
        assert!(super::read::<String>(body).is_err(), "{body:?}");
    }
}
