//! Measures within matched pairs.

use super::{Link, Measure, measures};

measures! {
    /// Odds of the event under treatment over those under control, within matched pairs.
    ///
    /// As a recipe on [`MatchedPairs`](crate::MatchedPairs) it uses the discordant pairs alone. It is further from 1 than the
    /// marginal [`OddsRatio`](crate::OddsRatio) of the same pairs, and the two should not be pooled together.
    ///
    /// # Formula
    /// ```text
    /// y = ln (b / c)        v = 1/b + 1/c
    /// ```
    /// with b pairs that have the event under treatment alone, and c under control alone (Agresti 2002). A table with a zero
    /// cell has one half added to all four; one without discordant pairs is not estimable.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without discordant pairs;
    /// [`ArmTooSmall`](crate::ErrorKind::ArmTooSmall) without any pair.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{ConditionalOddsRatio, EffectSize, MatchedPairs};
    ///
    /// let effect = ConditionalOddsRatio.effect(&MatchedPairs::new([20, 10], [5, 15]))?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "0.6931 0.3000");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "MPORC")]
    ConditionalOddsRatio, "conditional odds ratio", LOG;
}
