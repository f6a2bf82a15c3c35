//! Relative effects as absolute ones: what a treatment means for patients of a given baseline risk.

mod number_needed;

pub use number_needed::{EventIs, NumberNeeded, NumberNeededInterval, NumberNeededToTreat};

use std::fmt;

use crate::baseline_risk::BaselineRisk;
use crate::error::{Error, ErrorKind};
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::{HazardRatio, Measure, OddsRatio, RiskDifference, RiskRatio};
use crate::pool::{Natural, Pooled};
use crate::real::Real;

/// What rounding can take a risk beyond 0 or 1.
const SLACK: f64 = 1e-12;

/// A pooled effect as a difference of risks at a baseline risk: the column of absolute effects in a GRADE summary of
/// findings, and the number needed to treat.
///
/// It comes from `absolute` of a [`Pooled`] risk ratio, odds ratio, hazard ratio or risk difference. The uncertainty is
/// that of the relative effect alone; the baseline risk is taken as known, so show more than one where it is not.
///
/// # Formula
/// With baseline risk p, survival S = 1 - p and effect θ:
/// ```text
/// risk ratio:   p θ - p        odds ratio:  p θ / (1 - p + p θ) - p        hazard ratio:  S - S^θ
/// ```
/// for the estimate and for each limit (Cochrane Handbook, 15.4.4; for hazard ratios Altman & Andersen 1999).
///
/// # Example
/// ```
/// use meta_analysis::{BaselineRisk, CommonEffect, EventIs, Pool, RiskRatio, Studies};
///
/// // A risk ratio of 0.92 at a risk of 30 %: 24 fewer per 1000, 42 to be treated for one (Cochrane Handbook, 15.4.4).
/// let studies = Studies::from_analysis(RiskRatio, vec![0.92_f64.ln()], vec![0.0004])?;
/// let absolute = CommonEffect::new().pool(&studies)?.absolute(BaselineRisk::new(0.3)?)?;
/// assert_eq!(absolute.to_string(), "24 fewer per 1000 (95% interval 35 fewer to 13 fewer)");
/// let needed = absolute.number_needed_to_treat(EventIs::Undesirable);
/// assert_eq!(needed.to_string(), "NNTB 42 (95% interval NNTB 29 to NNTB 78)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "ARR")]
#[doc(alias = "GRADE")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AbsoluteEffect {
    baseline: Option<BaselineRisk>,
    difference: f64,
    interval: Option<Interval>,
    level: Level,
    capped: bool,
}

impl AbsoluteEffect {
    /// The risk under treatment minus the baseline risk.
    #[must_use]
    pub const fn difference(&self) -> f64 {
        self.difference
    }

    /// Its interval; `None` where that of the pooled effect is undefined.
    #[must_use]
    pub const fn interval(&self) -> Option<Interval> {
        self.interval
    }

    /// The difference and its interval among so many patients, as in 24 fewer per 1000: a negative number is fewer
    /// events.
    #[must_use]
    pub fn per(&self, patients: u32) -> Natural {
        let patients = f64::from(patients);
        let interval = self.interval.map(|i| Interval { lower: i.lower * patients, upper: i.upper * patients });
        Natural { estimate: self.difference * patients, interval }
    }

    /// The baseline risk; `None` for a pooled risk difference, which has no need of one.
    #[must_use]
    pub const fn baseline(&self) -> Option<BaselineRisk> {
        self.baseline
    }

    /// The level of the interval.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }

    /// True if a limit was held at the end of what a risk can be: that of a risk ratio times the baseline risk may
    /// exceed 1.
    #[must_use]
    pub const fn is_capped(&self) -> bool {
        self.capped
    }

    /// How many patients have to be treated for one event more or less.
    #[must_use]
    pub fn number_needed_to_treat(&self, event: EventIs) -> NumberNeededToTreat {
        NumberNeededToTreat::new(self.difference, self.interval, self.level, event)
    }

