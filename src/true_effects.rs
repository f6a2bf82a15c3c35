//! What a normal distribution of true effects looks like on the natural scale.

use crate::error::{Error, ErrorKind};
use crate::measure::{Link, Measure};
use crate::num::quadrature::integrate;
use crate::num::root::root_between;

/// Beyond so many standard deviations a normal density is below the smallest number.
const REACH: f64 = 38.0;
/// Of the integrals, before the better rule is taken.
const TOLERANCE: f64 = 1e-11;
/// Points at which a mode is looked for.
const GRID: u32 = 400;
/// Standard deviations within which it is.
const REACH_OF_MODE: f64 = 8.0;

/// True effects that are normal on the analysis scale, seen on the natural one: their mean, median and mode.
///
/// A random-effects analysis gives the mean effect μ on the analysis scale; read on the natural scale it is the
/// *median* of the true effects there. Their mean is another number wherever the transform is curved: a pooled log risk
/// of ln 0.1 with τ² = 0.5 is a median risk of 0.10 and a mean risk of 0.13. Use the mean to say what happens on
/// average over settings.
///
/// Where the analysis scale has ends (an angle between 0 and a right angle), the distribution is that of effects within
/// them, a truncated normal.
///
/// # Scale
/// In: μ and τ² on the analysis scale. Out: the natural scale.
///
/// # Errors
/// [`ErrorKind::NotFinite`] for μ, [`ErrorKind::NegativeTau2`] for τ².
///
/// # Example
/// ```
/// use meta_analysis::{LogitProportion, RiskRatio, TrueEffects};
///
/// let effects = TrueEffects::new(LogitProportion::new(), 0.8, 0.05)?;
/// assert_eq!(format!("{:.4} {:.4}", effects.median(), effects.mean().unwrap()), "0.6900 0.6880");
/// // For a logarithm the mean is exp(μ + τ²/2), the mode exp(μ - τ²).
/// let effects = TrueEffects::new(RiskRatio, 0.2, 0.05)?;
/// assert!((effects.mean().unwrap() - 0.225_f64.exp()).abs() < 1e-12);
/// assert!((effects.mode().unwrap() - 0.15_f64.exp()).abs() < 1e-9);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "transf.ilogit.int")]
#[derive(Clone, Copy, Debug)]
pub struct TrueEffects {
    link: Link,
    mu: f64,
    tau: f64,
    /// The ends of the analysis scale; infinite if it has none.
    ends: (f64, f64),
}

impl TrueEffects {
    /// True effects with mean `mu` and variance `tau2` on the analysis scale of a measure.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] for μ, [`ErrorKind::NegativeTau2`] for τ².
    pub fn new<M: Measure>(measure: M, mu: f64, tau2: f64) -> Result<Self, Error> {
        if !mu.is_finite() {
            return Err(ErrorKind::NotFinite { what: "mean effect", value: mu }.into());
        }
        if !(tau2 >= 0.0 && tau2.is_finite()) {
            return Err(ErrorKind::NegativeTau2 { value: tau2 }.into());
        }
        let link = measure.link();
        // The analysis scale ends where its transform of the end of the natural scale is finite.
        let end = |infinity: f64| {
            let y = link.to_analysis(link.to_natural(infinity));
            if y.is_nan() { infinity } else { y }
        };
        Ok(Self { link, mu, tau: tau2.sqrt(), ends: (end(f64::NEG_INFINITY), end(f64::INFINITY)) })
    }

