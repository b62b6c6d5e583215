//! Rules for request bodies, and their check.

use std::fmt;

use serde_json::Value;

use super::records::{Object, fields};
use crate::E164;

/// A rule for one value.
#[derive(Debug)]
pub(super) enum Rule {
    Bool,
    /// A text whose length is in this range.
    Text(usize, usize),
    Word(&'static [&'static str]),
    E164,
    Uuid,
    Number(f64, f64),
    /// A text that passes a test, and a description of the test.
    Passes(fn(&str) -> bool, &'static str),
    List(&'static Rule),
    /// A list with at least one entry.
    Filled(&'static Rule),
    /// Any object.
    Free,
    /// An object whose values are texts.
    Texts,
    Object(&'static [Field]),
    /// An object whose kind is in this field.
    Union(&'static str, &'static [(&'static str, &'static [Field])]),
    /// A text or this rule.
    TextOr(&'static Rule),
    /// Null or this rule.
    Nullable(&'static Rule),
}

/// A field of an object.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) rule: Rule,
}

pub(super) const fn required(name: &'static str, rule: Rule) -> Field {
    Field { name, required: true, rule }
}

pub(super) const fn optional(name: &'static str, rule: Rule) -> Field {
    Field { name, required: false, rule }
}

/// One problem of a body.
#[derive(Debug)]
pub(super) struct Violation {
    /// Names and indexes, separated by dots; empty for the body itself.
    pub(super) path: String,
    pub(super) wrong: Wrong,
}

#[derive(Debug)]
pub(super) enum Wrong {
    /// The value must be this.
    Value(String),
    /// The object has an unknown or forbidden field of this name.
    Unknown(String),
    Missing,
}

impl fmt::Display for Violation {
    /// The message in the form of Vapi's validator.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.wrong {
            Wrong::Value(what) => write!(out, "{path} must be {what}"),
            Wrong::Unknown(name) if path.is_empty() => write!(out, "property {name} should not exist"),
            Wrong::Unknown(name) => write!(out, "{path}.property {name} should not exist"),
            Wrong::Missing => write!(out, "{path} should not be empty"),
        }
    }
}

impl Rule {
    /// Finds every problem of a value.
    pub(super) fn check(&self, value: &Value) -> Vec<Violation> {
        let mut found = Vec::new();
        self.check_at("", value, &mut found);
        found
    }

    /// Checks an object.
    pub(super) fn accept(&self, value: Value) -> Result<Object, Vec<Violation>> {
        let found = self.check(&value);
        if found.is_empty() { Ok(fields(value)) } else { Err(found) }
    }

    fn check_at(&self, path: &str, value: &Value, found: &mut Vec<Violation>) {
        let mut must = |holds: bool, what: &str| {
            if !holds {
                found.push(Violation { path: path.to_owned(), wrong: Wrong::Value(what.to_owned()) });
            }
        };
        match self {
            Self::Bool => must(value.is_boolean(), "a boolean value"),
            Self::Text(min, max) => {
                let length = value.as_str().map(|text| text.chars().count());
                let what = format!("a string of {min} to {max} characters");
                must(length.is_some_and(|length| (*min..=*max).contains(&length)), &what);
            }
            Self::Word(words) => {
                let known = value.as_str().is_some_and(|text| words.contains(&text));
                must(known, &format!("one of the following values: {}", words.join(", ")));
            }
            Self::E164 => {
                let good = value.as_str().is_some_and(|text| text.parse::<E164>().is_ok());
                let hint = "a valid phone number in the E.164 format. Hot tip, you may be missing the country code (Eg. US: +1).";
                must(good, hint);
            }
            Self::Uuid => must(value.as_str().is_some_and(is_uuid), "a UUID"),
            Self::Number(min, max) => {
                let good = value.as_f64().is_some_and(|number| (*min..=*max).contains(&number));
                must(good, &format!("a number from {min} to {max}"));
            }
            Self::Passes(test, what) => must(value.as_str().is_some_and(test), what),
            Self::Free => must(value.is_object(), "an object"),
            Self::Texts => {
                let texts = value.as_object().is_some_and(|fields| fields.values().all(Value::is_string));
                must(texts, "an object of strings");
            }
            Self::Filled(_) if value.as_array().is_some_and(Vec::is_empty) => must(false, "a list of at least one"),
            Self::List(rule) | Self::Filled(rule) => match value.as_array() {
                Some(items) => {
                    for (at, item) in items.iter().enumerate() {
                        rule.check_at(&format!("{path}.{at}"), item, found);
                    }
                }
                None => must(false, "an array"),
            },
            Self::TextOr(_) if value.is_string() => {}
            Self::Nullable(_) if value.is_null() => {}
            Self::TextOr(rule) | Self::Nullable(rule) => rule.check_at(path, value, found),
            Self::Object(fields) => check_fields(fields, None, path, value, found),
            Self::Union(tag, kinds) => {
                let kind = value.get(tag).and_then(Value::as_str);
                match kinds.iter().find(|(name, _)| Some(*name) == kind) {
                    Some((_, fields)) => check_fields(fields, Some(tag), path, value, found),
                    None => {
                        let names: Vec<&str> = kinds.iter().map(|(name, _)| *name).collect();
                        let what = format!("one of the following values: {}", names.join(", "));
                        found.push(Violation { path: at(path, tag), wrong: Wrong::Value(what) });
                    }
                }
            }
        }
    }
}

fn check_fields(fields: &[Field], tag: Option<&str>, path: &str, value: &Value, found: &mut Vec<Violation>) {
    let Some(object) = value.as_object() else {
        found.push(Violation { path: path.to_owned(), wrong: Wrong::Value("an object".to_owned()) });
        return;
    };
    for name in object.keys() {
        if tag != Some(name) && !fields.iter().any(|field| field.name == name) {
            found.push(Violation { path: path.to_owned(), wrong: Wrong::Unknown(name.clone()) });
        }
    }
    for field in fields {
        let path = at(path, field.name);
        match object.get(field.name) {
            Some(value) => field.rule.check_at(&path, value, found),
            None if field.required => found.push(Violation { path, wrong: Wrong::Missing }),
            None => {}
        }
    }
}

fn at(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

pub(super) fn is_uuid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    lengths == [8, 4, 4, 4, 12] && parts.concat().bytes().all(|byte| byte.is_ascii_hexdigit())
}
