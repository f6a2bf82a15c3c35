//! Measures of two groups with and without an event.

use super::{Link, Measure, measures};

measures! {
    /// Risk of the event in the treated arm over that in the control arm.
    ///
    /// As a recipe on a [`TwoByTwo`](crate::TwoByTwo) (or on [`MatchedPairs`](crate::MatchedPairs)) it gives the log risk
    /// ratio of one study, by which an event that is common in some studies and rare in others can be compared. Where events
    /// are rare in all, it agrees with the odds ratio.
    ///
    /// # Formula
    /// ```text
    /// y = ln (a / n1) - ln (c / n2)        v = 1/a - 1/n1 + 1/c - 1/n2
    /// ```
    /// with a events among n1 treated, c among n2 controls (Katz et al. 1978; Fleiss & Berlin 2009). A table with a zero
    /// cell has one half added to all four cells; one without events in both arms, or without non-events in both, is not
    /// estimable. Other policies and variances come with [`FromTable`](crate::FromTable).
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
    /// use meta_analysis::{EffectSize, RiskRatio, TwoByTwo};
    ///
    /// // Aronson 1948, the first of the BCG trials (Colditz et al. 1994): risk ratio 0.41.
    /// let effect = RiskRatio.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
    /// assert_eq!(format!("{:.2}", effect.natural()), "0.41");
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.8893 0.3256");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "RR")]
    RiskRatio, "risk ratio", LOG;

    /// Odds of the event in the treated arm over those in the control arm.
    ///
    /// As a recipe on a [`TwoByTwo`](crate::TwoByTwo) (or on [`MatchedPairs`](crate::MatchedPairs) or
    /// [`PairedMargins`](crate::PairedMargins)) it gives the log odds ratio of one study.
    ///
    /// # Formula
    /// ```text
    /// y = ln (a d / (b c))        v = 1/a + 1/b + 1/c + 1/d
    /// ```
    /// with a events and b non-events treated, c and d in the control arm (Woolf 1955; Fleiss & Berlin 2009). A table with
    /// a zero cell has one half added to all four cells; one without events in both arms, or without non-events in both,
    /// is not estimable. Other policies and variances come with [`FromTable`](crate::FromTable).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    ///
    /// # Errors
    /// As for [`RiskRatio`].
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, OddsRatio, TwoByTwo};
    ///
    /// let effect = OddsRatio.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.9387 0.3571");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "OR")]
    OddsRatio, "odds ratio", LOG;

    /// Risk of the event in the treated arm minus that in the control arm.
    ///
    /// As a recipe on a [`TwoByTwo`](crate::TwoByTwo) (or on [`MatchedPairs`](crate::MatchedPairs)) it gives the risk
    /// difference of one study. It is defined without
    /// events too, but its variance then comes from the correction alone.
    ///
    /// # Formula
    /// ```text
    /// y = a / n1 - c / n2        v = a b / n1³ + c d / n2³
    /// ```
    /// (Fleiss & Berlin 2009). A table with a zero cell has one half added to all four cells. Other policies and variances
    /// come with [`FromTable`](crate::FromTable).
    ///
    /// # Scale
    /// A difference of proportions on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, RiskDifference, TwoByTwo};
    ///
    /// let effect = RiskDifference.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
    /// assert_eq!(format!("{:.4}", effect.y()), "-0.0466");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "RD")]
    RiskDifference, "risk difference", IDENTITY;

    /// Hazard of the event in the treated arm over that in the control arm.
    ///
    /// As a recipe on a [`LogRank`](crate::LogRank) test it is Peto's one step, good for hazard ratios that are not far
    /// from 1. Printed hazard ratios come through [`FromReport`](crate::FromReport).
    ///
    /// # Formula
    /// ```text
    /// y = (O - E) / V        v = 1 / V
    /// ```
    /// with observed and expected events in the treated arm, and the variance of their difference (Yusuf et al. 1985).
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the effect or its variance is not a positive finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, HazardRatio, LogRank};
    ///
    /// let effect = HazardRatio.effect(&LogRank::new(-10.0, 25.0)?)?;
    /// assert_eq!((effect.y(), effect.v()), (-0.4, 0.04));
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "HR")]
    HazardRatio, "hazard ratio", LOG;
}
