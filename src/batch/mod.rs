//! Many outcomes of the same studies, pooled at once.

mod block;
mod columns;
mod engine;
mod lanes;
#[cfg(feature = "rayon")]
mod par;
mod partial;
mod partial_at_tau2;
mod scratch;
mod stream;
mod writer;

pub use block::Block;
pub use columns::{Columns, ColumnsMut, PooledColumns};
pub use engine::BatchSummary;
#[cfg(feature = "rayon")]
pub use par::Par;
pub use partial::PartialColumns;
pub use partial_at_tau2::PartialColumnsAtTau2;
pub use stream::{BatchStream, Progress};

#[cfg(feature = "serde")]
pub(crate) use partial::Outcome;

use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::real::Real;

/// Many outcomes of one measure, each from the same studies: variants of a genome, voxels of a brain map, genes, replications of
/// a simulation.
///
/// The columns stay where they are and are only borrowed. NaN, in the effect or in its variance, means that the study lacks
/// the outcome; studies may differ by outcome. Any other number that is not a valid effect with a valid variance
/// makes the outcome NaN and is counted in the [`BatchSummary`].
///
/// Every [`RandomEffects`](crate::RandomEffects) and [`CommonEffect`](crate::CommonEffect) model pools a batch, with the same bits as
/// the single analysis of each outcome.
///
/// ```
/// use meta_analysis::{Batch, DerSimonianLaird, MeanDifference, Pool, RandomEffects};
///
/// // Three studies of four outcomes; the second study lacks the last one.
/// let (y1, v1) = ([0.1, 0.4, -0.2, 1.0], [0.04, 0.04, 0.09, 0.01]);
/// let (y2, v2) = ([0.3, 0.1, -0.1, f64::NAN], [0.02, 0.05, 0.04, f64::NAN]);
/// let (y3, v3) = ([0.9, 0.2, -0.4, 2.0], [0.03, 0.02, 0.05, 0.01]);
/// let batch = Batch::from_columns(MeanDifference, [(&y1[..], &v1[..]), (&y2[..], &v2[..]), (&y3[..], &v3[..])])?;
/// let pooled = RandomEffects::new(DerSimonianLaird).pool(&batch)?;
/// assert_eq!(pooled.k().unwrap(), [3, 3, 3, 2]);
/// assert_eq!(format!("{:.3}", pooled.estimate().unwrap()[3]), "1.500");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch<'a, M, F = f64> {
    measure: M,
    data: Data<'a, F>,
    columns: Columns,
}

/// Where the numbers are.
#[derive(Clone, Debug)]
pub(crate) struct Data<'a, F> {
    layout: Layout<'a, F>,
    precision: Precision,
    outcomes: usize,
    studies: usize,
}

/// Which numbers lie beside each other.
#[derive(Clone, Debug)]
enum Layout<'a, F> {
    /// One column of effects and one of variances for each study.
    Columns(Vec<(&'a [F], &'a [F])>),
    /// One row of effects and one of variances for each outcome.
    Rows((&'a [F], &'a [F])),
}

/// What the second number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Precision {
    Variance,
    StdError,
}

impl<'a, M: Measure, F: Real> Batch<'a, M, F> {
    /// One pair of columns per study, effects and sampling variances, on the analysis scale; element i of every column belongs
    /// to outcome i.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`], with the index of the study, unless all columns have one length.
    pub fn from_columns(measure: M, studies: impl IntoIterator<Item = (&'a [F], &'a [F])>) -> Result<Self, Error> {
        Self::of_columns(measure, studies, Precision::Variance)
    }

    /// As [`from_columns`](Self::from_columns), with standard errors in place of variances.
    ///
    /// # Errors
    /// As [`from_columns`](Self::from_columns).
    pub fn from_std_error_columns(
        measure: M,
        studies: impl IntoIterator<Item = (&'a [F], &'a [F])>,
    ) -> Result<Self, Error> {
        Self::of_columns(measure, studies, Precision::StdError)
    }

    /// One row of effects and one of sampling variances per outcome, each of `studies` numbers: element
    /// `i * studies + j` belongs to outcome i and study j.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`] unless both have one length, a multiple of `studies`.
    ///
    /// ```
    /// use meta_analysis::{Batch, CommonEffect, MeanDifference, Pool};
    ///
    /// let batch = Batch::from_rows(MeanDifference, 3, &[1.0, 2.0, 6.0, 0.0, 0.0, 3.0], &[1.0; 6])?;
    /// assert_eq!(CommonEffect::new().pool(&batch)?.estimate().unwrap(), [3.0, 1.0]);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn from_rows(measure: M, studies: usize, y: &'a [F], v: &'a [F]) -> Result<Self, Error> {
        Self::of_rows(measure, studies, y, v, Precision::Variance)
    }

    /// As [`from_rows`](Self::from_rows), with standard errors in place of variances.
    ///
    /// # Errors
    /// As [`from_rows`](Self::from_rows).
    pub fn from_std_error_rows(measure: M, studies: usize, y: &'a [F], std_errors: &'a [F]) -> Result<Self, Error> {
        Self::of_rows(measure, studies, y, std_errors, Precision::StdError)
    }

    /// The same batch, of which these results are asked for; [`Columns::DEFAULT`] if nothing is said. What is not asked for is not
    /// computed.
    #[must_use]
    pub fn with_columns(self, columns: Columns) -> Self {
        Self { columns, ..self }
    }

    /// The number of outcomes.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.data.outcomes
    }

    /// The number of studies, of which each outcome has some.
    #[must_use]
    pub fn studies(&self) -> usize {
        self.data.studies
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    fn of_columns(
        measure: M,
        studies: impl IntoIterator<Item = (&'a [F], &'a [F])>,
        precision: Precision,
    ) -> Result<Self, Error> {
        let columns: Vec<_> = studies.into_iter().collect();
        let outcomes = columns.first().map_or(0, |(y, _)| y.len());
        for (study, (y, v)) in columns.iter().enumerate() {
            for (what, found) in [("effects", y.len()), ("variances", v.len())] {
                if found != outcomes {
                    let kind = ErrorKind::OutcomeMismatch { what, expected: outcomes, found };
                    return Err(Error::from(kind).in_study(study));
                }
            }
        }
        let data = Data { studies: columns.len(), layout: Layout::Columns(columns), precision, outcomes };
        Ok(Self { measure, data, columns: Columns::DEFAULT })
    }

    fn of_rows(measure: M, studies: usize, y: &'a [F], v: &'a [F], precision: Precision) -> Result<Self, Error> {
        let outcomes = y.len().checked_div(studies).unwrap_or(0);
        for (what, found) in [("effects", y.len()), ("variances", v.len())] {
            if found != outcomes * studies {
                let expected = outcomes * studies;
                return Err(ErrorKind::OutcomeMismatch { what, expected, found }.into());
            }
        }
        Ok(Self {
            measure,
            data: Data { layout: Layout::Rows((y, v)), precision, outcomes, studies },
            columns: Columns::DEFAULT,
        })
    }
}
