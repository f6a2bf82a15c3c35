//! What the measures have in common.

use std::fmt::Debug;

use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::studies::Studies;
use crate::summary::ZeroCells;

/// The measures that have a Mantel-Haenszel estimate: [`RiskRatio`](crate::RiskRatio), [`OddsRatio`](crate::OddsRatio) and
/// [`RiskDifference`](crate::RiskDifference) of 2×2 tables; [`RateRatio`](crate::RateRatio) and
/// [`RateDifference`](crate::RateDifference) of person-time. Nobody else can implement it.
pub trait MantelHaenszelSums: Measure + Sealed {
    /// One study's data.
    type Data;
    #[doc(hidden)]
    type Cells: Copy;
    /// The choices of a variance.
    type Variance: Copy + Debug + Default + PartialEq + Send + Sync + 'static;
    #[doc(hidden)]
    const EFFECTS: ZeroCells;

    /// The counts of each study and whether something was added; `None` for those left out.
    #[doc(hidden)]
    fn corrected(self, data: &[Self::Data], zero_cells: ZeroCells) -> Vec<Option<(Self::Cells, bool)>>;

    /// The effects of the studies.
    #[doc(hidden)]
    fn studies(self, data: &[Self::Data], zero_cells: ZeroCells) -> Result<Studies<Self>, Error>;

    /// The pooled effect, on the analysis scale.
    #[doc(hidden)]
    fn estimate(self, cells: &[Self::Cells]) -> Result<f64, Error>;

    /// Its variance.
    #[doc(hidden)]
    fn variance(self, cells: &[Self::Cells], estimate: f64, choice: Self::Variance) -> Result<f64, Error>;

    /// The weight of a study in the pooled effect.
    #[doc(hidden)]
    fn weight(self, cells: &Self::Cells) -> f64;
}

mod sealed {
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed {}
    impl Sealed for crate::measure::RiskRatio {}
    impl Sealed for crate::measure::OddsRatio {}
    impl Sealed for crate::measure::RiskDifference {}
    impl Sealed for crate::measure::RateRatio {}
    impl Sealed for crate::measure::RateDifference {}
}
use sealed::Sealed;

pub(super) fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Compensated::default();
    terms.for_each(|term| sum.add(term));
    sum.total()
}

/// Sums of N terms over studies.
pub(super) fn sums<C, const N: usize>(cells: &[C], terms: impl Fn(&C) -> [f64; N]) -> [f64; N] {
    let mut sums = [Compensated::default(); N];
    for cells in cells {
        for (sum, term) in sums.iter_mut().zip(terms(cells)) {
            sum.add(term);
        }
    }
    sums.map(Compensated::total)
}

pub(super) fn not_estimable<M: Measure>(measure: M, reason: &'static str) -> Error {
    ErrorKind::NotEstimable { measure: measure.label(), reason }.into()
}

/// ln (r / s) of the sums of a ratio, if both are positive.
pub(super) fn log_ratio<M: Measure>(measure: M, r: f64, s: f64) -> Result<f64, Error> {
    if r == 0.0 {
        return Err(not_estimable(measure, "the Mantel-Haenszel sum of the treated arms is zero"));
    }
    if s == 0.0 {
        return Err(not_estimable(measure, "the Mantel-Haenszel sum of the control arms is zero"));
    }
    Ok((r / s).ln())
}
