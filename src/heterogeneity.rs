//! How much the studies disagree.

use std::fmt;
use std::marker::PhantomData;

use crate::distributions;
use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::interval::Interval;
use crate::level::Level;
use crate::real::Real;
use crate::tau2::{QSolution, solve_q};

/// Heterogeneity of the studies of one analysis: Cochran's Q, τ², H² and I².
///
/// I² comes in two definitions, and they differ for every estimator but DerSimonian and Laird's. From Q it is the share
/// of Q in excess of its expectation, as Review Manager 5 prints; from τ² it is τ² over τ² plus the typical variance, as
/// metafor prints. Both are proportions here, printed as percentages.
///
/// ```
/// use meta_analysis::{Level, MeanDifference, Pool, RandomEffects, Studies};
///
/// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let pooled = RandomEffects::default().pool(&studies)?;
/// let h = pooled.heterogeneity();
/// assert_eq!((h.q(), h.df()), (14.0, 2.0));
/// assert_eq!(h.i2_from_q(), Some(12.0 / 14.0));
/// assert!((h.i2_from_tau2().unwrap() - 6.0 / 7.0).abs() < 1e-14);
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Heterogeneity<F = f64> {
    pub(crate) q: f64,
    pub(crate) df: f64,
    pub(crate) tau2: Option<f64>,
    pub(crate) tau2_std_error: Option<f64>,
    /// The typical variance, in the unit of the data.
    pub(crate) typical: Option<f64>,
    pub(crate) float: PhantomData<F>,
}

impl<F: Real> Heterogeneity<F> {
    /// Cochran's Q: the weighted sum of squares about the pooled effect, with weights 1/v (Cochran 1954).
    ///
    /// It is about the inverse-variance estimate, in a Mantel-Haenszel analysis about the Mantel-Haenszel estimate. 0 for
    /// one study.
    #[must_use]
    pub fn q(&self) -> F {
        F::of(self.q)
    }

    /// The degrees of freedom of Q: studies minus 1.
    #[must_use]
    pub fn df(&self) -> F {
        F::of(self.df)
    }

    /// The upper tail of the chi-squared distribution at Q; 1 for one study.
    #[must_use]
    pub fn p_value(&self) -> F {
        F::of(if self.df > 0.0 { distributions::chi_squared_sf(self.q, self.df) } else { 1.0 })
    }

    /// The natural logarithm of [`p_value`](Self::p_value): finite where that underflows.
    #[must_use]
    pub fn log_p_value(&self) -> F {
        F::of(if self.df > 0.0 { distributions::chi_squared_log_sf(self.q, self.df) } else { 0.0 })
    }

    /// The variance between studies, on the analysis scale squared. `None` for a common effect and for one study.
    #[must_use]
    pub fn tau2(&self) -> Option<F> {
        self.tau2.map(F::of)
    }

    /// The standard error of [`tau2`](Self::tau2), if the estimator defines one and it is within the floating-point range.
    #[must_use]
    pub fn tau2_std_error(&self) -> Option<F> {
        self.tau2_std_error.map(F::of)
    }

    /// The typical sampling variance s² = (k - 1) Σ w / ((Σ w)² - Σ w²) (Higgins & Thompson 2002, equation 9). `None` for
    /// one study, and where variances are so far apart that it overflows.
    #[must_use]
    pub fn typical_variance(&self) -> Option<F> {
        self.typical.map(F::of)
    }

    /// I² from Q: max(0, (Q - df) / Q), a proportion (Higgins & Thompson 2002). `None` for one study.
    #[must_use]
    pub fn i2_from_q(&self) -> Option<F> {
        // Q = 0 is no excess over its expectation.
        let excess = |_| if self.q > self.df { (self.q - self.df) / self.q } else { 0.0 };
        (self.df > 0.0).then_some(()).map(excess).map(F::of)
    }

    /// I² from τ²: τ² / (τ² + s²) with the typical variance s², a proportion (Higgins & Thompson 2002). `None` where τ² or
    /// s² is.
    #[must_use]
    pub fn i2_from_tau2(&self) -> Option<F> {
        Some(F::of(i2_of(self.tau2?, self.typical?)))
    }

    /// H² from Q: Q / df (Higgins & Thompson 2002); below 1 if Q is below its expectation. `None` for one study.
    #[must_use]
    pub fn h2_from_q(&self) -> Option<F> {
        (self.df > 0.0).then(|| F::of(self.q / self.df))
    }

    /// H² from τ²: τ² / s² + 1. `None` where τ² or s² is.
    #[must_use]
    pub fn h2_from_tau2(&self) -> Option<F> {
        Some(F::of(self.tau2? / self.typical? + 1.0))
    }

