//! Risk ratio, odds ratio and risk difference.

use super::sums::{MantelHaenszelSums, log_ratio, not_estimable, sums};
use crate::effect_size::{EffectSize, FromTable, TableMeasure};
use crate::error::Error;
use crate::measure::{OddsRatio, RiskDifference, RiskRatio};
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
    /// difference to be the same in all studies (Sato, Greenland & Robins 1989). The R package metafor uses it. It may be
    /// negative in heterogeneous tables without events, which is an error.
    Sato,
}

/// Corrects tables by a policy.
fn corrected(tables: &[TwoByTwo], zero_cells: ZeroCells, relative: bool) -> Vec<Option<(Corrected, bool)>> {
    zero_cells.correct(tables.iter(), relative).map(|table| table.ok().map(|table| (table, table.added))).collect()
}

fn studies<M: TableMeasure>(measure: M, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<M>, Error> {
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

    fn pooled(self, tables: &[Corrected], (): ()) -> Result<(f64, f64), Error> {
        let [r, s, vr, vs, p] = sums(tables, |table| {
            let t = table.for_effect;
            let n = t.n1() + t.n2();
            let v = table.for_variance;
            let (n1, n2) = (v.n1(), v.n2());
            let m = n1 + n2;
            // n1 n2 (a + c) - a c N = a d n1 + b c n2, a sum of positive terms.
            let spread = v.a / m * v.d * (n1 / m) + v.b / m * v.c * (n2 / m);
            [t.a * (t.n2() / n), t.c * (t.n1() / n), v.a * (n2 / m), v.c * (n1 / m), spread]
        });
        let estimate = log_ratio(self, r, s)?;
        if p == 0.0 {
            return Err(not_estimable(self, "no study has both events and non-events"));
        }
        Ok((estimate, p / vr / vs))
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

    fn pooled(self, tables: &[Corrected], (): ()) -> Result<(f64, f64), Error> {
        let [r, s, vr, vs, pr, ps_qr, qs] = sums(tables, |table| {
            let t = table.for_effect;
            let n = t.n1() + t.n2();
            let v = table.for_variance;
            let m = v.n1() + v.n2();
            let (x, y, p, q) = (v.a * (v.d / m), v.b * (v.c / m), (v.a + v.d) / m, (v.b + v.c) / m);
            [t.a * (t.d / n), t.b * (t.c / n), x, y, p * x, p * y + q * x, q * y]
        });
        let estimate = log_ratio(self, r, s)?;
        Ok((estimate, 0.5 * (pr / vr / vr + ps_qr / vr / vs + qs / vs / vs)))
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

    fn pooled(self, tables: &[Corrected], variance: MantelHaenszelVariance) -> Result<(f64, f64), Error> {
        let [weighted, total] = sums(tables, |table| {
            let (t, w) = (table.for_effect, self.weight(table));
            // a n2 - c n1 = a d - b c, a difference that is rounded once.
            [t.cross() / t.n1() / t.n2() * w, w]
        });
        let estimate = weighted / total;
        let [own, common] = sums(tables, |table| {
            let t = table.for_variance;
            let (n1, n2) = (t.n1(), t.n2());
            let n = n1 + n2;
            let own = t.a / n1 * t.b * (n2 / n) * (n2 / n) + t.c / n2 * t.d * (n1 / n) * (n1 / n);
            // Sato's μ P + Q is Greenland's term plus (μ - own difference) P, in which less cancels.
            let p = n1 * (n2 / n) * ((n1 / n) * (t.c / n2) - (n2 / n) * (t.a / n1) + 0.5 * ((n2 - n1) / n));
            [own, own + (estimate - t.cross() / n1 / n2) * p]
        });
        if variance == MantelHaenszelVariance::GreenlandRobins && own == 0.0 {
            return Err(not_estimable(self, "no arm of any study has both events and non-events"));
        }
        if variance == MantelHaenszelVariance::Sato && common <= 0.0 {
            return Err(not_estimable(self, "the variance of Sato, Greenland and Robins is not positive"));
        }
        let spread = if variance == MantelHaenszelVariance::Sato { common } else { own };
        Ok((estimate, spread / total / total))
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_variance;
        t.n1() * (t.n2() / (t.n1() + t.n2()))
    }
}
