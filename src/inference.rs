//! How the uncertainty of a pooled effect is expressed.

use std::fmt;
use std::str::FromStr;

use crate::distributions;
use crate::effect::Effect;
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::real::Real;

/// The reference distribution and the standard error of the pooled effect.
///
/// | name | standard error | distribution | when |
/// |---|---|---|---|
/// | `Normal` | (Σ w)^-½ | normal | many studies; what Review Manager 5 prints |
/// | `StudentT` | (Σ w)^-½ | t, k - 1 | a little wider |
/// | `HartungKnapp` | (Σ w (y - μ)² / ((k - 1) Σ w))^½ | t, k - 1 | random effects with few studies (IntHout et al. 2014) |
/// | `HartungKnappFloored` | the larger of the two | t, k - 1 | the same, never narrower than `StudentT` |
/// | `HartungKnappOrNormal` | of the wider of both intervals | its own | the same, never narrower than `Normal` |
/// | `HartungKnappIqwig` | (Σ w)^-½ if Hartung-Knapp's interval is narrower than `DerSimonian-Laird`'s normal one | t, k - 1 | as German health technology assessment does |
/// | `KenwardRoger` | adjusted for the estimation of τ² by REML | t, their degrees of freedom | REML with few studies |
///
/// For a common effect `HartungKnapp` is the multiplicative model, a variance that the residuals scale (Birge 1932), also
/// known as unrestricted weighted least squares (Stanley & Doucouliagos 2015).
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
    #[doc(alias = "UWLS")]
    HartungKnapp,
    /// As `HartungKnapp`, with the factor on the classic variance at least 1 (Knapp & Hartung 2003).
    #[doc(alias = "adhoc")]
    HartungKnappFloored,
    /// The wider of the `HartungKnapp` and the `Normal` interval, with the test that goes with it (Wiksten, Rücker & Schwarzer
    /// 2016; Jackson et al. 2017).
    HartungKnappOrNormal,
    /// `HartungKnapp`, unless its interval is narrower than the normal interval of a DerSimonian-Laird analysis: then the
    /// classic standard error of the chosen τ² with Student's t, k - 1 degrees of freedom (IQWiG, General Methods 6, 2020).
    #[doc(alias = "IQWiG6")]
    HartungKnappIqwig,
    /// The standard error and degrees of freedom of Kenward & Roger (1997), from the expected information of REML; with
    /// another estimator it is an approximation. Undefined for one study and for a common effect.
    KenwardRoger,
}

impl Inference {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::Normal,
        Self::StudentT,
        Self::HartungKnapp,
        Self::HartungKnappFloored,
        Self::HartungKnappOrNormal,
        Self::HartungKnappIqwig,
        Self::KenwardRoger,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::StudentT => "Student t",
            Self::HartungKnapp => "Hartung-Knapp",
            Self::HartungKnappFloored => "Hartung-Knapp floored at 1",
            Self::HartungKnappOrNormal => "Hartung-Knapp or normal",
            Self::HartungKnappIqwig => "Hartung-Knapp, IQWiG rule",
            Self::KenwardRoger => "Kenward-Roger",
        }
    }
}

impl fmt::Display for Inference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Reads `normal` or `z`, `student-t` or `t`, `hartung-knapp`, `hksj`, `hk` or `knha`, `hartung-knapp-floored` or `adhoc`,
/// `hartung-knapp-or-normal`, `iqwig`, `kenward-roger` or `kr`.
impl FromStr for Inference {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match plain(name).as_str() {
            "normal" | "z" => Ok(Self::Normal),
            "studentt" | "t" => Ok(Self::StudentT),
            "hartungknapp" | "hksj" | "hk" | "knha" => Ok(Self::HartungKnapp),
            "hartungknappfloored" | "hartungknappflooredat1" | "adhoc" => Ok(Self::HartungKnappFloored),
            "hartungknappornormal" => Ok(Self::HartungKnappOrNormal),
            "hartungknapp,iqwigrule" | "hartungknappiqwig" | "iqwig" | "iqwig6" => Ok(Self::HartungKnappIqwig),
            "kenwardroger" | "kr" => Ok(Self::KenwardRoger),
            _ => Err(ErrorKind::UnknownName { what: "inference", name: name.into() }.into()),
        }
    }
}

