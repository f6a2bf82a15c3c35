//! Measures of the association of two dichotomies.

use super::{Link, Measure, measures};

measures! {
    /// Correlation of two dichotomies.
    ///
    /// As a recipe on a [`TwoByTwo`](crate::TwoByTwo) it is the correlation of arm and event. Its range depends on the
    /// margins, so that it is comparable only between studies with similar ones.
    ///
    /// # Formula
    /// ```text
    /// y = (a d - b c) / √(n1 n2 (a + c) (b + d))
    /// ```
    /// The variance is a named choice, see [`PhiVariance`](crate::PhiVariance). Nothing is added to cells unless a
    /// [`FromTable`](crate::FromTable) says so.
    ///
    /// # Scale
    /// A correlation on both scales: 0 is no association.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without events, or without non-events, in both arms, and for a
    /// correlation of 1 or -1; [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PhiCoefficient, TwoByTwo};
    ///
    /// let effect = PhiCoefficient.effect(&TwoByTwo::new([6, 300], [29, 274]))?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "-0.1635 0.001132");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "PHI")]
    PhiCoefficient, "phi coefficient", IDENTITY;

    /// Correlation of two dichotomies, pooled as Fisher's z.
    ///
    /// Use it in place of [`PhiCoefficient`] where correlations are strong: its intervals stay between -1 and 1.
    ///
    /// # Formula
    /// ```text
    /// y = artanh φ        v = v(φ) / (1 - φ²)²
    /// ```
    ///
    /// # Scale
    /// Pooled as Fisher's z, read as a correlation: 0 is no association.
    ///
    /// # Errors
    /// As for [`PhiCoefficient`].
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, FisherZPhi, TwoByTwo};
    ///
    /// let effect = FisherZPhi.effect(&TwoByTwo::new([6, 300], [29, 274]))?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.natural()), "-0.1650 -0.1635");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZPHI")]
    FisherZPhi, "phi coefficient", FISHER_Z;

    /// Yule's Q: the odds ratio on a scale from -1 to 1.
    ///
    /// # Formula
    /// ```text
    /// y = (a d - b c) / (a d + b c)        v = ¼ (1 - y²)² (1/a + 1/b + 1/c + 1/d)
    /// ```
    /// (Yule 1900). Zero cells as for the [`OddsRatio`](crate::OddsRatio).
    ///
    /// # Scale
    /// From -1 to 1 on both scales: 0 is no association.
    ///
    /// # Errors
    /// As for [`OddsRatio`](crate::OddsRatio).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, TwoByTwo, YuleQ};
    ///
    /// // An odds ratio of 3: (3 - 1) / (3 + 1).
    /// assert_eq!(YuleQ.effect(&TwoByTwo::new([6, 10], [2, 10]))?.y(), 0.5);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "YUQ")]
    YuleQ, "Yule's Q", IDENTITY;

    /// Yule's Y, the coefficient of colligation: the correlation that a table with this odds ratio and equal margins has.
    ///
    /// # Formula
    /// ```text
    /// y = (√(a d) - √(b c)) / (√(a d) + √(b c))        v = 1/16 (1 - y²)² (1/a + 1/b + 1/c + 1/d)
    /// ```
    /// (Yule 1912). Zero cells as for the [`OddsRatio`](crate::OddsRatio).
    ///
    /// # Scale
    /// From -1 to 1 on both scales: 0 is no association.
    ///
    /// # Errors
    /// As for [`OddsRatio`](crate::OddsRatio).
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, TwoByTwo, YuleY};
    ///
    /// // An odds ratio of 9: (3 - 1) / (3 + 1).
    /// assert_eq!(YuleY.effect(&TwoByTwo::new([18, 10], [2, 10]))?.y(), 0.5);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "YUY")]
    YuleY, "Yule's Y", IDENTITY;

    /// Correlation of two normal variables of which a table shows only on which side of a threshold they lie.
    ///
    /// Use it where both dichotomies are cuts through something continuous. It is exact: the thresholds are those of the
    /// margins, and the correlation is the one that gives the cells (which is the maximum of the likelihood).
    ///
    /// # Formula
    /// ```text
    /// P(X > h, Y > k; y) = a/N        h = Φ⁻¹((b + d)/N)        k = Φ⁻¹((c + d)/N)
    /// v = Var(w) / (N φ²)             w = 1 - A - B, -B, -A, 0 in the cells a, b, c, d
    /// A = Φ((h y - k)/√(1 - y²))      B = Φ((k y - h)/√(1 - y²))
    /// ```
    /// where φ is the bivariate normal density at (h, k) (Pearson 1900; Kirk 1973). Nothing is added to cells unless a
    /// [`FromTable`](crate::FromTable) says so.
    ///
    /// # Scale
    /// A correlation on both scales: 0 is no association.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) where a zero cell makes the correlation 1 or -1, and for an empty
    /// margin; [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) for an empty arm.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, TetrachoricCorrelation, TwoByTwo};
    ///
    /// let effect = TetrachoricCorrelation.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
    /// assert_eq!(format!("{:.6} {:.6}", effect.y(), effect.v()), "-0.263123 0.023566");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "RTET")]
    TetrachoricCorrelation, "tetrachoric correlation", IDENTITY;

    /// Tetrachoric correlation, pooled as Fisher's z.
    ///
    /// Use it in place of [`TetrachoricCorrelation`] where correlations are strong.
    ///
    /// # Formula
    /// ```text
    /// y = artanh r        v = v(r) / (1 - r²)²
    /// ```
    ///
    /// # Scale
    /// Pooled as Fisher's z, read as a correlation: 0 is no association.
    ///
    /// # Errors
    /// As for [`TetrachoricCorrelation`].
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, FisherZTetrachoric, TwoByTwo};
    ///
    /// let effect = FisherZTetrachoric.effect(&TwoByTwo::new([4, 119], [11, 128]))?;
    /// assert_eq!(format!("{:.6}", effect.natural()), "-0.263123");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZTET")]
    FisherZTetrachoric, "tetrachoric correlation", FISHER_Z;
}
