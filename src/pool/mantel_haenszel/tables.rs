//! Risk ratio, odds ratio and risk difference.

use super::sums::{MantelHaenszelSums, Terms, estimate, log_ratio, not_estimable};
use crate::effect_size::{EffectSize, FromTable};
use crate::error::Error;
use crate::measure::{OddsRatio, RiskDifference, RiskRatio};
use crate::studies::Studies;
use crate::summary::{Cells, Corrected, TwoByTwo, ZeroCells};

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

/// What all measures of tables do alike. `relative`: double zeros bear no information on the measure.
macro_rules! of_tables {
    (relative: $relative:literal) => {
        type Data = TwoByTwo;
        type Cells = Corrected;

        fn corrected(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Vec<Option<(Corrected, bool)>> {
            let corrected = zero_cells.correct(tables.iter(), $relative);
            corrected.map(|table| table.ok().map(|table| (table, table.added))).collect()
        }

        fn studies(self, tables: &[TwoByTwo], zero_cells: ZeroCells) -> Result<Studies<Self>, Error> {
            FromTable::new(self).with_zero_cells(zero_cells).studies(tables)
        }
    };
}

impl MantelHaenszelSums for RiskRatio {
    of_tables!(relative: true);
    type Variance = ();

    fn terms(self, table: &Corrected, _: f64) -> Terms {
        let shares = |t: Cells| {
            let n = t.n1() + t.n2();
            (n, [t.n1() / n, t.n2() / n])
        };
        let (t, (_, [u1, u2])) = (table.for_effect, shares(table.for_effect));
        let (r, s) = (t.a * u2, t.c * u1);
        let (t, (n, [u1, u2])) = (table.for_variance, shares(table.for_variance));
        // n1 n2 (a + c) - a c N = a d n1 + b c n2, a sum of positive terms.
        let p = t.a / n * t.d * u1 + t.b / n * t.c * u2;
        [r, s, t.a * u2, t.c * u1, p, 0.0, 0.0]
    }

    fn estimate(self, [r, s, ..]: &Terms, _: f64) -> Result<f64, Error> {
        log_ratio(self, *r, *s)
    }

    fn variance(self, [_, _, r, s, p, ..]: &Terms, _: f64, _: f64, (): ()) -> Result<f64, Error> {
        if *p == 0.0 {
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
    of_tables!(relative: true);
    type Variance = ();

    fn terms(self, table: &Corrected, _: f64) -> Terms {
        let products = |t: Cells| {
            let n = t.n1() + t.n2();
            [t.a * (t.d / n), t.b * (t.c / n)]
        };
        let [own_r, own_s] = products(table.for_effect);
        let (t, [r, s]) = (table.for_variance, products(table.for_variance));
        let n = t.n1() + t.n2();
        let (p, q) = ((t.a + t.d) / n, (t.b + t.c) / n);
        [own_r, own_s, r, s, p * r, p * s + q * r, q * s]
    }

    fn estimate(self, [r, s, ..]: &Terms, _: f64) -> Result<f64, Error> {
        log_ratio(self, *r, *s)
    }

    fn variance(self, [_, _, r, s, pr, ps_qr, qs]: &Terms, _: f64, _: f64, (): ()) -> Result<f64, Error> {
        Ok(0.5 * (pr / r / r + ps_qr / r / s + qs / s / s))
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_effect;
        t.b * (t.c / (t.n1() + t.n2()))
    }
}

impl MantelHaenszelSums for RiskDifference {
    of_tables!(relative: false);
    type Variance = MantelHaenszelVariance;

    /// The difference that Sato's variance is about.
    fn reference(self, tables: &[Corrected], choice: MantelHaenszelVariance) -> f64 {
        match choice {
            MantelHaenszelVariance::GreenlandRobins => 0.0,
            MantelHaenszelVariance::Sato => {
                estimate(self, tables).ok().filter(|difference| difference.is_finite()).unwrap_or(0.0)
            }
        }
    }

    fn terms(self, table: &Corrected, reference: f64) -> Terms {
        let (t, w) = (table.for_effect, self.weight(table));
        // a n2 - c n1 = a d - b c, a difference that is rounded once.
        let weighted = t.cross() / t.n1() / t.n2() * w;
        let t = table.for_variance;
        let (n1, n2) = (t.n1(), t.n2());
        let n = n1 + n2;
        let own = t.a / n1 * t.b * (n2 / n) * (n2 / n) + t.c / n2 * t.d * (n1 / n) * (n1 / n);
        // Sato's μ P + Q is Greenland's term plus (μ - own difference) P, in which less cancels. Their sum is not
        // negative: |P| is at most half the weight, and Q at least |a d - b c|/(2N).
        let p = n1 * (n2 / n) * ((n1 / n) * (t.c / n2) - (n2 / n) * (t.a / n1) + 0.5 * ((n2 - n1) / n));
        let shift = (reference - t.cross() / n1 / n2) * p;
        [weighted, w, own, own + shift, p, own + shift.abs(), 0.0]
    }

    fn estimate(self, [weighted, total, ..]: &Terms, _: f64) -> Result<f64, Error> {
        Ok(weighted / total)
    }

    fn variance(
        self,
        [_, total, own, about_reference, p, ..]: &Terms,
        reference: f64,
        estimate: f64,
        choice: MantelHaenszelVariance,
    ) -> Result<f64, Error> {
        let common = about_reference + (estimate - reference) * p;
        match choice {
            MantelHaenszelVariance::GreenlandRobins if *own == 0.0 => {
                Err(not_estimable(self, "no arm of any study has both events and non-events"))
            }
            MantelHaenszelVariance::GreenlandRobins => Ok(own / total / total),
            MantelHaenszelVariance::Sato if common <= 0.0 => {
                Err(not_estimable(self, "the variance of Sato, Greenland and Robins is not positive"))
            }
            MantelHaenszelVariance::Sato => Ok(common / total / total),
        }
    }

    fn cancels(
        self,
        [_, _, _, about_reference, p, size, ..]: &Terms,
        reference: f64,
        estimate: f64,
        choice: MantelHaenszelVariance,
    ) -> bool {
        let moved = (estimate - reference) * p;
        choice == MantelHaenszelVariance::Sato && about_reference + moved <= 0.1 * (size + moved.abs())
    }

    fn weight(self, table: &Corrected) -> f64 {
        let t = table.for_variance;
        t.n1() * (t.n2() / (t.n1() + t.n2()))
    }
}
