//! What became of the lines of a file: nothing is lost in silence.

use std::fmt;

/// Why a line has no part in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    TooFewFields,
    NoName,
    NoAlleles,
    TooLong,
    Missing,
    EffectNotNumber,
    StdErrorNotNumber,
    StdErrorNotPositive,
    Duplicate,
    Ambiguous,
    Mismatch,
}

impl Trouble {
    pub(crate) const ALL: [Self; 11] = [
        Self::TooFewFields,
        Self::NoName,
        Self::NoAlleles,
        Self::TooLong,
        Self::Missing,
        Self::EffectNotNumber,
        Self::StdErrorNotNumber,
        Self::StdErrorNotPositive,
        Self::Duplicate,
        Self::Ambiguous,
        Self::Mismatch,
    ];

    const fn text(self) -> &'static str {
        match self {
            Self::TooFewFields => "too few fields",
            Self::NoName => "no name of a variant",
            Self::NoAlleles => "no alleles",
            Self::TooLong => "a name or an allele too long (65535 bytes, all names 4 GB)",
            Self::Missing => "effect or standard error missing (NA)",
            Self::EffectNotNumber => "effect not a finite number",
            Self::StdErrorNotNumber => "standard error not a finite number",
            Self::StdErrorNotPositive => "standard error not positive",
            Self::Duplicate => "variant seen before in this file",
            Self::Ambiguous => "strand-ambiguous alleles (A/T or C/G)",
            Self::Mismatch => "other alleles than in the files before",
        }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// How often, and where first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Case {
    pub(crate) count: u64,
    pub(crate) line: u64,
    pub(crate) text: String,
}

/// The lines of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) file: String,
    /// Without the header and empty lines.
    pub(crate) lines: u64,
    pub(crate) used: u64,
    /// Of those used: with swapped alleles, so that the effect changed its sign; from the complementary strand.
    pub(crate) swapped: u64,
    pub(crate) flipped: u64,
    cases: [Case; Trouble::ALL.len()],
}

impl Tally {
    pub(crate) fn new(file: String) -> Self {
        Self { file, ..Self::default() }
    }

    /// Counts a line that is not used.
    #[cold]
    pub(crate) fn leave_out(&mut self, trouble: Trouble, number: u64, line: &[u8]) {
        let case = &mut self.cases[trouble as usize];
        if case.count == 0 {
            const SHOWN: usize = 60;
            let text = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
            let text = text.replace('\t', " ");
            (case.line, case.text) = (number, if line.len() > SHOWN { text + ".." } else { text });
        }
        case.count += 1;
    }

    pub(crate) fn case(&self, trouble: Trouble) -> &Case {
        &self.cases[trouble as usize]
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, lines, used, swapped, flipped, .. } = self;
        write!(
            f,
            "{file}: {used} of {lines} lines used, {swapped} with swapped alleles, {flipped} from the other strand"
        )?;
        for trouble in Trouble::ALL {
            let Case { count, line, text } = self.case(trouble);
            if *count > 0 {
                write!(f, "\n  {count} left out: {trouble}; first in line {line}: {text}")?;
            }
        }
        Ok(())
    }
}
