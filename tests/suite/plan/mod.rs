//! Making and applying plans.

mod apply;
mod apply_with_faults;
#[cfg(all(feature = "telnyx", feature = "plivo", feature = "vonage"))]
mod cannot_point;
mod drift;
mod nulls;
mod planning;
mod several_carriers;
mod undo;
mod unknown;
mod unread;
mod withheld;
mod worlds;
