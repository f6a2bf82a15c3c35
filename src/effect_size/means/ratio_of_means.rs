//! Log ratios of two means (log response ratios).

use super::{ln_ratio, not_estimable, square, within};
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::effect_size::over_the_set::{over_the_set, weighted_mean};
use crate::error::{Error, ErrorKind};
use crate::measure::{Measure, RatioOfMeans};
use crate::summary::{PairedMeans, TwoMeans};

/// Log ratio of two means, the log response ratio of ecology.
///
/// Use it for outcomes with a true zero (lengths, counts, concentrations) that treatment multiplies rather than shifts,
/// or that were measured in different units. On [`PairedMeans`] it is the log ratio of the mean after to that before.
///
/// # Formula
/// ```text
/// y = ln (m1 / m2) + (e1 - e2) / 2        v = e1 + e2 (- 2 r √(e1 e2) for paired means)        e = s² / (n m²)
/// ```
/// (Hedges, Gurevitch & Curtis 1999; bias term of Lajeunesse 2015). The variance is a named choice, see
/// [`RatioOfMeansVariance`]; [`without_bias_correction`](Self::without_bias_correction) leaves the second term out.
///
/// # Scale
/// Pooled as a logarithm, read as a ratio: 1 is no effect.
///
/// # Errors
/// [`NotEstimable`](crate::ErrorKind::NotEstimable) unless both means are positive or both negative;
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if a result is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, LogRatioOfMeans, TwoMeans};
///
/// let effect = LogRatioOfMeans::new().effect(&TwoMeans::new((2, 10.0, 2.0), (3, 8.0, 3.0))?)?;
/// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.2097 0.0669");
/// assert_eq!(format!("{:.2}", LogRatioOfMeans::new().without_bias_correction()
///     .effect(&TwoMeans::new((2, 10.0, 2.0), (3, 8.0, 3.0))?)?.natural()), "1.25");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "ROM")]
#[doc(alias = "ROMC")]
#[doc(alias = "lnRR")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogRatioOfMeans {
    variance: RatioOfMeansVariance,
    uncorrected: bool,
}

/// The variance of [`LogRatioOfMeans`].
///
/// With e = s²/(n m²) of each group, and for paired means a covariance term in the same quantities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RatioOfMeansVariance {
    /// e1 + e2 (Hedges, Gurevitch & Curtis 1999).
    #[default]
    LargeSample,
    /// e1 + e2 + (e1² + e2²)/2, the variance of the second-order terms of the delta method (Lajeunesse 2015); for
    /// paired means less 2 r √(e1 e2) + r² e1 e2. (metafor adds r² e1 e2 ((m1/m2)² + (m2/m1)²)/2 instead of taking r²
    /// e1 e2 away; then the variance would depend on the unit of one measurement.)
    SecondOrder,
    /// e1 + e2 with the pooled standard deviation for both.
    Homoscedastic,
    /// c1²/n1 + c2²/n2 with one coefficient of variation c for each arm, the mean over all studies weighted by n
    /// (Doncaster & Spake 2018; Nakagawa et al. 2023). One study alone is its own mean.
    Average,
    /// c² (1/n1 + 1/n2) with one coefficient of variation c, the mean over both arms of all studies weighted by n.
    AverageHomoscedastic,
}

/// One arm of a log ratio: its size and its coefficient of variation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arm {
    pub(super) n: f64,
    pub(super) cv: f64,
}

impl Arm {
    /// Sampling variance of the log of the mean.
    pub(super) fn e(self) -> f64 {
        self.cv * (self.cv / self.n)
    }
}

/// What a log ratio is made of: the two arms, the ratio's logarithm, and the correlation of the means.
#[derive(Clone, Copy, Debug)]
pub(super) struct Logs {
    pub(super) arms: [Arm; 2],
    pub(super) ln_ratio: f64,
    pub(super) r: f64,
    /// Coefficients of variation with the pooled standard deviation.
    homoscedastic: [f64; 2],
}

impl Logs {
    pub(super) fn of_means<M: Measure>(measure: M, study: &TwoMeans) -> Result<Self, Error> {
        let (g1, g2) = (study.treated(), study.control());
        Self::new(measure, [(g1.size(), g1.mean(), g1.sd()), (g2.size(), g2.mean(), g2.sd())], 0.0, study.pooled_sd())
    }

    pub(super) fn of_pairs<M: Measure>(measure: M, study: &PairedMeans) -> Result<Self, Error> {
        let (a, b, n) = (study.after(), study.before(), study.size());
        let unit = a.sd().max(b.sd());
        let relative = (0.5 * (square(a.sd() / unit) + square(b.sd() / unit))).sqrt();
        Self::new(measure, [(n, a.mean(), a.sd()), (n, b.mean(), b.sd())], study.correlation(), (unit, relative))
    }

