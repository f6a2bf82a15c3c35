//! One effect for all studies.

use super::cuts::{CommonEffectTerms, Cuts, Sums};
use super::notes::{MeanNotes, notes_of};
use super::numbers::{Choices, Numbers};
use super::{Model, Note, Pool, Pooled};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::MeanAt;

/// The common-effect model: all studies estimate one effect, and are weighted by the inverse of their variances.
///
/// Also called the fixed-effect or equal-effects model. If the studies' effects differ, the estimate is still a weighted
/// mean of them, but its interval says nothing about effects elsewhere.
///
/// # Formula
/// ```text
/// μ = Σ w y / Σ w        SE = (Σ w)^-½        w = 1 / v
/// ```
/// (Birge 1932; Cochran 1937.)
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_inference`](Self::with_inference) | normal | distribution and standard error | [`Inference`] |
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale. Out: both.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies), [`OutOfRange`](ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, EffectSize, Pool, RiskRatio, TwoByTwo};
///
/// let trials = [TwoByTwo::new([4, 119], [11, 128]), TwoByTwo::new([6, 300], [29, 274])];
/// let pooled = CommonEffect::new().pool(&RiskRatio.studies(&trials)?)?;
/// assert_eq!(format!("{pooled}").lines().next(), Some("Risk ratio, common effect (inverse variance), 2 studies"));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "FixedEffect")]
#[doc(alias = "EqualEffects")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CommonEffect {
    inference: Inference,
    level: Level,
}

impl CommonEffect {
    /// The model with a normal 95 % interval.
    #[must_use]
    pub const fn new() -> Self {
        Self { inference: Inference::Normal, level: Level::P95 }
    }

    /// The same with another reference distribution.
    #[must_use]
    pub const fn with_inference(self, inference: Inference) -> Self {
        Self { inference, ..self }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub const fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    pub(crate) const fn inference(&self) -> Inference {
        self.inference
    }

    pub(crate) const fn level(&self) -> Level {
        self.level
    }
}

impl<M: Measure, F: Real> Pool<Studies<M, F>> for CommonEffect {
    type Output = Pooled<M, F>;

    fn pool(&self, studies: &Studies<M, F>) -> Result<Pooled<M, F>, Error> {
        check_some(studies)?;
        let evidence = studies.evidence();
        InverseVariance {
            studies,
            evidence: &evidence,
            model: Model::CommonEffect,
            inference: self.inference,
            level: self.level,
            prediction: PredictionMethod::default(),
            tau2: None,
            tau2_std_error: None,
            modes: None,
            mean: None,
        }
        .pooled()
    }

    fn cuts<'a>(&'a self, studies: &'a Studies<M, F>) -> Option<Box<dyn Cuts<Pooled<M, F>> + 'a>>
    where
        Pooled<M, F>: 'a,
    {
        let terms = CommonEffectTerms::new(
            (studies, studies.k()),
            Model::CommonEffect,
            (self.inference, self.level),
            |studies, zero_cells| Note::ZeroCellsCorrected { studies, zero_cells },
            |kept| self.pool(&studies.select(kept)),
        )?;
        Some(Box::new(Sums::new(terms)))
    }
}

/// What the inverse-variance models have in common: weights 1 / (v + τ²), τ² = 0 for a common effect.
pub(super) struct InverseVariance<'e, 'a, M, F> {
    pub(super) studies: &'a Studies<M, F>,
    pub(super) evidence: &'e Evidence<'a, F>,
    pub(super) model: Model,
    pub(super) inference: Inference,
    pub(super) prediction: PredictionMethod,
    pub(super) level: Level,
    /// In the user's unit.
    pub(super) tau2: Option<f64>,
    pub(super) tau2_std_error: Option<f64>,
    /// How many local maxima the likelihood of τ² has, where somebody counted.
    pub(super) modes: Option<usize>,
    /// The mean at τ², where somebody knows it.
    pub(super) mean: Option<MeanAt>,
}

impl<M: Measure, F: Real> InverseVariance<'_, '_, M, F> {
    #[inline(always)]
    pub(super) fn pooled(self) -> Result<Pooled<M, F>, Error> {
        let choices = Choices { inference: self.inference, prediction: Some(self.prediction), level: self.level };
        let Self { studies, model, inference, level, modes, .. } = self;
        let numbers = Numbers::new(self.evidence, self.tau2, self.tau2_std_error, self.mean, choices);
        numbers.check(level)?;
        let k = studies.k();
        let mean = MeanNotes::new(k, inference, &model, &numbers, modes);
        let some = mean.are_possible() || studies.may_have_notes();
        let notes = if some { mean.after(study_notes(studies)) } else { Vec::new() };
        Ok(Pooled { measure: studies.measure(), model, inference, level, k, numbers, notes })
    }
}

pub(super) fn check_some<M: Measure, F: Real>(studies: &Studies<M, F>) -> Result<(), Error> {
    if studies.is_empty() {
        return Err(ErrorKind::NoStudies { excluded: studies.excluded().len() }.into());
    }
    Ok(())
}

/// Notes on what was done to the studies.
pub(crate) fn study_notes<M: Measure, F: Real>(studies: &Studies<M, F>) -> Vec<Note> {
    let note = || Note::ZeroCellsCorrected { studies: studies.corrected(), zero_cells: studies.zero_cells() };
    notes_of(studies.k(), (studies.corrected() > 0).then(note), studies.excluded().len())
}
