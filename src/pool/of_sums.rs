//! Answers from sums over studies, without the studies.

use std::marker::PhantomData;

use super::notes::{MeanNotes, notes_of};
use super::numbers::{Choices, Numbers};
use super::uncertainty::{NewStudy, Uncertainty};
use super::{Model, Pooled};
use crate::error::{Error, ErrorKind};
use crate::heterogeneity::Heterogeneity;
use crate::inference::{Inference, PredictionMethod};
use crate::measure::Measure;

/// What models need of sums, on the analysis scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Summed {
    pub(crate) k: u64,
    pub(crate) estimate: f64,
    /// (Σ w)^-½.
    pub(crate) std_error: f64,
    /// Σ w (y - μ)² at these weights.
    pub(crate) residuals: f64,
    /// The same at τ² = 0.
    pub(crate) q: f64,
    pub(crate) tau2: Option<f64>,
    pub(crate) typical: Option<f64>,
}

impl Summed {
    #[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
    fn df(&self) -> f64 {
        self.k as f64 - 1.0
    }

    /// The numbers of an analysis, as [`Numbers::new`] finds them from the studies; what needs more than sums is an
    /// error.
    pub(crate) fn numbers(&self, choices: Choices) -> Result<Numbers<f64>, Error> {
        let numbers = Numbers {
            estimate: self.estimate,
            std_error: self.std_error,
            of_mean: self.of_mean(choices)?,
            of_new_study: match (choices.prediction, self.tau2) {
                (Some(method), Some(tau2)) => self.of_new_study(method, tau2.sqrt())?,
                _ => None,
            },
            heterogeneity: Heterogeneity {
                q: self.q,
                df: self.df(),
                tau2: self.tau2,
                tau2_std_error: None,
                typical: self.typical,
                float: PhantomData,
            },
        };
        numbers.check(choices.level)?;
        Ok(numbers)
    }

    /// The factor on the variance of Hartung & Knapp (2001), at least `floor`.
    fn hartung_knapp(&self, floor: f64, df: f64) -> Option<Uncertainty> {
        let factor = if self.df() < 1.0 { 0.0 } else { self.residuals / self.df() };
        Uncertainty::t(self.std_error * factor.max(floor).sqrt(), df)
    }

    fn of_mean(&self, choices: Choices) -> Result<Option<Uncertainty>, Error> {
        let (classic, df) = (self.std_error, self.df());
        let normal = Uncertainty::normal(classic);
        Ok(match choices.inference {
            Inference::Normal => Some(normal),
            Inference::StudentT => Uncertainty::t(classic, df),
            Inference::HartungKnapp => self.hartung_knapp(0.0, df),
            Inference::HartungKnappFloored => self.hartung_knapp(1.0, df),
            Inference::HartungKnappOrNormal if df < 1.0 => None,
            Inference::HartungKnappOrNormal => {
                let wider = |u: &Uncertainty| u.half_width(choices.level) > normal.half_width(choices.level);
                Some(self.hartung_knapp(0.0, df).filter(wider).unwrap_or(normal))
            }
            Inference::HartungKnappIqwig | Inference::KenwardRoger => return Err(needs_studies(choices.inference)),
        })
    }

    fn of_new_study(&self, method: PredictionMethod, tau: f64) -> Result<Option<NewStudy>, Error> {
        let (classic, df) = (self.std_error, self.df());
        let mean = match method {
            PredictionMethod::HigginsThompsonSpiegelhalter => Uncertainty::t(classic, df - 1.0),
            PredictionMethod::StudentT => Uncertainty::t(classic, df),
            PredictionMethod::Normal => Some(Uncertainty::normal(classic)),
            PredictionMethod::NormalAboutKnownMean => Some(Uncertainty::normal(0.0)),
            PredictionMethod::HartungKnapp => self.hartung_knapp(0.0, df),
            PredictionMethod::HartungKnappPartlettRiley => self.hartung_knapp(0.0, df - 1.0),
            PredictionMethod::HartungKnappFloored => self.hartung_knapp(1.0, df),
            PredictionMethod::HartungKnappFlooredPartlettRiley => self.hartung_knapp(1.0, df - 1.0),
            PredictionMethod::KenwardRoger | PredictionMethod::KenwardRogerPartlettRiley => {
                return Err(needs_studies(method));
            }
        };
        Ok(mean.map(|mean| NewStudy { mean, tau }))
    }

    /// The answer of a model.
    pub(crate) fn pooled<M: Measure>(&self, measure: M, model: Model, choices: Choices) -> Result<Pooled<M>, Error> {
        let numbers = self.numbers(choices)?;
        let k = usize::try_from(self.k).unwrap_or(usize::MAX);
        let Choices { inference, level, .. } = choices;
        let notes = MeanNotes::new(k, inference, &model, &numbers, None).after(notes_of(k, None, 0));
        Ok(Pooled { measure, model, inference, level, k, numbers, notes })
    }
}

/// The error for what sums do not tell.
pub(crate) fn needs_studies(method: impl std::fmt::Display) -> Error {
    ErrorKind::NeedsStudies { method: method.to_string().into_boxed_str() }.into()
}
