//! What others wrote of a call, before it is kept: within bounds, on one line, and without secrets.

use super::{CallFault, DecodeFault, PageFault, Refusal, TransportFault};
use crate::model::word;

impl Refusal {
    /// What a service answered, within bounds.
    pub(crate) fn received(
        code: Option<&str>,
        mut messages: Vec<String>,
        mut body: String,
        clean: &impl Fn(&str) -> String,
    ) -> Self {
        messages.retain(|message| !message.is_empty());
        let omitted = messages.len().saturating_sub(Self::MAX_MESSAGES);
        messages.truncate(Self::MAX_MESSAGES);
        for message in &mut messages {
            *message = Self::message(&clean(message)).to_string();
        }
        let end = (0..=Self::MAX_BODY.min(body.len())).rev().find(|&end| body.is_char_boundary(end));
        body.truncate(end.unwrap_or(0));
        Self { code: code.map(|code| word(&clean(code)).to_string()), messages, omitted, body }
    }
}

impl CallFault {
    /// Returns the fault with its texts cleaned by `clean`. A refusal was cleaned when it was read.
    pub(crate) fn cleaned(self, clean: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Transport(TransportFault { loss, error: Some(error) }) => {
                Self::Transport(TransportFault { loss, error: Some(clean_error(error, clean)) })
            }
            Self::Decode(DecodeFault { path, error }) => {
                let text = error.to_string();
                let shown = Refusal::message(&clean(&text)).to_string();
                let error = if shown == text { error } else { serde::de::Error::custom(shown) };
                Self::Decode(DecodeFault { path: word(&clean(&path)).to_string(), error })
            }
            Self::Page(PageFault::ForeignOrigin { origin }) => {
                Self::Page(PageFault::ForeignOrigin { origin: word(&clean(&origin)).to_string() })
            }
            other => other,
        }
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// An error as it is, or its text and those of its causes if one of them shows what it must not.
fn clean_error(error: BoxError, clean: &impl Fn(&str) -> String) -> BoxError {
    let (mut text, mut debug) = (error.to_string(), format!("{error:?}"));
    let mut cause = error.source();
    while let Some(deeper) = cause {
        text.push_str(&format!(": {deeper}"));
        debug.push_str(&format!("{deeper:?}"));
        cause = deeper.source();
    }
    let shown = Refusal::message(&clean(&text)).to_string();
    if shown == text && clean(&debug) == debug { error } else { shown.into() }
}
