//! Plans: making them, and applying them.

mod apply;
mod apply_with_faults;
mod planning;
mod worlds;
