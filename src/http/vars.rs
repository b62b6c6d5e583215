//! Variables by name, from the environment or another source.

use std::cell::RefCell;

use crate::error::{Error, Result};
use crate::model::{ProblemCode, Problems, Secret};

/// Reads the variables of a client, and collects the missing ones. An empty variable counts as missing.
pub struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Problems,
    set: RefCell<Variables>,
}

/// The variables that a client's settings came from, by name.
#[derive(Default)]
pub(super) struct Variables(Vec<String>);

impl Variables {
    /// Replaces the name of a setting, such as `api_key`, by that of its variable, such as `VAPI_API_KEY`.
    pub(super) fn name(&self, field: &mut String) {
        let setting = field.to_ascii_uppercase();
        let named =
            |variable: &&String| variable.strip_suffix(setting.as_str()).is_some_and(|left| left.ends_with('_'));
        // `TWILIO_API_KEY` has the value of `api_key_sid`.
        let begun = |variable: &&String| {
            let own = variable.split_once('_').map(|(_, own)| own);
            own.and_then(|own| setting.strip_prefix(own)).is_some_and(|left| left.starts_with('_'))
        };
        if let Some(variable) =
            self.0.iter().filter(named).min_by_key(|variable| variable.len()).or_else(|| self.0.iter().find(begun))
        {
            field.clone_from(variable);
        }
    }

    /// The setting has another value by now.
    pub(super) fn forget(&mut self, setting: &str) {
        let end = format!("_{}", setting.to_ascii_uppercase());
        self.0.retain(|variable| !variable.ends_with(&end));
    }
}

impl std::fmt::Debug for Vars<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vars").finish_non_exhaustive()
    }
}

impl<'a> Vars<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Problems::new(), set: RefCell::default() }
    }

    /// The process's environment. A value that is not Unicode counts as missing.
    pub(super) fn environment(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// Returns a variable, if it is set.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty());
        if value.is_some() {
            self.set.borrow_mut().0.push(name.to_owned());
        }
        value
    }

    /// Returns a variable. If it is missing, reports that with the advice to set it to `what`, and returns an empty
    /// text.
    pub fn required(&mut self, name: &str, what: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            let fault = if (self.lookup)(name).is_some() { "is empty" } else { "is not set" };
            self.problems.add(ProblemCode::Missing, name, fault, format!("set it to {what}"));
            String::new()
        })
    }

    /// Returns a variable that holds a secret, as [`required`](Self::required) does.
    pub fn secret(&mut self, name: &str, what: &str) -> Secret {
        Secret::new(self.required(name, what))
    }

    /// Returns two variables that are only valid together; each has a name and a description of its value. If only one
    /// of them is set, reports the other as missing.
    pub fn optional_pair(&mut self, one: (&str, &str), other: (&str, &str)) -> Option<(String, String)> {
        match (self.optional(one.0), self.optional(other.0)) {
            (Some(first), Some(second)) => return Some((first, second)),
            (Some(_), None) => self.missing_beside(other, one.0),
            (None, Some(_)) => self.missing_beside(one, other.0),
            (None, None) => {}
        }
        None
    }

    fn missing_beside(&mut self, (name, what): (&str, &str), other: &str) {
        self.problems.add(
            ProblemCode::Missing,
            name,
            format!("is not set, but {other} is"),
            format!("set it to {what}"),
        );
    }

    pub(super) fn finish(self, service: &str) -> Result<Variables> {
        let found = self.problems.into_result();
        found.map_err(|found| Error::invalid(format!("{service}: the settings are incomplete"), found))?;
        Ok(self.set.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_named_by_their_variables() {
        let names = ["TWILIO_ACCOUNT_SID", "TWILIO_API_KEY", "TWILIO_BASE_URL", "PARROT_KEY"];
        let mut variables = Variables(names.map(str::to_owned).into());
        let named = |variables: &Variables, field: &str| {
            let mut field = field.to_owned();
            variables.name(&mut field);
            field
        };
        for (field, name) in [
            ("account_sid", "TWILIO_ACCOUNT_SID"),
            ("api_key_sid", "TWILIO_API_KEY"),
            ("base_url", "TWILIO_BASE_URL"),
            ("key", "PARROT_KEY"),
            ("api_secret", "api_secret"),
            ("sid", "TWILIO_ACCOUNT_SID"),
            ("timeout", "timeout"),
            ("", ""),
        ] {
            assert_eq!(named(&variables, field), name);
        }
        variables.forget("base_url");
        assert_eq!(named(&variables, "base_url"), "base_url");
    }

    #[test]
    fn the_environment_is_the_processs_own() {
        assert!(Vars::environment("PATH").is_some_and(|path| std::env::var_os("PATH") == Some(path.into())));
        assert_eq!(Vars::environment("NUMPORT_NOBODY_SETS_THIS"), None);
    }
}
