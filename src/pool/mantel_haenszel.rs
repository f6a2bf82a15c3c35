//! Pooling 2×2 tables without a variance for each.

use super::common_effect::{heterogeneity, study_notes};
use super::cuts::{Cuts, MantelHaenszelTerms, Sums};
use super::uncertainty::Uncertainty;
use super::{Model, Note, Pool, Pooled};
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::{Measure, OddsRatio, RiskDifference, RiskRatio};
use crate::num::sum::Compensated;
use crate::studies::Studies;
use crate::summary::TwoByTwo;

/// The common-effect model of Mantel and Haenszel for 2×2 tables: good with few events, where the weights of the inverse
/// variance are not.
///
/// The sums take the tables as they are. One half is added only in the effects that Q is made of, and the tables that are
/// not estimable (for ratios: no events in either arm, or only events in both) are left out.
///
/// # Formula
/// With a, b events and non-events treated, c, d controls, n1, n2 the arms and N both:
/// ```text
/// risk ratio        R = Σ a n2/N   S = Σ c n1/N     μ = ln R/S    Var = Σ (n1 n2 (a + c) - a c N)/N² / (R S)
/// odds ratio        R = Σ a d/N    S = Σ b c/N      μ = ln R/S    Var = ½ (Σ P A/R² + Σ (P B + Q A)/(R S) + Σ Q B/S²)
/// risk difference   T = Σ n1 n2/N                   μ = Σ (a n2 - c n1)/N / T
///                                                   Var = Σ (a b n2³ + c d n1³)/(n1 n2 N²) / T²
/// ```
/// with A = a d/N, B = b c/N, P = (a + d)/N, Q = (b + c)/N (Mantel & Haenszel 1959; variances of risk ratio and
/// difference: Greenland & Robins 1985; of the odds ratio: Robins, Breslow & Greenland 1986).
///
/// | option | default | purpose | range |
/// |---|---|---|---|
/// | [`with_level`](Self::with_level) | 95 % | level of the interval | 0 < level < 1 |
///
/// # Scale
/// In: counts. Out: both scales of the measure; intervals and tests are normal on the analysis scale.
///
/// # Errors
/// [`NoStudies`](ErrorKind::NoStudies); [`NotEstimable`](ErrorKind::NotEstimable) if a sum of all tables is zero, so that
/// the pooled ratio would be 0 or infinite or the variance 0; [`ArmTooSmall`](ErrorKind::ArmTooSmall) for an empty arm.
///
/// # Example
/// ```
/// use meta_analysis::{MantelHaenszel, Pool, RiskRatio, TwoByTwo};
///
/// // Perioperative ketamine and delirium: 0.83 (0.61, 1.12).
/// let trials = [
///     TwoByTwo::new([1, 28], [9, 20]), TwoByTwo::new([85, 365], [43, 174]),
///     TwoByTwo::new([3, 44], [4, 40]), TwoByTwo::new([3, 28], [4, 27]),
/// ];
/// let pooled = MantelHaenszel::new(RiskRatio).pool(&trials)?;
/// let natural = pooled.natural();
/// assert_eq!(format!("{:.2} ({:.2})", natural.estimate, natural.interval.unwrap()), "0.83 (0.61 to 1.12)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "MH")]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MantelHaenszel<M = RiskRatio> {
    measure: M,
    level: Level,
}

impl<M: MantelHaenszelMeasure> MantelHaenszel<M> {
    /// The model for a risk ratio, odds ratio or risk difference, with a 95 % interval.
    #[must_use]
    pub const fn new(measure: M) -> Self {
        Self { measure, level: Level::P95 }
    }

    /// The same with intervals of another level.
    #[must_use]
    pub fn with_level(self, level: Level) -> Self {
        Self { level, ..self }
    }
}

/// The measures that have a Mantel-Haenszel estimate: [`RiskRatio`], [`OddsRatio`] and [`RiskDifference`]. Sealed.
pub trait MantelHaenszelMeasure: Measure + EffectSize<TwoByTwo, Measure = Self> + sums::MantelHaenszelSums {}

impl<T: Measure + EffectSize<TwoByTwo, Measure = T> + sums::MantelHaenszelSums> MantelHaenszelMeasure for T {}

impl<M: MantelHaenszelMeasure, S: AsRef<[TwoByTwo]> + ?Sized> Pool<S> for MantelHaenszel<M> {
    type Output = Pooled<M>;

    fn pool(&self, tables: &S) -> Result<Pooled<M>, Error> {
        let tables = tables.as_ref();
        let studies = self.measure.studies(tables)?;
        let (estimate, variance) = self.measure.pooled(estimable(tables, &studies))?;
        let evidence = studies.evidence();
        let kernel = evidence.kernel();
        // One study is its own estimate, but for the rounding of a logarithm.
        let q = if studies.k() < 2 { 0.0 } else { kernel.q(0.0, kernel.mean_of(estimate)) };
        Pooled {
            measure: self.measure,
            model: Model::MantelHaenszel,
            inference: Inference::Normal,
            level: self.level,
            k: studies.k(),
            estimate,
            std_error: variance.sqrt(),
            of_mean: Some(Uncertainty::normal(variance.sqrt())),
            of_new_study: None,
            heterogeneity: heterogeneity(&evidence, q, None, None),
            notes: study_notes(&studies, |studies| Note::HalfAddedForQ { studies }),
        }
        .checked()
    }

    fn cuts<'a>(&'a self, tables: &'a S) -> Option<Box<dyn Cuts<Pooled<M>> + 'a>>
    where
        Pooled<M>: 'a,
    {
        let terms = MantelHaenszelTerms::new(self.measure, self.level, tables.as_ref())?;
        Some(Box::new(Sums::new(terms)))
    }
}

