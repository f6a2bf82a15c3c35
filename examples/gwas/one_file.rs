//! From the lines of one file to a column.

use std::hint::black_box;
use std::path::Path;

use super::align::{Alignment, is_ambiguous};
use super::header::Header;
use super::number;
use super::tally::{Tally, Trouble};
use super::variants::Variants;

/// The effect of a variant's effect allele and its standard error in one file: side by side, since they are written at
/// once.
pub(crate) type Pair = [f64; 2];

pub(crate) const MISSING: Pair = [f64::NAN; 2];

/// Lines whose variants are looked up together. Where they are all over memory, the processor waits for all at once.
pub(crate) const TOGETHER: usize = 32;

/// A file that is being read.
pub(crate) struct OneFile<'v> {
    variants: &'v mut Variants,
    pub(crate) column: Vec<Pair>,
    pub(crate) tally: Tally,
    keep_ambiguous: bool,
    /// The variant that is expected next, if the file seems to be in the order of those before.
    guess: Option<usize>,
    /// The last one found.
    last: usize,
    /// Where the variants of some lines probably are.
    places: Vec<u32>,
}

/// A line with everything in it.
pub(crate) struct Row<'l> {
    number: u64,
    line: &'l [u8],
    name: &'l [u8],
    effect_allele: &'l [u8],
    other_allele: &'l [u8],
    pair: Pair,
}

impl<'l> Row<'l> {
    fn read(header: &Header, number: u64, line: &'l [u8]) -> Result<Self, Trouble> {
        let [name, effect_allele, other_allele, effect, std_error] =
            header.fields(line).ok_or(Trouble::TooFewFields)?;
        if name.is_empty() {
            return Err(Trouble::NoName);
        }
        if is_missing(effect_allele) || is_missing(other_allele) {
            return Err(Trouble::NoAlleles);
        }
        Ok(Self { number, line, name, effect_allele, other_allele, pair: numbers(effect, std_error)? })
    }
}

impl<'v> OneFile<'v> {
    pub(crate) fn new(path: &Path, variants: &'v mut Variants, keep_ambiguous: bool) -> Self {
        let column = vec![MISSING; variants.len()];
        let tally = Tally::new(path.display().to_string());
        Self { variants, column, tally, keep_ambiguous, guess: Some(0), last: 0, places: Vec::new() }
    }

    /// Reads a line and lets it wait for others.
    #[inline]
    pub(crate) fn add<'l>(&mut self, header: &Header, number: u64, line: &'l [u8], waiting: &mut Vec<Row<'l>>) {
        self.tally.lines += 1;
        match Row::read(header, number, line) {
            Err(trouble) => self.tally.leave_out(trouble, number, line),
            Ok(row) if !self.keep_ambiguous && is_ambiguous(row.effect_allele, row.other_allele) => {
                self.tally.leave_out(Trouble::Ambiguous, number, line);
            }
            Ok(row) => waiting.push(row),
        }
        if waiting.len() == TOGETHER {
            self.place(waiting);
        }
    }

    /// Puts the lines that wait into the column.
    pub(crate) fn place(&mut self, waiting: &mut Vec<Row<'_>>) {
        if self.guess.is_none() {
            self.fetch(waiting);
        }
        for row in waiting.drain(..) {
            match self.try_place(&row) {
                Ok(()) => self.tally.used += 1,
                Err(trouble) => self.tally.leave_out(trouble, row.number, row.line),
            }
        }
    }

    /// Visits what the lines will need, so that it is in the cache when they do.
    fn fetch(&mut self, waiting: &[Row<'_>]) {
        self.variants.fetch(waiting.iter().map(|row| row.name), &mut self.places);
        let pairs = self.places.iter().filter_map(|&index| self.column.get(index as usize));
        black_box(pairs.map(|pair| pair[0]).fold(0.0, f64::max));
    }

    fn try_place(&mut self, row: &Row<'_>) -> Result<(), Trouble> {
        let (index, alignment) = match self.variants.find(row.name, self.guess) {
            Some(known) => {
                let (reference, alleles) = ((known.effect, known.other), (row.effect_allele, row.other_allele));
                (known.index, Alignment::of(reference, alleles))
            }
            None => {
                let index = self.variants.insert(row.name, row.effect_allele, row.other_allele);
                (index.ok_or(Trouble::TooLong)?, Alignment::Same)
            }
        };
        self.expect_after(index);
        if alignment == Alignment::Mismatch {
            return Err(Trouble::Mismatch);
        }
        if index >= self.column.len() {
            self.column.resize(index + 1, MISSING);
        }
        let place = &mut self.column[index];
        if !place[0].is_nan() {
            return Err(Trouble::Duplicate);
        }
        let [effect, std_error] = row.pair;
        *place = [if alignment.turns_sign() { -effect } else { effect }, std_error];
        self.tally.swapped += u64::from(alignment.turns_sign());
        self.tally.flipped += u64::from(matches!(alignment, Alignment::Flipped | Alignment::FlippedAndSwapped));
        Ok(())
    }

    /// A guess is worth its while only where variants follow each other, but for a few that this file or those before
    /// lack.
    fn expect_after(&mut self, index: usize) {
        const GAP: usize = 16;
        let follows = (self.last..self.last + GAP).contains(&index);
        (self.last, self.guess) = (index, follows.then_some(index + 1));
    }
}

fn numbers(effect: &[u8], std_error: &[u8]) -> Result<Pair, Trouble> {
    let finite = |text: &[u8]| number::parse(text).filter(|value| value.is_finite());
    let (Some(effect), Some(std_error)) = (finite(effect), finite(std_error)) else {
        return Err(match finite(effect) {
            _ if is_missing(effect) || is_missing(std_error) => Trouble::Missing,
            None => Trouble::EffectNotNumber,
            Some(_) => Trouble::StdErrorNotNumber,
        });
    };
    if std_error > 0.0 { Ok([effect, std_error]) } else { Err(Trouble::StdErrorNotPositive) }
}

/// As missing numbers and alleles are written.
fn is_missing(text: &[u8]) -> bool {
    let missing = [&b"NA"[..], b"NAN", b".", b"-", b"N/A", b"NULL"];
    text.is_empty() || (text.len() <= 4 && missing.iter().any(|missing| text.eq_ignore_ascii_case(missing)))
}
