//! The interval of Henmi and Copas.

use super::common_effect::check_some;
use super::{Analysis, Natural, Pool};
use crate::distributions::{chi_squared_cdf, normal_upper_quantile};
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::Measure;
use crate::num::quadrature::integrate;
use crate::num::root::root_between;
use crate::num::sum::sum_pairs;
use crate::real::Real;
use crate::studies::Studies;

/// To which the quadrature's estimate of its own error is brought down, relative to the tail. The error itself is then
/// below 1e-12.
const QUADRATURE: f64 = 1e-10;
/// Relative accuracy of the quantile.
const ROOT: f64 = 1e-13;
/// Doublings or halvings that bring any quantile into a bracket: it is below 1e155 and above 1e-17.
const MAX_DOUBLINGS: usize = 600;

/// The pooled effect with the weights of the common-effect model and an interval that allows for heterogeneity (Henmi &
/// Copas 2010).
///
/// For reviews in which small studies may differ from large ones, as with publication bias: random-effects weights give small
/// studies more say than their precision does, these do not, and the interval still holds its level under heterogeneity. Where
/// τ² is estimated as 0 the interval can be *narrower* than that of [`CommonEffect`](super::CommonEffect): its quantile is that of a
/// pivot with the standard error that τ² would have given, not of the normal distribution.
///
/// # Formula
/// ```text
/// μ = Σ w y / Σ w        SE² = (Σ w + τ² Σ w²) / (Σ w)²        w = 1 / v        interval μ -+ t₀ SE
/// ```
/// with the τ² of [`DerSimonianLaird`](crate::DerSimonianLaird). The quantile t₀ solves P(U > t₀) = (1 - level) / 2 for the pivot
/// U = (μ - θ) / SE, in which SE depends on Cochran's Q through τ². With R the standardised μ - θ, U > t₀ means R > 0 and
/// `Q < (k - 1) + tr P ((R / t₀)² (Σ w + τ² Σ w²) - Σ w) / Σ w²`; given R, the quadratic form Q is taken for a gamma variable with
/// its exact conditional mean and variance at the estimated τ², and the result is integrated over the normal distribution of
/// R (Henmi & Copas 2010). The quantile is right to about ten digits; it exists for every level and every τ².
///
/// With two studies Q has one degree of freedom and the gamma approximation is at its weakest: the interval is
/// computed, but asks for caution.
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: the analysis scale. Out: both; τ² is on the analysis scale squared.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`TooFewStudies`](ErrorKind::TooFewStudies) for one study, which says nothing of τ²;
/// [`OutOfRange`](ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, HenmiCopas, Pool, RiskRatio, TwoByTwo};
///
/// let trials = [
///     TwoByTwo::new([4, 119], [11, 128]),
///     TwoByTwo::new([6, 300], [29, 274]),
///     TwoByTwo::new([3, 228], [11, 209]),
///     TwoByTwo::new([62, 13_536], [248, 12_619]),
///     TwoByTwo::new([33, 5_036], [47, 5_761]),
/// ];
/// let result = HenmiCopas::new().pool(&RiskRatio.studies(&trials)?)?;
/// let interval = result.natural().interval.unwrap();
/// assert_eq!(format!("{:.2} ({interval:.2})", result.natural().estimate), "0.32 (0.06 to 1.67)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HenmiCopas {
    level: Level,
}

impl HenmiCopas {
    /// The 95 % interval.
    #[must_use]
    pub const fn new() -> Self {
        Self { level: Level::P95 }
    }

    /// The same with an interval of another level.
    #[must_use]
    pub const fn with_level(self, level: Level) -> Self {
        Self { level }
    }
}

/// The answer of [`HenmiCopas`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HenmiCopasResult<M, F = f64> {
    measure: M,
    level: Level,
    k: usize,
    estimate: f64,
    std_error: f64,
    tau2: f64,
    quantile: f64,
    float: std::marker::PhantomData<F>,
}

impl<M: Measure, F: Real> HenmiCopasResult<M, F> {
    /// The pooled effect with its interval, on the natural scale.
    #[must_use]
    pub fn natural(&self) -> Natural<F> {
        let link = self.measure.link();
        Natural { estimate: link.to_natural(F::of(self.estimate)), interval: Some(self.interval().to_natural(link)) }
    }

    /// The pooled effect with its standard error and interval, on the analysis scale.
    #[must_use]
    pub fn analysis(&self) -> Analysis<F> {
        Analysis {
            estimate: F::of(self.estimate),
            std_error: Some(F::of(self.std_error)),
            interval: Some(self.interval()),
        }
    }

