//! Whether a directory may hold a journal: it is nobody else's, and locks on it hold.

use std::fs;
use std::io;
use std::path::Path;

use super::faults::fault;
use crate::journal::{JournalError, JournalFault};

/// Makes a directory that nobody else may read or write, if there is none, and refuses one that others may.
pub(super) fn make_private(path: &Path) -> Result<(), JournalError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let failed = |error: io::Error| fault(path.display(), &error);
    builder.create(path).map_err(failed)?;
    refuse_shared(path)
}

/// Refuses a file or directory that others may read or write.
#[cfg(unix)]
pub(super) fn refuse_shared(path: &Path) -> Result<(), JournalError> {
    use std::os::unix::fs::MetadataExt;

    let found = fs::metadata(path).map_err(|error| fault(path.display(), &error))?;
    let cause = if found.uid() != nix::unistd::geteuid().as_raw() {
        format!("it is user {}'s", found.uid())
    } else if found.mode() & 0o077 != 0 {
        format!("its mode is {:o}", found.mode() & 0o777)
    } else {
        return Ok(());
    };
    Err(JournalError::new(path.display().to_string(), JournalFault::NotPrivate, cause))
}

/// Who may read a file is not told by its mode there.
#[cfg(not(unix))]
pub(super) fn refuse_shared(_path: &Path) -> Result<(), JournalError> {
    Ok(())
}

/// Refuses the file systems of which it is known that they are of the network.
#[cfg(target_os = "linux")]
pub(super) fn refuse_network(path: &Path) -> Result<(), JournalError> {
    // The numbers of statfs(2).
    const NETWORK: [(u32, &str); 11] = [
        (0x6969, "NFS"),
        (0x517B, "SMB"),
        (0xFF53_4D42, "CIFS"),
        (0xFE53_4D42, "SMB2"),
        (0x0102_1997, "9P"),
        (0x00C3_6400, "Ceph"),
        (0x5346_414F, "AFS"),
        (0x7375_7245, "Coda"),
        (0x0BD0_0BD0, "Lustre"),
        (0x0116_1970, "GFS2"),
        (0x7461_636F, "OCFS2"),
    ];
    let found = nix::sys::statfs::statfs(path).map_err(|error| fault(path.display(), &error.into()))?;
    // The type is signed on some machines, and has 32 bits in use on all.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let kind = found.filesystem_type().0 as u32;
    match NETWORK.iter().find(|(network, _)| *network == kind) {
        Some((_, name)) => Err(JournalError::new(path.display().to_string(), JournalFault::Network, *name)),
        None => Ok(()),
    }
}

/// Elsewhere it cannot be told.
#[cfg(not(target_os = "linux"))]
pub(super) fn refuse_network(_path: &Path) -> Result<(), JournalError> {
    Ok(())
}
