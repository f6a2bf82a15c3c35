//! The interval of tau2 from the exact distribution of a Q statistic with fixed weights.

use crate::error::{Error, ErrorKind};
use crate::evidence::Evidence;
use crate::heterogeneity::Tau2Interval;
use crate::level::Level;
use crate::real::Real;
use crate::tau2::{QSolution, QWeights, solve_generalised_q};

const QUANTITY: &str = "the generalised Q interval";

impl<F: Real> Evidence<'_, F> {
    /// The generalised Q interval of τ²: the values under which the observed Q = Σ a (y - ȳ)², with fixed weights a and
    /// ȳ = Σ a y / Σ a, is in neither tail of its exact distribution.
    ///
    /// With [`QWeights::InverseVariance`] it is that of Biggerstaff and Tweedie, with its exact distribution; with
    /// [`QWeights::InverseStdError`] that of Jackson, which he recommends where τ² is of moderate size. It has the
    /// level it states for normal effects, whatever the number of studies. Like [`q_profile`](Self::q_profile) it does not
    /// depend on how τ² was estimated.
    ///
    /// # Formula
    /// ```text
    /// lower:  P(Q >= q | τ²) = (1 - level) / 2        or 0 if the left side is not below at τ² = 0
    /// upper:  P(Q <= q | τ²) = (1 - level) / 2        the set is empty if the left side is below at τ² = 0
    /// ```
    /// where q is the observed Q. Given τ², Q is distributed as a sum of independent multiples of χ² variables,
    /// which grow with τ²: the first probability increases and the second one falls (Biggerstaff & Jackson 2008; Jackson
    /// 2013).
    ///
    /// # Scale
    /// The analysis scale squared.
    ///
    /// # Errors
    /// [`TooFewStudies`](ErrorKind::TooFewStudies) for one study; [`OutOfRange`](ErrorKind::OutOfRange);
    /// [`TooManyStudies`](ErrorKind::TooManyStudies) about a regression for more than 1000 of them.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{Level, MeanDifference, QWeights, Studies};
    ///
    /// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 4.0])?;
    /// let evidence = studies.evidence();
    /// let interval = evidence.generalised_q_interval(QWeights::InverseStdError, Level::P95)?;
    /// assert_eq!(format!("{interval:.2}"), "0.00 to 217.18");
    /// assert!(interval.lower_is_at_zero());
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # References
    /// - Biggerstaff BJ, Jackson D (2008). The exact distribution of Cochran's heterogeneity statistic in one-way random
    ///   effects meta-analysis. Statistics in Medicine 27, 6093-6110.
    /// - Jackson D (2013). Confidence intervals for the between-study variance in random effects meta-analysis using
    ///   generalised Cochran heterogeneity statistics. Research Synthesis Methods 4, 220-229.
    #[doc(alias = "GENQ")]
    #[doc(alias = "BT")]
    #[doc(alias = "Biggerstaff-Tweedie")]
    #[doc(alias = "Jackson")]
    pub fn generalised_q_interval(&self, weights: QWeights, level: Level) -> Result<Tau2Interval<F>, Error> {
        let df = self.degrees();
        if df < 1.0 {
            return Err(ErrorKind::TooFewStudies { quantity: QUANTITY, needed: 2, found: self.k() }.into());
        }
        let tail = level.tail();
        // The logit of the tail: Q is this far below the median of its distribution at the upper limit.
        let low = tail.ln() - (-tail).ln_1p();
        let [upper, lower] = solve_generalised_q(self, weights, [low, -low])?;
        let limits = match (lower, upper) {
            (_, QSolution::BelowAtZero) => None,
            (QSolution::BelowAtZero, QSolution::Root(upper)) => Some((0.0, upper)),
            (QSolution::Root(lower), QSolution::Root(upper)) => Some((lower, upper)),
        };
        Tau2Interval::new(self, limits, level, usize::from(limits.is_some()))
    }
}
