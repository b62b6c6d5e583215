//! Importing numbers: before, during and after.

#[cfg(all(feature = "telnyx", feature = "plivo", feature = "vonage"))]
mod across_carriers;
mod another_process;
mod backup;
mod batches;
mod bulk;
#[cfg(all(feature = "telnyx", feature = "plivo", feature = "vonage"))]
mod from_backup;
#[cfg(all(feature = "telnyx", feature = "plivo", feature = "vonage"))]
mod from_carriers;
mod journaled;
mod late;
mod listed_carriers;
mod locks;
mod lying;
mod one_number;
mod outcomes;
mod preflight;
#[cfg(all(feature = "telnyx", feature = "plivo", feature = "vonage"))]
mod refused_carriers;
mod removal;
mod renew;
#[cfg(feature = "elevenlabs")]
mod renew_planned;
mod resend;
mod restore_routing;
mod restore_trunks;
mod routing_kept;
mod scripted;
mod stopped;
mod trunk_origination;
mod undo;
mod undo_again;
mod undo_late;
mod undo_many;
mod undo_unsure;
mod verification;
