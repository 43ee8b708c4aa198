//! Files that are values are written into a folder.

use std::fs;
use std::io;
use std::path::Path;

/// Writes these files, each by its path in the folder, with the folders that it needs. No path may lead out.
///
/// # Errors
/// When one cannot be written.
pub(super) fn lay_out<'a, Content: AsRef<[u8]> + 'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a String, &'a Content)>,
) -> io::Result<()> {
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, content)?;
    }
    Ok(())
}
