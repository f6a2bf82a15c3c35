//! Standard errors with their reference distributions.

use crate::distributions;
use crate::evidence::{Centre, Evidence};
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::real::Real;

/// A standard error and the degrees of freedom of its distribution, infinite for the normal one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Uncertainty {
    pub(crate) std_error: f64,
    pub(crate) df: f64,
}

impl Uncertainty {
    pub(super) const fn normal(std_error: f64) -> Self {
        Self { std_error, df: f64::INFINITY }
    }

    /// Student's t; with fewer degrees of freedom than 1 the interval would say nothing.
    pub(super) fn t(std_error: f64, df: f64) -> Option<Self> {
        (df >= 1.0 && std_error > 0.0).then_some(Self { std_error, df })
    }

    /// Half the width of the interval.
    pub(super) fn half_width(&self, level: Level) -> f64 {
        let quantile = match self.df.is_finite() {
            true => distributions::t_upper_quantile(level.tail(), self.df),
            false => level.normal_quantile(),
        };
        quantile * self.std_error
    }

    /// The upper tail beyond `distance`.
    pub(super) fn beyond(&self, distance: f64) -> f64 {
        match self.df.is_finite() {
            true => distributions::t_sf(distance / self.std_error, self.df),
            false => distributions::normal_sf(distance / self.std_error),
        }
    }
}

/// The uncertainty of a new study's effect, put together only where somebody asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct NewStudy {
    pub(super) mean: Uncertainty,
    pub(super) tau: f64,
}

impl NewStudy {
    /// √(SE² + τ²).
    pub(super) fn uncertainty(&self) -> Uncertainty {
        Uncertainty { std_error: self.mean.std_error.hypot(self.tau), ..self.mean }
    }
}

/// What the uncertainty of a mean is found from.
pub(super) struct Sources<'e, 'a, F> {
    pub(super) evidence: &'e Evidence<'a, F>,
    /// In the kernel's unit.
    pub(super) tau2: f64,
    /// False for a common effect, whose τ² is not estimated.
    pub(super) estimated: bool,
    pub(super) centre: Centre,
    /// The classic standard error, in the user's unit.
    pub(super) classic: f64,
    pub(super) level: Level,
}

impl<F: Real> Sources<'_, '_, F> {
    fn df(&self) -> f64 {
        self.evidence.degrees()
    }

    /// Σ w (y - μ)² / (k - 1), 0 where that is undefined.
    fn factor(&self) -> f64 {
        if self.df() < 1.0 { 0.0 } else { self.evidence.kernel().q(self.tau2, self.centre.mean) / self.df() }
    }

    fn hartung_knapp(&self, df: f64) -> Option<Uncertainty> {
        Uncertainty::t(self.classic * self.factor().sqrt(), df)
    }

    fn hartung_knapp_floored(&self, df: f64) -> Option<Uncertainty> {
        Uncertainty::t(self.classic * self.factor().max(1.0).sqrt(), df)
    }

    fn kenward_roger(&self, fewer: f64) -> Option<Uncertainty> {
        if !self.estimated || self.df() < 1.0 {
            return None;
        }
        let kernel = self.evidence.kernel();
        let weights = kernel.full_weights(self.tau2);
        let (variance, df) = weights.kenward_roger();
        let std_error = (variance * weights.c).sqrt() * kernel.per_unit;
        Uncertainty::t(std_error, df - fewer).filter(|u| u.df.is_finite() && u.std_error.is_finite())
    }

    /// The normal interval of a DerSimonian-Laird analysis, by half its width.
    fn dersimonian_laird_half_width(&self) -> f64 {
        let kernel = self.evidence.kernel();
        let centre = self.evidence.centre(self.evidence.dersimonian_laird());
        self.level.normal_quantile() * centre.variance().sqrt() * kernel.per_unit
    }

    /// The uncertainty of the mean; `None` where it is undefined.
    #[inline]
    pub(super) fn of_mean(&self, inference: Inference) -> Option<Uncertainty> {
        let (classic, df) = (self.classic, self.df());
        match inference {
            Inference::Normal => Some(Uncertainty::normal(classic)),
            Inference::StudentT => Uncertainty::t(classic, df),
            Inference::HartungKnapp => self.hartung_knapp(df),
            Inference::HartungKnappFloored => self.hartung_knapp_floored(df),
            Inference::HartungKnappOrNormal if df < 1.0 => None,
            Inference::HartungKnappOrNormal => {
                let normal = Uncertainty::normal(classic);
                let wider = |u: &Uncertainty| u.half_width(self.level) > normal.half_width(self.level);
                Some(self.hartung_knapp(df).filter(wider).unwrap_or(normal))
            }
            Inference::HartungKnappIqwig => {
                let wide = |u: &Uncertainty| u.half_width(self.level) >= self.dersimonian_laird_half_width();
                self.hartung_knapp(df).filter(wide).or_else(|| Uncertainty::t(classic, df))
            }
            Inference::KenwardRoger => self.kenward_roger(0.0),
        }
    }

    /// The uncertainty of a new study's effect, with `tau` in the user's unit; `None` where it is undefined.
    #[inline]
    pub(super) fn of_new_study(&self, method: PredictionMethod, tau: f64) -> Option<NewStudy> {
        let (classic, df) = (self.classic, self.df());
        let mean = match method {
            PredictionMethod::HigginsThompsonSpiegelhalter => Uncertainty::t(classic, df - 1.0),
            PredictionMethod::StudentT => Uncertainty::t(classic, df),
            PredictionMethod::Normal => Some(Uncertainty::normal(classic)),
            PredictionMethod::NormalAboutKnownMean => Some(Uncertainty::normal(0.0)),
            PredictionMethod::HartungKnapp => self.hartung_knapp(df),
            PredictionMethod::HartungKnappPartlettRiley => self.hartung_knapp(df - 1.0),
            PredictionMethod::HartungKnappFloored => self.hartung_knapp_floored(df),
            PredictionMethod::HartungKnappFlooredPartlettRiley => self.hartung_knapp_floored(df - 1.0),
            PredictionMethod::KenwardRoger => self.kenward_roger(0.0),
            PredictionMethod::KenwardRogerPartlettRiley => self.kenward_roger(1.0),
        }?;
        Some(NewStudy { mean, tau })
    }
}
