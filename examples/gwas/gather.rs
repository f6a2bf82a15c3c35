//! From files to columns: an effect and a standard error for every variant and file.

use std::path::{Path, PathBuf};

use super::align::{Alignment, is_ambiguous};
use super::header::{Header, Names};
use super::tally::{Tally, Trouble};
use super::variants::Variants;
use super::{lines, number};

/// What the files hold. Columns have an element for each variant, NaN where a file lacks it.
#[derive(Debug, Default)]
pub(crate) struct Gathered {
    pub(crate) variants: Variants,
    pub(crate) columns: Vec<Columns>,
    pub(crate) tallies: Vec<Tally>,
}

/// Effects and standard errors of one file, for the effect alleles of the variants.
#[derive(Debug, Default)]
pub(crate) struct Columns {
    pub(crate) effects: Vec<f64>,
    pub(crate) std_errors: Vec<f64>,
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
        columns.effects.resize(variants, f64::NAN);
        columns.std_errors.resize(variants, f64::NAN);
    }
    Ok(gathered)
}

impl Gathered {
    fn add(&mut self, path: &Path, reading: &Reading, read: impl FnMut(u64)) -> Result<(), String> {
        let known = self.variants.len();
        let mut file = OneFile {
            variants: &mut self.variants,
            columns: Columns { effects: vec![f64::NAN; known], std_errors: vec![f64::NAN; known] },
            tally: Tally::new(path.display().to_string()),
            keep_ambiguous: reading.keep_ambiguous,
            guess: 0,
        };
        let (mut header, mut number) = (None, 0);
        lines::read(path, read, |block| {
            let mut start = 0;
            for end in memchr::memchr_iter(b'\n', block).chain(std::iter::once(block.len())) {
                let line = block[start..end].strip_suffix(b"\r").unwrap_or(&block[start..end]);
                start = end + 1;
                if end < block.len() || !line.is_empty() {
                    number += 1;
                }
                match &header {
                    _ if line.is_empty() => {}
                    Some(header) => file.add(header, number, line),
                    None => {
                        let read = Header::read(line, &reading.names);
                        header = Some(read.map_err(|error| format!("{} {error}", path.display()))?);
                    }
                }
            }
            Ok(())
        })?;
        if header.is_none() {
            return Err(format!("{} is empty", path.display()));
        }
        let OneFile { columns, tally, .. } = file;
        self.columns.push(columns);
        self.tallies.push(tally);
        Ok(())
    }
}

/// A file that is being read.
struct OneFile<'v> {
    variants: &'v mut Variants,
    columns: Columns,
    tally: Tally,
    keep_ambiguous: bool,
    /// The variant that is expected next.
    guess: usize,
}

impl OneFile<'_> {
    #[inline]
    fn add(&mut self, header: &Header, number: u64, line: &[u8]) {
        self.tally.lines += 1;
        match self.try_add(header, line) {
            Ok(()) => self.tally.used += 1,
            Err(trouble) => self.tally.leave_out(trouble, number, line),
        }
    }

    fn try_add(&mut self, header: &Header, line: &[u8]) -> Result<(), Trouble> {
        let [name, effect_allele, other_allele, effect, std_error] =
            header.fields(line).ok_or(Trouble::TooFewFields)?;
        if name.is_empty() {
            return Err(Trouble::NoName);
        }
        if is_missing(effect_allele) || is_missing(other_allele) {
            return Err(Trouble::NoAlleles);
        }
        let (effect, std_error) = numbers(effect, std_error)?;
        if !self.keep_ambiguous && is_ambiguous(effect_allele, other_allele) {
            return Err(Trouble::Ambiguous);
        }
        let alleles = (effect_allele, other_allele);
        let (index, alignment) = match self.variants.find(name, self.guess) {
            Some(index) => (index, Alignment::of(self.variants.alleles(index), alleles)),
            None => (self.variants.insert(name, alleles).ok_or(Trouble::TooLong)?, Alignment::Same),
        };
        self.guess = index + 1;
        if alignment == Alignment::Mismatch {
            return Err(Trouble::Mismatch);
        }
        let effect = if alignment.turns_sign() { -effect } else { effect };
        if index >= self.columns.effects.len() {
            self.columns.effects.resize(index + 1, f64::NAN);
            self.columns.std_errors.resize(index + 1, f64::NAN);
        }
        if !self.columns.effects[index].is_nan() {
            return Err(Trouble::Duplicate);
        }
        self.columns.effects[index] = effect;
        self.columns.std_errors[index] = std_error;
        self.tally.swapped += u64::from(alignment.turns_sign());
        self.tally.flipped += u64::from(matches!(alignment, Alignment::Flipped | Alignment::FlippedAndSwapped));
        Ok(())
    }
}

fn numbers(effect: &[u8], std_error: &[u8]) -> Result<(f64, f64), Trouble> {
    let finite = |text: &[u8]| number::parse(text).filter(|value| value.is_finite());
    let (Some(effect), Some(std_error)) = (finite(effect), finite(std_error)) else {
        return Err(match finite(effect) {
            _ if is_missing(effect) || is_missing(std_error) => Trouble::Missing,
            None => Trouble::EffectNotNumber,
            Some(_) => Trouble::StdErrorNotNumber,
        });
    };
    if std_error > 0.0 { Ok((effect, std_error)) } else { Err(Trouble::StdErrorNotPositive) }
}

/// As missing numbers and alleles are written.
fn is_missing(text: &[u8]) -> bool {
    let missing = [&b"NA"[..], b"NAN", b".", b"-", b"N/A", b"NULL"];
    text.is_empty() || (text.len() <= 4 && missing.iter().any(|missing| text.eq_ignore_ascii_case(missing)))
}
