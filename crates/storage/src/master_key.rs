//! The key over all keys: from the environment, or from a file that is made on the first run.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use crate::{Error, Result, random};

/// 32 bytes that wrap every tenant's key. Wiped from memory when dropped.
#[derive(Clone)]
pub struct MasterKey(Zeroizing<[u8; 32]>);

impl MasterKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The key given in `env` (the value of `KALENDS_MASTER_KEY`, base64), else the one in the file at `path`, which is
    /// made with mode 0600 if it is not there.
    pub fn load_or_create(path: &Path, env: Option<&str>) -> Result<Self> {
        if let Some(text) = env {
            return Self::decode(text, "KALENDS_MASTER_KEY");
        }
        let failed = |source| Error::MasterKeyFile {
            path: path.to_owned(),
            source,
        };
        match read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                create(path).map_err(failed)?;
            }
            Err(error) => return Err(failed(error)),
            Ok(_) => {}
        }
        // Read again in any case: if two processes start at once, both must use the one key that is there.
        let text = read(path).map_err(failed)?;
        Self::decode(&text, &path.display().to_string())
    }

    /// The same without making anything: `None` if there is no key yet.
    pub fn load(path: &Path, env: Option<&str>) -> Result<Option<Self>> {
        if env.is_none() && !path.exists() {
            return Ok(None);
        }
        Self::load_or_create(path, env).map(Some)
    }

    fn decode(text: &str, source: &str) -> Result<Self> {
        let bad = || Error::BadMasterKey(source.to_owned());
        let bytes = Zeroizing::new(STANDARD.decode(text.trim()).map_err(|_| bad())?);
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| bad())?;
        Ok(Self::new(key))
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

fn read(path: &Path) -> io::Result<Zeroizing<String>> {
    fs::read_to_string(path).map(Zeroizing::new)
}

/// Writes a new key beside the place and links it there, so that nobody ever sees half a key and an existing one is
/// never overwritten.
fn create(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", random::id()));
    let draft = Path::new(&name);
    let text = Zeroizing::new(STANDARD.encode(random::bytes::<32>()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    let written = writeln!(file, "{}", text.as_str()).and_then(|()| file.sync_all());
    let linked = written.and_then(|()| match fs::hard_link(draft, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other,
    });
    fs::remove_file(draft)?;
    linked
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("data").join("master.key");
        let first = MasterKey::load_or_create(&path, None).unwrap();
        let second = MasterKey::load_or_create(&path, None).unwrap();
        assert_eq!(first.bytes(), second.bytes());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600
            );
        }
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn the_environment_wins_and_a_bad_key_says_where_it_came_from() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let given = STANDARD.encode([7; 32]);
        let key = MasterKey::load_or_create(&path, Some(&given)).unwrap();
        assert_eq!(key.bytes(), &[7; 32]);
        assert!(!path.exists());
        let error = MasterKey::load_or_create(&path, Some("short")).unwrap_err();
        assert!(error.to_string().contains("KALENDS_MASTER_KEY"), "{error}");
        assert_eq!(format!("{key:?}"), "MasterKey(…)");
    }
}
