//! Heterogeneity without each study and as studies come in, in the time of one analysis.

use crate::error::{Error, ErrorKind};
use crate::heterogeneity::Heterogeneity;
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::pool::{Frame, OffsetSums, Pool, RandomEffects};
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::{DerSimonianLaird, HedgesOlkin};

/// The estimators of τ² that are functions of sums over studies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MomentEstimator {
    /// [`DerSimonianLaird`].
    #[default]
    DerSimonianLaird,
    /// [`HedgesOlkin`].
    HedgesOlkin,
}

/// The sums of both.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    weighted: OffsetSums,
    plain: OffsetSums,
    /// Of the variances, in the unit.
    variances: Compensated,
}

struct Moments<'a, M, F> {
    estimator: MomentEstimator,
    studies: &'a Studies<M, F>,
    frame: Frame,
}

impl<M: Measure, F: Real> Moments<'_, M, F> {
    fn add(&self, state: &mut State, index: usize) {
        let (Some(&y), Some(&v)) = (self.studies.y().get(index), self.studies.v().get(index)) else { return };
        let Frame { pivot, unit, .. } = self.frame;
        self.frame.add(&mut state.weighted, y, v);
        state.plain.add(y.f64(), pivot, unit, 1.0);
        state.variances.add(v.f64() * unit * unit);
    }

    /// `None` where sums cannot tell.
    fn heterogeneity(&self, state: &State) -> Option<Heterogeneity<F>> {
        let (sums, frame) = (&state.weighted, &self.frame);
        if !sums.are_sound() || !state.plain.are_sound() {
            return None;
        }
        let (q, df) = (frame.q(sums.squares()), sums.df());
        let tau2 = match self.estimator {
            MomentEstimator::DerSimonianLaird => (q - df) / (sums.trace() / frame.v_min),
            MomentEstimator::HedgesOlkin => state.plain.squares() / df - state.variances.total() / (df + 1.0),
        };
        let tau2 = (df >= 1.0).then(|| frame.user(tau2.max(0.0)));
        let h = frame.heterogeneity(sums, q, tau2);
        (F::of(q).is_finite() && tau2.is_none_or(|tau2| F::of(tau2).is_finite())).then_some(h)
    }

    /// The same by pooling.
    fn pool(&self, studies: &Studies<M, F>) -> Result<Heterogeneity<F>, Error> {
        let pooled = match self.estimator {
            MomentEstimator::DerSimonianLaird => RandomEffects::new(DerSimonianLaird).pool(studies)?,
            MomentEstimator::HedgesOlkin => RandomEffects::new(HedgesOlkin).pool(studies)?,
        };
        Ok(Heterogeneity { tau2_std_error: None, ..*pooled.heterogeneity() })
    }
}

/// τ², Q, I² and H² without each study in turn, at a cost of O(k) altogether: the sums of the studies before and of
/// those after each are joined, and nothing is subtracted. The standard error of τ², which is none of those sums, is
/// `None`.
///
/// For large sets of studies; [`leave_one_out`](super::leave_one_out) has the pooled effects, too, each at a cost of
/// O(k).
///
/// # Errors
/// [`TooFewStudies`](ErrorKind::TooFewStudies) for fewer than two; [`OutOfRange`](ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, Studies};
/// use meta_analysis::sensitivity::{MomentEstimator, heterogeneity_without_each};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let rows = heterogeneity_without_each(MomentEstimator::DerSimonianLaird, &studies)?;
/// assert_eq!(rows.iter().map(|h| h.q()).collect::<Vec<f64>>(), [8.0, 12.5, 0.5]);
/// assert_eq!(rows[1].tau2(), Some(11.5));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn heterogeneity_without_each<M: Measure, F: Real>(
    estimator: MomentEstimator,
    studies: &Studies<M, F>,
) -> Result<Vec<Heterogeneity<F>>, Error> {
    let k = studies.k();
    if k < 2 {
        let quantity = "heterogeneity without a study";
        return Err(ErrorKind::TooFewStudies { quantity, needed: 2, found: k }.into());
    }
    let frame = Frame::of(studies.y(), studies.v());
    let moments = Moments { estimator, studies, frame: frame.unwrap_or_default() };
    let rest = |gone: usize| studies.select(&(0..k).filter(|&index| index != gone).collect::<Vec<_>>());
    if frame.is_none() {
        return (0..k).map(|gone| moments.pool(&rest(gone))).collect();
    }
    let mut after = vec![State::default(); k + 1];
    for index in (0..k).rev() {
        after[index] = after[index + 1];
        moments.add(&mut after[index], index);
    }
    let mut before = State::default();
    let mut without = |gone: usize| {
        let after = &after[gone + 1];
        let state = State {
            weighted: before.weighted.join(&after.weighted),
            plain: before.plain.join(&after.plain),
            variances: before.variances.plus(after.variances),
        };
        moments.add(&mut before, gone);
        moments.heterogeneity(&state).map_or_else(|| moments.pool(&rest(gone)), Ok)
    };
    (0..k).map(&mut without).collect()
}

/// τ², Q, I² and H² of the first study, the first two, and so on, at a cost of O(k) altogether. The standard error of
/// τ² is `None`.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`OutOfRange`](ErrorKind::OutOfRange).
///
/// ```
/// use meta_analysis::{MeanDifference, Studies};
/// use meta_analysis::sensitivity::{MomentEstimator, cumulative_heterogeneity};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let rows = cumulative_heterogeneity(MomentEstimator::HedgesOlkin, &studies)?;
/// assert_eq!(rows.iter().map(|h| h.tau2()).collect::<Vec<_>>(), [None, Some(0.0), Some(6.0)]);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn cumulative_heterogeneity<M: Measure, F: Real>(
    estimator: MomentEstimator,
    studies: &Studies<M, F>,
) -> Result<Vec<Heterogeneity<F>>, Error> {
    if studies.is_empty() {
        return Err(ErrorKind::NoStudies { excluded: studies.excluded().len() }.into());
    }
    let frame = Frame::of(studies.y(), studies.v());
    let moments = Moments { estimator, studies, frame: frame.unwrap_or_default() };
    let mut state = State::default();
    let mut with = |last: usize| {
        moments.add(&mut state, last);
        let known = frame.and_then(|_| moments.heterogeneity(&state));
        known.map_or_else(|| moments.pool(&studies.select(&(0..=last).collect::<Vec<_>>())), Ok)
    };
    (0..studies.k()).map(&mut with).collect()
}
