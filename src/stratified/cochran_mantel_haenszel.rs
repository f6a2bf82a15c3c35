//! Is there an association in the studies together?

use crate::chi_squared_test::ChiSquaredTest;
use crate::error::{Error, ErrorKind};
use crate::num::sum::Compensated;
use crate::pool::rates;
use crate::summary::{Cells, PersonTime, TwoByTwo, ZeroCells};

/// The test of Cochran, Mantel and Haenszel that there is no effect in any study.
///
/// It needs neither an effect of each study nor a variance of it, and has the most power if all studies have one odds
/// ratio or rate ratio. Zero cells need no correction.
///
/// # Formula
/// For tables with the margins n1, n2 (arms) and m1, m2 (events, non-events), and for person-time:
/// ```text
/// χ² = max(0, |Σ (a - n1 m1/N)| - ½)² / Σ V      V = n1 n2 m1 m2 / (N² (N - 1))         1 df
/// χ² = max(0, |Σ (x1 - (x1 + x2) t1/T)| - ½)² / Σ V      V = (x1 + x2) t1 t2 / T²       1 df
/// ```
/// (Cochran 1954; Mantel & Haenszel 1959; Rothman & Boice 1979.)
///
/// | option | default | purpose |
/// |---|---|---|
/// | [`without_continuity_correction`](Self::without_continuity_correction) | with ½ | a less conservative test |
/// | [`with_binomial_variance`](Self::with_binomial_variance) | N² (N - 1) | Cochran's N³, for two binomials a table |
/// | [`with_zero_cells`](Self::with_zero_cells) | none | what is added to cells |
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`NotEstimable`](ErrorKind::NotEstimable) if no study has events (in tables: and
/// non-events); [`ArmTooSmall`](ErrorKind::ArmTooSmall) for an empty arm; [`OutOfRange`](ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{CochranMantelHaenszel, PersonTime};
///
/// // Warfarin and stroke, the first two studies of Hart et al. (1999).
/// let studies = PersonTime::from_rows([((9, 413.0), (19, 398.0)), ((8, 263.0), (19, 245.0))])?;
/// let test = CochranMantelHaenszel::new().test(&studies)?;
/// assert_eq!(format!("{:.2} {:.4}", test.statistic(), test.p_value()), "8.39 0.0038");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "CMH")]
#[doc(alias = "MH")]
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CochranMantelHaenszel {
    continuity: bool,
    binomial: bool,
    zero_cells: ZeroCells,
}

impl Default for CochranMantelHaenszel {
    fn default() -> Self {
        Self::new()
    }
}

impl CochranMantelHaenszel {
    /// The test with the continuity correction of one half.
    #[must_use]
    pub const fn new() -> Self {
        Self { continuity: true, binomial: false, zero_cells: ZeroCells::NONE }
    }

    /// The test without continuity correction.
    #[must_use]
    pub const fn without_continuity_correction(self) -> Self {
        Self { continuity: false, ..self }
    }

    /// The test with the variance n1 n2 m1 m2 / N³ of a table: two binomials, of which no margin is given (Cochran 1954).
    /// It makes no difference for person-time. The R package meta uses it, without continuity correction.
    #[must_use]
    pub const fn with_binomial_variance(self) -> Self {
        Self { binomial: true, ..self }
    }

    /// The same with a policy on zero cells.
    #[must_use]
    pub const fn with_zero_cells(self, zero_cells: ZeroCells) -> Self {
        Self { zero_cells, ..self }
    }

    /// The test on [`TwoByTwo`] tables, or on [`PersonTime`].
    ///
    /// # Errors
    /// See [`CochranMantelHaenszel`].
    pub fn test<D: Stratum>(&self, data: &(impl AsRef<[D]> + ?Sized)) -> Result<ChiSquaredTest, Error> {
        let data = data.as_ref();
        if data.is_empty() {
            return Err(ErrorKind::NoStudies { excluded: 0 }.into());
        }
        let (mut excess, mut variance) = (Compensated::default(), Compensated::default());
        for [x, v] in D::excesses(data, self.zero_cells, self.binomial)? {
            excess.add(x);
            variance.add(v);
        }
        let variance = variance.total();
        if variance <= 0.0 {
            return Err(ErrorKind::NotEstimable { measure: "association", reason: D::NO_EVENTS }.into());
        }
        let distance = (excess.total().abs() - if self.continuity { 0.5 } else { 0.0 }).max(0.0);
        let statistic = distance / variance * distance;
        if statistic.is_finite() {
            return Ok(ChiSquaredTest::new(statistic, 1.0));
        }
        Err(ErrorKind::OutOfRange { quantity: "the Cochran-Mantel-Haenszel statistic" }.into())
    }
}

/// What the test takes: [`TwoByTwo`] or [`PersonTime`]. Sealed.
pub trait Stratum: sealed::Excess {}

impl<D: sealed::Excess> Stratum for D {}

/// The variance of a if all margins are given, or its margins of events are not (`binomial`).
pub(super) fn variance(cells: &Cells, binomial: bool) -> f64 {
    let Cells { a, b, c, d } = *cells;
    let (n1, n2) = (cells.n1(), cells.n2());
    let n = n1 + n2;
    (a + c) / n * ((b + d) / n) * n1 * (n2 / if binomial { n } else { n - 1.0 })
}

mod sealed {
    use super::*;

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Excess: Sized {
        const NO_EVENTS: &'static str;

        /// Observed minus expected events treated, and the variance, of each study.
        fn excesses(data: &[Self], zero_cells: ZeroCells, binomial: bool) -> Result<Vec<[f64; 2]>, Error>;
    }

    impl Excess for TwoByTwo {
        const NO_EVENTS: &'static str = "no study has both events and non-events";

        fn excesses(data: &[Self], zero_cells: ZeroCells, binomial: bool) -> Result<Vec<[f64; 2]>, Error> {
            for (i, table) in data.iter().enumerate() {
                table.check_arms().map_err(|error| error.in_study(i))?;
            }
            // a - n1 m1/N = (a d - b c)/N, a difference that is rounded once.
            let pair = |cells: Cells| [cells.cross() / (cells.n1() + cells.n2()), variance(&cells, binomial)];
            Ok(zero_cells.correct(data.iter(), true).flatten().map(|table| pair(table.for_effect)).collect())
        }
    }

    impl Excess for PersonTime {
        const NO_EVENTS: &'static str = "no study has an event";

        fn excesses(data: &[Self], zero_cells: ZeroCells, _: bool) -> Result<Vec<[f64; 2]>, Error> {
            let pair = |rates: &rates::Rates| {
                let ([x1, x2], [u1, u2]) = (rates.for_effect, rates.shares());
                [rates.excess(), (x1 + x2) * u1 * u2]
            };
            Ok(rates::corrected(data, zero_cells, true).iter().flatten().map(|(rates, _)| pair(rates)).collect())
        }
    }
}
