//! Settings by name, from the environment or from wherever the caller has them.

use crate::error::{Error, Result};
use crate::model::{Problems, Secret};

/// Reads settings by the names of environment variables, and collects what is missing.
pub(crate) struct Vars<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Problems,
}

impl<'a> Vars<'a> {
    pub(crate) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, problems: Problems::default() }
    }

    /// The process's environment. A value that is no Unicode counts as absent.
    pub(crate) fn environment(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// Absent and empty are the same.
    pub(crate) fn optional(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&mut self, name: &str, what: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            let fault = if (self.lookup)(name).is_some() { "is empty" } else { "is not set" };
            self.problems.add(name, fault, format!("set it to {what}"));
            String::new()
        })
    }

    /// Names a setting that another one needs.
    pub(crate) fn missing_beside<T>(&mut self, name: &str, other: &str, what: &str) -> Option<T> {
        self.problems.add(name, format!("is not set, and {other} is"), format!("set it to {what}"));
        None
    }

    pub(crate) fn secret(&mut self, name: &str, what: &str) -> Secret {
        Secret::new(self.required(name, what))
    }

    /// # Errors
    /// What is missing, all of it.
    pub(crate) fn finish(self, service: &str) -> Result<()> {
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
