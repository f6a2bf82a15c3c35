//! Values of the R package metafor 5.1-12 (`tests/fixtures/peto.json`): every field of every case, within 1e-9.

use meta_analysis::{
    CochranMantelHaenszel, EffectSize, FromTable, HazardRatio, LogRank, Peto, PetoOddsRatio, Pool, TwoByTwo,
};

use crate::mantel_haenszel::{Tally, column, estimate_field, level, metafor_policies, name, tables};
use crate::score::json;

/// How many numbers are compared, and how many are not: p-values of Q whose degrees of freedom differ.
const COMPARED: usize = 3564;
const APART: usize = 4;

#[test]
fn every_value_of_r() {
    let file = json(include_str!("../fixtures/peto.json"));
    let mut tally = Tally::default();
    for case in file["cases"].as_array().expect("cases") {
        let (options, tables) = (&case["options"], tables(&case["input"]));
        let [effects, sums] = metafor_policies(options);
        // Double zeros add nothing to the sums unless they are corrected.
        let pooled = Peto::new().with_zero_cells(sums).with_level(level(options)).pool(&tables).expect("a result");
        let studies = FromTable::new(PetoOddsRatio).with_zero_cells(effects).studies(&tables).expect("effects").erase();
        let mut weights = pooled.weights(&tables).expect("weights");
        if weights.len() < tables.len() {
            for (i, _) in tables.iter().enumerate().filter(|(_, table)| is_double_zero(table)) {
                weights.insert(i, 0.0);
            }
        }
        let (natural, h) = (pooled.natural(), pooled.heterogeneity());
        let interval = natural.interval.expect("an interval");
        for (field, value) in case["expected"].as_object().expect("an object") {
            let what = format!("{} {field}", name(case));
            match field.as_str() {
                "k" => tally.check(&what, Some(tables.len() as f64), value, 0.0),
                "k_pos" => tally.check(&what, Some(pooled.k() as f64), value, 0.0),
                "k_yi" => tally.check(&what, Some(studies.k() as f64), value, 0.0),
                "or" => tally.check(&what, Some(natural.estimate), value, 0.0),
                "or_lb" => tally.check(&what, Some(interval.lower), value, 0.0),
                "or_ub" => tally.check(&what, Some(interval.upper), value, 0.0),
                // DIFFERENCE: double zeros that were corrected are terms of metafor's Q and do not count in its degrees of
                // freedom. With k_yi - 1 in place of k_pos - 1 its H2 and I2 come out.
                "H2" if studies.k() < pooled.k() => {
                    tally.check(&what, Some(h.q() / (studies.k() as f64 - 1.0)), value, 0.0);
                }
                "I2" if studies.k() < pooled.k() => {
                    let df = studies.k() as f64 - 1.0;
                    tally.check(&what, Some(100.0 * (h.q() - df) / h.q()), value, 1.0);
                }
                "QEp" if studies.k() < pooled.k() => tally.apart += 1,
                "I2" => tally.check(&what, h.i2_from_q().map(|i2| 100.0 * i2), value, 1.0),
                "H2" => tally.check(&what, h.h2_from_q(), value, 0.0),
                "weights_pct" => {
                    column(&mut tally, &what, &weights.iter().map(|w| Some(100.0 * w)).collect::<Vec<_>>(), value);
                }
                _ => estimate_field(&mut tally, &what, field, &pooled.clone().erase(), &studies, value),
            }
        }
    }
    tally.finish((COMPARED, APART));
}

fn is_double_zero(table: &TwoByTwo) -> bool {
    let ([a, b], [c, d]) = (table.treated(), table.control());
    (a == 0 && c == 0) || (b == 0 && d == 0)
}

#[test]
fn columns_of_a_log_rank_test_are_the_same_method() {
    let tables = [TwoByTwo::new([0, 20], [4, 18]), TwoByTwo::new([3, 12], [0, 14]), TwoByTwo::new([8, 32], [11, 31])];
    let column = |table: &TwoByTwo| {
        let [[a, b], [c, d]] = [table.treated(), table.control()].map(|arm| arm.map(|count| count as f64));
        let (n1, n2, m1, m2, n) = (a + b, c + d, a + c, b + d, a + b + c + d);
        LogRank::new(a - n1 * m1 / n, n1 * n2 * m1 * m2 / (n * n * (n - 1.0))).expect("valid")
    };
    let columns: Vec<LogRank> = tables.iter().map(column).collect();
    let by_tables = Peto::new().pool(&tables).expect("a result");
    let by_columns = Peto::hazard_ratio().pool(&columns).expect("a result");
    let difference = by_tables.analysis().estimate - by_columns.analysis().estimate;
    assert!(difference.abs() < 1e-15, "estimates differ by {difference}");
    assert_eq!(by_columns.measure(), HazardRatio, "what is pooled");
    // The test of the effect is that of Cochran, Mantel and Haenszel, as z.
    let z = by_tables.test().expect("a test").statistic;
    let test = CochranMantelHaenszel::new().without_continuity_correction().test(&tables).expect("a test");
    assert!((z * z / test.statistic() - 1.0).abs() < 1e-14, "{} is not the square of {z}", test.statistic());
    assert_eq!(format!("{by_tables}").lines().next(), Some("Peto odds ratio, common effect (Peto), 3 studies"));
}
