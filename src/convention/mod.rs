//! The conventions of other programs, by name.

mod explain;
mod footer;
mod means;
mod tables;

pub use explain::{Explained, Explanation, ExplanationLine, explain};
pub use footer::RevManFooter;
pub use means::{ConventionMeansMeasure, MeansAnalysis, MeansModel};
pub use tables::{ConventionTableMeasure, TableAnalysis, TableModel};

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};
use crate::heterogeneity::Heterogeneity;

/// The choices that another program makes for its user, to reproduce its numbers.
///
/// Two programs give different results for the same data because they choose differently, not because one is wrong.
/// A convention is a bundle of such choices: [`tables`](Self::tables) and [`means`](Self::means) spell them out in an
/// analysis whose fields may be read and changed, and [`explain`] tells what each of them does to a result.
///
/// | | `RevMan5` | `Metafor` | `Meta` |
/// |---|---|---|---|
/// | zero cells, ratios | ½ to four cells | ½ to four cells | ½, in risk ratios to the events alone |
/// | zero cells, risk difference | ½ in the variance | ½ to four cells | ½ in the variance |
/// | studies without events in both arms, ratios | left out | in with ½; left out of M-H effects | left out |
/// | Mantel-Haenszel sums | ½ to four cells | as they are | ½ to four cells |
/// | variance of the M-H risk difference | Greenland & Robins | Sato | Greenland & Robins |
/// | Q of an M-H analysis | about M-H | about M-H | about inverse variance |
/// | τ² | DerSimonian-Laird | REML | REML |
/// | I² | from Q | from τ² | from Q |
/// | standardised mean difference | approximate J, N - 3.94 | exact J, large sample | exact J, unbiased |
///
/// (Deeks & Higgins 2010 for Review Manager 5; the defaults of metafor 5.1 and meta 8.4.) All three have normal
/// intervals with the exact quantile and the variance of a mean difference that does not take standard deviations to be equal.
///
/// # Example
/// ```
/// use meta_analysis::{Convention, Pool, RiskRatio, TableModel, TwoByTwo};
///
/// let trials = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([3, 12], [0, 14]), TwoByTwo::new([8, 32], [11, 31])];
/// let revman: Convention = "RevMan5".parse()?;
/// let pooled = revman.tables(RiskRatio, TableModel::MantelHaenszelRandom).pool(&trials)?;
/// assert_eq!(format!("{}", pooled.revman_footer()), "\
/// Heterogeneity: Tau² = 1.03; Chi² = 3.73, df = 2 (P = 0.16); I² = 46%
/// Test for overall effect: Z = 0.25 (P = 0.80)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Convention {
    /// Review Manager 5, the program of Cochrane reviews until 2023.
    RevMan5,
    /// The R package metafor, with the defaults of `escalc`, `rma.uni` and `rma.mh`.
    Metafor,
    /// The R package meta, with the defaults of `metabin` and `metacont`.
    Meta,
}

/// Which of the two definitions of I² is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum I2Definition {
    /// The share of Q in excess of its degrees of freedom.
    FromQ,
    /// The share of τ² in τ² and the typical variance; from Q in a common-effect analysis, which has no τ².
    FromTau2,
}

impl I2Definition {
    /// I² by this definition, a proportion; `None` where it is undefined.
    #[must_use]
    pub fn of(self, heterogeneity: &Heterogeneity) -> Option<f64> {
        match self {
            Self::FromTau2 if heterogeneity.tau2().is_some() => heterogeneity.i2_from_tau2(),
            Self::FromQ | Self::FromTau2 => heterogeneity.i2_from_q(),
        }
    }
}

impl fmt::Display for I2Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if *self == Self::FromQ { "from Q" } else { "from tau2" })
    }
}

impl Convention {
    /// All of them.
    pub const ALL: &[Self] = &[Self::RevMan5, Self::Metafor, Self::Meta];
}

impl fmt::Display for Convention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::RevMan5 => "RevMan 5",
            Self::Metafor => "metafor",
            Self::Meta => "meta",
        })
    }
}

/// Reads `RevMan 5`, `revman5`, `revman`, `Review Manager 5`, `metafor`, `meta`.
impl FromStr for Convention {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let plain: String =
            name.chars().filter(|c| !matches!(c, ' ' | '-' | '_')).map(|c| c.to_ascii_lowercase()).collect();
        match plain.as_str() {
            "revman5" | "revman" | "revman5.4" | "reviewmanager5" => Ok(Self::RevMan5),
            "metafor" => Ok(Self::Metafor),
            "meta" => Ok(Self::Meta),
            _ => Err(ErrorKind::UnknownName { what: "convention", name: name.into() }.into()),
        }
    }
}
