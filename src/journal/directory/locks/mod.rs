//! The locks of numbers, which the system gives up when their process ends.
//!
//! On Linux each is a range of one file, so that taking one changes nothing on the disk. Elsewhere each is a file.

#[cfg(any(not(all(target_os = "linux", target_pointer_width = "64")), test))]
mod files;
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
mod ranges;

#[cfg(not(all(target_os = "linux", target_pointer_width = "64")))]
pub(super) use self::files::{Lock, Locks};
#[cfg(all(target_os = "linux", target_pointer_width = "64"))]
pub(super) use self::ranges::{Lock, Locks};
