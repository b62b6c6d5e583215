//! The exact bodies.

mod create;
mod list;
mod number;
mod sip_message;
mod trunk;
mod update;

pub use self::create::*;
pub use self::list::*;
pub use self::number::*;
pub use self::sip_message::*;
pub use self::trunk::*;
pub use self::update::*;

use crate::model::{ProblemCode, Problems};

/// Adds a required text that is empty.
fn filled(problems: &mut Problems, field: &str, text: &str) {
    if text.is_empty() {
        problems.add(ProblemCode::Empty, field, "is empty", "give a value");
    }
}