    /// The variance between studies by DerSimonian and Laird, on the analysis scale squared.
    #[must_use]
    pub fn tau2(&self) -> F {
        F::of(self.tau2)
    }

    /// The quantile t₀ of the pivot: how many standard errors the interval reaches to either side.
    #[must_use]
    pub fn quantile(&self) -> F {
        F::of(self.quantile)
    }

    /// The number of studies pooled.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// The measure.
    #[must_use]
    pub fn measure(&self) -> M {
        self.measure
    }

    /// The level of the interval.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    fn interval(&self) -> Interval<F> {
        Interval::around(self.estimate, self.quantile * self.std_error)
    }
}

impl<M: Measure, F: Real> Pool<Studies<M, F>> for HenmiCopas {
    type Output = HenmiCopasResult<M, F>;

    fn pool(&self, studies: &Studies<M, F>) -> Result<HenmiCopasResult<M, F>, Error> {
        check_some(studies)?;
        let k = studies.k();
        if k < 2 {
            let quantity = "the interval of Henmi and Copas";
            return Err(ErrorKind::TooFewStudies { quantity, needed: 2, found: k }.into());
        }
        let evidence = studies.evidence();
        let (kernel, zero) = (evidence.kernel(), evidence.at_zero());
        let tau2 = evidence.dersimonian_laird();
        let out_of_range = |quantity| Error::from(ErrorKind::OutOfRange { quantity });
        if !tau2.is_finite() {
            return Err(out_of_range("tau2"));
        }
        let pivot = Pivot::new(&evidence, tau2);
        let std_error = ((kernel.v_min + tau2 * pivot.share) / zero.centre.total).sqrt() * kernel.per_unit;
        let result = HenmiCopasResult {
            measure: studies.measure(),
            level: self.level,
            k,
            estimate: kernel.effect(zero.centre.mean),
            std_error,
            tau2: kernel.in_user_unit(tau2),
            quantile: pivot.quantile(self.level.tail()),
            float: std::marker::PhantomData,
        };
        let interval: Interval<F> = result.interval();
        if !(interval.lower.is_finite() && interval.upper.is_finite() && F::of(std_error) > F::zero()) {
            return Err(out_of_range("the interval of the pooled effect"));
        }
        if !F::of(result.tau2).is_finite() || (F::of(result.tau2).is_zero() && tau2 > 0.0) {
            return Err(out_of_range("tau2"));
        }
        Ok(result)
    }
}

/// The distribution of the pivot at one τ².
///
/// Weights are u = `v_min` / v and T = τ² / `v_min`, so that all is free of units; with `c = Σ u² / Σ u`, and Q in units of 1 + T so
/// that nothing overflows.
#[derive(Clone, Copy, Debug)]
struct Pivot {
    /// c.
    share: f64,
    /// ρ = 1 + T c: the variance of μ over that at τ² = 0.
    ratio: f64,
    /// 1 / (1 + T).
    unit: f64,
    /// k - 1.
    df: f64,
    /// tr P in units of 1 / `v_min`, divided by c.
    slope: f64,
    /// The mean of Q given R: the part that is constant and the factor on R².
    mean: [f64; 2],
    /// Its variance likewise.
    variance: [f64; 2],
}

impl Pivot {
    /// The conditional moments of Q, as sums over studies.
    fn new<F: Real>(evidence: &Evidence<'_, F>, tau2: f64) -> Self {
        // With S the diagonal matrix of v + τ², A = W - w w' / Σ w and a = w / (w' S w)^½, the centred effects given a'z = R are
        // normal with mean R S a and variance S - S a a' S. Hence E(Q | R) = tr AS - h + R² h and
        // var(Q | R) = 2 (tr ASAS - 2 g + h²) + 4 R² (g - h²), where h = a'SASa and g = a'SASASa. As A 1 = 0, ASw = τ² A w, and
        // Aw has the elements w (w - Σ w² / Σ w).
        let kernel = evidence.kernel();
        let weights = kernel.full_weights(0.0);
        let total = weights.total();
        let share = weights.total_squares() / total;
        let relative = |v: f64| kernel.v_min / kernel.in_unit(v);
        // 1 - c without the cancellation in which a study of weight 1 takes part.
        let [gap] = sum_pairs(evidence.y(), evidence.v(), |_, v| [relative(v) * (1.0 - relative(v))]);
        let [aw, awaw] = sum_pairs(evidence.y(), evidence.v(), |_, v| {
            let u = relative(v);
            let from_share = if u == 1.0 { gap / total } else { u - share };
            let term = u * (from_share * from_share);
            [term, u * term]
        });
        let t = tau2 / kernel.v_min;
        let (ratio, unit) = (1.0 + t * share, 1.0 / (1.0 + t));
        // T / (1 + T) and T / (1 + T c).
        let (large, per_ratio) = if t > 0.0 { (1.0 / (1.0 / t + 1.0), 1.0 / (1.0 / t + share)) } else { (0.0, 0.0) };
        let df = evidence.degrees();
        let trace = weights.trace();
        let h = large * per_ratio * (aw / total);
        let g = large * large * (aw / ratio + awaw * per_ratio) / total;
        let constant = df * unit + large * trace;
        let squares = df * unit * unit + 2.0 * unit * large * trace + large * large * weights.trace_pp();
        Self {
            share,
            ratio,
            unit,
            df,
            slope: trace / share,
            mean: [constant - h, h],
            variance: [2.0 * (squares - 2.0 * g + h * h), 4.0 * (g - h * h).max(0.0)],
        }
    }

