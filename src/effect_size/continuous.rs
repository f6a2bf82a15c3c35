//! Effects of two means.

use crate::distributions::hedges_j;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{MeanDifference, Measure, StandardisedMeanDifference};
use crate::summary::TwoMeans;

impl EffectSize<TwoMeans> for MeanDifference {
    type Measure = Self;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self>, Error> {
        let (g1, g2) = (study.treated(), study.control());
        // s (s / n) and not s² / n: the square of a large standard deviation could overflow.
        let v = g1.sd() * (g1.sd() / g1.size()) + g2.sd() * (g2.sd() / g2.size());
        in_range(*self, g1.mean() - g2.mean(), v)
    }
}

/// Hedges' g: the difference of two means in units of their pooled standard deviation, corrected for its small-sample
/// bias by the exact gamma-function factor.
///
/// Use it where the studies measured one thing on different scales. With one common scale the
/// [`MeanDifference`] is easier to read and does not make a precise scale look like a large effect.
///
/// # Formula
/// ```text
/// g = J(m) (m1 - m2) / s        s² = ((n1 - 1) s1² + (n2 - 1) s2²) / m        m = n1 + n2 - 2
/// J(m) = Γ(m/2) / (√(m/2) Γ((m-1)/2))
/// ```
/// (Hedges 1981, equation 6e). The variance is a named choice, see [`HedgesGVariance`].
///
/// # Scale
/// Standard deviations: 0 is no effect.
///
/// # Errors
/// [`OutOfRange`](crate::ErrorKind::OutOfRange) if g or its variance is not a finite number.
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, HedgesG, HedgesGVariance, TwoMeans};
///
/// // Domany 2020 in a review of ketamine against anxiety (Marchi et al. 2022): g = -2.45.
/// let study = TwoMeans::new((9, 3.75, 1.64), (9, 16.45, 6.79))?;
/// let effect = HedgesG::new().with_variance(HedgesGVariance::Unbiased).effect(&study)?;
/// assert_eq!(format!("{:.2} {:.4}", effect.natural(), effect.v()), "-2.45 0.4324");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "SMD")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct HedgesG {
    variance: HedgesGVariance,
}

/// The variance of [`HedgesG`]: the field uses several, and they differ by a few percent in small studies.
///
/// With N = n1 + n2 and m = N - 2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HedgesGVariance {
    /// The large-sample variance 1/n1 + 1/n2 + g²/(2N) (Hedges & Olkin 1985, p. 86).
    #[default]
    LargeSample,
    /// The unbiased variance 1/n1 + 1/n2 + g² (1 - (m - 2) / (m J(m)²)) (Hedges 1983, equation 9). It is the exact variance
    /// of g with the squared effect estimated without bias, and needs m > 2.
    Unbiased,
}

impl HedgesG {
    /// Hedges' g with the large-sample variance.
    #[must_use]
    pub const fn new() -> Self {
        Self { variance: HedgesGVariance::LargeSample }
    }

    /// The same with another variance.
    #[must_use]
    pub const fn with_variance(self, variance: HedgesGVariance) -> Self {
        Self { variance }
    }
}

impl EffectSize<TwoMeans> for HedgesG {
    type Measure = StandardisedMeanDifference;

    fn effect(&self, study: &TwoMeans) -> Result<Effect<Self::Measure>, Error> {
        let (n1, n2) = (study.treated().size(), study.control().size());
        let m = (n1 - 1.0) + (n2 - 1.0);
        let j = hedges_j(m);
        let g = j * cohen_d(study);
        let sampling = n1.recip() + n2.recip();
        let v = match self.variance {
            HedgesGVariance::LargeSample => sampling + g * g / (2.0 * (n1 + n2)),
            HedgesGVariance::Unbiased if m > 2.0 => sampling + g * g * unbiased_factor(m, j),
            HedgesGVariance::Unbiased => {
                let reason = "its unbiased variance needs more than 4 patients";
                return Err(ErrorKind::NotEstimable { measure: "standardised mean difference", reason }.into());
            }
        };
        in_range(StandardisedMeanDifference, g, v)
    }
}

/// (m1 - m2) / s with the pooled standard deviation, each squared only after division by the larger one.
fn cohen_d(study: &TwoMeans) -> f64 {
    let (g1, g2) = (study.treated(), study.control());
    let (f1, f2) = (g1.size() - 1.0, g2.size() - 1.0);
    let unit = g1.sd().max(g2.sd());
    let (u1, u2) = (g1.sd() / unit, g2.sd() / unit);
    let pooled = ((f1 * (u1 * u1) + f2 * (u2 * u2)) / (f1 + f2)).sqrt();
    (g1.mean() - g2.mean()) / unit / pooled
}

/// 1 - (m - 2) / (m J²), where J is the factor of m.
///
/// For large m it is a difference of numbers near 1, about 1/(2m), and is taken as a logarithm.
fn unbiased_factor(m: f64, j: f64) -> f64 {
    if m < 1e3 { 1.0 - (m - 2.0) / (m * j * j) } else { -((-2.0 / m).ln_1p() - 2.0 * ln_j_of_large(m)).exp_m1() }
}

/// ln J(m) for m of a thousand and more, from the series of ln Γ(w + 3/4) - ln Γ(w + 1/4) in 1/w² with w = m/2 - 3/4
/// (Stirling's series with Bernoulli polynomials: Abramowitz & Stegun 1964, 6.1.40); the next term is below 1e-18.
fn ln_j_of_large(m: f64) -> f64 {
    let u = (0.5 * m - 0.75).powi(2).recip();
    let series = u * (1.0 / 64.0 - u * (5.0 / 2048.0 - u * (61.0 / 49_152.0)));
    0.5 * (-1.5 / m).ln_1p() + series
}

fn in_range<M: Measure>(measure: M, y: f64, v: f64) -> Result<Effect<M>, Error> {
    if !y.is_finite() {
        return Err(ErrorKind::OutOfRange { quantity: "the effect" }.into());
    }
    if !(v.is_finite() && v > 0.0) {
        return Err(ErrorKind::OutOfRange { quantity: "the variance" }.into());
    }
    Effect::from_analysis(measure, y, v)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_forms_of_the_unbiased_factor_meet() {
        for m in [1e3, 3e3, 1e4_f64] {
            let plain = 1.0 - (m - 2.0) / (m * hedges_j(m).powi(2));
            let series = unbiased_factor(m, f64::NAN);
            // The plain form loses log10(2m) digits.
            assert!((plain / series - 1.0).abs() < 4e-15 * m, "m = {m}: {plain} and {series}");
        }
        // 1/(2m) + 9/(8m²) + ... for large m, by hand from ln J = -3/(4m) + ...
        assert!((unbiased_factor(1e12, 1.0) * 2e12 - 1.0).abs() < 1e-11, "the leading term is 1/(2m)");
    }
}
