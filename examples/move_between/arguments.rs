//! The arguments.

use std::collections::HashMap;
use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use lexopt::prelude::*;

use super::support::Failure;

pub(crate) struct Arguments {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) live: bool,
    pub(crate) per_second: Option<NonZeroU32>,
    pub(crate) agents: HashMap<String, String>,
    pub(crate) answers_at: Option<String>,
    pub(crate) dry_run: bool,
    pub(crate) remove: bool,
    pub(crate) keep: Option<PathBuf>,
    pub(crate) undo: Option<PathBuf>,
}

impl Default for Arguments {
    fn default() -> Self {
        Self {
            from: "vapi".to_owned(),
            to: "interactly".to_owned(),
            live: false,
            per_second: None,
            agents: HashMap::new(),
            answers_at: None,
            dry_run: false,
            remove: false,
            keep: None,
            undo: None,
        }
    }
}

impl Arguments {
    pub(crate) fn parse(mut parser: lexopt::Parser) -> Result<Self, Failure> {
        let (mut arguments, mut of_a_move) = (Self::default(), false);
        while let Some(argument) = parser.next()? {
            of_a_move |= !matches!(argument, Long("live" | "per-second" | "undo"));
            match argument {
                Long("from") => arguments.from = parser.value()?.string()?,
                Long("to") => arguments.to = parser.value()?.string()?,
                Long("live") => arguments.live = true,
                Long("per-second") => arguments.per_second = Some(parser.value()?.parse()?),
                Long("agents") => arguments.agents.extend(agents(Path::new(&parser.value()?))?),
                Long("answers-at") => arguments.answers_at = Some(parser.value()?.string()?),
                Long("dry-run") => arguments.dry_run = true,
                Long("remove") => arguments.remove = true,
                Long("keep") => arguments.keep = Some(parser.value()?.into()),
                Long("undo") => arguments.undo = Some(parser.value()?.into()),
                Value(pair) => {
                    let pair = pair.string()?;
                    let (old, new) =
                        pair.split_once('=').ok_or_else(|| format!("{pair:?} is not of the form old=new"))?;
                    arguments.agents.insert(old.to_owned(), new.to_owned());
                }
                other => return Err(other.unexpected().into()),
            }
        }
        if arguments.from == arguments.to {
            return Err(format!("--from and --to are both {}; give two platforms", arguments.to).into());
        }
        if arguments.undo.is_some() && of_a_move {
            return Err("--undo FILE allows only --live and --per-second; the file contains the rest".into());
        }
        Ok(arguments)
    }
}

fn agents(file: &Path) -> Result<HashMap<String, String>, Failure> {
    let text = fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()).into())
}
