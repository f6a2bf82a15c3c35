//! What a reader of a result should know besides its numbers.

use std::fmt;

/// Something a reader of the result should see. Prints as a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// One half was added to all cells of studies with a zero cell.
    HalfAdded {
        /// How many studies.
        studies: usize,
    },
    /// As `HalfAdded`, in a Mantel-Haenszel analysis: its sums take the tables as they are, and only the effects that Q is
    /// made of are corrected.
    HalfAddedForQ {
        /// How many studies.
        studies: usize,
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
            Self::HalfAdded { studies: n } => {
                write!(f, "one half was added to the cells of {} with a zero cell", studies(n))
            }
            Self::HalfAddedForQ { studies: n } => {
                write!(f, "one half was added to the cells of {} with a zero cell, for Q alone", studies(n))
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

/// The notes of one result, in a fixed order, without an allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notes([Option<Note>; 6]);

impl Notes {
    pub(crate) fn add(&mut self, note: Note) {
        if let Some(slot) = self.0.iter_mut().find(|slot| slot.is_none()) {
            *slot = Some(note);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Note> + use<> {
        self.0.into_iter().flatten()
    }
}