/// The standard error and the degrees of freedom of a prediction interval, estimate -+ quantile √(SE² + τ²).
///
/// | name | standard error | distribution |
/// |---|---|---|
/// | `HigginsThompsonSpiegelhalter` | (Σ w)^-½ | t, k - 2 |
/// | `StudentT` | (Σ w)^-½ | t, k - 1 |
/// | `Normal` | (Σ w)^-½ | normal |
/// | `NormalAboutKnownMean` | 0 | normal |
/// | `HartungKnapp` | Hartung & Knapp's | t, k - 1 |
/// | `HartungKnappPartlettRiley` | Hartung & Knapp's | t, k - 2 |
/// | `HartungKnappFloored` | Hartung & Knapp's, floored at the classic one | t, k - 1 |
/// | `HartungKnappFlooredPartlettRiley` | the same | t, k - 2 |
/// | `KenwardRoger` | Kenward & Roger's | t, their degrees of freedom |
/// | `KenwardRogerPartlettRiley` | Kenward & Roger's | t, their degrees of freedom less 1 |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PredictionMethod {
    /// Higgins, Thompson & Spiegelhalter (2009), section 4.1; Riley, Higgins & Deeks (2011).
    #[default]
    #[doc(alias = "HTS")]
    #[doc(alias = "riley")]
    HigginsThompsonSpiegelhalter,
    /// With k - 1 degrees of freedom (Veroniki et al. 2019).
    #[doc(alias = "V")]
    StudentT,
    /// For many studies.
    Normal,
    /// The range of true effects alone, μ -+ z τ, as if μ were known.
    NormalAboutKnownMean,
    /// Hartung & Knapp's standard error, k - 1 degrees of freedom.
    HartungKnapp,
    /// Hartung & Knapp's standard error, k - 2 degrees of freedom (Partlett & Riley 2017).
    HartungKnappPartlettRiley,
    /// Hartung & Knapp's standard error with the factor on the classic variance at least 1, k - 1 degrees of freedom.
    HartungKnappFloored,
    /// The same with k - 2 degrees of freedom.
    HartungKnappFlooredPartlettRiley,
    /// Kenward & Roger's standard error and degrees of freedom.
    KenwardRoger,
    /// Kenward & Roger's standard error, one degree of freedom less (Partlett & Riley 2017).
    KenwardRogerPartlettRiley,
}

impl PredictionMethod {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::HigginsThompsonSpiegelhalter,
        Self::StudentT,
        Self::Normal,
        Self::NormalAboutKnownMean,
        Self::HartungKnapp,
        Self::HartungKnappPartlettRiley,
        Self::HartungKnappFloored,
        Self::HartungKnappFlooredPartlettRiley,
        Self::KenwardRoger,
        Self::KenwardRogerPartlettRiley,
    ];
}

impl fmt::Display for PredictionMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::HigginsThompsonSpiegelhalter => "t, k - 2",
            Self::StudentT => "t, k - 1",
            Self::Normal => "normal",
            Self::NormalAboutKnownMean => "normal, tau alone",
            Self::HartungKnapp => "Hartung-Knapp, k - 1",
            Self::HartungKnappPartlettRiley => "Hartung-Knapp, k - 2",
            Self::HartungKnappFloored => "Hartung-Knapp floored at 1, k - 1",
            Self::HartungKnappFlooredPartlettRiley => "Hartung-Knapp floored at 1, k - 2",
            Self::KenwardRoger => "Kenward-Roger",
            Self::KenwardRogerPartlettRiley => "Kenward-Roger, df - 1",
        })
    }
}

/// Reads the names that are printed, such as `t, k - 2`, and R's: `HTS` or `riley`, `V`, `S`, `simple`, `HK`, `HK-PR`, `KR`, `KR-PR`.
impl FromStr for PredictionMethod {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let wanted = plain(name);
        let by_abbreviation = match wanted.as_str() {
            "hts" | "riley" => Some(Self::HigginsThompsonSpiegelhalter),
            "v" => Some(Self::StudentT),
            "s" => Some(Self::Normal),
            "simple" => Some(Self::NormalAboutKnownMean),
            "hk" => Some(Self::HartungKnapp),
            "hkpr" => Some(Self::HartungKnappPartlettRiley),
            "kr" => Some(Self::KenwardRoger),
            "krpr" => Some(Self::KenwardRogerPartlettRiley),
            _ => Self::ALL.iter().copied().find(|method| plain(&method.to_string()) == wanted),
        };
        by_abbreviation.ok_or_else(|| ErrorKind::UnknownName { what: "prediction interval", name: name.into() }.into())
    }
}

/// A name without what people write differently.
fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
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
        F::of(if df.is_finite() {
            (2.0 * distributions::t_sf(statistic.abs(), df)).min(1.0)
        } else {
            distributions::normal_two_sided(statistic)
        })
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

impl<M: Measure, F: Real> Effect<M, F> {
    /// The normal test of this study alone that its true effect is `null`, on the analysis scale (0 for no difference and for
    /// a ratio of 1); `None` if the statistic is out of range.
    ///
    /// ```
    /// use meta_analysis::{Effect, RiskRatio};
    ///
    /// let effect = Effect::from_analysis(RiskRatio, -0.8893, 0.3256)?;
    /// assert_eq!(format!("{:.3}", effect.test(0.0).unwrap().p_value()), "0.119");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn test(&self, null: F) -> Option<Test<F>> {
        Test::new((self.y().f64() - null.f64()) / self.v().f64().sqrt(), None)
    }
}
