//! Text files in blocks of whole lines, packed or not, in bounded memory.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

/// Read at a time: fits into the processor's cache.
const BLOCK: usize = 256 << 10;
/// A longer line is no line of a table.
const LONGEST_LINE: usize = 16 << 20;

/// Calls `block` with whole lines, until the end or an error of its own. `read` is told how many bytes of the file have
/// been read since the last call.
pub(crate) fn read(
    path: &Path,
    mut read: impl FnMut(u64),
    mut block: impl FnMut(&[u8]) -> Result<(), String>,
) -> Result<(), String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let mut magic = [0; 2];
    let mut file = File::open(path).map_err(failed)?;
    let length = read_fully(&mut file, &mut magic).map_err(failed)?;
    let whole = (&magic[..length]).chain(Counted { file, read: &mut read });
    let mut source: Box<dyn Read + '_> =
        if magic == [0x1f, 0x8b] { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
    let (mut buffer, mut filled) = (vec![0; BLOCK], 0);
    loop {
        if filled == buffer.len() {
            if filled > LONGEST_LINE {
                return Err(format!("{}: a line is longer than {} MB", path.display(), LONGEST_LINE >> 20));
            }
            buffer.resize(2 * filled, 0);
        }
        let new = match source.read(&mut buffer[filled..]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            new => new.map_err(failed)?,
        };
        if new == 0 {
            // The last line may lack its end.
            return if filled > 0 { block(&buffer[..filled]) } else { Ok(()) };
        }
        let searched = filled;
        filled += new;
        if let Some(last) = memchr::memrchr(b'\n', &buffer[searched..filled]) {
            let end = searched + last + 1;
            block(&buffer[..end])?;
            buffer.copy_within(end..filled, 0);
            filled -= end;
        }
    }
}

fn read_fully(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            new => filled += new,
        }
    }
    Ok(filled)
}

/// A file that tells how much of it has been read.
struct Counted<'r> {
    file: File,
    read: &'r mut dyn FnMut(u64),
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let new = self.file.read(buffer)?;
        (self.read)(new as u64);
        Ok(new)
    }
}
