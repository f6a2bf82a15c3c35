//! The laws that sensitivity analyses keep.

use meta_analysis::sensitivity::{
    Fragility, Gosh, MomentEstimator, Pipeline, baujat, blup, cumulative, cumulative_by, cumulative_heterogeneity,
    derivatives, heterogeneity_without_each, influence, leave_one_cluster_out, leave_one_out, residuals,
};
use meta_analysis::{
    CommonEffect, DerSimonianLaird, Inference, MantelHaenszel, MantelHaenszelMeasure, MeanDifference, OddsRatio, Pool,
    Pooled, RandomEffects, RiskDifference, RiskRatio, Studies, Tables, Tau2Method, TwoByTwo, subgroups,
    subgroups_with_common_tau2,
};
use proptest::prelude::*;

use crate::sensitivity::{Plain, assert_same, close, size_of};
use crate::strategies::{anything, ordinary, studies, table, troublesome};

type Data = Studies<MeanDifference>;

fn without(studies: &Data, gone: usize) -> Data {
    let mut at = 0;
    studies.filter(|_| {
        at += 1;
        at != gone + 1
    })
}

/// Small tables with zero cells, from which most ratios are estimable.
fn small_tables(k: std::ops::RangeInclusive<usize>, cell: u64) -> impl Strategy<Value = Vec<TwoByTwo>> {
    let table = (0..=cell, 1..=cell, 0..=cell, 1..=cell).prop_map(|(a, b, c, d)| TwoByTwo::new([a, b], [c, d]));
    prop::collection::vec(table, k)
}