    fn new<M: Measure>(measure: M, [a, b]: [(f64, f64, f64); 2], r: f64, pooled: (f64, f64)) -> Result<Self, Error> {
        let (m1, m2) = (a.1.abs(), b.1.abs());
        if m1 == 0.0 || m2 == 0.0 || a.1.is_sign_negative() != b.1.is_sign_negative() {
            return Err(not_estimable(measure, "its two means are not both positive"));
        }
        let arms = [Arm { n: a.0, cv: a.2 / m1 }, Arm { n: b.0, cv: b.2 / m2 }];
        if !arms.iter().all(|arm| arm.cv.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the coefficient of variation" }.into());
        }
        Ok(Self { arms, ln_ratio: ln_ratio(m1, m2), r, homoscedastic: [m1, m2].map(|m| pooled.0 / m * pooled.1) })
    }

    /// v to the first order, for these coefficients of variation.
    fn first_order(&self, [c1, c2]: [f64; 2]) -> f64 {
        let [a, b] = self.arms;
        if self.r == 0.0 {
            return c1 * (c1 / a.n) + c2 * (c2 / b.n);
        }
        // c1² + c2² - 2 r c1 c2 without cancellation.
        (square(c1 - c2) + 2.0 * (1.0 - self.r) * (c1 * c2)) / a.n
    }

    /// v to the first order.
    pub(super) fn variance(&self) -> f64 {
        self.first_order(self.arms.map(|arm| arm.cv))
    }

    /// v to the second order.
    pub(super) fn second_order(&self) -> f64 {
        let (e1, e2) = (self.arms[0].e(), self.arms[1].e());
        // e1² + e2² - 2 r² e1 e2 as a square and a product, without cancellation.
        let second = square(e1 - e2) + 2.0 * (1.0 - self.r) * (1.0 + self.r) * e1 * e2;
        self.variance() + 0.5 * second
    }

    /// Half the difference of e1 and e2: what the log ratio is too small by.
    pub(super) fn bias(&self) -> f64 {
        0.5 * (self.arms[0].e() - self.arms[1].e())
    }
}

impl LogRatioOfMeans {
    /// The log ratio of means with its bias term and the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: RatioOfMeansVariance::LargeSample, uncorrected: false }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: RatioOfMeansVariance) -> Self {
        Self { variance, ..self }
    }

    /// The plain log ratio, without the term that corrects its bias in small samples.
    #[must_use]
    pub const fn without_bias_correction(self) -> Self {
        Self { uncorrected: true, ..self }
    }

    /// The mean coefficients of variation of the two arms, of the studies that have a ratio.
    fn average(&self, all: &[Logs]) -> Option<[f64; 2]> {
        let mean = |arms: &mut dyn Iterator<Item = Arm>| weighted_mean(arms.map(|arm| (arm.n, arm.cv)));
        match self.variance {
            RatioOfMeansVariance::Average => {
                let first = mean(&mut all.iter().map(|logs| logs.arms[0]))?;
                Some([first, mean(&mut all.iter().map(|logs| logs.arms[1]))?])
            }
            RatioOfMeansVariance::AverageHomoscedastic => {
                let both = mean(&mut all.iter().flat_map(|logs| logs.arms))?;
                Some([both, both])
            }
            _ => None,
        }
    }

    fn of(&self, logs: &Logs, average: Option<[f64; 2]>) -> Result<Effect<RatioOfMeans>, Error> {
        let bias = if self.uncorrected { 0.0 } else { logs.bias() };
        let v = match self.variance {
            RatioOfMeansVariance::LargeSample => logs.variance(),
            RatioOfMeansVariance::SecondOrder => logs.second_order(),
            RatioOfMeansVariance::Homoscedastic => logs.first_order(logs.homoscedastic),
            RatioOfMeansVariance::Average | RatioOfMeansVariance::AverageHomoscedastic => {
                let own = || self.average(&[*logs]);
                logs.first_order(average.or_else(own).unwrap_or([f64::NAN; 2]))
            }
        };
        within(RatioOfMeans, logs.ln_ratio + bias, v, logs.r)
    }

    fn average_of_means(&self, all: &[&TwoMeans]) -> Option<[f64; 2]> {
        let logs: Vec<_> = all.iter().filter_map(|study| Logs::of_means(RatioOfMeans, study).ok()).collect();
        self.average(&logs)
    }

    fn of_means(&self, study: &TwoMeans, average: Option<[f64; 2]>) -> Result<Effect<RatioOfMeans>, Error> {
        self.of(&Logs::of_means(RatioOfMeans, study)?, average)
    }

    fn average_of_pairs(&self, all: &[&PairedMeans]) -> Option<[f64; 2]> {
        let logs: Vec<_> = all.iter().filter_map(|study| Logs::of_pairs(RatioOfMeans, study).ok()).collect();
        self.average(&logs)
    }

    fn of_pairs(&self, study: &PairedMeans, average: Option<[f64; 2]>) -> Result<Effect<RatioOfMeans>, Error> {
        self.of(&Logs::of_pairs(RatioOfMeans, study)?, average)
    }
}

impl EffectSize<TwoMeans> for LogRatioOfMeans {
    type Measure = RatioOfMeans;

    over_the_set!(TwoMeans, average_of_means, of_means);
}

impl EffectSize<PairedMeans> for LogRatioOfMeans {
    type Measure = RatioOfMeans;

    over_the_set!(PairedMeans, average_of_pairs, of_pairs);
}
