//! Results of a batch, as columns.

use std::ops::BitOr;

use super::engine::BatchSummary;
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::Natural;
use crate::real::Real;

/// Which results of a batch are asked for: a set, joined by `|`.
///
/// ```
/// use meta_analysis::Columns;
///
/// let asked = Columns::ESTIMATE | Columns::P_VALUE;
/// assert!(asked.contains(Columns::ESTIMATE) && !asked.contains(Columns::TAU2));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Columns(u16);

impl BitOr for Columns {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Columns {
    /// True if all of `columns` are in the set.
    #[must_use]
    pub const fn contains(self, columns: Self) -> bool {
        self.0 & columns.0 == columns.0
    }

    /// What costs nothing beside pooling: estimate, standard error, τ², Q and k.
    pub const CORE: Self = Self(Self::ESTIMATE.0 | Self::STD_ERROR.0 | Self::TAU2.0 | Self::Q.0 | Self::K.0);
    /// What a table usually shows: [`CORE`](Self::CORE), limits, the p-value and I².
    pub const DEFAULT: Self = Self(Self::CORE.0 | Self::LIMITS.0 | Self::P_VALUE.0 | Self::I2_FROM_TAU2.0);
    /// Everything.
    pub const ALL: Self =
        Self(Self::DEFAULT.0 | Self::STATISTIC.0 | Self::LOG_P_VALUE.0 | Self::Q_P_VALUE.0 | Self::I2_FROM_Q.0);
}

/// Defines the columns of type F: their bits, the slices to write to, the vectors that own them, and how they are read.
macro_rules! columns {
    ($($(#[$docs:meta])* $name:ident, $bit:ident = $value:expr;)*) => {
        impl Columns {
            $($(#[$docs])* pub const $bit: Self = Self(1 << $value);)*
            /// The lower and the upper limit.
            pub const LIMITS: Self = Self(Self::LOWER.0 | Self::UPPER.0);
            /// The number of studies that have the outcome.
            pub const K: Self = Self(1 << 15);
        }

        /// Where results are written to: a slice for every column that is wanted, as long as the batch has outcomes.
        ///
        /// ```
        /// use meta_analysis::{Batch, ColumnsMut, MeanDifference, RandomEffects, Reml};
        ///
        /// let batch = Batch::from_rows(MeanDifference, 3, &[1.0, 2.0, 6.0, 0.0, 0.0, 3.0], &[1.0; 6])?;
        /// let mut estimates = [0.0; 2];
        /// let wanted = ColumnsMut { estimate: Some(&mut estimates), ..ColumnsMut::default() };
        /// RandomEffects::new(Reml).pool_into(&batch, wanted)?;
        /// assert_eq!(estimates, [3.0, 1.0]);
        /// # Ok::<(), meta_analysis::Error>(())
        /// ```
        #[derive(Debug)]
        pub struct ColumnsMut<'b, F = f64> {
            $($(#[$docs])* pub $name: Option<&'b mut [F]>,)*
            /// The number of studies that have the outcome.
            pub k: Option<&'b mut [u32]>,
        }

        impl<F> Default for ColumnsMut<'_, F> {
            fn default() -> Self {
                Self { $($name: None,)* k: None }
            }
        }

        impl<'b, F: Real> ColumnsMut<'b, F> {
            /// The first column whose length is not that of the outcomes.
            pub(super) fn wrong_length(&self, outcomes: usize) -> Option<(&'static str, usize)> {
                $(if let Some(column) = self.$name.as_ref().filter(|column| column.len() != outcomes) {
                    return Some((stringify!($name), column.len()));
                })*
                self.k.as_ref().filter(|k| k.len() != outcomes).map(|k| ("k", k.len()))
            }

            /// The first column that is wanted.
            pub(super) fn first(&self) -> Option<&[F]> {
                None$(.or(self.$name.as_deref()))*
            }

            /// The columns up to an outcome, and from there on.
            #[cfg(feature = "rayon")]
            pub(super) fn split_at(self, outcome: usize) -> (Self, Self) {
                $(let $name = halves(self.$name, outcome);)*
                let k = halves(self.k, outcome);
                (Self { $($name: $name.0,)* k: k.0 }, Self { $($name: $name.1,)* k: k.1 })
            }

            /// Makes an outcome NaN in every column, with k studies.
            pub(super) fn write_nan(&mut self, outcome: usize, k: u32) {
                $(if let Some(column) = &mut self.$name {
                    column[outcome] = F::nan();
                })*
                if let Some(column) = &mut self.k {
                    column[outcome] = k;
                }
            }
        }

        /// The results of a [`Batch`](super::Batch): a column for each that was asked for, on the analysis scale, with an element for
        /// each outcome. NaN where there is no result.
        #[derive(Clone, Debug, PartialEq)]
        pub struct PooledColumns<M, F = f64> {
            measure: M,
            level: Level,
            outcomes: usize,
            $($name: Option<Vec<F>>,)*
            k: Option<Vec<u32>>,
            summary: BatchSummary,
        }

        impl<M: Measure, F: Real> PooledColumns<M, F> {
            /// Columns as asked for, still empty.
            pub(super) fn new(measure: M, level: Level, asked: Columns, outcomes: usize) -> Self {
                let column = |bit| asked.contains(bit).then(|| vec![F::nan(); outcomes]);
                Self {
                    measure,
                    level,
                    outcomes,
                    $($name: column(Columns::$bit),)*
                    k: asked.contains(Columns::K).then(|| vec![0; outcomes]),
                    summary: BatchSummary::default(),
                }
            }

            pub(super) fn columns_mut(&mut self) -> ColumnsMut<'_, F> {
                ColumnsMut { $($name: self.$name.as_deref_mut(),)* k: self.k.as_deref_mut() }
            }

            $($(#[$docs])*
            ///
            /// `None` if the column was not asked for.
            #[must_use]
            pub fn $name(&self) -> Option<&[F]> {
                self.$name.as_deref()
            })*

            /// The number of studies that have the outcome; `None` if the column was not asked for.
            #[must_use]
            pub fn k(&self) -> Option<&[u32]> {
                self.k.as_deref()
            }
        }
    };
}

columns! {
    /// The pooled effect.
    estimate, ESTIMATE = 0;
    /// Its standard error under the chosen inference; NaN where that is undefined.
    std_error, STD_ERROR = 1;
    /// The lower limit; NaN where it is undefined.
    lower, LOWER = 2;
    /// The upper limit; NaN where it is undefined.
    upper, UPPER = 3;
    /// The estimate over its standard error; NaN where that is undefined.
    statistic, STATISTIC = 4;
    /// The two-sided p-value of no effect; NaN where it is undefined.
    p_value, P_VALUE = 5;
    /// Its natural logarithm, which does not underflow.
    log_p_value, LOG_P_VALUE = 6;
    /// The variance between studies; NaN for a common effect and for one study.
    tau2, TAU2 = 7;
    /// Cochran's Q.
    q, Q = 8;
    /// The upper tail of the chi-squared distribution at Q.
    q_p_value, Q_P_VALUE = 9;
    /// I² from Q, a proportion; NaN for one study.
    i2_from_q, I2_FROM_Q = 10;
    /// I² from τ², a proportion; NaN where τ² is.
    i2_from_tau2, I2_FROM_TAU2 = 11;
}

#[cfg(feature = "rayon")]
fn halves<T>(column: Option<&mut [T]>, at: usize) -> (Option<&mut [T]>, Option<&mut [T]>) {
    column.map(|column| column.split_at_mut(at)).unzip()
}

impl<M: Measure, F: Real> PooledColumns<M, F> {
    pub(super) fn with_summary(self, summary: BatchSummary) -> Self {
        Self { summary, ..self }
    }

    /// The number of outcomes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.outcomes
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.outcomes == 0
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The level of the limits.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many outcomes were pooled, and what became of the others.
    #[must_use]
    pub fn summary(&self) -> BatchSummary {
        self.summary
    }

    /// The pooled effect of one outcome on the natural scale, with its interval if the limits were asked for; `None` without an
    /// estimate, and for an index out of range.
    #[must_use]
    pub fn natural(&self, outcome: usize) -> Option<Natural<F>> {
        let link = self.measure.link();
        let estimate = *self.estimate.as_ref()?.get(outcome)?;
        if estimate.is_nan() {
            return None;
        }
        let limits = self.lower.as_ref().zip(self.upper.as_ref()).map(|(l, u)| (l[outcome], u[outcome]));
        let interval = limits
            .filter(|(lower, _)| !lower.is_nan())
            .map(|(lower, upper)| Interval { lower, upper }.to_natural(link));
        Some(Natural { estimate: link.to_natural(estimate), interval })
    }
}