    /// From the change of the risk as an increasing function of the effect on the analysis scale.
    fn new<M: Measure, F: Real>(
        pooled: &Pooled<M, F>,
        baseline: Option<BaselineRisk>,
        change: impl Fn(f64) -> f64,
    ) -> Result<Self, Error> {
        let analysis = pooled.analysis();
        // What the baseline leaves room for.
        let (least, most) = baseline.map_or((-1.0, 1.0), |baseline| (-baseline.get(), baseline.survival()));
        let difference = change(analysis.estimate.f64());
        if !(least - SLACK <= difference && difference <= most + SLACK) {
            let what = "change of the risk at this baseline";
            return Err(ErrorKind::NotBetween { what, lower: least, upper: most, value: difference }.into());
        }
        let limits = analysis.interval.map(|i| (change(i.lower.f64()), change(i.upper.f64())));
        let interval = limits.map(|(a, b)| Interval { lower: a.clamp(least, most), upper: b.clamp(least, most) });
        let capped = limits.is_some_and(|(a, b)| a < least - SLACK || b > most + SLACK);
        Ok(Self { baseline, difference: difference.clamp(least, most), interval, level: pooled.level(), capped })
    }
}

/// Prints as `24 fewer per 1000 (95% interval 35 fewer to 13 fewer)`, without decimals unless asked for.
impl fmt::Display for AbsoluteEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(0);
        let change = |x: f64| match x {
            x if x < 0.0 => format!("{:.decimals$} fewer", -x),
            x => format!("{x:.decimals$} more"),
        };
        let Natural { estimate, interval } = self.per(1000);
        write!(f, "{} per 1000", change(estimate))?;
        interval.map_or(Ok(()), |interval| {
            write!(f, " ({} interval {} to {})", self.level, change(interval.lower), change(interval.upper))
        })
    }
}

impl<F: Real> Pooled<RiskRatio, F> {
    /// The difference of risks that the pooled risk ratio amounts to at a baseline risk.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] if the risk ratio takes the risk beyond 1. A limit that does so is held at 1, see
    /// [`AbsoluteEffect::is_capped`].
    pub fn absolute(&self, baseline: BaselineRisk) -> Result<AbsoluteEffect, Error> {
        AbsoluteEffect::new(self, Some(baseline), |y| baseline.change_by_risk_ratio(y))
    }
}

impl<F: Real> Pooled<OddsRatio, F> {
    /// The difference of risks that the pooled odds ratio amounts to at a baseline risk.
    ///
    /// # Errors
    /// None as it stands: every odds ratio leads to a risk.
    ///
    /// ```
    /// use meta_analysis::{BaselineRisk, CommonEffect, EventIs, OddsRatio, Pool, Studies};
    ///
    /// // An odds ratio of 0.73 at a risk of 30 %: 62 fewer per 1000 (Cochrane Handbook, 15.4.4).
    /// let studies = Studies::from_analysis(OddsRatio, vec![0.73_f64.ln()], vec![0.01])?;
    /// let absolute = CommonEffect::new().pool(&studies)?.absolute(BaselineRisk::new(0.3)?)?;
    /// assert_eq!(format!("{:.0}", absolute.per(1000).estimate), "-62");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn absolute(&self, baseline: BaselineRisk) -> Result<AbsoluteEffect, Error> {
        AbsoluteEffect::new(self, Some(baseline), |y| baseline.change_by_odds_ratio(y))
    }
}

impl<F: Real> Pooled<HazardRatio, F> {
    /// The difference of risks that the pooled hazard ratio amounts to at the time at which untreated patients have the
    /// baseline risk ([`BaselineRisk::from_survival`]), if the hazards are proportional.
    ///
    /// # Errors
    /// None as it stands: every hazard ratio leads to a risk.
    ///
    /// ```
    /// use meta_analysis::{BaselineRisk, CommonEffect, EventIs, HazardRatio, Pool, Studies};
    ///
    /// let studies = Studies::from_analysis(HazardRatio, vec![0.5_f64.ln()], vec![0.01])?;
    /// let absolute = CommonEffect::new().pool(&studies)?.absolute(BaselineRisk::from_survival(0.64)?)?;
    /// assert_eq!(format!("{:.2}", absolute.difference()), "-0.16");            // survival 0.64 becomes 0.64^0.5 = 0.8
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    pub fn absolute(&self, baseline: BaselineRisk) -> Result<AbsoluteEffect, Error> {
        AbsoluteEffect::new(self, Some(baseline), |y| baseline.change_by_hazard_ratio(y))
    }
}

impl<F: Real> Pooled<RiskDifference, F> {
    /// The pooled risk difference as an absolute effect, which it is.
    ///
    /// # Errors
    /// [`ErrorKind::NotBetween`] for a difference beyond -1 or 1.
    pub fn absolute(&self) -> Result<AbsoluteEffect, Error> {
        AbsoluteEffect::new(self, None, |y| y)
    }
}
