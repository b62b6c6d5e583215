//! Importing numbers: before, during and after.

mod backup;
mod bulk;
mod locks;
mod lying;
mod one_number;
mod outcomes;
mod preflight;
mod renew;
mod restore_routing;
mod scripted;
mod undo;
mod undo_again;
mod verification;
