//! Settings by name, from the environment or from wherever the caller has them.

use crate::error::{Error, Result};
use crate::model::{Problems, Secret};

/// Reads the variables of a client, and collects what is missing. An empty variable counts as missing.
pub struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Problems,
}

impl std::fmt::Debug for Vars<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vars").finish_non_exhaustive()
    }
}

impl<'a> Vars<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Problems::new() }
    }

    /// The process's environment. A value that is not Unicode counts as missing.
    pub(super) fn environment(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// Returns a variable, if it is set.
    #[must_use]
    pub fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    /// Returns a variable. If it is missing, reports that with advice to set it to `what`, and returns an empty text.
    pub fn required(&mut self, name: &str, what: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            let fault = if (self.lookup)(name).is_some() { "is empty" } else { "is not set" };
            self.problems.add(name, fault, format!("set it to {what}"));
            String::new()
        })
    }

    /// Returns a variable that holds a secret, as [`required`](Self::required) does.
    pub fn secret(&mut self, name: &str, what: &str) -> Secret {
        Secret::new(self.required(name, what))
    }

    /// Returns two variables that only work together, each with its name and what to set it to. If one of them is
    /// missing, reports that.
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
        self.problems.add(name, format!("is not set, and {other} is"), format!("set it to {what}"));
    }

    pub(super) fn finish(self, service: &str) -> Result<()> {
        self.problems
            .into_result()
            .map_err(|found| Error::invalid(format!("{service}: the settings are not complete"), found))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_the_processs_own() {
        assert!(Vars::environment("PATH").is_some_and(|path| std::env::var_os("PATH") == Some(path.into())));
        assert_eq!(Vars::environment("NUMPORT_NOBODY_SETS_THIS"), None);
    }
}
