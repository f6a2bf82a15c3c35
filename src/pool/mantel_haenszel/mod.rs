//! Pooling 2×2 tables, and events in person-time, without a variance for each.

mod parts;
mod random;
pub(crate) mod rates;
pub(crate) mod sums;
mod tables;

pub use random::MantelHaenszelRandomEffects;
pub use tables::MantelHaenszelVariance;

use super::notes::notes_of;
use super::numbers::{Numbers, heterogeneity};
use super::uncertainty::Uncertainty;
use super::{Cuts, Model, Note, Pool, Pooled};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::heterogeneity::Heterogeneity;
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::{Measure, RiskRatio};
use crate::studies::Studies;
use crate::summary::{TwoByTwo, ZeroCells};
use sums::MantelHaenszelSums;

/// The common-effect model of Mantel and Haenszel for 2×2 tables and for events in person-time: good with few events, where
/// the weights of the inverse variance are not.
///
/// By default the sums take the counts as they are. One half is added only in the effects that Q is made of, and the
/// tables that are not estimable (for ratios: no events in either arm, or only events in both) are left out.
///
/// # Formula
/// With a, b events and non-events treated, c, d controls, n1, n2 the arms and N both:
/// ```text
/// risk ratio        R = Σ a n2/N   S = Σ c n1/N     μ = ln R/S    Var = Σ (n1 n2 (a + c) - a c N)/N² / (R S)
/// odds ratio        R = Σ a d/N    S = Σ b c/N      μ = ln R/S    Var = ½ (Σ P A/R² + Σ (P B + Q A)/(R S) + Σ Q B/S²)
/// risk difference   T = Σ n1 n2/N                   μ = Σ (a n2 - c n1)/N / T
///                                                   Var = Σ (a b n2³ + c d n1³)/(n1 n2 N²) / T²
/// ```
/// with A = a d/N, B = b c/N, P = (a + d)/N, Q = (b + c)/N (Mantel & Haenszel 1959; variances of risk ratio and
/// difference: Greenland & Robins 1985; of the odds ratio: Robins, Breslow & Greenland 1986). Another variance of the risk
/// difference is a named value, [`MantelHaenszelVariance`]. With x1, x2 events in the times t1, t2, and T both times:
/// ```text
/// rate ratio        R = Σ x1 t2/T  S = Σ x2 t1/T    μ = ln R/S    Var = Σ (x1 + x2) t1 t2/T² / (R S)
/// rate difference   W = Σ t1 t2/T                   μ = Σ (x1 t2 - x2 t1)/T / W
///                                                   Var = Σ (x1 t2² + x2 t1²)/T² / W²
/// ```
/// (Rothman & Boice 1979; Greenland & Robins 1985).
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_zero_cells`](Self::with_zero_cells) | the measure's | zero cells in the effects that Q is made of | [`ZeroCells`] |
/// | [`with_zero_cells_in_sums`](Self::with_zero_cells_in_sums) | none | zero cells in the sums | [`ZeroCells`] |
/// | [`with_variance`](Self::with_variance) | Greenland & Robins | variance of the risk difference | [`MantelHaenszelVariance`] |
/// | [`with_q_about`](Self::with_q_about) | this estimate | the centre of Q | [`QCentre`] |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: counts. Out: both scales of the measure; intervals and tests are normal on the analysis scale.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`NotEstimable`](ErrorKind::NotEstimable) if a sum of all tables is zero, so that
/// the pooled ratio would be 0 or infinite or the variance 0; [`ArmTooSmall`](ErrorKind::ArmTooSmall) for an empty arm.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, Pool, RiskRatio, TwoByTwo};
///
/// // Perioperative ketamine and delirium: 0.83 (0.61, 1.12).
/// let trials = [
///     TwoByTwo::new([1, 28], [9, 20]), TwoByTwo::new([85, 365], [43, 174]),
///     TwoByTwo::new([3, 44], [4, 40]), TwoByTwo::new([3, 28], [4, 27]),
/// ];
/// let pooled = MantelHaenszel::new(RiskRatio).pool(&trials)?;
/// let natural = pooled.natural();
/// assert_eq!(format!("{:.2} ({:.2})", natural.estimate, natural.interval.unwrap()), "0.83 (0.61 to 1.12)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "MH")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MantelHaenszel<M: MantelHaenszelSums = RiskRatio> {
    measure: M,
    rules: Rules<M::Variance>,
    q_centre: QCentre,
    level: Level,
}

/// What decides the estimate of given data.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Rules<V> {
    effects: ZeroCells,
    sums: ZeroCells,
    variance: V,
}

/// The policies on zero cells, as a result remembers them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Policies {
    pub(super) effects: ZeroCells,
    pub(super) sums: ZeroCells,
}

/// The estimate about which Cochran's Q is taken in a Mantel-Haenszel analysis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum QCentre {
    /// The Mantel-Haenszel estimate, as in Review Manager 5 and metafor.
    #[default]
    #[doc(alias = "Q.Cochrane")]
    MantelHaenszel,
    /// The inverse-variance estimate of the same effects, which gives the smallest Q of all centres.
    InverseVariance,
}

impl<M: MantelHaenszelSums + Default> Default for MantelHaenszel<M> {
    fn default() -> Self {
        Self::new(M::default())
    }
}

impl<M: MantelHaenszelSums> MantelHaenszel<M> {
    /// The model for a measure, with a 95 % interval.
    #[must_use]
    pub fn new(measure: M) -> Self {
        let rules = Rules { effects: ZeroCells::HALF, sums: ZeroCells::NONE, variance: M::Variance::default() };
        Self { measure, rules, q_centre: QCentre::MantelHaenszel, level: Level::P95 }
    }

    /// The same with another policy on zero cells in the effects of the studies, of which Q is made.
    #[must_use]
    pub fn with_zero_cells(self, effects: ZeroCells) -> Self {
        Self { rules: Rules { effects, ..self.rules }, ..self }
    }

    /// The same with a policy on zero cells in the Mantel-Haenszel sums.
    ///
    /// They need no correction unless all tables have a zero in the same place, and are best left alone (Bradburn et al.
    /// 2007). Review Manager 5 corrects them with [`ZeroCells::HALF`]; see [`Convention`](crate::Convention).
    ///
    /// ```
    /// use meta_analysis::{MantelHaenszel, OddsRatio, Pool, TwoByTwo, ZeroCells};
    ///
    /// let trials = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([8, 32], [11, 31])];
    /// let plain = MantelHaenszel::new(OddsRatio);
    /// let corrected = plain.with_zero_cells_in_sums(ZeroCells::HALF);
    /// let estimate = |model: MantelHaenszel<OddsRatio>| Ok::<_, meta_analysis::Error>(model.pool(&trials)?.natural().estimate);
    /// assert_eq!(format!("{:.3} {:.3}", estimate(plain)?, estimate(corrected)?), "0.488 0.506");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn with_zero_cells_in_sums(self, sums: ZeroCells) -> Self {
        Self { rules: Rules { sums, ..self.rules }, ..self }
    }

    /// The same with another variance. Measures with one variance have `()` for it.
    #[must_use]
    pub fn with_variance(self, variance: M::Variance) -> Self {
        Self { rules: Rules { variance, ..self.rules }, ..self }
    }

    /// The same with Q about another estimate.
    #[must_use]
    pub fn with_q_about(self, q_centre: QCentre) -> Self {
        Self { q_centre, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    fn policies(&self) -> Policies {
        Policies { effects: self.rules.effects, sums: self.rules.sums }
    }
}

/// The measures of 2×2 tables that have a Mantel-Haenszel estimate: [`RiskRatio`], [`OddsRatio`](crate::OddsRatio) and
/// [`RiskDifference`](crate::RiskDifference). Sealed.
pub trait MantelHaenszelMeasure: MantelHaenszelSums<Data = TwoByTwo> {}

impl<T: MantelHaenszelSums<Data = TwoByTwo>> MantelHaenszelMeasure for T {}

impl<M: MantelHaenszelSums, S: AsRef<[M::Data]> + ?Sized> Pool<S> for MantelHaenszel<M> {
    type Output = Pooled<M>;

    fn pool(&self, data: &S) -> Result<Pooled<M>, Error> {
        let data = data.as_ref();
        let studies = effects(self.measure, data, self.rules.effects)?;
        let sums = Sums::of(self.measure, data, self.rules.sums)?;
        let (estimate, variance) = sums::estimate_and_variance(self.measure, &sums.cells, self.rules.variance)?;
        let q_centre = (self.q_centre == QCentre::MantelHaenszel).then_some(estimate);
        let counted = Counted {
            k: sums.cells.len(),
            added: sums.added,
            added_for_q: studies.as_ref().map_or(0, Studies::corrected),
            left_out: data.len() - sums.cells.len(),
        };
        self.pooled(counted, (estimate, variance), heterogeneity_about(studies.as_ref(), q_centre))
    }

    fn cuts<'a>(&'a self, data: &'a S) -> Option<Box<dyn Cuts<Pooled<M>> + 'a>>
    where
        Pooled<M>: 'a,
    {
        self.parts(data.as_ref())
    }
}

/// Numbers of studies.
#[derive(Clone, Copy, Debug, Default)]
struct Counted {
    /// In the sums.
    k: usize,
    /// With something added in the sums, and in the effects that Q is made of.
    added: usize,
    added_for_q: usize,
    /// Not in the sums.
    left_out: usize,
}

impl<M: MantelHaenszelSums> MantelHaenszel<M> {
    fn pooled(
        &self,
        counted: Counted,
        (estimate, variance): (f64, f64),
        heterogeneity: Heterogeneity,
    ) -> Result<Pooled<M>, Error> {
        Pooled {
            measure: self.measure,
            model: Model::MantelHaenszel(self.policies()),
            inference: Inference::Normal,
            level: self.level,
            k: counted.k,
            numbers: Numbers {
                estimate,
                std_error: variance.sqrt(),
                of_mean: Some(Uncertainty::normal(variance.sqrt())),
                of_new_study: None,
                heterogeneity,
            },
            notes: self.notes(counted),
        }
        .checked()
    }

    fn notes(&self, Counted { k, added, added_for_q, left_out }: Counted) -> Vec<Note> {
        let Rules { effects, sums, .. } = self.rules;
        let corrected = Note::ZeroCellsCorrected { studies: added, zero_cells: Some(sums) };
        let for_q = Note::ZeroCellsCorrectedForQ { studies: added_for_q, zero_cells: Some(effects) };
        let corrected = (added > 0).then_some(corrected).into_iter();
        notes_of(k, corrected.chain((added_for_q > 0 && effects != sums).then_some(for_q)), left_out)
    }
}

/// The counts that enter the sums.
pub(super) struct Sums<C> {
    pub(super) cells: Vec<C>,
    /// Their indices in the data.
    pub(super) index: Vec<usize>,
    /// In how many of them something was added.
    added: usize,
}

impl<C> Sums<C> {
    pub(super) fn of<M: MantelHaenszelSums<Cells = C>>(
        measure: M,
        data: &[M::Data],
        zero_cells: ZeroCells,
    ) -> Result<Self, Error> {
        let mut sums = Self { cells: Vec::new(), index: Vec::new(), added: 0 };
        for (i, cells) in measure.corrected(data, zero_cells).into_iter().enumerate() {
            if let Some((cells, added)) = cells {
                sums.cells.push(cells);
                sums.index.push(i);
                sums.added += usize::from(added);
            }
        }
        if sums.cells.is_empty() {
            return Err(ErrorKind::NoStudies { excluded: data.len() }.into());
        }
        Ok(sums)
    }
}

/// The effects of the studies; `None` if not one of them has an effect, which leaves the sums untouched.
pub(super) fn effects<M: MantelHaenszelSums>(
    measure: M,
    data: &[M::Data],
    zero_cells: ZeroCells,
) -> Result<Option<Studies<M>>, Error> {
    match measure.studies(data, zero_cells) {
        Err(error) if matches!(error.kind(), ErrorKind::NoStudies { .. }) => Ok(None),
        studies => studies.map(Some),
    }
}

/// Heterogeneity about an estimate, or about the inverse-variance one. Without effects, and with one, there is none.
fn heterogeneity_about<M: Measure>(studies: Option<&Studies<M>>, estimate: Option<f64>) -> Heterogeneity {
    match studies {
        Some(studies) => {
            let evidence = studies.evidence();
            heterogeneity(&evidence, q_about(&evidence, estimate), None, None)
        }
        None => no_heterogeneity(),
    }
}

fn no_heterogeneity() -> Heterogeneity {
    let float = std::marker::PhantomData;
    Heterogeneity { q: 0.0, df: 0.0, tau2: None, tau2_std_error: None, typical: None, float }
}

fn q_about(evidence: &Evidence<'_>, estimate: Option<f64>) -> f64 {
    let kernel = evidence.kernel();
    match estimate {
        Some(_) if evidence.k() < 2 => 0.0,
        Some(estimate) => kernel.q(0.0, kernel.mean_of(estimate)),
        None => evidence.at_zero().q,
    }
}

/// Each study's share of the estimate (they sum to 1), 0 for none of those that count.
pub(super) fn weights<M: MantelHaenszelSums>(measure: M, cells: &[M::Cells]) -> Vec<f64> {
    let weights: Vec<f64> = cells.iter().map(|cells| measure.weight(cells)).collect();
    // In units of the largest: the sum could overflow.
    let unit = weights.iter().copied().fold(0.0, f64::max);
    let total = sums::sum(weights.iter().map(|weight| weight / unit));
    weights.into_iter().map(|weight| weight / unit / total).collect()
}
