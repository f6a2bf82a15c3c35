//! What the measures have in common.

use std::fmt::Debug;

use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::studies::Studies;
use crate::summary::ZeroCells;

/// The number of sums over studies that a pooled effect and its variance may be functions of.
pub(crate) const TERMS: usize = 7;

/// The terms of one study, or their sums over studies. Those that a measure has no use for are 0.
pub(crate) type Terms = [f64; TERMS];

/// The measures that have a Mantel-Haenszel estimate: [`RiskRatio`](crate::RiskRatio), [`OddsRatio`](crate::OddsRatio) and
/// [`RiskDifference`](crate::RiskDifference) of 2×2 tables; [`RateRatio`](crate::RateRatio) and
/// [`RateDifference`](crate::RateDifference) of person-time. Nobody else can implement it.
pub trait MantelHaenszelSums: Measure + Sealed {
    /// One study's data.
    type Data: Copy;
    #[doc(hidden)]
    type Cells: Copy;
    /// The choices of a variance.
    type Variance: Copy + Debug + Default + PartialEq + Send + Sync + 'static;

    /// The counts of each study and whether something was added; `None` for those left out.
    #[doc(hidden)]
    fn corrected(self, data: &[Self::Data], zero_cells: ZeroCells) -> Vec<Option<(Self::Cells, bool)>>;

    /// The effects of the studies.
    #[doc(hidden)]
    fn studies(self, data: &[Self::Data], zero_cells: ZeroCells) -> Result<Studies<Self>, Error>;

    /// A number that terms are taken relative to, so that they stay in range or lose no digits.
    #[doc(hidden)]
    fn reference(self, _: &[Self::Cells], _: Self::Variance) -> f64 {
        0.0
    }

    /// The terms of a study.
    #[doc(hidden)]
    fn terms(self, cells: &Self::Cells, reference: f64) -> Terms;

    /// The pooled effect, on the analysis scale, from the sums of the terms.
    #[doc(hidden)]
    fn estimate(self, sums: &Terms, reference: f64) -> Result<f64, Error>;

    /// Its variance.
    #[doc(hidden)]
    fn variance(self, sums: &Terms, reference: f64, estimate: f64, choice: Self::Variance) -> Result<f64, Error>;

    /// True if the variance is what little is left of sums about a reference that is not their own estimate.
    #[doc(hidden)]
    fn cancels(self, _: &Terms, _reference: f64, _estimate: f64, _: Self::Variance) -> bool {
        false
    }

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

/// The pooled effect of these studies, on the analysis scale.
pub(crate) fn estimate<M: MantelHaenszelSums>(measure: M, cells: &[M::Cells]) -> Result<f64, Error> {
    let reference = measure.reference(cells, M::Variance::default());
    measure.estimate(&of_studies(cells, |cells| measure.terms(cells, reference)), reference)
}

/// The same with its variance.
pub(super) fn estimate_and_variance<M: MantelHaenszelSums>(
    measure: M,
    cells: &[M::Cells],
    choice: M::Variance,
) -> Result<(f64, f64), Error> {
    let reference = measure.reference(cells, choice);
    let sums = of_studies(cells, |cells| measure.terms(cells, reference));
    let estimate = measure.estimate(&sums, reference)?;
    Ok((estimate, measure.variance(&sums, reference, estimate, choice)?))
}

fn of_studies<C>(cells: &[C], terms: impl Fn(&C) -> Terms) -> Terms {
    let mut sums = [Compensated::default(); TERMS];
    for cells in cells {
        add(&mut sums, terms(cells));
    }
    sums.map(Compensated::total)
}

/// Adds the terms of a study to sums.
pub(super) fn add(sums: &mut [Compensated; TERMS], terms: Terms) {
    for (sum, term) in sums.iter_mut().zip(terms) {
        sum.add(term);
    }
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
