//! Measures of events per time at risk.

use super::{Link, Measure, measures};

measures! {
    /// Events per time at risk in the treated arm over those in the control arm.
    ///
    /// As a recipe on [`PersonTime`](crate::PersonTime) it gives the log rate ratio of one study. Use it where follow-up
    /// differs, or where a patient may have several events.
    ///
    /// # Formula
    /// ```text
    /// y = ln (x1 / t1) - ln (x2 / t2)        v = 1/x1 + 1/x2
    /// ```
    /// with x events in a time t (Rothman, Greenland & Lash 2008). A study with events in one arm alone has one half added
    /// to both counts; one without any is not estimable.
    ///
    /// # Scale
    /// Pooled as a logarithm, read as a ratio: 1 is no effect.
    ///
    /// # Errors
    /// [`NotEstimable`](crate::ErrorKind::NotEstimable) without events in both arms.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PersonTime, RateRatio};
    ///
    /// let effect = RateRatio.effect(&PersonTime::new((15, 2500.25), (22, 2600.0))?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.3439 0.1121");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IRR")]
    #[doc(alias = "incidence rate ratio")]
    RateRatio, "rate ratio", LOG;

    /// Events per time at risk in the treated arm minus those in the control arm.
    ///
    /// # Formula
    /// ```text
    /// y = x1 / t1 - x2 / t2        v = x1 / t1² + x2 / t2²
    /// ```
    /// (Rothman, Greenland & Lash 2008). A study with an arm without events has one half added to both counts. The time must
    /// be in one unit in all studies.
    ///
    /// # Scale
    /// Events per unit of time on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the difference or its variance is not a positive finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PersonTime, RateDifference};
    ///
    /// let effect = RateDifference.effect(&PersonTime::new((15, 25.0), (22, 26.0))?)?;
    /// assert_eq!(format!("{:.4} {:.4}", effect.y(), effect.v()), "-0.2462 0.0565");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IRD")]
    #[doc(alias = "incidence rate difference")]
    RateDifference, "rate difference", IDENTITY;

    /// Difference of the square roots of two rates.
    ///
    /// Its variance does not depend on the rates, and studies without events count without a correction.
    ///
    /// # Formula
    /// ```text
    /// y = √(x1 / t1) - √(x2 / t2)        v = 1 / (4 t1) + 1 / (4 t2)
    /// ```
    /// (Rothman, Greenland & Lash 2008).
    ///
    /// # Scale
    /// Roots of events per unit of time on both scales: 0 is no effect.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) if the variance is not a positive finite number.
    ///
    /// # Example
    /// ```
    /// use meta_analysis::{EffectSize, PersonTime, RateRootDifference};
    ///
    /// let effect = RateRootDifference.effect(&PersonTime::new((16, 25.0), (0, 25.0))?)?;
    /// assert_eq!(format!("{:.2} {:.2}", effect.y(), effect.v()), "0.80 0.02");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "IRSD")]
    RateRootDifference, "difference of root rates", IDENTITY;
}
