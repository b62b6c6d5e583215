//! The few calls of a file system that a journal is made of, so that tests can lose what was not synced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A directory tree of two levels. Names are relative to it.
pub(super) trait Disk: Send + Sync + 'static {
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;
    /// Makes a file, in place of the one of this name: others may have that under another name. It need not be on the
    /// disk then.
    fn write(&self, name: &str, text: &[u8]) -> io::Result<()>;
    /// Brings the content of a file to the disk.
    fn sync(&self, name: &str) -> io::Result<()>;
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;
    /// Gives a file one more name, which nothing has.
    fn link(&self, from: &str, to: &str) -> io::Result<()>;
    fn remove(&self, name: &str) -> io::Result<()>;
    type Folder;
    fn folder(&self, folder: &str) -> io::Result<Self::Folder>;
    /// Brings the names in a folder to the disk.
    fn sync_folder(&self, folder: Self::Folder) -> io::Result<()>;
    /// The names of the files in a folder.
    fn list(&self, folder: &str) -> io::Result<Vec<String>>;
}

/// A folder of this machine.
#[derive(Debug)]
pub(super) struct Local {
    pub(super) root: PathBuf,
}

impl Local {
    fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

impl Disk for Local {
    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path(name))
    }

    fn write(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let make = || private(OpenOptions::new().write(true).create_new(true)).open(self.path(name));
        let made = match make() {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.remove(name).and_then(|()| make()),
            made => made,
        };
        made?.write_all(text)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        // Windows syncs only what may be written.
        OpenOptions::new().write(true).open(self.path(name))?.sync_all()
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path(from), self.path(to))
    }

    fn link(&self, from: &str, to: &str) -> io::Result<()> {
        fs::hard_link(self.path(from), self.path(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path(name))
    }

    type Folder = Folder;

    fn folder(&self, folder: &str) -> io::Result<Folder> {
        Folder::open(&self.path(folder))
    }

    fn sync_folder(&self, folder: Folder) -> io::Result<()> {
        folder.sync()
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for file in fs::read_dir(self.path(folder))? {
            names.extend(file?.file_name().into_string());
        }
        Ok(names)
    }
}

/// Makes files that only their owner may read and write.
pub(super) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// A folder whose names are to be on the disk.
#[cfg(unix)]
#[derive(Debug)]
pub(super) struct Folder(File);

#[cfg(unix)]
impl Folder {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        File::open(path).map(Self)
    }

    pub(super) fn sync(self) -> io::Result<()> {
        self.0.sync_all()
    }
}

/// Windows writes names by itself, and has no call for it.
#[cfg(not(unix))]
#[derive(Debug)]
pub(super) struct Folder;

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, clippy::unused_self)] // as elsewhere
impl Folder {
    pub(super) fn open(_path: &Path) -> io::Result<Self> {
        Ok(Self)
    }

    pub(super) fn sync(self) -> io::Result<()> {
        Ok(())
    }
}

/// Whether this open file is the one of this name.
#[cfg(unix)]
pub(super) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;

    let opened = file.metadata()?;
    match fs::metadata(path) {
        Ok(named) => Ok((opened.dev(), opened.ino()) == (named.dev(), named.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// It cannot be told.
#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)] // as elsewhere
pub(super) fn is_at(_file: &File, _path: &Path) -> io::Result<bool> {
    Ok(true)
}