    /// The test-based interval of I², from Q alone: H = √(Q / df) centred at no less than 1, with
    /// SE(ln H) = ½ (ln Q - ln df) / (√(2Q) - √(2k - 3)) if Q > k, and √(1/(2(k-2)) (1 - 1/(3(k-2)²))) otherwise
    /// (Higgins & Thompson 2002). `None` for fewer than three studies.
    #[must_use]
    pub fn i2_test_based(&self, level: Level) -> Option<Interval<F>> {
        let (lower, upper) = self.h_test_based(level)?;
        // 1 - 1/H², from the logarithm of H.
        let i2 = |log_h: f64| F::of(-(-2.0 * log_h.max(0.0)).exp_m1());
        Some(Interval { lower: i2(lower), upper: i2(upper) })
    }

    /// The test-based interval of τ² = s² (H² - 1), as for [`i2_test_based`](Self::i2_test_based). `None` where that is.
    #[must_use]
    pub fn tau2_test_based(&self, level: Level) -> Option<Interval<F>> {
        let ((lower, upper), typical) = (self.h_test_based(level)?, self.typical?);
        let tau2 = |log_h: f64| F::of(typical * (2.0 * log_h.max(0.0)).exp_m1());
        Some(Interval { lower: tau2(lower), upper: tau2(upper) })
    }

    /// The Wald interval τ² -+ z SE with the estimator's own standard error, [`tau2_std_error`](Self::tau2_std_error); its
    /// lower limit is not below 0. `None` without that.
    ///
    /// The distribution of an estimate of τ² is far from normal unless studies are many; the other intervals do not
    /// suppose that it is.
    #[must_use]
    pub fn tau2_wald(&self, level: Level) -> Option<Interval<F>> {
        let (tau2, half) = (self.tau2?, level.normal_quantile() * self.tau2_std_error?);
        Some(Interval { lower: F::of((tau2 - half).max(0.0)), upper: F::of(tau2 + half) })
    }

    /// The Wald interval on the logarithm, τ² exp(-+ z SE / τ²), with the estimator's own standard error. `None` without
    /// that, for τ² = 0, and where a limit overflows.
    #[must_use]
    pub fn tau2_wald_log(&self, level: Level) -> Option<Interval<F>> {
        let tau2 = self.tau2.filter(|tau2| *tau2 > 0.0)?;
        let factor = (level.normal_quantile() * self.tau2_std_error? / tau2).exp();
        let limits = Interval { lower: F::of(tau2 / factor), upper: F::of(tau2 * factor) };
        limits.upper.is_finite().then_some(limits)
    }

    /// The test-based interval of H², as for [`i2_test_based`](Self::i2_test_based); not below 1.
    #[must_use]
    pub fn h2_test_based(&self, level: Level) -> Option<Interval<F>> {
        let (lower, upper) = self.h_test_based(level)?;
        let h2 = |log_h: f64| F::of((2.0 * log_h.max(0.0)).exp());
        Some(Interval { lower: h2(lower), upper: h2(upper) })
    }

    /// As [`h2_test_based`](Self::h2_test_based), centred at H² from τ²; its standard error is still that of Q. `None` where
    /// either is.
    #[must_use]
    pub fn h2_test_based_about_tau2(&self, level: Level) -> Option<Interval<F>> {
        let centre = 0.5 * (self.tau2? / self.typical?).ln_1p();
        let half = level.normal_quantile() * self.log_h_std_error()?;
        let h2 = |log_h: f64| F::of((2.0 * log_h.max(0.0)).exp());
        Some(Interval { lower: h2(centre - half), upper: h2(centre + half) })
    }

    /// Limits of ln H.
    fn h_test_based(&self, level: Level) -> Option<(f64, f64)> {
        let half = level.normal_quantile() * self.log_h_std_error()?;
        let centre = self.log_h().max(0.0);
        Some((centre - half, centre + half))
    }

    fn log_h(&self) -> f64 {
        0.5 * (self.q / self.df).ln()
    }

    fn log_h_std_error(&self) -> Option<f64> {
        let k = self.df + 1.0;
        if k < 3.0 {
            return None;
        }
        Some(if self.q > k {
            self.log_h() / ((2.0 * self.q).sqrt() - (2.0 * k - 3.0).sqrt())
        } else {
            let f = k - 2.0;
            ((1.0 - 1.0 / (3.0 * f * f)) / (2.0 * f)).sqrt()
        })
    }
}

/// τ² / (τ² + s²), for an infinite sum too.
fn i2_of(tau2: f64, typical: f64) -> f64 {
    1.0 / (1.0 + typical / tau2)
}

