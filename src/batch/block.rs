//! A batch that owns its numbers.

use super::{Batch, Precision};
use crate::error::Error;
use crate::measure::Measure;
use crate::real::Real;
#[cfg(doc)]
use crate::{batch::BatchStream, error::ErrorKind};

/// Some of the outcomes of a [`BatchStream`]: a [`Batch`] that owns its numbers.
///
/// ```
/// use meta_analysis::{Block, CommonEffect, MeanDifference, Pool};
///
/// let studies = vec![(vec![1.0, 0.0], vec![1.0, 1.0]), (vec![2.0, 1.0], vec![1.0, 1.0])];
/// let block = Block::from_columns(MeanDifference, studies);
/// assert_eq!(CommonEffect::new().pool(&block.batch()?)?.estimate().unwrap(), [1.5, 0.5]);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Block<M, F = f64> {
    measure: M,
    numbers: Numbers<F>,
    precision: Precision,
}

#[derive(Clone, Debug)]
enum Numbers<F> {
    Columns(Vec<(Vec<F>, Vec<F>)>),
    Rows { studies: usize, y: Vec<F>, second: Vec<F> },
}

impl<M: Measure, F: Real> Block<M, F> {
    /// As [`Batch::from_columns`].
    #[must_use]
    pub fn from_columns(measure: M, studies: Vec<(Vec<F>, Vec<F>)>) -> Self {
        Self { measure, numbers: Numbers::Columns(studies), precision: Precision::Variance }
    }

    /// As [`Batch::from_std_error_columns`].
    #[must_use]
    pub fn from_std_error_columns(measure: M, studies: Vec<(Vec<F>, Vec<F>)>) -> Self {
        Self { measure, numbers: Numbers::Columns(studies), precision: Precision::StdError }
    }

    /// As [`Batch::from_rows`].
    #[must_use]
    pub fn from_rows(measure: M, studies: usize, y: Vec<F>, v: Vec<F>) -> Self {
        Self { measure, numbers: Numbers::Rows { studies, y, second: v }, precision: Precision::Variance }
    }

    /// As [`Batch::from_std_error_rows`].
    #[must_use]
    pub fn from_std_error_rows(measure: M, studies: usize, y: Vec<F>, std_errors: Vec<F>) -> Self {
        let numbers = Numbers::Rows { studies, y, second: std_errors };
        Self { measure, numbers, precision: Precision::StdError }
    }

    /// The block as a batch.
    ///
    /// # Errors
    /// [`OutcomeMismatch`](ErrorKind::OutcomeMismatch) unless its columns have one length.
    pub fn batch(&self) -> Result<Batch<'_, M, F>, Error> {
        match &self.numbers {
            Numbers::Columns(studies) => {
                let columns = studies.iter().map(|(y, second)| (&y[..], &second[..]));
                Batch::of_columns(self.measure, columns, self.precision)
            }
            Numbers::Rows { studies, y, second } => Batch::of_rows(self.measure, *studies, y, second, self.precision),
        }
    }
}