fn assert_fast_is_slow<M: MantelHaenszelMeasure>(measure: M, tables: &Vec<TwoByTwo>) {
    let model = MantelHaenszel::new(measure);
    let (Ok(fast), Ok(slow)) = (leave_one_out(&model, tables), leave_one_out(&Plain(model), tables)) else {
        assert!(model.pool(tables).is_err(), "an error of all");
        return;
    };
    let steps = (cumulative(&model, tables), cumulative(&Plain(model), tables));
    let steps = steps.0.rows().iter().map(|row| &row.result).zip(steps.1.rows().iter().map(|row| &row.result));
    let cuts = fast.rows().iter().map(|row| &row.result).zip(slow.rows().iter().map(|row| &row.result));
    for (a, b) in cuts.chain(steps) {
        match (a, b) {
            (Ok(a), Ok(b)) => assert_same(a, b, 0.0, "tables"),
            (a, b) => assert_eq!(a.as_ref().err(), b.as_ref().err(), "the same error"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn leaving_out_is_pooling_without(data in prop_oneof![ordinary(), troublesome()], random in any::<bool>()) {
        let all = studies(data);
        let model = RandomEffects::new(if random { Tau2Method::Reml } else { Tau2Method::DerSimonianLaird });
        let rows = leave_one_out(&model, &all).expect("rows");
        for (i, row) in rows.rows().iter().enumerate() {
            prop_assert_eq!(&row.result, &model.pool(&without(&all, i)), "bit for bit");
        }
    }

    #[test]
    fn the_fast_way_is_the_general_one(data in prop_oneof![ordinary(), troublesome()]) {
        let all = studies(data);
        for model in [CommonEffect::new(), CommonEffect::new().with_inference(Inference::HartungKnapp)] {
            let (fast, slow) = (leave_one_out(&model, &all), leave_one_out(&Plain(model), &all));
            for (a, b) in fast.expect("rows").rows().iter().zip(slow.expect("rows").rows()) {
                let (a, b) = (a.result.as_ref().expect("a"), b.result.as_ref().expect("b"));
                prop_assert_eq!(a.analysis().std_error.is_some(), b.analysis().std_error.is_some());
                if a.analysis().std_error.is_some() {
                    assert_same(a, b, size_of(&all), "without one");
                }
            }
        }
    }

    #[test]
    fn the_fast_way_of_tables_is_the_general_one(tables in prop_oneof![
        small_tables(1..=8, 30),
        prop::collection::vec(table(), 1..=6),
    ]) {
        assert_fast_is_slow(RiskRatio, &tables);
        assert_fast_is_slow(OddsRatio, &tables);
        assert_fast_is_slow(RiskDifference, &tables);
    }

    #[test]
    fn the_last_cumulative_row_is_all(data in ordinary(), seed in any::<u64>()) {
        let all = studies(data);
        let keys: Vec<u64> = (0..all.k() as u64).map(|i| (i + 1).wrapping_mul(seed | 1).rotate_left(11) % 7).collect();
        let model = RandomEffects::new(DerSimonianLaird);
        let last = cumulative(&model, &all).rows().last().expect("a row").result.clone();
        prop_assert_eq!(last, model.pool(&all), "in the order of the data");
        let by_key = cumulative_by(&CommonEffect::new(), &all, &keys).expect("rows");
        let rows = by_key.rows();
        assert_same(
            rows.last().expect("a row").result.as_ref().expect("a"),
            &CommonEffect::new().pool(&all).expect("b"),
            size_of(&all),
            "by key",
        );
        let mut distinct = keys.clone();
        distinct.sort_unstable();
        distinct.dedup();
        prop_assert_eq!(rows.len(), distinct.len(), "ties come in together");
        prop_assert!(rows.iter().zip(&distinct).all(|(row, key)| row.added.iter().all(|&i| keys[i] == *key)));
    }

    #[test]
    fn heterogeneity_from_sums_is_that_of_the_rest(data in prop_oneof![ordinary(), troublesome()]) {
        let all = studies(data);
        let sums = heterogeneity_without_each(MomentEstimator::HedgesOlkin, &all).expect("rows");
        let largest = all.v().iter().copied().fold(0.0, f64::max);
        let size = size_of(&all);
        for (i, h) in sums.iter().enumerate() {
            let pooled = RandomEffects::new(Tau2Method::HedgesOlkin).pool(&without(&all, i)).expect("an answer");
            let g = pooled.heterogeneity();
            prop_assert!(close(h.q(), g.q(), 1e-3, 13.5), "Q {} {}", h.q(), g.q());
            // A difference of the spread of the effects and the mean variance.
            let scale = largest.max(size * size);
            prop_assert!(close(h.tau2().unwrap_or(0.0), g.tau2().unwrap_or(0.0), scale, 13.5), "tau2 without {}", i);
        }
        let sums = heterogeneity_without_each(MomentEstimator::DerSimonianLaird, &all).expect("rows");
        for (i, h) in sums.iter().enumerate() {
            let pooled = RandomEffects::new(DerSimonianLaird).pool(&without(&all, i)).expect("an answer");
            let g = pooled.heterogeneity();
            let scale = g.typical_variance().unwrap_or(1.0);
            prop_assert!(close(h.tau2().unwrap_or(0.0), g.tau2().unwrap_or(0.0), scale, 12.5), "tau2 without {}", i);
        }
    }

    #[test]
    fn q_is_between_and_within(data in ordinary(), groups in prop::collection::vec(0..3_u8, 15)) {
        let all = studies(data);
        let result = subgroups(&CommonEffect::new(), &all, &groups[..all.k()]).expect("groups");
        let between = result.between().map_or(0.0, |test| test.q());
        let total = result.total().heterogeneity();
        prop_assert!(close(between + result.within().q(), total.q(), 1e-3, 13.5), "{}", result);
        let df = result.between().map_or(0.0, |test| test.df()) + result.within().df();
        prop_assert_eq!(df, total.df());
    }

    #[test]
    fn shrunken_effects_lie_between(data in troublesome()) {
        let all = studies(data);
        let model = RandomEffects::new(Tau2Method::PauleMandel);
        let mean = model.pool(&all).expect("an answer").analysis().estimate;
        for (row, &y) in blup(&model, &all).expect("rows").rows().iter().zip(all.y()) {
            prop_assert!(row.effect >= y.min(mean) && row.effect <= y.max(mean), "{} {} {}", y, row.effect, mean);
            prop_assert!((0.0..=1.0).contains(&row.own_share), "a share");
        }
    }

    #[test]
    fn subsets_hold_the_full_set(data in ordinary()) {
        let mut at = 0;
        // 255 subsets at most.
        let all = studies(data).filter(|_| {
            at += 1;
            at <= 8
        });
        for model in [&CommonEffect::new() as &dyn Pool<Data, Output = Pooled<MeanDifference>>,
            &RandomEffects::new(DerSimonianLaird)]
        {
            let result = Gosh::new(model).run(&all).expect("points");
            let (last, pooled) = (result.points().len() - 1, model.pool(&all).expect("an answer"));
            prop_assert!((0..all.k()).all(|study| result.contains(last, study)), "the last point is of all");
            let se = pooled.classic_std_error();
            let (a, b) = (result.points()[last].estimate, pooled.analysis().estimate);
            prop_assert!(close(a, b, se, 13.5) || close(a, b, size_of(&all), 14.5), "{} {}", a, b);
        }
    }

    #[test]
    fn derivatives_are_differences(data in ordinary()) {
        let all = studies(data);
        let model = RandomEffects::new(DerSimonianLaird);
        let answer = |y: Vec<f64>, v: Vec<f64>| {
            let pooled = model.pool(&studies((y, v))).expect("an answer");
            (pooled.analysis().estimate, pooled.heterogeneity().tau2().expect("tau2"))
        };
        let pooled = model.pool(&all).expect("an answer");
        let h = pooled.heterogeneity();
        // Away from the kink, and from where a step of the differences could cross it.
        prop_assume!((h.q() - h.df()).abs() > 0.05 * h.df());
        let rows = derivatives(&all).expect("rows");
        let (mut by_effect, mut tau2_by_effect) = (0.0, 0.0);
        for (i, row) in rows.rows().iter().enumerate() {
            let step = 1e-4 * all.v()[i].sqrt().min(1.0);
            let moved = |by: f64| {
                let mut y = all.y().to_vec();
                y[i] += by;
                answer(y, all.v().to_vec())
            };
            let ((a, s), (b, t)) = (moved(-step), moved(step));
            let (of_mean, of_tau2) = (row.mean_by_effect.expect("finite"), row.tau2_by_effect.expect("finite"));
            let scale = 1e-5 * (1.0 + of_tau2.abs());
            let (mean, tau2) = ((b - a) / (2.0 * step), (t - s) / (2.0 * step));
            prop_assert!((mean - of_mean).abs() < scale, "dmu/dy {mean} {of_mean}");
            prop_assert!((tau2 - of_tau2).abs() < scale, "dtau2/dy {tau2} {of_tau2}");
            by_effect += of_mean;
            tau2_by_effect += of_tau2;

            let ratio = 1e-5;
            let scaled = |by: f64| {
                let mut v = all.v().to_vec();
                v[i] *= 1.0 + by;
                answer(all.y().to_vec(), v)
            };
            let ((a, s), (b, t)) = (scaled(-ratio), scaled(ratio));
            let step = ratio * all.v()[i];
            let (of_mean, of_tau2) = (row.mean_by_variance.expect("finite"), row.tau2_by_variance.expect("finite"));
            let (mean, tau2) = ((b - a) / (2.0 * step), (t - s) / (2.0 * step));
            // Rounding of the answers, divided by the step, and the error of the differences.
            let noise = 1e-15 * (h.tau2().expect("tau2") + 10.0) / step;
            prop_assert!((mean - of_mean).abs() < 1e-5 * of_mean.abs() + 1e-6 + noise, "dmu/dv {mean} {of_mean}");
            prop_assert!((tau2 - of_tau2).abs() < 1e-5 * of_tau2.abs() + 1e-6 + noise, "dtau2/dv {tau2} {of_tau2}");
        }
        let k = rows.rows().len() as f64;
        prop_assert!((by_effect - 1.0).abs() < 1e-9 * (1.0 + k), "shares of the mean: {by_effect}");
        let size: f64 = rows.rows().iter().map(|row| row.tau2_by_effect.expect("finite").abs()).sum();
        prop_assert!(tau2_by_effect.abs() <= 1e-12 * size, "a shift leaves tau2: {tau2_by_effect}");
    }
}

/// Whether a significant answer of tables is none any more, or the reverse.
fn is_turned(model: &MantelHaenszel<RiskRatio>, was: bool, tables: &[TwoByTwo]) -> bool {
    let p = |pooled: Pooled<RiskRatio>| pooled.test().is_some_and(|test| test.p_value() < 0.05);
    model.pool(tables).is_ok_and(|pooled| p(pooled) != was)
}

fn moved(table: TwoByTwo, treated: i64, control: i64) -> Option<TwoByTwo> {
    let arm = |[a, b]: [u64; 2], by: i64| Some([a.checked_add_signed(by)?, b.checked_add_signed(-by)?]);
    Some(TwoByTwo::new(arm(table.treated(), treated)?, arm(table.control(), control)?))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn fragility_turns_and_one_step_less_does_not(tables in small_tables(2..=2, 14)) {
        let model = MantelHaenszel::new(RiskRatio);
        let Ok(result) = Fragility::new(model).with_analyses(20_000).run(&tables) else { return Ok(()) };
        let was = result.was_significant();
        for (i, study) in result.studies().iter().enumerate() {
            prop_assert!(study.complete, "small enough");
            let fewest = study.change.as_ref().map(|change| {
                let mut changed = tables.clone();
                changed[i] = moved(tables[i], change.treated, change.control).expect("a table");
                assert!(is_turned(&model, was, &changed), "the change turns it");
                change.events() as i64
            });
            for treated in -15..=15_i64 {
                for control in -15..=15_i64 {
                    let Some(table) = moved(tables[i], treated, control) else { continue };
                    if treated.abs() + control.abs() < fewest.unwrap_or(i64::MAX) {
                        let mut changed = tables.clone();
                        changed[i] = table;
                        prop_assert!(!is_turned(&model, was, &changed), "fewer do not: {treated} {control}");
                    }
                }
            }
        }
        let any = result.any();
        if !any.changes.is_empty() {
            let mut changed = tables.clone();
            for change in &any.changes {
                changed[change.study] = moved(tables[change.study], change.treated, change.control).expect("a table");
            }
            prop_assert!(is_turned(&model, was, &changed), "the changes turn it");
        }
        // What is ruled out is, by brute force.
        let r = any.ruled_out.min(6) as i64;
        for a in -r..=r {
            for b in -(r - a.abs())..=(r - a.abs()) {
                let left = r - a.abs() - b.abs();
                for c in -left..=left {
                    for d in -(left - c.abs())..=(left - c.abs()) {
                        if let (Some(x), Some(y)) = (moved(tables[0], a, b), moved(tables[1], c, d)) {
                            prop_assert!(!is_turned(&model, was, &[x, y]), "ruled out: {a} {b} {c} {d}");
                        }
                    }
                }
            }
        }
    }
}

/// True if the text prints nothing undefined as a number.
fn is_clean(text: &str) -> bool {
    !text.contains("NaN")
}

fn check_effects<P>(model: &P, all: &Data)
where
    P: Pool<Data, Output = Pooled<MeanDifference>>,
{
    let clean = |text: String| assert!(is_clean(&text), "{text}");
    let finite = |x: Option<f64>| assert!(x.is_none_or(f64::is_finite), "{x:?}");
    if let Ok(result) = leave_one_out(model, all) {
        clean(result.to_string());
    }
    clean(cumulative(model, all).to_string());
    let names: Vec<usize> = (0..all.k()).map(|i| i % 3).collect();
    if let Ok(result) = leave_one_cluster_out(model, all, &names) {
        clean(result.to_string());
    }
    if let Ok(result) = subgroups(model, all, &names) {
        clean(result.to_string());
        if let Ok(report) = result.with(all) {
            clean(report.to_string());
            clean(format!("{report:#}"));
        }
    }
    if let Ok(result) = influence(model, all) {
        clean(result.to_string());
        for row in result.rows() {
            let measures = [row.studentised, row.dffits, row.cooks_distance, row.covariance_ratio, row.dfbetas];
            measures.into_iter().chain([row.tau2_deleted, row.q_deleted, Some(row.hat)]).for_each(finite);
        }
    }
    if let Ok(result) = residuals(model, all) {
        clean(result.to_string());
    }
    if let Ok(result) = baujat(model, all) {
        clean(result.to_string());
    }
    if let Ok(result) = blup(model, all) {
        clean(result.to_string());
        for row in result.rows() {
            [Some(row.effect), row.std_error, Some(row.deviation), row.deviation_std_error]
                .into_iter()
                .for_each(finite);
        }
    }
    if let Ok(result) = Gosh::new(model).run(all) {
        clean(result.to_string());
        for point in result.points() {
            [Some(point.estimate), Some(point.q), point.i2, point.tau2].into_iter().for_each(finite);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_panics_on_effects((y, v) in anything()) {
        let Ok(all) = Studies::from_analysis(MeanDifference, y, v) else { return Ok(()) };
        check_effects(&CommonEffect::new(), &all);
        check_effects(&RandomEffects::default(), &all);
        check_effects(&RandomEffects::new(DerSimonianLaird).with_inference(Inference::HartungKnapp), &all);
        let names: Vec<usize> = (0..all.k()).map(|i| i % 3).collect();
        for &method in Tau2Method::ALL {
            if let Ok(result) = subgroups_with_common_tau2(&RandomEffects::new(method), &all, &names) {
                prop_assert!(is_clean(&result.to_string()), "{}", result);
            }
        }
        if let Ok(result) = derivatives(&all) {
            prop_assert!(is_clean(&result.to_string()), "{}", result);
        }
        for estimator in [MomentEstimator::DerSimonianLaird, MomentEstimator::HedgesOlkin] {
            for rows in [heterogeneity_without_each(estimator, &all), cumulative_heterogeneity(estimator, &all)] {
                for h in rows.into_iter().flatten() {
                    prop_assert!(h.q().is_finite() && h.tau2().is_none_or(f64::is_finite), "{:?}", h);
                }
            }
        }
    }

    #[test]
    fn nothing_panics_on_tables(tables in prop::collection::vec(table(), 0..=4)) {
        let tables: Tables = tables.into_iter().enumerate().map(|(i, table)| (i.to_string(), table)).collect();
        let model = MantelHaenszel::new(RiskRatio);
        for text in [
            leave_one_out(&model, &tables).map(|result| result.to_string()),
            Ok(cumulative(&model, &tables).to_string()),
            influence(&model, &tables).map(|result| result.to_string()),
            residuals(&model, &tables).map(|result| result.to_string()),
            baujat(&model, &tables).map(|result| result.to_string()),
            subgroups(&model, &tables, (0..tables.len()).map(|i| i % 2)).map(|result| result.to_string()),
            Gosh::new(model).run(&tables).map(|result| result.to_string()),
            Fragility::new(model).with_analyses(300).run(&tables).map(|result| result.to_string()),
            Fragility::new(Pipeline::new(OddsRatio, RandomEffects::default())).with_analyses(300).run(&tables)
                .map(|result| result.to_string()),
        ].into_iter().flatten() {
            prop_assert!(is_clean(&text), "{}", text);
        }
    }
}
