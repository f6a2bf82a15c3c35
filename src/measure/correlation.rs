//! Measures of correlations.

use super::{Link, Measure, measures_with_link};

/// Correlations as they are. A limit beyond the ends of the range is read as the end.
const CORRELATION: Link = Link::new("identity", |r| if r.abs() <= 1.0 { r } else { f64::NAN }, |y| y.clamp(-1.0, 1.0));
/// R² as it is.
const SQUARE: Link =
    Link::new("identity", |r2| if (0.0..=1.0).contains(&r2) { r2 } else { f64::NAN }, |y| y.clamp(0.0, 1.0));
/// R², pooled as Fisher's z of R, which is not negative: a negative limit is read as 0.
const FISHER_Z_OF_ROOT: Link = Link::new(
    "Fisher z of the root",
    |r2| r2.sqrt().atanh(),
    |y| {
        let r = y.tanh().clamp(0.0, 1.0);
        r * r
    },
);

/// The value at which a variance formula is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EvaluatedAt {
    /// The study's own.
    #[default]
    #[doc(alias = "LS")]
    Own,
    /// The mean over the set of studies, weighted by the number of observations: large effects then get no weight
    /// for being large. A study alone is its own mean.
    #[doc(alias = "AV")]
    Mean,
}

measures_with_link! {
    /// A product-moment correlation, pooled as it is.
    ///
    /// The recipes are [`RawCorrelation`](crate::RawCorrelation) and [`OlkinPratt`](crate::OlkinPratt).
    ///
    /// # Scale
    /// -1 to 1 on both scales; limits of intervals are cut there.
    #[doc(alias = "COR")]
    CorrelationCoefficient, "correlation", CORRELATION;

    /// Fisher's z of a correlation: the usual choice, with a variance that does not depend on the correlation.
    ///
    /// As a recipe on a [`Correlation`](crate::Correlation) it gives the z of one study.
    ///
    /// # Formula
    /// ```text
    /// y = atanh r        v = 1/(n - 3)
    /// ```
    /// (Fisher 1921).
    ///
    /// # Scale
    /// Pooled as atanh r, read as a correlation.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for fewer than 4 pairs, and for a correlation of exactly 1 or
    /// -1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{Correlation, EffectSize, FisherZ};
    ///
    /// // Axelsson 2009, the first study of conscientiousness and adherence (Molloy et al. 2014).
    /// let effect = FisherZ.effect(&Correlation::new(0.187, 109)?)?;
    /// assert_eq!(format!("{:.4} {:.4} {:.3}", effect.y(), effect.v(), effect.natural()), "0.1892 0.0094 0.187");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZCOR")]
    FisherZ, "correlation", Link::FISHER_Z;

    /// A partial correlation, pooled as it is; the recipe is [`RawPartialCorrelation`](crate::RawPartialCorrelation).
    ///
    /// # Scale
    /// -1 to 1 on both scales; limits of intervals are cut there.
    #[doc(alias = "PCOR")]
    PartialCorrelationCoefficient, "partial correlation", CORRELATION;

    /// Fisher's z of a partial correlation.
    ///
    /// As a recipe on a [`PartialCorrelation`](crate::PartialCorrelation) it gives the z of one study.
    ///
    /// # Formula
    /// ```text
    /// y = atanh r        v = 1/(n - m - 2)
    /// ```
    /// with m predictors, the one of interest included (Fisher 1924).
    ///
    /// # Scale
    /// Pooled as atanh r, read as a partial correlation.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for fewer than m + 3 observations, and for a correlation of
    /// exactly 1 or -1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PartialCorrelation, PartialFisherZ};
    ///
    /// let effect = PartialFisherZ.effect(&PartialCorrelation::from_t(4.61, 218, 4)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "0.3108 0.004717");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZPCOR")]
    PartialFisherZ, "partial correlation", Link::FISHER_Z;

    /// A semi-partial correlation, pooled as it is; the recipe is
    /// [`RawSemipartialCorrelation`](crate::RawSemipartialCorrelation).
    ///
    /// # Scale
    /// -1 to 1 on both scales; limits of intervals are cut there.
    #[doc(alias = "SPCOR")]
    SemipartialCorrelationCoefficient, "semi-partial correlation", CORRELATION;

    /// Fisher's z of a semi-partial correlation.
    ///
    /// As a recipe on a [`SemipartialCorrelation`](crate::SemipartialCorrelation) it gives the z of one study. The
    /// variance is carried over by the delta method: Fisher's transform does not stabilise it here.
    ///
    /// # Formula
    /// ```text
    /// y = atanh r        v = v(r) / (1 - r²)²
    /// ```
    /// with v(r) of [`RawSemipartialCorrelation`](crate::RawSemipartialCorrelation) (Aloe & Becker 2012).
    ///
    /// # Scale
    /// Pooled as atanh r, read as a semi-partial correlation.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) for a correlation of exactly 1 or -1.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, SemipartialCorrelation, SemipartialFisherZ};
    ///
    /// let effect = SemipartialFisherZ.effect(&SemipartialCorrelation::from_t(4.61, 0.24, 218, 4)?)?;
    /// assert_eq!(format!("{:.4} {:.6}", effect.y(), effect.v()), "0.2827 0.003839");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "ZSPCOR")]
    SemipartialFisherZ, "semi-partial correlation", Link::FISHER_Z;

    /// The R² of a regression, pooled as it is; the recipe is [`RawRSquared`](crate::RawRSquared).
    ///
    /// # Scale
    /// 0 to 1 on both scales; limits of intervals are cut there.
    #[doc(alias = "R2")]
    MultipleCorrelationSquared, "squared multiple correlation", SQUARE;

    /// The R² of a regression, pooled as Fisher's z of R; the recipe is [`RSquaredFisherZ`](crate::RSquaredFisherZ).
    ///
    /// # Scale
    /// Pooled as atanh R, read as R². R is not negative: a limit below 0 is read as R² = 0.
    #[doc(alias = "ZR2")]
    MultipleCorrelationFisherZ, "squared multiple correlation", FISHER_Z_OF_ROOT;
}
