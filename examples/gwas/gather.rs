//! From files to columns: an effect and a standard error for every variant and file.

use std::path::{Path, PathBuf};

use super::header::{Header, Names};
use super::lines;
use super::one_file::{MISSING, OneFile, Pair, TOGETHER};
use super::tally::Tally;
use super::variants::Variants;

/// What the files hold. Columns have an element for each variant, NaN where a file lacks it.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) variants: Variants,
    pub(crate) columns: Vec<Vec<Pair>>,
    pub(crate) tallies: Vec<Tally>,
}

/// How files are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reading {
    pub(crate) names: Names,
    /// Takes strand-ambiguous variants as they are: all files on one strand.
    pub(crate) keep_ambiguous: bool,
}

/// Reads the files one after the other; `read` is told of every few bytes.
pub(crate) fn gather(files: &[PathBuf], reading: &Reading, mut read: impl FnMut(u64)) -> Result<Gathered, String> {
    let mut gathered = Gathered::default();
    for file in files {
        gathered.add(file, reading, &mut read)?;
    }
    let variants = gathered.variants.len();
    for columns in &mut gathered.columns {
        columns.resize(variants, MISSING);
    }
    Ok(gathered)
}

impl Gathered {
    fn add(&mut self, path: &Path, reading: &Reading, read: impl FnMut(u64)) -> Result<(), String> {
        let mut file = OneFile::new(path, &mut self.variants, reading.keep_ambiguous);
        let (mut header, mut number) = (None, 0);
        lines::read(path, read, |block| {
            let (mut start, mut waiting) = (0, Vec::with_capacity(TOGETHER));
            for end in memchr::memchr_iter(b'\n', block).chain(std::iter::once(block.len())) {
                let line = block[start..end].strip_suffix(b"\r").unwrap_or(&block[start..end]);
                start = end + 1;
                if end < block.len() || !line.is_empty() {
                    number += 1;
                }
                match &header {
                    _ if line.is_empty() => {}
                    Some(header) => file.add(header, number, line, &mut waiting),
                    None => {
                        let read = Header::read(line, &reading.names);
                        header = Some(read.map_err(|error| format!("{} {error}", path.display()))?);
                    }
                }
            }
            file.place(&mut waiting);
            Ok(())
        })?;
        if header.is_none() {
            return Err(format!("{} is empty", path.display()));
        }
        let OneFile { column, tally, .. } = file;
        self.columns.push(column);
        self.tallies.push(tally);
        Ok(())
    }
}