/// A confidence set of τ² on [0, ∞), with the limits of I² and H² it implies.
///
/// Printed as its limits, or as `empty`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tau2Interval<F = f64> {
    limits: Option<Interval<F>>,
    typical: f64,
    level: Level,
    pieces: usize,
}

impl<F: Real> Tau2Interval<F> {
    /// A set with these limits, in the kernel's unit; `None` for an empty one.
    pub(crate) fn new(
        evidence: &Evidence<'_, F>,
        limits: Option<(f64, f64)>,
        level: Level,
        pieces: usize,
    ) -> Result<Self, Error> {
        let kernel = evidence.kernel();
        let typical = kernel.in_user_unit(evidence.at_zero().typical(evidence.degrees()));
        let user = |tau2: f64| F::of(kernel.in_user_unit(tau2));
        let limits = limits.map(|(lower, upper)| Interval { lower: user(lower), upper: user(upper) });
        if limits.is_some_and(|limits| !limits.upper.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the interval of tau2" }.into());
        }
        Ok(Self { limits, typical, level, pieces })
    }

    /// The limits, on the analysis scale squared; `None` if the set is empty.
    #[must_use]
    pub fn limits(&self) -> Option<Interval<F>> {
        self.limits
    }

    /// True if no τ² >= 0 is compatible with the data: the studies agree better than chance allows at this level.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.limits.is_none()
    }

    /// True if the set is not empty and τ² = 0 belongs to it: the lower limit lies on the boundary.
    #[must_use]
    pub fn lower_is_at_zero(&self) -> bool {
        self.limits.is_some_and(|limits| limits.lower == F::zero())
    }

    /// The limits of I² = τ² / (τ² + s²) that go with these, as proportions.
    #[must_use]
    pub fn i2(&self) -> Option<Interval<F>> {
        self.map(|tau2| i2_of(tau2, self.typical))
    }

    /// The limits of H² = τ² / s² + 1 that go with these.
    #[must_use]
    pub fn h2(&self) -> Option<Interval<F>> {
        self.map(|tau2| tau2 / self.typical + 1.0)
    }

    /// The level of the interval.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many separate pieces the set has: more than 1 only for a likelihood with several peaks, and the limits are then
    /// those of the piece that holds the estimate.
    #[must_use]
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    fn map(&self, of: impl Fn(f64) -> f64) -> Option<Interval<F>> {
        let limits = self.limits?;
        Some(Interval { lower: F::of(of(limits.lower.f64())), upper: F::of(of(limits.upper.f64())) })
    }
}

impl<F: Real> fmt::Display for Tau2Interval<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.limits {
            Some(limits) => fmt::Display::fmt(limits, f),
            None => f.pad("empty"),
        }
    }
}

impl<F: Real> Evidence<'_, F> {
    /// The Q-profile interval of τ²: the values at which the generalised Q statistic lies between the chi-squared
    /// quantiles of the level, with k - 1 degrees of freedom (Knapp, Biggerstaff & Hartung 2006; Viechtbauer 2007), k - p
    /// about a regression.
    ///
    /// It does not depend on how τ² was estimated, and need not contain the estimate.
    ///
    /// # Errors
    /// [`TooFewStudies`](ErrorKind::TooFewStudies) for one study; [`OutOfRange`](ErrorKind::OutOfRange).
    ///
    /// ```
    /// use meta_analysis::{Level, MeanDifference, Studies};
    ///
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
    /// let interval = studies.evidence().q_profile(Level::P95)?;
    /// assert_eq!(format!("{interval:.2}"), "0.90 to 275.49");
    /// // Studies that agree too well leave nothing.
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 1.1, 1.2], vec![1.0, 1.0, 1.0])?;
    /// assert!(studies.evidence().q_profile(Level::P95)?.is_empty());
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "QP")]
    pub fn q_profile(&self, level: Level) -> Result<Tau2Interval<F>, Error> {
        let df = self.degrees();
        if df < 1.0 {
            let found = self.k();
            return Err(ErrorKind::TooFewStudies { quantity: "the Q-profile interval", needed: 2, found }.into());
        }
        let limit = |target: f64| match solve_q(self, target)? {
            QSolution::BelowAtZero => Ok::<_, Error>(None),
            QSolution::Root(tau2) => Ok(Some(tau2)),
        };
        let low = distributions::chi_squared_quantile(level.tail(), df);
        let high = distributions::chi_squared_upper_quantile(level.tail(), df);
        // Where Q(0) is the lower quantile itself, the set is the single point 0.
        let limits = match limit(low)?.or((self.at_zero().q == low).then_some(0.0)) {
            Some(upper) => Some((limit(high)?.unwrap_or(0.0), upper)),
            None => None,
        };
        Tau2Interval::new(self, limits, level, usize::from(limits.is_some()))
    }
}
