//! Further measures of two groups with and without an event.

use super::{Link, Measure, measures};

measures! {
    /// Odds ratio by the one-step estimate of Peto.
    ///
    /// It needs no correction where one cell is zero, and does well with rare events in arms of similar size. With
    /// large effects or unequal arms it is biased towards no effect (Greenland & Salvan 1990): use
    /// [`OddsRatio`](crate::OddsRatio) there.
    ///
    /// # Formula
    /// ```text
    /// y = (a - E) / V        E = (a + c) n1 / N        V = (a + c) (b + d) n1 n2 / (N² (N - 1))        v = 1 / V
    /// ```
    /// (Yusuf et al. 1985). Nothing is added to cells unless a [`FromTable`](crate::FromTable) says so.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without events, or without non-events, in both arms;
    /// [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PetoOddsRatio, TwoByTwo};
    ///
    /// let effect = PetoOddsRatio.effect(&TwoByTwo::new([0, 12], [4, 11]))?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-2.0348 1.1446");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PETO")]
    PetoOddsRatio, "Peto odds ratio", LOG;

    /// Difference of the arcsines of the square roots of two risks.
    ///
    /// Its variance does not depend on the risks, and studies without events count without a correction
    /// (Rücker et al. 2009). It is hard to read: a tool for comparison rather than for the abstract.
    ///
    /// # Formula
    /// ```text
    /// y = asin √(a / n1) - asin √(c / n2)        v = 1 / (4 n1) + 1 / (4 n2)
    /// ```
    ///
    /// # Scale
    /// Radians on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{ArcsineDifference, EffectSize, TwoByTwo};
    ///
    /// let effect = ArcsineDifference.effect(&TwoByTwo::new([0, 12], [4, 11]))?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.5426 0.0375");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "AS")]
    ArcsineDifference, "arcsine difference", IDENTITY;

    /// Odds of a positive test among those with the disease over those among those without it.
    ///
    /// As a recipe it takes a [`TwoByTwo`](crate::TwoByTwo) with the diseased as the first arm and the healthy as the
    /// second, and a positive test as the event: `[true positives, false negatives]`, `[false positives, true
    /// negatives]`. One number for a test hides the trade of sensitivity against specificity.
    ///
    /// # Formula
    /// As [`OddsRatio`](crate::OddsRatio) (Glas et al. 2003).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is a test that tells nothing.
    ///
    /// # Errors
    /// As for [`OddsRatio`](crate::OddsRatio).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{DiagnosticOddsRatio, EffectSize, TwoByTwo};
    ///
    /// // Sensitivity 90 %, specificity 80 %.
    /// let effect = DiagnosticOddsRatio.effect(&TwoByTwo::new([90, 10], [40, 160]))?;
    /// assert_eq!(format!("{:.1}", effect.natural()), "36.0");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "DOR")]
    DiagnosticOddsRatio, "diagnostic odds ratio", LOG;
}

/// Share of the cases among the unvaccinated that the vaccine prevents: 1 minus the risk ratio.
///
/// # Formula
/// ```text
/// efficacy = 1 - (a / n1) / (c / n2)        y = ln (1 - efficacy)
/// ```
/// with y and v those of the [`RiskRatio`](crate::RiskRatio).
///
/// # Scale
/// Pooled as a log risk ratio, read as an efficacy: 0 is no effect, 1 full protection, and negative values are harm. The
/// link decreases: a vaccine that works has a negative y.
///
/// # Errors
/// As for [`RiskRatio`](crate::RiskRatio).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, Level, TwoByTwo, VaccineEfficacy};
///
/// // Aronson 1948, the first of the BCG trials (Colditz et al. 1994): risk ratio 0.41 (0.13 to 1.26).
/// let effect = VaccineEfficacy.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
/// assert_eq!(format!("{:.2} ({:.2})", effect.natural(), effect.interval(Level::P95)), "0.59 (-0.26 to 0.87)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct VaccineEfficacy;

impl Measure for VaccineEfficacy {
    fn label(&self) -> &'static str {
        "vaccine efficacy"
    }

    fn link(&self) -> Link {
        Link::new("log(1 - x)", |efficacy| (-efficacy).ln_1p(), |y| -y.exp_m1())
    }
}
