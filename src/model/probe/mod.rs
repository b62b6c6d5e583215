//! What a probe of a trunk found.

mod fault;
mod finding;
mod report;
mod text;

pub use fault::{AddressRange, CertificateFault, ReachFault};
pub use finding::{ProbeCheck, ProbeFinding, ProbeTarget};
pub use report::TrunkProbe;