    /// P(U > t), with the quadrature's tolerance.
    fn upper_tail(&self, t: f64, tail: f64, tolerance: f64) -> f64 {
        let from = t / self.ratio.sqrt();
        // Beyond it the normal distribution has no part in the tail.
        let to = normal_upper_quantile(1e-18 * tail);
        if from >= to {
            return 0.0;
        }
        let scale = (self.ratio * self.unit).sqrt() / t;
        let density = |r: f64| (-0.5 * r * r).exp() / std::f64::consts::TAU.sqrt();
        let integrand = |r: f64| {
            let (r2, rt) = (r * r, r * scale);
            let q = self.df * self.unit + (rt * rt - self.unit) * self.slope;
            let mean = self.mean[0] + r2 * self.mean[1];
            // The variance that is left is never 0 but for rounding.
            let variance = (self.variance[0] + r2 * self.variance[1]).max(1e-16 * mean * mean);
            let shape = mean * (mean / variance);
            chi_squared_cdf(2.0 * q * (mean / variance), 2.0 * shape) * density(r)
        };
        integrate(integrand, from, to, tolerance)
    }

    /// The t with P(U > t) = `tail`.
    fn quantile(&self, tail: f64) -> f64 {
        // On the scale on which tails of normal and of Student's distribution are nearly straight.
        let miss = |log_t: f64| (self.upper_tail(log_t.exp(), tail, QUADRATURE) / tail).max(1e-300).ln();
        let step = std::f64::consts::LN_2;
        // U is at most R √ρ, so that this is beyond the root or at it.
        let end = (normal_upper_quantile(tail) * self.ratio.sqrt()).ln();
        let mut low = (end.min(0.0), miss(end.min(0.0)));
        let mut high = low;
        for _ in 0..MAX_DOUBLINGS {
            if low.1 >= 0.0 {
                break;
            }
            (high, low) = (low, (low.0 - step, miss(low.0 - step)));
        }
        for _ in 0..MAX_DOUBLINGS {
            if high.1 <= 0.0 || high.0 >= end {
                break;
            }
            let next = (high.0 + step).min(end);
            (low, high) = (high, (next, miss(next)));
        }
        if high.1 >= 0.0 {
            return high.0.exp();
        }
        root_between(miss, low, high, ROOT).map_or(f64::NAN, f64::exp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::MeanDifference;

    #[test]
    fn refining_the_quadrature_changes_nothing() {
        for (y, v) in [
            (vec![0.1, 0.9, -0.3, 0.4, 1.5], vec![0.04, 0.2, 0.01, 0.5, 0.02]),
            (vec![0.0, 1.0], vec![1.0, 0.001]),
            (vec![0.0, 1e3, -1e3], vec![1.0, 1e-6, 1e6]),
            (vec![0.1, 0.2, 0.3], vec![1.0, 1.0, 1.0]),
        ] {
            let studies: Studies<_> = Studies::from_analysis(MeanDifference, y, v).unwrap();
            let evidence = studies.evidence();
            let tau2 = evidence.dersimonian_laird();
            let pivot = Pivot::new(&evidence, tau2);
            for tail in [0.05, 0.025, 0.005, 5e-7] {
                let t0 = pivot.quantile(tail);
                let refined = pivot.upper_tail(t0, tail, 1e-14);
                assert!((refined / tail - 1.0).abs() < 3e-12, "{pivot:?}: P(U > {t0}) = {refined:e} for {tail:e}");
            }
        }
    }
}
