//! What an effect measures, and the scale it is read on.

mod association;
mod binary;
mod continuous;
mod matched;
mod person_time;
mod two_by_two;

pub use association::{FisherZPhi, FisherZTetrachoric, PhiCoefficient, TetrachoricCorrelation, YuleQ, YuleY};
pub use binary::{HazardRatio, OddsRatio, RiskDifference, RiskRatio};
pub use continuous::{
    BiserialCorrelation, BiserialCorrelationZ, ChangeScoreStandardisedMeanChange, CoefficientOfVariationRatio,
    CommonLanguageEffectSize, MeanDifference, PointBiserialCorrelation, PointBiserialCorrelationZ, RatioOfMeans,
    RawScoreStandardisedMeanChange, StandardisedMeanDifference, VariabilityRatio,
};
pub use matched::ConditionalOddsRatio;
pub use person_time::{RateDifference, RateRatio, RateRootDifference};
pub use two_by_two::{ArcsineDifference, DiagnosticOddsRatio, PetoOddsRatio, VaccineEfficacy};

use std::fmt::{self, Debug};

use crate::real::Real;

/// What an effect measures, and the transform between the scale it is read on and the scale it is pooled on.
///
/// Implement it for a type of one's own to pool something the crate does not know; see [`EffectSize`](crate::EffectSize).
///
/// ```
/// use meta_analysis::{Link, Measure};
///
/// /// Vaccine efficacy, 1 - RR: pooled as a log risk ratio, read as an efficacy.
/// #[derive(Clone, Copy, Debug, Default)]
/// struct VaccineEfficacy;
///
/// impl Measure for VaccineEfficacy {
///     fn label(&self) -> &'static str { "vaccine efficacy" }
///     fn link(&self) -> Link { Link::new("log(1 - x)", |ve| (-ve).ln_1p(), |y| -y.exp_m1()) }
/// }
/// assert_eq!(VaccineEfficacy.link().to_natural(0.0), 0.0);
/// ```
pub trait Measure: Copy + Debug + Send + Sync + 'static {
    /// The name in the singular and in lower case, such as `risk ratio`.
    fn label(&self) -> &'static str;

    /// The transform between the natural and the analysis scale.
    fn link(&self) -> Link;
}

/// A pair of monotone functions: to the analysis scale, where effects are pooled, and back to the natural one, where
/// they are read.
///
/// An increasing and a decreasing transform are both welcome; limits are put in order after the way back.
#[derive(Clone, Copy)]
pub struct Link {
    name: &'static str,
    transform: Transform,
}

#[derive(Clone, Copy)]
enum Transform {
    Plain { to_analysis: fn(f64) -> f64, to_natural: fn(f64) -> f64 },
    WithParameter { parameter: f64, to_analysis: fn(f64, f64) -> f64, to_natural: fn(f64, f64) -> f64 },
}

impl Link {
    /// Effects are read as they are pooled.
    pub const IDENTITY: Self = Self::new("identity", |x| x, |y| y);
    /// Ratios, pooled as logarithms.
    pub const LOG: Self = Self::new("log", f64::ln, f64::exp);
    /// Proportions, pooled as log odds.
    pub const LOGIT: Self = Self::new("logit", |p| p.ln() - (-p).ln_1p(), |y| 1.0 / (1.0 + (-y).exp()));
    /// Correlations, pooled as Fisher's z.
    pub const FISHER_Z: Self = Self::new("Fisher z", f64::atanh, f64::tanh);

    /// A transform without a parameter. Both functions return NaN outside their range and never panic.
    #[must_use]
    pub const fn new(name: &'static str, to_analysis: fn(f64) -> f64, to_natural: fn(f64) -> f64) -> Self {
        Self { name, transform: Transform::Plain { to_analysis, to_natural } }
    }

    /// A transform that needs a number, such as the sample size of the double arcsine; it is the second argument.
    #[must_use]
    pub const fn with_parameter(
        name: &'static str,
        parameter: f64,
        to_analysis: fn(f64, f64) -> f64,
        to_natural: fn(f64, f64) -> f64,
    ) -> Self {
        Self { name, transform: Transform::WithParameter { parameter, to_analysis, to_natural } }
    }

    /// The name of the analysis scale, such as `log`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// From the natural to the analysis scale; NaN outside the natural range, infinite at its ends.
    #[must_use]
    pub fn to_analysis<F: Real>(self, natural: F) -> F {
        F::of(match self.transform {
            Transform::Plain { to_analysis, .. } => to_analysis(natural.f64()),
            Transform::WithParameter { parameter, to_analysis, .. } => to_analysis(natural.f64(), parameter),
        })
    }

