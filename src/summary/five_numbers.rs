//! A median with quartiles, with extremes or with both, where a mean and a standard deviation are wanted.

use super::{Group, SkewnessCheck, check_finite, float};
use crate::distributions::normal_upper_quantile;
use crate::error::{Error, ErrorKind};

/// The size of the smallest sample whose quartiles are observations, which the test of skewness needs.
const LEAST_TESTED: u64 = 5;

/// The median of a group with its quartiles, its extremes, or both.
///
/// Papers print them for outcomes that look skewed. [`normal`](Self::normal) estimates the mean and the standard
/// deviation as if the outcome were normal, [`log_normal`](Self::log_normal) as if its logarithm were; either comes
/// with a [`SkewnessCheck`] of that assumption, and its [`group`](EstimatedGroup::group) goes into a
/// [`TwoMeans`](crate::TwoMeans).
///
/// ```
/// use meta_analysis::{EffectSize, FiveNumbers, Group, MeanDifference, TwoMeans};
///
/// let treated = FiveNumbers::from_quartiles(25, [3.0, 6.0, 9.0])?.normal()?;
/// assert_eq!(format!("{:.2} {:.2}", treated.group().mean(), treated.group().sd()), "6.00 4.72");
/// assert!(!treated.skewness().unwrap().contradicts_normality());
/// let study = TwoMeans::from_groups(treated.group(), Group::new(24, 5.0, 4.1)?);
/// assert_eq!(format!("{:.2}", MeanDifference.effect(&study)?.y()), "1.00");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "conv.fivenum")]
#[doc(alias = "median")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FiveNumbers {
    n: u64,
    quantiles: Quantiles,
}

/// What is known beside the size, in ascending order.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Quantiles {
    Range([f64; 3]),
    Quartiles([f64; 3]),
    Both([f64; 5]),
}

/// The mean and the standard deviation of a group as [`FiveNumbers`] estimates them, with a check of the distribution
/// that was taken for granted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EstimatedGroup {
    group: Group,
    skewness: Option<SkewnessCheck>,
}

impl EstimatedGroup {
    /// Size, mean and standard deviation.
    #[must_use]
    pub const fn group(&self) -> Group {
        self.group
    }

    /// Whether the quantiles contradict the assumption: normality of the outcome, or of its logarithm. `None` for fewer
    /// than five patients.
    #[must_use]
    pub const fn skewness(&self) -> Option<SkewnessCheck> {
        self.skewness
    }
}

impl FiveNumbers {
    /// All five numbers: minimum, lower quartile, median, upper quartile and maximum of `n` patients.
    ///
    /// # Errors
    /// [`ErrorKind::ArmTooSmall`] with fewer than two patients, [`ErrorKind::NotFinite`],
    /// [`ErrorKind::QuantilesNotOrdered`].
    pub fn new(n: u64, [min, q1, median, q3, max]: [f64; 5]) -> Result<Self, Error> {
        let named = [
            Named("minimum", min),
            Named("lower quartile", q1),
            Named("median", median),
            Named("upper quartile", q3),
            Named("maximum", max),
        ];
        Self::checked(n, &named, Quantiles::Both([min, q1, median, q3, max]))
    }

    /// Lower quartile, median and upper quartile of `n` patients, as in "median (interquartile range)".
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_quartiles(n: u64, [q1, median, q3]: [f64; 3]) -> Result<Self, Error> {
        Self::checked(
            n,
            &[Named("lower quartile", q1), Named("median", median), Named("upper quartile", q3)],
            Quantiles::Quartiles([q1, median, q3]),
        )
    }

    /// Minimum, median and maximum of `n` patients, as in "median (range)".
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_range(n: u64, [min, median, max]: [f64; 3]) -> Result<Self, Error> {
        Self::checked(
            n,
            &[Named("minimum", min), Named("median", median), Named("maximum", max)],
            Quantiles::Range([min, median, max]),
        )
    }