    /// The median on the natural scale: μ read there.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.link.to_natural(self.mu)
    }

    /// The mean on the natural scale, within 1e-10 of its value for links as smooth as those of this crate; `None` if
    /// it is not a finite number, or if no part of the distribution is within the ends of the scale.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        if self.tau == 0.0 {
            return Some(self.median()).filter(|x| x.is_finite());
        }
        let (low, high) = self.ends;
        let standard = |y: f64, far: f64| if y.is_infinite() { far } else { (y - self.mu) / self.tau };
        let (low, high) = (standard(low, -REACH), standard(high, REACH));
        if low >= high || low.is_nan() || high.is_nan() {
            return None;
        }
        // Relative to the density at its highest within the ends, from where it reaches as far as it can be seen.
        let top = 0.0_f64.clamp(low, high);
        let reach = (top * top + REACH * REACH).sqrt();
        let (from, to) = (low.max(-reach), high.min(reach));
        let weight = |z: f64| (-0.5 * (z - top) * (z + top)).exp();
        let part = |z: f64| {
            let weight = weight(z);
            // What weighs nothing may be infinite.
            if weight == 0.0 { 0.0 } else { weight * self.link.to_natural(self.mu + self.tau * z) }
        };
        // The range is split at the top, so that the peak is at the end of a piece.
        let split = |f: &dyn Fn(f64) -> f64| {
            let piece = |a: f64, b: f64| if a < b { integrate(f, a, b, TOLERANCE) } else { 0.0 };
            piece(from, top) + piece(top, to)
        };
        let mean = split(&part) / split(&weight);
        // A growing transform can put its mass beyond the reach: there it must be nothing beside the mean, or the spread.
        let spread = self.link.to_natural(self.mu + self.tau) - self.link.to_natural(self.mu - self.tau);
        let seen = |z: f64| z.abs() != reach || part(z).abs() < 1e-13 * mean.abs().max(spread.abs());
        (mean.is_finite() && seen(from) && seen(to)).then_some(mean)
    }

    /// The mode on the natural scale: where the density of true effects is highest, ends of the scale apart, at which
    /// it may be infinite; `None` if it has no peak between them.
    ///
    /// From the transform alone, by its differences: good to about 1e-8 of the analysis scale's unit.
    #[must_use]
    pub fn mode(&self) -> Option<f64> {
        if self.tau == 0.0 {
            return Some(self.median()).filter(|x| x.is_finite());
        }
        let (from, to) = (
            (self.mu - REACH_OF_MODE * self.tau).max(self.ends.0),
            (self.mu + REACH_OF_MODE * self.tau).min(self.ends.1),
        );
        let at = |i: u32| from + (to - from) * (f64::from(i) / f64::from(GRID));
        let mut best: Option<(f64, f64)> = None;
        for i in 1..GRID - 1 {
            let (Some(left), Some(right)) = (self.slope(at(i)), self.slope(at(i + 1))) else { continue };
            // A peak: the density rises before it and falls after it.
            if !(left > 0.0 && right <= 0.0) {
                continue;
            }
            let slope = |y: f64| self.slope(y).unwrap_or(f64::NAN);
            let Some(y) = root_between(slope, (at(i), left), (at(i + 1), right), 1e-12) else { continue };
            let height = self.log_density(y);
            if best.is_none_or(|(highest, _)| height > highest) {
                best = Some((height, y));
            }
        }
        best.map(|(_, y)| self.link.to_natural(y)).filter(|x| x.is_finite())
    }

    /// Logarithm of the density on the natural scale, up to a constant, at a point of the analysis scale.
    fn log_density(&self, y: f64) -> f64 {
        let z = (y - self.mu) / self.tau;
        -0.5 * z * z - self.derivatives(y).0.abs().ln()
    }

    /// The slope of [`log_density`](Self::log_density): -(y - μ)/τ² - g''/g'.
    fn slope(&self, y: f64) -> Option<f64> {
        let (first, second) = self.derivatives(y);
        let slope = -(y - self.mu) / self.tau / self.tau - second / first;
        slope.is_finite().then_some(slope)
    }

    /// First and second derivative of the way back to the natural scale, by differences of the sixth order.
    fn derivatives(&self, y: f64) -> (f64, f64) {
        // Of a size at which neither the rounding of the second difference nor the order matters.
        let h = (self.tau / 16.0).min(0.02);
        // Within the ends, lest a difference straddle one.
        let room = (y - self.ends.0).min(self.ends.1 - y) / 3.0;
        let h = if h < room { h } else { 0.9 * room };
        let g = |k: f64| self.link.to_natural(y + k * h);
        let [a, b, c, d, e, f, i] = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0].map(g);
        let first = ((i - a) - 9.0 * (f - b) + 45.0 * (e - c)) / (60.0 * h);
        // As differences from the middle.
        let even = |plus: f64, minus: f64| (plus - d) + (minus - d);
        let second = (2.0 * even(i, a) - 27.0 * even(f, b) + 270.0 * even(e, c)) / (180.0 * h * h);
        (first, second)
    }
}
