//! How the uncertainty of a pooled effect is expressed.

use std::fmt;
use std::str::FromStr;

use crate::distributions;
use crate::error::{Error, ErrorKind};
use crate::real::Real;

/// The reference distribution and the standard error of the pooled effect.
///
/// | name | standard error | distribution | when |
/// |---|---|---|---|
/// | `Normal` | (Σ w)^-½ | normal | many studies; what Review Manager 5 prints |
/// | `StudentT` | (Σ w)^-½ | t, k - 1 | a little wider |
/// | `HartungKnapp` | (Σ w (y - μ)² / ((k - 1) Σ w))^½ | t, k - 1 | random effects with few studies (IntHout et al. 2014) |
/// | `HartungKnappFloored` | the larger of the two | t, k - 1 | the same, never narrower than `StudentT` |
///
/// For a common effect `HartungKnapp` is the multiplicative model: a variance that the residuals scale (Birge 1932).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Inference {
    /// The classic standard error with the normal distribution.
    #[default]
    #[doc(alias = "z")]
    Normal,
    /// The classic standard error with Student's t, k - 1 degrees of freedom.
    #[doc(alias = "t")]
    StudentT,
    /// The standard error of Hartung & Knapp (2001) and Sidik & Jonkman (2002) with Student's t, k - 1 degrees of
    /// freedom. Undefined, hence without interval and test, for one study or when all effects are equal.
    #[doc(alias = "HKSJ")]
    #[doc(alias = "knha")]
    HartungKnapp,
    /// As `HartungKnapp`, with the factor on the classic variance at least 1 (Knapp & Hartung 2003).
    #[doc(alias = "adhoc")]
    HartungKnappFloored,
}

impl Inference {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Normal, Self::StudentT, Self::HartungKnapp, Self::HartungKnappFloored];

    /// True if the distribution is Student's.
    pub(crate) const fn is_t(self) -> bool {
        !matches!(self, Self::Normal)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::StudentT => "Student t",
            Self::HartungKnapp => "Hartung-Knapp",
            Self::HartungKnappFloored => "Hartung-Knapp floored at 1",
        }
    }
}

impl fmt::Display for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reads `normal` or `z`, `student-t` or `t`, `hartung-knapp`, `hksj`, `hk` or `knha`, `hartung-knapp-floored` or `adhoc`.
impl FromStr for Inference {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let plain: String =
            name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "normal" | "z" => Ok(Self::Normal),
            "studentt" | "t" => Ok(Self::StudentT),
            "hartungknapp" | "hksj" | "hk" | "knha" => Ok(Self::HartungKnapp),
            "hartungknappfloored" | "hartungknappflooredat1" | "adhoc" => Ok(Self::HartungKnappFloored),
            _ => Err(ErrorKind::UnknownName { what: "inference", name: name.into() }.into()),
        }
    }
}

/// A test statistic with its distribution.
///
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Pool, Studies};
///
/// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![400.0, 420.0], vec![1.0, 1.0])?;
/// let test = CommonEffect::new().pool(&studies)?.test().unwrap();
/// assert_eq!(test.p_value(), 0.0);                 // below the smallest double
/// assert!((test.log_p_value() + 168_106.588_5).abs() < 0.001);  // its logarithm is not
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test<F = f64> {
    /// The estimate over its standard error.
    pub statistic: F,
    /// The degrees of freedom of Student's t; `None` for the normal distribution.
    pub df: Option<F>,
    exact: (f64, f64),
}

impl<F: Real> Test<F> {
    /// A test of `statistic` against the normal distribution, or Student's t with `df` degrees of freedom; `None` if the
    /// statistic overflows.
    pub(crate) fn new(statistic: f64, df: Option<f64>) -> Option<Self> {
        let test =
            Self { statistic: F::of(statistic), df: df.map(F::of), exact: (statistic, df.unwrap_or(f64::INFINITY)) };
        test.statistic.is_finite().then_some(test)
    }

    /// The two-sided p-value; 0 only if it is below the smallest floating-point number.
    #[must_use]
    pub fn p_value(&self) -> F {
        let (statistic, df) = self.exact;
        // Two tails of a half can exceed 1 by a rounding.
        F::of((2.0 * upper_tail(statistic.abs(), df)).min(1.0))
    }

    /// The natural logarithm of the two-sided p-value: finite where [`p_value`](Self::p_value) underflows.
    #[must_use]
    pub fn log_p_value(&self) -> F {
        let (statistic, df) = self.exact;
        let log_tail = if df.is_finite() {
            distributions::t_log_sf(statistic.abs(), df)
        } else {
            distributions::normal_log_sf(statistic.abs())
        };
        F::of((log_tail + std::f64::consts::LN_2).min(0.0))
    }
}

fn upper_tail(statistic: f64, df: f64) -> f64 {
    if df.is_finite() { distributions::t_sf(statistic, df) } else { distributions::normal_sf(statistic) }
}
