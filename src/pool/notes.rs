//! What a reader of a result should know besides its numbers.

use std::fmt;

use super::{Model, Numbers};
use crate::inference::Inference;
use crate::summary::ZeroCells;

/// From how many studies on a normal interval of a random-effects mean goes without a note.
const ENOUGH: usize = 4;

/// Something a reader of the result should see. Prints as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Something was added to the cells of studies, mostly one half where one is zero.
    ZeroCellsCorrected {
        /// How many studies.
        studies: usize,
        /// The policy; `None` if the studies have several.
        zero_cells: Option<ZeroCells>,
    },
    /// As `ZeroCellsCorrected`, in a Mantel-Haenszel analysis: its sums take the tables as they are, and only the effects
    /// that Q is made of are corrected.
    ZeroCellsCorrectedForQ {
        /// How many studies.
        studies: usize,
        /// The policy; `None` if the studies have several.
        zero_cells: Option<ZeroCells>,
    },
    /// Studies were left out because they are not estimable; [`Studies::excluded`](crate::Studies::excluded) tells why.
    Excluded {
        /// How many studies.
        studies: usize,
    },
    /// There is one study: nothing is pooled, and there is no estimate of τ².
    OneStudy,
    /// A normal interval of a random-effects mean of fewer than four studies covers too rarely.
    FewStudies {
        /// How many studies.
        studies: usize,
    },
    /// The likelihood has several local maxima; the estimate is the highest.
    SeveralModes {
        /// How many.
        modes: usize,
    },
    /// All effects are equal: the Hartung-Knapp standard error is undefined.
    NoResiduals,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let studies = |n: usize| if n == 1 { "1 study".to_owned() } else { format!("{n} studies") };
        match *self {
            Self::ZeroCellsCorrected { studies: n, zero_cells } => corrected(f, &studies(n), zero_cells),
            Self::ZeroCellsCorrectedForQ { studies: n, zero_cells } => {
                corrected(f, &studies(n), zero_cells)?;
                f.write_str(", for Q alone")
            }
            Self::Excluded { studies: n } => write!(f, "{} left out as not estimable", studies(n)),
            Self::OneStudy => f.write_str("one study: nothing is pooled, and tau2 has no estimate"),
            Self::FewStudies { studies: n } => {
                write!(f, "a normal interval from {} is likely to be too narrow; consider Hartung-Knapp", studies(n))
            }
            Self::SeveralModes { modes } => {
                write!(f, "the likelihood has {modes} local maxima; tau2 is at the highest")
            }
            Self::NoResiduals => f.write_str("all effects are equal: there is no Hartung-Knapp standard error"),
        }
    }
}

fn corrected(f: &mut fmt::Formatter<'_>, studies: &str, zero_cells: Option<ZeroCells>) -> fmt::Result {
    match zero_cells {
        Some(zero_cells) => zero_cells.sentence(f, studies),
        None => write!(f, "zero cells were corrected in {studies}, not all in the same way"),
    }
}

/// Notes on the studies of a result: on those that were corrected, how many were left out, and if there is but one.
pub(super) fn notes_of(k: usize, corrected: impl IntoIterator<Item = Note>, excluded: usize) -> Vec<Note> {
    let mut notes = Vec::from_iter(corrected);
    if excluded > 0 {
        notes.push(Note::Excluded { studies: excluded });
    }
    if k == 1 {
        notes.push(Note::OneStudy);
    }
    notes
}

/// What decides on the notes on a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeanNotes {
    k: usize,
    inference: Inference,
    /// A random-effects mean.
    random: bool,
    /// The number of local maxima, if there are several.
    several: Option<usize>,
    /// The mean has no standard error.
    undefined: bool,
}

impl MeanNotes {
    /// With the number of local maxima of the likelihood, where somebody counted.
    #[inline]
    pub(super) fn new<F>(
        k: usize,
        inference: Inference,
        model: &Model,
        numbers: &Numbers<F>,
        modes: Option<usize>,
    ) -> Self {
        let (random, undefined) = (matches!(model, Model::RandomEffects(_)), numbers.of_mean.is_none());
        Self { k, inference, random, several: modes.filter(|&modes| modes > 1), undefined }
    }

    /// False where the notes of [`after`](Self::after) are those on the studies, of which there is not one only.
    #[inline]
    pub(super) const fn are_possible(&self) -> bool {
        self.k < ENOUGH || self.several.is_some() || self.undefined
    }

    /// The notes on the studies, and those on the mean.
    #[cold]
    pub(super) fn after(self, mut notes: Vec<Note>) -> Vec<Note> {
        let Self { k, inference, random, several, undefined } = self;
        if random && inference == Inference::Normal && (2..ENOUGH).contains(&k) {
            notes.push(Note::FewStudies { studies: k });
        }
        if let Some(modes) = several {
            notes.push(Note::SeveralModes { modes });
        }
        if undefined && k > 1 && inference == Inference::HartungKnapp {
            notes.push(Note::NoResiduals);
        }
        notes
    }
}
