//! Preflights that probe.
