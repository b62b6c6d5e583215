//! Checking many requests before anything is sent.

use serde::Serialize;

use super::Importer;
use crate::error::Error;
use crate::model::{ImportRequest, NumberSource, Problem, Problems};
use crate::provider::name;

/// The problems that [`Importer::check`] found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// The problems of the source, such as a trunk that the platform does not support. They concern every request and
    /// are listed once.
    pub source: Vec<Problem>,
    /// With [several carriers](crate::provider::Carriers): those that cannot be a source for the platform, by kind and
    /// account, each with the problems of its source. The numbers that they hold are not imported.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub carriers: Vec<(String, Vec<Problem>)>,
    /// The requests with problems of their own, by their index in the input; the first is 0.
    pub requests: Vec<(usize, Vec<Problem>)>,
}

impl Checked {
    /// Returns whether no problem was found.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.source.is_empty() && self.carriers.is_empty() && self.requests.is_empty()
    }
}

impl Importer {
    /// Checks requests without sending anything: the values of their fields, and whether the platform supports the
    /// fields and the source. [`import`](Self::import) does the same checks before it sends anything. With [several
    /// carriers](crate::provider::Carriers), a request must suit at least one carrier, and [`Checked::carriers`] names
    /// the carriers that suit none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use numport::{ImportRequest, Importer, Twilio, Vapi, sandbox::Sandbox};
    ///
    /// let sandbox = Sandbox::start().await?;
    /// let vars = |name: &str| sandbox.var(name);
    /// let importer = Importer::new(Twilio::from_vars(vars)?, Vapi::from_vars(vars)?);
    ///
    /// let number = "+14155552671".parse()?;
    /// let requests = [ImportRequest::new(number), ImportRequest::new(number).label("x".repeat(41))];
    /// let checked = importer.check(&requests);
    /// assert!(checked.source.is_empty());
    /// let (index, problems) = &checked.requests[0];
    /// assert_eq!((*index, problems[0].to_string().as_str()), (1, "`label` has 41 characters; use at most 40"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn check<'a>(&self, requests: impl IntoIterator<Item = &'a ImportRequest>) -> Checked {
        let mut checked = Checked::default();
        if self.sources.len() > 1 {
            let sources = self.provider.carriers().into_iter().zip(&*self.sources);
            let refused = sources.map(|(carrier, source)| (name(carrier), self.source_problems(source)));
            checked.carriers = refused.filter(|(_, problems)| !problems.is_empty()).collect();
        }
        for (index, request) in requests.into_iter().enumerate() {
            let Err(Error::Invalid(invalid)) = self.prepare(request).map(drop) else { continue };
            let (of_source, own): (Vec<_>, Vec<_>) = invalid.problems.into_iter().partition(is_of_source);
            for problem in of_source {
                if !checked.source.contains(&problem) {
                    checked.source.push(problem);
                }
            }
            if !own.is_empty() {
                checked.requests.push((index, own));
            }
        }
        checked
    }

    /// What of a source the platform does not take, whatever the request is.
    pub(super) fn source_problems(&self, source: &NumberSource) -> Vec<Problem> {
        let mut problems = Problems::default();
        problems.within("source", |problems| {
            self.platform.capabilities().sources.check(self.platform.kind(), source, problems);
        });
        problems.into_result().err().unwrap_or_default()
    }
}

fn is_of_source(problem: &Problem) -> bool {
    problem.field.split('.').next() == Some("source")
}
