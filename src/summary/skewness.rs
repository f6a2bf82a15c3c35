//! Do a median, quartiles and extremes contradict a symmetric distribution?

/// A test of skewness from the quantiles that a paper prints: is the normal distribution, on which the mean and the
/// standard deviation of [`FiveNumbers`](crate::FiveNumbers) rest, contradicted at the 5 % level?
///
/// It is a value beside the estimate and excludes nothing by itself. Where it speaks against normality, the
/// [log-normal](crate::FiveNumbers::log_normal) estimate or a sensitivity analysis without the study is at hand; it has
/// little power in small samples.
///
/// # Formula
/// ```text
/// range:      T1 = |a + b - 2m| / (b - a)                         against 1.01 / ln (n + 9) + 2.43 / (n + 1)
/// quartiles:  T2 = |q1 + q3 - 2m| / (q3 - q1)                     against 2.66 / √n - 5.92 / n²
/// both:       T3 = max { 2.65 ln (0.6 n) / √n T1, T2 }            against 2.97 / √n - 39.1 / n³
/// ```
/// with minimum a, quartiles q1 and q3, median m and maximum b (Shi et al. 2023, "Detecting the skewness of data from
/// the five-number summary and its application in meta-analysis").
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SkewnessCheck {
    statistic: f64,
    critical_value: f64,
}

impl SkewnessCheck {
    /// `n` of five patients or more.
    pub(super) fn of_range(n: f64, [min, median, max]: [f64; 3]) -> Self {
        let critical_value = 1.01 / (n + 9.0).ln() + 2.43 / (n + 1.0);
        Self { statistic: asymmetry(min, median, max), critical_value }
    }

    /// As [`of_range`](Self::of_range).
    pub(super) fn of_quartiles(n: f64, [q1, median, q3]: [f64; 3]) -> Self {
        Self { statistic: asymmetry(q1, median, q3), critical_value: 2.66 / n.sqrt() - 5.92 / n / n }
    }

    /// As [`of_range`](Self::of_range).
    pub(super) fn of_both(n: f64, [min, q1, median, q3, max]: [f64; 5]) -> Self {
        let extremes = 2.65 * (0.6 * n).ln() / n.sqrt() * asymmetry(min, median, max);
        let critical_value = 2.97 / n.sqrt() - 39.1 / n / n / n;
        Self { statistic: extremes.max(asymmetry(q1, median, q3)), critical_value }
    }

    /// The asymmetry of the quantiles: 0 if the median is in the middle.
    #[must_use]
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// What the statistic of a normal sample of this size exceeds in 5 of 100 cases.
    #[must_use]
    pub const fn critical_value(&self) -> f64 {
        self.critical_value
    }

    /// True if the statistic is above its critical value.
    #[must_use]
    pub fn contradicts_normality(&self) -> bool {
        self.statistic > self.critical_value
    }
}

/// |low + high - 2 middle| / (high - low), between 0 and 1; 0 without any spread.
fn asymmetry(low: f64, middle: f64, high: f64) -> f64 {
    // Halved first: the difference of two huge quantiles could overflow.
    let (below, above) = (0.5 * middle - 0.5 * low, 0.5 * high - 0.5 * middle);
    let spread = 0.5 * high - 0.5 * low;
    if spread > 0.0 { ((above - below) / spread).abs().min(1.0) } else { 0.0 }
}