    /// From the analysis to the natural scale.
    #[must_use]
    pub fn to_natural<F: Real>(self, analysis: F) -> F {
        F::of(match self.transform {
            Transform::Plain { to_natural, .. } => to_natural(analysis.f64()),
            Transform::WithParameter { parameter, to_natural, .. } => to_natural(analysis.f64(), parameter),
        })
    }

    fn parameter(self) -> Option<f64> {
        match self.transform {
            Transform::Plain { .. } => None,
            Transform::WithParameter { parameter, .. } => Some(parameter),
        }
    }
}

impl Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parameter() {
            None => write!(f, "Link({})", self.name),
            Some(parameter) => write!(f, "Link({}, {parameter})", self.name),
        }
    }
}

/// True if two measures are the same thing: same name, same scale, same parameter.
pub(crate) fn same_measure<A: Measure, B: Measure>(a: &A, b: &B) -> bool {
    let (x, y) = (a.link(), b.link());
    a.label() == b.label() && x.name == y.name && x.parameter() == y.parameter()
}

/// A measure that is only known at run time: what [`Studies::erase`](crate::Studies::erase) leaves of a typed one.
///
/// It is not `Default`, so studies of an unknown measure cannot be collected one by one and mixed by accident.
///
/// ```
/// use meta_analysis::{AnyMeasure, Measure, OddsRatio, RiskRatio};
///
/// let chosen = [AnyMeasure::of(RiskRatio), AnyMeasure::of(OddsRatio)];
/// assert_eq!(chosen[1].label(), "odds ratio");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AnyMeasure {
    label: &'static str,
    link: Link,
}

impl AnyMeasure {
    /// A measure from its name, in the singular and in lower case, and its link.
    ///
    /// ```
    /// use meta_analysis::{AnyMeasure, Link, Studies};
    ///
    /// let rate_ratio = AnyMeasure::new("rate ratio", Link::LOG);
    /// let studies = Studies::from_analysis(rate_ratio, vec![-0.4, -0.7], vec![0.05, 0.09])?;
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub const fn new(label: &'static str, link: Link) -> Self {
        Self { label, link }
    }

    /// Forgets the type of a measure.
    #[must_use]
    pub fn of<M: Measure>(measure: M) -> Self {
        Self { label: measure.label(), link: measure.link() }
    }
}

impl Measure for AnyMeasure {
    fn label(&self) -> &'static str {
        self.label
    }

    fn link(&self) -> Link {
        self.link
    }
}

/// Defines measures that are nothing but a name and a link.
macro_rules! measures {
    ($($(#[$docs:meta])* $name:ident, $label:literal, $link:ident;)*) => {$(
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub struct $name;

        impl Measure for $name {
            fn label(&self) -> &'static str {
                $label
            }

            fn link(&self) -> Link {
                Link::$link
            }
        }
    )*};
}
pub(crate) use measures;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_back() {
        for (link, natural) in [
            (Link::IDENTITY, -3.0),
            (Link::LOG, 0.05),
            (Link::LOGIT, 1e-12),
            (Link::LOGIT, 0.75),
            (Link::FISHER_Z, -0.4),
        ] {
            let back = link.to_natural(link.to_analysis(natural));
            assert!(f64::abs(back / natural - 1.0) < 1e-14, "{link:?}: {natural} came back as {back}");
        }
    }

    #[test]
    fn outside_the_range_is_nan_or_infinite() {
        assert!(f64::is_nan(Link::LOG.to_analysis(-1.0)), "no log of a negative ratio");
        assert!(f64::is_nan(Link::LOGIT.to_analysis(1.5)), "no logit beyond 1");
        assert_eq!(Link::LOGIT.to_analysis(1.0), f64::INFINITY, "the end of the range is infinite");
    }

    #[test]
    fn parameters_tell_measures_apart() {
        let scaled =
            |n| AnyMeasure { label: "scaled", link: Link::with_parameter("scaled", n, |x, n| x * n, |y, n| y / n) };
        assert!(same_measure(&scaled(2.0), &scaled(2.0)), "equal parameters, one measure");
        assert!(!same_measure(&scaled(2.0), &scaled(3.0)), "another parameter, another measure");
        assert_eq!(format!("{:?}", scaled(2.0).link()), "Link(scaled, 2)");
    }
}
