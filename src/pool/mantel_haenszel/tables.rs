//! Risk ratio, odds ratio and risk difference.

use super::sums::{MantelHaenszelSums, log_ratio, not_estimable, sums};
use crate::effect_size::{EffectSize, FromTable, TableRecipe};
use crate::error::Error;
use crate::measure::{Measure, OddsRatio, RiskDifference, RiskRatio};
use crate::studies::Studies;
use crate::summary::{Corrected, TwoByTwo, ZeroCells};

/// The variance of the Mantel-Haenszel risk difference.
///
/// Both are right in the limit of many patients in few tables and of few patients in many tables. They differ if the
/// difference is not the same in all studies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MantelHaenszelVariance {
    /// Σ (a b n2³ + c d n1³)/(n1 n2 N²) / T², made of each study's own risks (Greenland & Robins 1985). Review Manager 5 and
    /// the R package meta use it.
    #[default]
    GreenlandRobins,
    /// (μ Σ P + Σ Q) / T² with P = (n1² c - n2² a + n1 n2 (n2 - n1)/2)/N² and Q = (a d + b c)/(2N), which takes the
    /// difference to be the same in all studies (Sato, Greenland & Robins 1989). The R package metafor uses it.
    Sato,
}

/// Corrects tables by a policy.
fn corrected(tables: &[TwoByTwo], zero_cells: ZeroCells, relative: bool) -> Vec<Option<(Corrected, bool)>> {
    zero_cells.correct(tables.iter(), relative).map(|table| table.ok().map(|table| (table, table.added))).collect()
}

fn studies<M>(measure: M, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<M>, Error>
where
    M: Measure + TableRecipe,
    FromTable<M>: EffectSize<TwoByTwo, Measure = M>,
{
    FromTable::new(measure).with_zero_cells(zero_cells).studies(tables)
}

impl MantelHaenszelSums for RiskRatio {
    type Data = TwoByTwo;
    type Cells = Corrected;
    type Variance = ();
    const EFFECTS: ZeroCells = ZeroCells::HALF;

    fn corrected(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Vec<Option<(Corrected, bool)>> {
        corrected(tables, zero_cells, true)
    }

    fn studies(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
        studies(self, tables, zero_cells)
    }

    fn estimate(self, tables: &[Corrected]) -> Result<f64, Error> {
        let [r, s] = sums(tables, |table| {
            let t = table.for_effect;
            let n = t.n1() + t.n2();
            [t.a * (t.n2() / n), t.c * (t.n1() / n)]
        });
        log_ratio(self, r, s)
    }

    fn variance(self, tables: &[Corrected], _: f64, (): ()) -> Result<f64, Error> {
        let [r, s, p] = sums(tables, |table| {
            let t = table.for_variance;
            let (n1, n2) = (t.n1(), t.n2());
            let n = n1 + n2;
            // n1 n2 (a + c) - a c N = a d n1 + b c n2, a sum of positive terms.
            [t.a * (n2 / n), t.c * (n1 / n), t.a / n * t.d * (n1 / n) + t.b / n * t.c * (n2 / n)]
        });
        if p == 0.0 {
            return Err(not_estimable(self, "no study has both events and non-events"));
        }
        Ok(p / r / s)
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_effect;
        t.c * (t.n1() / (t.n1() + t.n2()))
    }
}

impl MantelHaenszelSums for OddsRatio {
    type Data = TwoByTwo;
    type Cells = Corrected;
    type Variance = ();
    const EFFECTS: ZeroCells = ZeroCells::HALF;

    fn corrected(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Vec<Option<(Corrected, bool)>> {
        corrected(tables, zero_cells, true)
    }

    fn studies(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
        studies(self, tables, zero_cells)
    }

    fn estimate(self, tables: &[Corrected]) -> Result<f64, Error> {
        let [r, s] = sums(tables, |table| {
            let t = table.for_effect;
            let n = t.n1() + t.n2();
            [t.a * (t.d / n), t.b * (t.c / n)]
        });
        log_ratio(self, r, s)
    }

    fn variance(self, tables: &[Corrected], _: f64, (): ()) -> Result<f64, Error> {
        let [r, s, pr, ps_qr, qs] = sums(tables, |table| {
            let t = table.for_variance;
            let n = t.n1() + t.n2();
            let (r, s, p, q) = (t.a * (t.d / n), t.b * (t.c / n), (t.a + t.d) / n, (t.b + t.c) / n);
            [r, s, p * r, p * s + q * r, q * s]
        });
        Ok(0.5 * (pr / r / r + ps_qr / r / s + qs / s / s))
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_effect;
        t.b * (t.c / (t.n1() + t.n2()))
    }
}

impl MantelHaenszelSums for RiskDifference {
    type Data = TwoByTwo;
    type Cells = Corrected;
    type Variance = MantelHaenszelVariance;
    const EFFECTS: ZeroCells = ZeroCells::HALF;

    fn corrected(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Vec<Option<(Corrected, bool)>> {
        corrected(tables, zero_cells, false)
    }

    fn studies(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
        studies(self, tables, zero_cells)
    }

    fn estimate(self, tables: &[Corrected]) -> Result<f64, Error> {
        let [weighted, total] = sums(tables, |table| {
            let (t, w) = (table.for_effect, self.weight(table));
            // a n2 - c n1 = a d - b c, a difference that is rounded once.
            [t.cross() / t.n1() / t.n2() * w, w]
        });
        Ok(weighted / total)
    }

    fn variance(self, tables: &[Corrected], estimate: f64, choice: MantelHaenszelVariance) -> Result<f64, Error> {
        let [own, common, total] = sums(tables, |table| {
            let t = table.for_variance;
            let (n1, n2) = (t.n1(), t.n2());
            let n = n1 + n2;
            let own = t.a / n1 * t.b * (n2 / n) * (n2 / n) + t.c / n2 * t.d * (n1 / n) * (n1 / n);
            // Sato's μ P + Q is Greenland's term plus (μ - own difference) P, in which less cancels. Their sum is not
            // negative: |P| is at most half the weight, and Q at least |a d - b c|/(2N).
            let p = n1 * (n2 / n) * ((n1 / n) * (t.c / n2) - (n2 / n) * (t.a / n1) + 0.5 * ((n2 - n1) / n));
            [own, own + (estimate - t.cross() / n1 / n2) * p, n1 * (n2 / n)]
        });
        match choice {
            MantelHaenszelVariance::GreenlandRobins if own == 0.0 => {
                Err(not_estimable(self, "no arm of any study has both events and non-events"))
            }
            MantelHaenszelVariance::GreenlandRobins => Ok(own / total / total),
            MantelHaenszelVariance::Sato if common <= 0.0 => {
                Err(not_estimable(self, "the variance of Sato, Greenland and Robins is not positive"))
            }
            MantelHaenszelVariance::Sato => Ok(common / total / total),
        }
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_variance;
        t.n1() * (t.n2() / (t.n1() + t.n2()))
    }
}