/// The tables that were not excluded, in order.
pub(super) fn estimable<'a, M: Measure>(
    tables: &'a [TwoByTwo],
    studies: &'a Studies<M>,
) -> impl Iterator<Item = &'a TwoByTwo> + Clone {
    let mut excluded = studies.excluded().iter().filter_map(Error::study).peekable();
    tables.iter().enumerate().filter(move |&(i, _)| excluded.next_if_eq(&i).is_none()).map(|(_, table)| table)
}

/// Each table's share of the estimate (they sum to 1), 0 for none of those that count.
pub(super) fn weights<'a, M: MantelHaenszelMeasure>(
    measure: M,
    tables: impl Iterator<Item = &'a TwoByTwo> + Clone,
) -> Vec<f64> {
    let total = sum(tables.clone().map(|table| measure.weight(table)));
    tables.map(|table| measure.weight(table) / total).collect()
}

fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let mut sum = Compensated::default();
    terms.for_each(|term| sum.add(term));
    sum.total()
}

/// Sums of N terms over tables.
fn sums<'a, const N: usize>(
    tables: impl Iterator<Item = &'a TwoByTwo>,
    terms: impl Fn(&TwoByTwo) -> [f64; N],
) -> [f64; N] {
    let mut sums = [Compensated::default(); N];
    for table in tables {
        for (sum, term) in sums.iter_mut().zip(terms(table)) {
            sum.add(term);
        }
    }
    sums.map(Compensated::total)
}

fn not_estimable<M: Measure>(measure: M, reason: &'static str) -> Error {
    ErrorKind::NotEstimable { measure: measure.label(), reason }.into()
}

/// ln (r / s) of the sums of a ratio, if both are positive.
fn log_ratio<M: Measure>(measure: M, r: f64, s: f64) -> Result<f64, Error> {
    if r == 0.0 {
        return Err(not_estimable(measure, "the Mantel-Haenszel sum of the treated arms is zero"));
    }
    if s == 0.0 {
        return Err(not_estimable(measure, "the Mantel-Haenszel sum of the control arms is zero"));
    }
    Ok((r / s).ln())
}

mod sums {
    use super::*;

    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    /// What differs between the measures.
    pub trait MantelHaenszelSums: Sized {
        /// The terms of a table in the sums that the pooled effect is a function of; 0 for those a measure has no use for.
        fn terms(&self, table: &TwoByTwo) -> [f64; 5];

        /// The pooled effect and its variance, on the analysis scale.
        fn of_sums(self, sums: [f64; 5]) -> Result<(f64, f64), Error>;

        /// The same from the tables.
        fn pooled<'a>(self, tables: impl Iterator<Item = &'a TwoByTwo>) -> Result<(f64, f64), Error> {
            let sums = sums(tables, |table| self.terms(table));
            self.of_sums(sums)
        }

        /// The weight of a table in the pooled effect.
        fn weight(&self, table: &TwoByTwo) -> f64;
    }

    impl MantelHaenszelSums for RiskRatio {
        fn terms(&self, table: &TwoByTwo) -> [f64; 5] {
            let t = table.cells();
            let (n1, n2) = (t.n1(), t.n2());
            let n = n1 + n2;
            // n1 n2 (a + c) - a c N = a d n1 + b c n2, a sum of positive terms.
            [t.a * (n2 / n), t.c * (n1 / n), t.a / n * t.d * (n1 / n) + t.b / n * t.c * (n2 / n), 0.0, 0.0]
        }

        fn of_sums(self, [r, s, p, ..]: [f64; 5]) -> Result<(f64, f64), Error> {
            Ok((log_ratio(self, r, s)?, p / r / s))
        }

        fn weight(&self, table: &TwoByTwo) -> f64 {
            let t = table.cells();
            t.c * (t.n1() / (t.n1() + t.n2()))
        }
    }

    impl MantelHaenszelSums for OddsRatio {
        fn terms(&self, table: &TwoByTwo) -> [f64; 5] {
            let t = table.cells();
            let n = t.n1() + t.n2();
            let (r, s, p, q) = (t.a * (t.d / n), t.b * (t.c / n), (t.a + t.d) / n, (t.b + t.c) / n);
            [r, s, p * r, p * s + q * r, q * s]
        }

        fn of_sums(self, [r, s, pr, ps_qr, qs]: [f64; 5]) -> Result<(f64, f64), Error> {
            let estimate = log_ratio(self, r, s)?;
            Ok((estimate, 0.5 * (pr / r / r + ps_qr / r / s + qs / s / s)))
        }

        fn weight(&self, table: &TwoByTwo) -> f64 {
            let t = table.cells();
            t.b * (t.c / (t.n1() + t.n2()))
        }
    }

    impl MantelHaenszelSums for RiskDifference {
        fn terms(&self, table: &TwoByTwo) -> [f64; 5] {
            let t = table.cells();
            let (n1, n2) = (t.n1(), t.n2());
            let n = n1 + n2;
            // a n2 - c n1 = a d - b c.
            let spread = t.a / n1 * t.b * (n2 / n) * (n2 / n) + t.c / n2 * t.d * (n1 / n) * (n1 / n);
            [t.cross() / n, n1 * (n2 / n), spread, 0.0, 0.0]
        }

        fn of_sums(self, [cross, total, j, ..]: [f64; 5]) -> Result<(f64, f64), Error> {
            if j == 0.0 {
                return Err(not_estimable(self, "no arm of any study has both events and non-events"));
            }
            Ok((cross / total, j / total / total))
        }

        fn weight(&self, table: &TwoByTwo) -> f64 {
            let t = table.cells();
            t.n1() * (t.n2() / (t.n1() + t.n2()))
        }
    }
}