    /// The number of patients.
    #[must_use]
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// Mean and standard deviation of a normal outcome.
    ///
    /// # Formula
    /// With minimum a, quartiles q1 and q3, median m, maximum b, and normal quantiles
    /// z = Φ⁻¹((n - 0.375)/(n + 0.25)) and u = Φ⁻¹((0.75n - 0.125)/(n + 0.25)):
    /// ```text
    /// range:      mean = w (a + b)/2 + (1 - w) m          w = 4 / (4 + n^0.75)             SD = (b - a) / (2z)
    /// quartiles:  mean = w (q1 + q3)/2 + (1 - w) m        w = 0.7 + 0.39/n                 SD = (q3 - q1) / (2u)
    /// both:       mean = w1 (a + b)/2 + w2 (q1 + q3)/2 + (1 - w1 - w2) m
    ///             w1 = 2.2 / (2.2 + n^0.75)               w2 = 0.7 - 0.72/n^0.55
    ///             SD = (b - a) / ((2 + 0.14 n^0.6) z) + (q3 - q1) / ((2 + 2/(0.07 n^0.6)) u)
    /// ```
    /// Means by Luo, Wan, Liu & Tong (2018), standard deviations by Wan, Wang, Liu & Tong (2014) and, for both, by Shi
    /// et al. (2020, "Optimally estimating the sample standard deviation from the five-number summary").
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] if the quantiles are all equal.
    pub fn normal(&self) -> Result<EstimatedGroup, Error> {
        let (mean, sd) = self.moments();
        Ok(EstimatedGroup { group: Group::new(self.n, mean, sd)?, skewness: self.skewness() })
    }

    /// Mean and standard deviation of an outcome whose logarithm is normal, as lengths of stay and concentrations often
    /// are. The mean is above that of [`normal`](Self::normal) if the quantiles are skewed to the right.
    ///
    /// # Formula
    /// With the mean μ and the standard deviation S of the [`logarithms`](Self::logarithms), by the formulas of
    /// [`normal`](Self::normal), v = S²/k for their variance σ² and w = S⁴/κ for σ⁴:
    /// ```text
    /// mean = exp (μ + v/2) / (1 + (A v + B w)/n)
    /// SD²  = exp (2μ + 2v) / (1 + (4 A v + 16 B w)/n) - exp (2μ + v) / (1 + (4 A v + 4 B w)/n)
    /// range:      k = 1.01 + 0.25/(ln n)²    κ = 1 + 2.23/(ln n)²    A = 0.565    B = 0.37
    /// quartiles:  k = 1 + 1.58/n             κ = 1 + 19.2/n^1.2      A = 0.57     B = 0.75
    /// both:       k = 1 + 0.28/(ln n)²       κ = 1 + 3.93/n          A = 0.405    B = 0.315
    /// ```
    /// The moments of the log-normal distribution at the estimated parameters, less their bias: Shi, Tong, Wang & Genton
    /// (2020, "Estimating the mean and variance from the five-number summary of a log-normal distribution", Statistics
    /// and Its Interface 13, 519-531); the constants are confirmed by values of R's metafor for 50, 25 and 40 patients, not
    /// by the paper itself. The correction takes 5 % from the mean and 22 % from the standard deviation of 25
    /// patients with S = 0.86, and 0.2 % and 2 % of 40 patients with S = 0.29. Comparisons of such outcomes do without
    /// it if they are pooled as differences of the means of their [`logarithms`](Self::logarithms), that is, as ratios.
    ///
    /// # Errors
    /// As [`normal`](Self::normal), [`ErrorKind::NotPositive`] for a quantile that has no logarithm, and
    /// [`ErrorKind::OutOfRange`] if a result is not a finite number.
    ///
    /// ```
    /// use meta_analysis::FiveNumbers;
    ///
    /// let stay = FiveNumbers::from_quartiles(25, [3.0, 6.0, 14.0])?;
    /// let (normal, log_normal) = (stay.normal()?.group(), stay.log_normal()?.group());
    /// assert_eq!(format!("{:.1} {:.1}", normal.mean(), log_normal.mean()), "7.8 11.7");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn log_normal(&self) -> Result<EstimatedGroup, Error> {
        let logarithms = self.logarithms()?;
        let (mu, sigma) = logarithms.moments();
        // Checks that there is any spread, before exp makes something else of it.
        Group::new(self.n, mu, sigma)?;
        let correction = self.log_normal_correction();
        let v = sigma * sigma / correction.k;
        let n = float(self.n);
        let a = correction.a * v / n;
        let b = correction.b * (sigma * sigma) * (sigma * sigma) / correction.kappa / n;
        let mean = (mu + 0.5 * v).exp() / (1.0 + a + b);
        // Both terms of the variance over exp (2μ + v), without the ones that cancel where v is small. Positive for every v
        // and n ≥ 2, as 12 b < 1.7 v².
        let (first, second) = (1.0 + 4.0 * a + 16.0 * b, 1.0 + 4.0 * a + 4.0 * b);
        let variance = (v.exp_m1() * second - 12.0 * b) / (first * second);
        let sd = (mu + 0.5 * v).exp() * variance.sqrt();
        if !(mean > 0.0 && mean.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the mean" }.into());
        }
        if !(sd > 0.0 && sd.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the standard deviation" }.into());
        }
        Ok(EstimatedGroup { group: Group::new(self.n, mean, sd)?, skewness: logarithms.skewness() })
    }

    /// The five numbers of the logarithms: logarithms keep the order, so that they take quantiles to quantiles (the
    /// median of an even number of patients but nearly).
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] for a quantile of 0 or below.
    pub fn logarithms(&self) -> Result<Self, Error> {
        let least = match self.quantiles {
            Quantiles::Range([min, ..]) | Quantiles::Both([min, ..]) => Named("minimum", min),
            Quantiles::Quartiles([q1, ..]) => Named("lower quartile", q1),
        };
        if least.1 <= 0.0 {
            return Err(ErrorKind::NotPositive { what: least.0, value: least.1 }.into());
        }
        let quantiles = match self.quantiles {
            Quantiles::Range(three) => Quantiles::Range(three.map(f64::ln)),
            Quantiles::Quartiles(three) => Quantiles::Quartiles(three.map(f64::ln)),
            Quantiles::Both(five) => Quantiles::Both(five.map(f64::ln)),
        };
        Ok(Self { n: self.n, quantiles })
    }

    /// Whether the quantiles contradict a normal distribution; `None` for fewer than five patients.
    #[must_use]
    pub fn skewness(&self) -> Option<SkewnessCheck> {
        let n = float(self.n);
        (self.n >= LEAST_TESTED).then(|| match self.quantiles {
            Quantiles::Range(range) => SkewnessCheck::of_range(n, range),
            Quantiles::Quartiles(quartiles) => SkewnessCheck::of_quartiles(n, quartiles),
            Quantiles::Both(five) => SkewnessCheck::of_both(n, five),
        })
    }

    /// The constants of [`log_normal`](Self::log_normal).
    fn log_normal_correction(&self) -> Correction {
        let n = float(self.n);
        let squared_log = n.ln() * n.ln();
        match self.quantiles {
            Quantiles::Range(_) => {
                Correction { k: 1.01 + 0.25 / squared_log, kappa: 1.0 + 2.23 / squared_log, a: 0.565, b: 0.37 }
            }
            Quantiles::Quartiles(_) => {
                Correction { k: 1.0 + 1.58 / n, kappa: 1.0 + 19.2 / n.powf(1.2), a: 0.57, b: 0.75 }
            }
            Quantiles::Both(_) => Correction { k: 1.0 + 0.28 / squared_log, kappa: 1.0 + 3.93 / n, a: 0.405, b: 0.315 },
        }
    }

    /// Mean and standard deviation under normality.
    fn moments(&self) -> (f64, f64) {
        let n = float(self.n);
        // From the upper tails, which keep their digits in large samples.
        let z = normal_upper_quantile(0.625 / (n + 0.25));
        let u = normal_upper_quantile((0.25 * n + 0.375) / (n + 0.25));
        match self.quantiles {
            Quantiles::Range([min, median, max]) => {
                let w = 4.0 / (4.0 + n.powf(0.75));
                (median + w * off_centre(min, median, max), half_distance(min, max) / z)
            }
            Quantiles::Quartiles([q1, median, q3]) => {
                let w = 0.7 + 0.39 / n;
                (median + w * off_centre(q1, median, q3), half_distance(q1, q3) / u)
            }
            Quantiles::Both([min, q1, median, q3, max]) => {
                let (w1, w2) = (2.2 / (2.2 + n.powf(0.75)), 0.7 - 0.72 / n.powf(0.55));
                let mean = median + w1 * off_centre(min, median, max) + w2 * off_centre(q1, median, q3);
                let weight = 0.07 * n.powf(0.6);
                (mean, half_distance(min, max) / (1.0 + weight) / z + half_distance(q1, q3) / (1.0 + 1.0 / weight) / u)
            }
        }
    }

    fn checked(n: u64, named: &[Named], quantiles: Quantiles) -> Result<Self, Error> {
        if n < 2 {
            return Err(ErrorKind::ArmTooSmall { arm: "single", needed: 2, found: n }.into());
        }
        for &Named(what, value) in named {
            check_finite(what, value)?;
        }
        for (&Named(name, first), &Named(next, second)) in named.iter().zip(named.iter().skip(1)) {
            if first > second {
                let quantiles = names(name, next);
                return Err(ErrorKind::QuantilesNotOrdered { quantiles, first, second }.into());
            }
        }
        Ok(Self { n, quantiles })
    }
}

/// What the square and the fourth power of the estimated standard deviation exceed those of the true one by, and the
/// factors of both in the bias of a log-normal mean.
struct Correction {
    k: f64,
    kappa: f64,
    a: f64,
    b: f64,
}

/// A quantile with its name.
#[derive(Clone, Copy)]
struct Named(&'static str, f64);

/// The names of two neighbours.
fn names(first: &str, second: &str) -> &'static str {
    match (first, second) {
        ("minimum", "lower quartile") => "minimum and lower quartile",
        ("minimum", _) => "minimum and median",
        ("lower quartile", _) => "lower quartile and median",
        ("median", "upper quartile") => "median and upper quartile",
        ("median", _) => "median and maximum",
        _ => "upper quartile and maximum",
    }
}

/// (low + high) / 2 - middle.
fn off_centre(low: f64, middle: f64, high: f64) -> f64 {
    // Halved first: sums and differences of huge quantiles could overflow.
    (0.5 * high - 0.5 * middle) - (0.5 * middle - 0.5 * low)
}

/// (high - low) / 2.
fn half_distance(low: f64, high: f64) -> f64 {
    0.5 * high - 0.5 * low
}
