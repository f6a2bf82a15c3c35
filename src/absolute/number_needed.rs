//! The number needed to treat, with an interval that cannot be misread.

use std::fmt;

use crate::interval::Interval;
use crate::level::Level;

/// What an event means to the patient: is a treatment that makes events fewer a benefit?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EventIs {
    /// Death, relapse, pain: fewer events are a benefit.
    #[default]
    Undesirable,
    /// Cure, response, abstinence: more events are a benefit.
    Desirable,
}

/// How many patients have to be treated for one of them to fare otherwise. A number comes with what it is a number of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberNeeded {
    /// So many have to be treated for one to benefit, 1 or more.
    #[doc(alias = "NNTB")]
    Benefit(f64),
    /// So many have to be treated for one to be harmed, 1 or more.
    #[doc(alias = "NNTH")]
    Harm(f64),
    /// No number of patients: the risk is the same.
    Infinite,
}

/// The interval of a number needed to treat.
///
/// The number is the inverse of the risk difference. Where the interval of the difference holds no effect, its inverse
/// does not lie between its limits but beyond them, through infinity: this is the case that is so often printed as "-20
/// to 15", which leaves out the estimate itself (Altman 1998). Here it is a variant of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NumberNeededInterval {
    /// Benefit at both limits.
    Benefit {
        /// The number at the limit of the larger benefit: the smaller number.
        fewest: f64,
        /// The number at the other limit; infinite if that is exactly no effect.
        most: f64,
    },
    /// Harm at both limits.
    Harm {
        /// The number at the limit of the larger harm: the smaller number.
        fewest: f64,
        /// The number at the other limit; infinite if that is exactly no effect.
        most: f64,
    },
    /// From benefit for one in `benefit` patients, through infinity, to harm for one in `harm`.
    BenefitToHarm {
        /// The number needed to treat for one to benefit at the one limit; fewer patients than this are ruled out.
        benefit: f64,
        /// The number needed to treat for one to be harmed at the other limit; fewer patients than this are ruled out.
        harm: f64,
    },
    /// The risk is the same at both limits.
    Infinite,
}

/// The number needed to treat and its interval, of an [`AbsoluteEffect`](crate::AbsoluteEffect).
///
/// It prints whole numbers, rounded up, unless decimals are asked for: `NNTB 25 (95% interval NNTB 10 to infinity to
/// NNTH 50)`.
///
/// ```
/// use meta_analysis::{CommonEffect, EventIs, NumberNeededInterval, Pool, RiskDifference, Studies};
///
/// let studies = Studies::from_analysis(RiskDifference, vec![-0.04], vec![0.03 * 0.03])?;
/// let needed = CommonEffect::new().pool(&studies)?.absolute()?.number_needed_to_treat(EventIs::Undesirable);
/// assert_eq!(needed.to_string(), "NNTB 25 (95% interval NNTB 11 to infinity to NNTH 54)");
/// assert!(matches!(needed.interval(), Some(NumberNeededInterval::BenefitToHarm { .. })));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "NNT")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberNeededToTreat {
    estimate: NumberNeeded,
    interval: Option<NumberNeededInterval>,
    level: Level,
}

impl NumberNeededToTreat {
    /// From a difference of risks, treated minus untreated, with its limits in order.
    pub(super) fn new(difference: f64, interval: Option<Interval>, level: Level, event: EventIs) -> Self {
        // As a benefit: positive is good.
        let benefit = |x: f64| if event == EventIs::Desirable { x } else { -x };
        let interval = interval.map(|Interval { lower, upper }| {
            let (a, b) = (benefit(lower), benefit(upper));
            NumberNeededInterval::new(a.min(b), a.max(b))
        });
        Self { estimate: NumberNeeded::new(benefit(difference)), interval, level }
    }

    /// The number at the estimate.
    #[must_use]
    pub const fn estimate(&self) -> NumberNeeded {
        self.estimate
    }

    /// Its interval; `None` where that of the pooled effect is undefined.
    #[must_use]
    pub const fn interval(&self) -> Option<NumberNeededInterval> {
        self.interval
    }

    /// The level of the interval.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.level
    }
}

impl NumberNeeded {
    /// From the difference of risks, counted as a benefit. One so small that its inverse overflows is no difference.
    fn new(benefit: f64) -> Self {
        let number = benefit.abs().recip();
        match benefit {
            x if x > 0.0 && number.is_finite() => Self::Benefit(number),
            x if x < 0.0 && number.is_finite() => Self::Harm(number),
            _ => Self::Infinite,
        }
    }
}

impl NumberNeededInterval {
    /// From the limits of the difference of risks, counted as a benefit and in order.
    fn new(lower: f64, upper: f64) -> Self {
        match (NumberNeeded::new(lower), NumberNeeded::new(upper)) {
            (NumberNeeded::Benefit(most), NumberNeeded::Benefit(fewest)) => Self::Benefit { fewest, most },
            (NumberNeeded::Harm(fewest), NumberNeeded::Harm(most)) => Self::Harm { fewest, most },
            (NumberNeeded::Harm(harm), NumberNeeded::Benefit(benefit)) => Self::BenefitToHarm { benefit, harm },
            (NumberNeeded::Harm(fewest), _) => Self::Harm { fewest, most: f64::INFINITY },
            (_, NumberNeeded::Benefit(fewest)) => Self::Benefit { fewest, most: f64::INFINITY },
            _ => Self::Infinite,
        }
    }
}

/// `NNTB 25`, for one to benefit; `NNTH 25`, for one to be harmed.
impl fmt::Display for NumberNeeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, number) = match *self {
            Self::Benefit(number) => ("NNTB", number),
            Self::Harm(number) => ("NNTH", number),
            Self::Infinite => return f.write_str("infinity"),
        };
        if number == f64::INFINITY {
            return f.write_str("infinity");
        }
        match f.precision() {
            Some(decimals) => write!(f, "{name} {number:.decimals$}"),
            // Rounded up, but not for a last digit that is rounding alone: 1 / 0.04 is 25.
            None => write!(f, "{name} {:.0}", (number * (1.0 - 1e-12)).ceil()),
        }
    }
}

/// `NNTB 10 to NNTB 40`, `NNTB 10 to infinity to NNTH 40`.
impl fmt::Display for NumberNeededInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (from, to) = match *self {
            Self::Benefit { fewest, most } => (NumberNeeded::Benefit(fewest), NumberNeeded::Benefit(most)),
            Self::Harm { fewest, most } => (NumberNeeded::Harm(fewest), NumberNeeded::Harm(most)),
            Self::BenefitToHarm { benefit, harm } => (NumberNeeded::Benefit(benefit), NumberNeeded::Harm(harm)),
            Self::Infinite => return f.write_str("infinity"),
        };
        fmt::Display::fmt(&from, f)?;
        f.write_str(if matches!(self, Self::BenefitToHarm { .. }) { " to infinity to " } else { " to " })?;
        fmt::Display::fmt(&to, f)
    }
}

impl fmt::Display for NumberNeededToTreat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.estimate, f)?;
        let Some(interval) = self.interval else { return Ok(()) };
        write!(f, " ({} interval ", self.level)?;
        fmt::Display::fmt(&interval, f)?;
        f.write_str(")")
    }
}
