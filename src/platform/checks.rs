//! The checks of a request against what a platform can do.

use super::fitting::name_fitting;
use super::{Capabilities, OnRemoval, Support};
use crate::error::{Error, Result, checked};
use crate::model::{
    ImportRequest, NumberSource, NumberUpdate, PlatformKind, Problem, ProblemCode, Problems, Reach, Removal,
};
use crate::wire::Patch;

/// The name of a renewal in errors.
pub(crate) const RENEW: &str = "renew credentials";

impl Capabilities {
    /// Checks an import. Every [`create`](super::VoicePlatform::create) does this check. It refuses a source that is
    /// not supported (field `source`) or is invalid (`source.account_sid`, …), fields that the platform can set neither
    /// by a create nor by an update (`label`, `agent`, `inbound`, `outbound`), a label that is empty or too long, and a
    /// blank agent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_import(&self, platform: PlatformKind, source: &NumberSource, request: &ImportRequest) -> Result<()> {
        self.prepare_import(platform, source, request, |_| Some(()))
    }

    /// Checks an import as [`check_import`](Self::check_import) does, and builds the body to send. The error contains
    /// the problems of both. `build` returns `None` for a source that it cannot send, and adds a problem that says why.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn prepare_import<T>(
        &self,
        platform: PlatformKind,
        source: &NumberSource,
        request: &ImportRequest,
        build: impl FnOnce(&mut Problems) -> Option<T>,
    ) -> Result<T> {
        let mut body = None;
        checked(platform, "import number", |problems| {
            self.import_problems(platform, source, request, problems);
            let of_all = problems.count();
            body = build(problems);
            if let Reach::Trunk(trunk) = &source.reach {
                name_fitting(problems.from(of_all), trunk);
            }
        })?;
        body.ok_or_else(|| {
            let problem = Problem::new(
                ProblemCode::Unsupported,
                "source",
                "is not supported by the platform",
                "use another source or another platform",
            );
            Error::invalid(format!("{platform}: import number was not sent"), vec![problem])
        })
    }

    /// Checks an update. Every [`update`](super::VoicePlatform::update) does this check. It refuses an update that
    /// changes nothing (field `update`), fields that the platform cannot set or clear, a label that is too long, and a
    /// blank agent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_update(&self, platform: PlatformKind, update: &NumberUpdate) -> Result<()> {
        checked(platform, "update number", |problems| self.update_problems(platform, update, problems))
    }

    /// Checks a removal. Every [`remove`](super::VoicePlatform::remove) does this check. It refuses a removal that the
    /// platform does not support, and one that releases the number without consent (field `remove`).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid).
    pub fn check_removal(&self, platform: PlatformKind, consent: Removal) -> Result<()> {
        checked(platform, "remove number", |problems| self.removal_problems(platform, consent, problems))
    }

    /// Checks a renewal. Every [`renew`](super::VoicePlatform::renew) does this check. It refuses a source whose
    /// credentials the platform cannot renew (field `source`), and an invalid source (`source.account_sid`, …).
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) with all problems.
    pub fn check_renewal(&self, platform: PlatformKind, source: &NumberSource) -> Result<()> {
        checked(platform, RENEW, |problems| {
            problems.within("source", |problems| {
                source.check(problems);
                self.renewal.check(platform, source, problems);
            });
        })
    }

    /// Adds what the platform cannot do in an import, and what no platform can.
    pub(crate) fn import_problems(
        &self,
        platform: PlatformKind,
        source: &NumberSource,
        request: &ImportRequest,
        problems: &mut Problems,
    ) {
        problems.within("source", |problems| source.check(problems));
        let unsupported = [
            ("label", request.label_text().is_some() && !self.label.at_import()),
            ("agent", request.agent_id().is_some() && !self.agent.at_import()),
            ("inbound", request.inbound_enabled().is_some() && !self.inbound.at_import()),
            ("outbound", request.outbound_enabled().is_some() && !self.outbound.at_import()),
        ];
        for (field, _) in unsupported.into_iter().filter(|(_, unsupported)| *unsupported) {
            problems.add(
                ProblemCode::Unsupported,
                field,
                format!("cannot be set by an import into {platform}"),
                "leave it out",
            );
        }
        if self.label.at_import() {
            self.check_label(request.label_text(), problems);
        }
        // A platform stores it as no label, so the record would never match the request.
        if request.label_text() == Some("") {
            problems.add(ProblemCode::Empty, "label", "is empty", "leave it out, or clear it by an update");
        }
        check_agent(request.agent_id().map(AsRef::as_ref), problems);
        problems.within("source", |problems| self.sources.check(platform, source, problems));
    }

    /// Adds what the platform cannot do in an update, and what no platform can.
    pub(crate) fn update_problems(&self, platform: PlatformKind, update: &NumberUpdate, problems: &mut Problems) {
        let mut support = |field: &str, patch: Patch<()>, support: Support| {
            let done = match patch {
                Patch::Set(()) if !support.set => "set",
                Patch::Clear if !support.clear => "cleared",
                _ => return,
            };
            problems.add(
                ProblemCode::Unsupported,
                field,
                format!("cannot be {done} by an update on {platform}"),
                "leave it out",
            );
        };
        let switch = |enabled: Option<bool>| enabled.map_or(Patch::Keep, |_| Patch::Set(()));
        support("label", update.label_patch().as_ref().map(drop), self.label);
        support("agent", update.agent_patch().as_ref().map(drop), self.agent);
        support("inbound", switch(update.inbound_enabled()), self.inbound);
        support("outbound", switch(update.outbound_enabled()), self.outbound);
        if update.is_empty() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set or clear a field");
        }
        if self.label.set {
            self.check_label(update.label_patch().set().map(String::as_str), problems);
        }
        check_agent(update.agent_patch().set().map(AsRef::as_ref), problems);
    }

    /// Adds why a removal is not possible or not consented to.
    pub(crate) fn removal_problems(&self, platform: PlatformKind, consent: Removal, problems: &mut Problems) {
        match (self.removal, consent) {
            (OnRemoval::Unsupported, _) => {
                let fault = format!("cannot be done through {platform}'s API");
                problems.add(
                    ProblemCode::Unsupported,
                    "remove",
                    fault,
                    "remove the record in the platform's dashboard",
                );
            }
            (OnRemoval::Releases, Removal::Record) => {
                let fault = format!("on {platform} releases the number itself permanently");
                problems.add(
                    ProblemCode::NeedsConsent,
                    "remove",
                    fault,
                    "consent with `Removal::RecordAndNumber`, or keep the record",
                );
            }
            _ => {}
        }
    }

    fn check_label(&self, label: Option<&str>, problems: &mut Problems) {
        if let (Some(label), Some(max)) = (label, self.label_max) {
            problems.length("label", label, 0, max);
        }
    }
}

/// Some platforms read an empty agent id as "no agent", so it is never sent by accident.
fn check_agent(agent: Option<&str>, problems: &mut Problems) {
    match agent {
        Some(id) if id.trim().is_empty() => {
            problems.add(ProblemCode::Empty, "agent", "is empty", "give the agent's id");
        }
        // Some platforms have it in the path of a call after the create.
        Some(id @ ("." | "..")) => {
            problems.add(ProblemCode::Malformed, "agent", format!("is {id:?}"), "give the agent's id");
        }
        Some(id) if id.chars().any(char::is_control) => {
            problems.add(
                ProblemCode::Malformed,
                "agent",
                "has a line break or another control character",
                "copy the id without it",
            );
        }
        _ => {}
    }
}
