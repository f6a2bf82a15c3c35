//! Peto's one-step method.

use super::common_effect::{InverseVariance, check_some};
use super::cuts::{CommonEffectTerms, Cuts, Sums};
use super::{Model, Note, Pool, Pooled};
use crate::effect_size::{EffectSize, FromTable};
use crate::error::Error;
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::{HazardRatio, Measure, PetoOddsRatio};
use crate::studies::Studies;
use crate::summary::{LogRank, TwoByTwo, ZeroCells};

/// The common-effect model of Peto for odds ratios from 2×2 tables, and for hazard ratios from log-rank tests.
///
/// With events below 1 %, arms of about one size and effects that are not large it is the least biased of the usual
/// methods, and it needs no correction for zero cells (Bradburn et al. 2007). With large effects or unequal arms it is
/// biased, and [`MantelHaenszel`](crate::MantelHaenszel) is the better choice.
///
/// # Formula
/// ```text
/// μ = Σ (O - E) / Σ V        SE = (Σ V)^-½        Q = Σ (O - E)²/V - (Σ (O - E))² / Σ V
/// ```
/// with O - E = a - n1 m1/N and V = n1 n2 m1 m2 / (N² (N - 1)) of a table with the margins n (arms) and m (events,
/// non-events), or both as given by a log-rank test (Yusuf et al. 1985). Q is computed as Σ V (y - μ)², y = (O - E)/V,
/// which does not cancel. The test of the pooled effect is that of
/// [`CochranMantelHaenszel`](crate::CochranMantelHaenszel) without continuity correction, as z instead of z².
///
/// A random-effects analysis takes the same effects: `RandomEffects::new(Reml).pool(&PetoOddsRatio.studies(&tables)?)`.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_zero_cells`](Self::with_zero_cells) | none | what is added to cells (tables only) | [`ZeroCells`] |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: counts, or O - E and V. Out: both scales of the measure.
///
/// # Errors
/// [`NoStudies`](crate::ErrorKind::NoStudies) if no table has both events and non-events;
/// [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm; [`OutOfRange`](crate::ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{LogRank, Peto, Pool, TwoByTwo};
///
/// let trials = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([3, 12], [0, 14]), TwoByTwo::new([8, 32], [11, 31])];
/// let pooled = Peto::new().pool(&trials)?;
/// assert_eq!(format!("{:.3}", pooled.natural().estimate), "0.723");
///
/// // Columns of a review of individual patient data: observed minus expected deaths and variance.
/// let trials = [LogRank::new(-8.1, 22.4)?, LogRank::new(2.3, 9.7)?];
/// let pooled = Peto::hazard_ratio().pool(&trials)?;
/// assert_eq!(format!("{:.3}", pooled.natural().estimate), "0.835");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peto<M: PetoMeasure = PetoOddsRatio> {
    measure: M,
    zero_cells: ZeroCells,
    level: Level,
}

impl Peto {
    /// The model for tables, with a 95 % interval.
    #[must_use]
    pub const fn new() -> Self {
        Self { measure: PetoOddsRatio, zero_cells: ZeroCells::NONE, level: Level::P95 }
    }

    /// The same with a policy on zero cells.
    #[must_use]
    pub const fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells, ..self }
    }
}

impl Default for Peto {
    fn default() -> Self {
        Self::new()
    }
}

impl Peto<HazardRatio> {
    /// The model for the results of log-rank tests, with a 95 % interval.
    #[must_use]
    pub const fn hazard_ratio() -> Self {
        Self { measure: HazardRatio, zero_cells: ZeroCells::NONE, level: Level::P95 }
    }
}

impl<M: PetoMeasure> Peto<M> {
    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}

impl<M: PetoMeasure, S: AsRef<[M::Data]> + ?Sized> Pool<S> for Peto<M> {
    type Output = Pooled<M>;

    fn pool(&self, data: &S) -> Result<Pooled<M>, Error> {
        let studies = self.measure.studies(data.as_ref(), self.zero_cells)?;
        check_some(&studies)?;
        let evidence = studies.evidence();
        InverseVariance {
            studies: &studies,
            evidence: &evidence,
            model: Model::Peto(self.zero_cells),
            inference: Inference::Normal,
            level: self.level,
            prediction: PredictionMethod::default(),
            tau2: None,
            tau2_std_error: None,
            modes: None,
            mean: None,
        }
        .pooled()
    }

    fn cuts<'a>(&'a self, data: &'a S) -> Option<Box<dyn Cuts<Pooled<M>> + 'a>>
    where
        Pooled<M>: 'a,
    {
        let data = data.as_ref();
        if self.zero_cells.looks_at_the_set() {
            return None;
        }
        let studies = self.measure.studies(data, self.zero_cells).ok()?;
        let terms = CommonEffectTerms::new(
            (&studies, data.len()),
            Model::Peto(self.zero_cells),
            (Inference::Normal, self.level),
            |studies, zero_cells| Note::ZeroCellsCorrected { studies, zero_cells },
            |kept| self.pool(&kept.iter().filter_map(|&index| data.get(index).copied()).collect::<Vec<_>>()),
        )?;
        Some(Box::new(Sums::new(terms)))
    }
}

/// The measures of [`Peto`]: [`PetoOddsRatio`] on tables, [`HazardRatio`] on log-rank tests. Sealed.
pub trait PetoMeasure: Measure + sealed::OneStep {}

impl<M: Measure + sealed::OneStep> PetoMeasure for M {}

pub(super) mod sealed {
    use super::*;

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait OneStep: Measure {
        /// One study's data.
        type Data: Copy;

        /// The effects (O - E)/V with the variances 1/V.
        fn studies(self, data: &[Self::Data], zero_cells: ZeroCells) -> Result<Studies<Self>, Error>;
    }

    impl OneStep for PetoOddsRatio {
        type Data = TwoByTwo;

        fn studies(self, data: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
            FromTable::new(self).with_zero_cells(zero_cells).studies(data)
        }
    }

    impl OneStep for HazardRatio {
        type Data = LogRank;

        fn studies(self, data: &[LogRank], _: ZeroCells) -> Result<Studies<Self>, Error> {
            EffectSize::studies(&self, data)
        }
    }
}
