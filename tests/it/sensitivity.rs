//! Sensitivity analyses: texts, edges, and the fast way beside the general one.

use std::ops::ControlFlow;

use meta_analysis::sensitivity::{
    Fragility, Gosh, MomentEstimator, Pipeline, cumulative_by, cumulative_heterogeneity, derivatives,
    heterogeneity_without_each, influence, leave_one_cluster_out, leave_one_out,
};
use meta_analysis::{
    CommonEffect, DerSimonianLaird, EffectSize, ErrorKind, FixedWeights, HedgesOlkin, Level, MantelHaenszel,
    MeanDifference, Pool, Pooled, RandomEffects, Reml, RiskRatio, Studies, Tables, TwoByTwo,
};

use crate::strategies::Simulation;

type Data = Studies<MeanDifference>;

fn data(y: &[f64], v: &[f64]) -> Data {
    Studies::from_analysis(MeanDifference, y.to_vec(), v.to_vec()).expect("valid columns")
}

/// A model without a fast way.
pub(crate) struct Plain<P>(pub(crate) P);

impl<S: ?Sized, P: Pool<S>> Pool<S> for Plain<P> {
    type Output = P::Output;

    fn pool(&self, studies: &S) -> Result<P::Output, meta_analysis::Error> {
        self.0.pool(studies)
    }
}

/// Digits in which two numbers agree, relative to the larger of the second and a scale.
pub(crate) fn close(a: f64, b: f64, scale: f64, digits: f64) -> bool {
    a == b || (a - b).abs() <= 10_f64.powf(-digits) * b.abs().max(scale)
}

/// Asserts that two answers agree to the accuracy floors. A mean near 0 of effects of some size has an error of some ulps
/// of that size, in any order of summation.
pub(crate) fn assert_same<M: meta_analysis::Measure>(a: &Pooled<M>, b: &Pooled<M>, size: f64, what: &str) {
    let (x, y, se) = (a.analysis(), b.analysis(), b.classic_std_error());
    let same = close(x.estimate, y.estimate, se, 13.5) || close(x.estimate, y.estimate, size, 14.5);
    assert!(same, "{what}: estimate {} {}", x.estimate, y.estimate);
    let errors = (x.std_error.expect("an error"), y.std_error.expect("an error"));
    assert!(close(errors.0, errors.1, 0.0, 13.5), "{what}: standard error {errors:?}");
    let (h, g) = (a.heterogeneity(), b.heterogeneity());
    assert!(close(h.q(), g.q(), 1e-3, 13.5), "{what}: Q {} {}", h.q(), g.q());
    let typical = (h.typical_variance(), g.typical_variance());
    if let (Some(a), Some(b)) = typical {
        assert!(close(a, b, 0.0, 13.5), "{what}: typical variance {a} {b}");
    }
    assert_eq!((typical.0.is_some(), h.df(), a.k()), (typical.1.is_some(), g.df(), b.k()), "{what}");
    assert!(a.notes().eq(b.notes()), "{what}: notes");
    assert_eq!(a.title(), b.title(), "{what}");
}

/// The size of the largest effect.
pub(crate) fn size_of(studies: &Data) -> f64 {
    studies.y().iter().fold(0.0, |size, y| y.abs().max(size))
}

fn simulated(k: usize, seed: u64) -> Data {
    let mut random = Simulation(seed);
    let (y, v): (Vec<f64>, Vec<f64>) =
        (0..k).map(|_| (random.normal() + 0.3, (2.0 * random.normal() - 2.0).exp())).unzip();
    data(&y, &v)
}

#[test]
fn the_fast_way_agrees_for_many_studies() {
    for k in [2, 3, 33, 600, 2500] {
        let studies = simulated(k, k as u64);
        let model = CommonEffect::new();
        let (fast, slow) = (leave_one_out(&model, &studies), leave_one_out(&Plain(model), &studies));
        let (fast, slow) = (fast.expect("rows"), slow.expect("rows"));
        for (a, b) in fast.rows().iter().zip(slow.rows()) {
            assert_same(
                a.result.as_ref().expect("a"),
                b.result.as_ref().expect("b"),
                1.0,
                &format!("{k}: {}", a.label),
            );
        }
        let all = meta_analysis::sensitivity::cumulative(&model, &studies);
        let last = all.rows().last().expect("a row").result.as_ref().expect("an answer");
        assert_same(last, &model.pool(&studies).expect("an answer"), 1.0, &format!("{k}: all"));
    }
}

#[test]
fn heterogeneity_from_sums_agrees_with_pooling() {
    let check = |h: &meta_analysis::Heterogeneity, pooled: &Pooled<MeanDifference>, what: &str| {
        let g = pooled.heterogeneity();
        assert!(close(h.q(), g.q(), 1e-3, 13.5), "{what}: Q {} {}", h.q(), g.q());
        assert_eq!(h.df(), g.df(), "{what}: df");
        if let (Some(a), Some(b), Some(typical)) = (h.tau2(), g.tau2(), g.typical_variance()) {
            assert!(close(a, b, typical, 12.5), "{what}: tau2 {a} {b}");
            let (a, b) = (h.i2_from_tau2().expect("I2"), g.i2_from_tau2().expect("I2"));
            assert!(close(a, b, 1.0, 12.5), "{what}: I2 {a} {b}");
        } else {
            assert_eq!((h.tau2(), g.tau2()), (None, None), "{what}: both undefined");
        }
    };
    for k in [2, 3, 10, 40, 700] {
        let studies = simulated(k, 3 + k as u64);
        let far = Studies::from_analysis(
            MeanDifference,
            studies.y().iter().map(|y| y * 1e-9 + 1e3).collect(),
            studies.v().iter().map(|v| v * 1e-18).collect(),
        );
        // A million times further from 0 than from each other: the effects themselves have lost their last digits.
        for studies in [studies, far.expect("valid columns")] {
            for estimator in [MomentEstimator::DerSimonianLaird, MomentEstimator::HedgesOlkin] {
                let pool = |studies: &Data| match estimator {
                    MomentEstimator::HedgesOlkin => RandomEffects::new(HedgesOlkin).pool(studies).expect("an answer"),
                    _ => RandomEffects::new(DerSimonianLaird).pool(studies).expect("an answer"),
                };
                let rows = heterogeneity_without_each(estimator, &studies).expect("rows");
                for (i, h) in rows.iter().enumerate() {
                    let mut at = 0;
                    let rest = studies.filter(|_| {
                        at += 1;
                        at != i + 1
                    });
                    check(h, &pool(&rest), &format!("{k} {estimator:?} without {i}"));
                }
                let rows = cumulative_heterogeneity(estimator, &studies).expect("rows");
                for (i, h) in rows.iter().enumerate() {
                    let mut at = 0;
                    let first = studies.filter(|_| {
                        at += 1;
                        at <= i + 1
                    });
                    check(h, &pool(&first), &format!("{k} {estimator:?} up to {i}"));
                }
            }
        }
    }
    let error = heterogeneity_without_each(MomentEstimator::default(), &data(&[1.0], &[1.0])).unwrap_err();
    assert_eq!(error.to_string(), "heterogeneity without a study needs at least 2 studies, but there are 1");
}

#[test]
fn variances_beyond_all_ratios_are_pooled_one_by_one() {
    let studies = data(&[1.0, 2.0, 3.0], &[1e-300, 1.0, 1e8]);
    let result = leave_one_out(&CommonEffect::new(), &studies).expect("rows");
    let first = result.rows()[0].result.as_ref().expect("an answer");
    let rest = CommonEffect::new().pool(&data(&[2.0, 3.0], &[1.0, 1e8])).expect("an answer");
    assert_eq!(first, &rest, "in its own unit, without the study that dwarfs the others");
}

#[test]
fn a_single_study_leaves_nothing() {
    let studies = data(&[1.0], &[1.0]);
    let result = leave_one_out(&CommonEffect::new(), &studies).expect("rows");
    assert_eq!(result.rows()[0].result.as_ref().unwrap_err().kind(), &ErrorKind::NoStudies { excluded: 0 });
    assert!(result.to_string().contains("there must be at least one study to pool, but there is none"), "{result}");
    let influence = influence(&CommonEffect::new(), &studies).expect("a row");
    let row = &influence.rows()[0];
    assert_eq!((row.studentised, row.dffits, row.hat, row.influential), (None, None, 1.0, None));
    let error = derivatives(&studies).unwrap_err();
    assert_eq!(error.to_string(), "the derivatives needs at least 2 studies, but there are 1");
    assert!(leave_one_out(&CommonEffect::new(), &Data::new(MeanDifference)).is_err(), "nothing to start from");
}

#[test]
fn given_weights_do_not_fit_the_rest() {
    let studies = data(&[1.0, 2.0, 6.0], &[1.0, 1.0, 1.0]);
    let model = FixedWeights::new(vec![1.0, 2.0, 3.0], Reml).expect("weights");
    let result = leave_one_out(&model, &studies).expect("rows");
    let error = result.rows()[0].result.as_ref().unwrap_err();
    assert_eq!(error.to_string(), "there must be as many weights as studies (2), but there are 3");
    assert!(leave_one_out(&FixedWeights::ivhet(), &studies).expect("rows").rows()[0].result.is_ok(), "others do");
}

#[test]
fn excluded_studies_have_their_clusters_and_keys() {
    let tables = Tables::from_totals([
        ("none", [0, 20], [0, 20]),
        ("first", [4, 20], [8, 20]),
        ("second", [2, 30], [9, 30]),
        ("third", [7, 30], [9, 30]),
    ])
    .expect("tables");
    let studies = RiskRatio.labelled_studies(&tables).expect("studies");
    let clusters = ["a", "b", "a", "b"];
    let of_studies = leave_one_cluster_out(&CommonEffect::new(), &studies, clusters).expect("rows");
    let left_out: Vec<&[usize]> = of_studies.rows().iter().map(|row| &row.left_out[..]).collect();
    assert_eq!(left_out, [&[1][..], &[0, 2]], "indices among the estimable");
    let of_tables = leave_one_cluster_out(&MantelHaenszel::new(RiskRatio), &tables, clusters).expect("rows");
    let ks: Vec<usize> = of_tables.rows().iter().map(|row| row.result.as_ref().expect("an answer").k()).collect();
    assert_eq!(ks, [2, 1], "a: none and second");
    let keys = [2001.0, 2003.0, 2002.0, 2003.0];
    let result = cumulative_by(&MantelHaenszel::new(RiskRatio), &tables, &keys).expect("rows");
    let labels: Vec<&str> = result.rows().iter().map(|row| &row.label[..]).collect();
    assert_eq!(labels, ["none", "second", "first, third"]);
    let error = result.rows()[0].result.as_ref().unwrap_err();
    assert_eq!(error.kind(), &ErrorKind::NoStudies { excluded: 1 }, "not estimable alone");
    let error = cumulative_by(&CommonEffect::new(), &studies, &[1.0, f64::NAN, 2.0, 3.0]).unwrap_err();
    assert_eq!(error.to_string(), "study 2: the keys must have an order, but one compares with none");
}

#[test]
fn the_table_of_tables_that_are_not_estimable() {
    let tables =
        Tables::from_totals([("none", [0, 20], [0, 20]), ("first", [4, 20], [8, 20]), ("x", [2, 30], [9, 30])]);
    let tables = tables.expect("tables");
    for model in [
        &MantelHaenszel::new(RiskRatio) as &dyn Pool<Tables, Output = Pooled<RiskRatio>>,
        &Pipeline::new(RiskRatio, CommonEffect::new()),
    ] {
        let result = leave_one_out(model, &tables).expect("rows");
        let all = result.all();
        let without = result.rows()[0].result.as_ref().expect("an answer");
        assert_eq!(without.analysis().estimate, all.analysis().estimate, "nothing changes");
        assert_eq!(result.rows().len(), 3, "a row for each");
        assert_eq!(influence(model, &tables).expect("rows").rows().len(), 2, "a row for each that is estimable");
    }
}

#[test]
fn subsets_are_all_there_and_can_be_cancelled() {
    let studies = simulated(10, 5);
    for model in [&CommonEffect::new() as &dyn Pool<Data, Output = Pooled<MeanDifference>>, &RandomEffects::default()] {
        let mut reports = Vec::new();
        let result = Gosh::new(model).run_with(&studies, |done, total| {
            reports.push((done, total));
            ControlFlow::Continue(())
        });
        let result = result.expect("points");
        assert_eq!((result.points().len(), result.failed(), result.is_exact()), (1023, 0, true));
        assert_eq!(reports, [(256, 1023), (512, 1023), (768, 1023), (1023, 1023)]);
        // Each subset once, with the answer of its studies.
        let mut seen = std::collections::HashSet::new();
        for (i, point) in result.points().iter().enumerate() {
            let members: Vec<usize> = (0..10).filter(|&study| result.contains(i, study)).collect();
            let column = |of: &[f64]| members.iter().map(|&j| of[j]).collect::<Vec<f64>>();
            let pooled = model.pool(&data(&column(studies.y()), &column(studies.v()))).expect("an answer");
            let se = pooled.classic_std_error();
            assert!(close(point.estimate, pooled.analysis().estimate, se, 13.5), "{members:?}");
            assert!(close(point.q, pooled.heterogeneity().q(), 1e-3, 13.5), "{members:?}");
            assert_eq!(point.k, members.len());
            assert!(seen.insert(members), "once");
        }
        let cancelled = Gosh::new(model).run_with(&studies, |_, _| ControlFlow::Break(())).unwrap_err();
        assert_eq!(cancelled.kind(), &ErrorKind::Cancelled { done: 256, total: 1023 });
    }
}

#[test]
fn random_subsets_repeat() {
    let studies = simulated(90, 6);
    let gosh = Gosh::new(CommonEffect::new()).with_draws(500, 17);
    let (a, b) = (gosh.run(&studies).expect("points"), gosh.run(&studies).expect("points"));
    assert_eq!((a.points(), a.is_exact()), (b.points(), false), "the same seed");
    assert_ne!(a.points(), gosh.with_draws(500, 18).run(&studies).expect("points").points(), "another seed");
    assert_eq!(a.points()[0].k, 90, "first all studies");
    let mean = a.points()[1..].iter().map(|point| point.k as f64).sum::<f64>() / 499.0;
    assert!((mean - 45.0).abs() < 1.0, "half of the studies on average: {mean}");
    assert!((0..90).all(|study| (1..500).any(|point| a.contains(point, study))), "every study is drawn");
    let error = Gosh::new(CommonEffect::new()).with_draws(0, 1).run(&studies).unwrap_err();
    assert_eq!(error.to_string(), "the subsets needs at least 1 draws, but there are 0");
    println!("{a}");
}

#[test]
fn fragility_says_how_far_it_went() {
    let tables = Tables::from_totals([("first", [1, 100], [9, 100]), ("second", [2, 100], [10, 100])]).expect("tables");
    let model = MantelHaenszel::new(RiskRatio);
    let result = Fragility::new(model).run(&tables).expect("a result");
    println!("{result}");
    assert!(result.was_significant() && result.any().is_exact(), "{result}");
    let fewest = result.any().fewest().expect("changes");
    // With hardly any analyses, bounds remain.
    let short = Fragility::new(model).with_analyses(30).run(&tables).expect("a result");
    assert!(!short.any().is_exact() && short.any().ruled_out < fewest, "{short}");
    assert!(short.any().fewest().is_none_or(|upper| upper >= fewest), "{short}");
    // One study alone with two patients: every table is tried.
    let tiny = vec![TwoByTwo::new([1, 1], [1, 1])];
    let result = Fragility::new(model).run(&tiny).expect("a result");
    assert!(result.studies()[0].complete && result.studies()[0].change.is_none(), "{result}");
    assert!(result.to_string().contains("never"), "{result}");
    // At a low level, a step or two is enough.
    let easy = Fragility::new(model).with_level(Level::new(0.5).expect("a level")).run(&tiny).expect("a result");
    assert!(easy.any().fewest().is_some_and(|fewest| fewest <= 2) && easy.any().is_exact(), "{easy}");
}

#[test]
fn single_precision_keeps_its_digits() {
    let double = simulated(12, 21);
    let single: Studies<MeanDifference, f32> = double.clone().cast().expect("within range");
    // The same studies as `f32` has them, in double precision.
    let same: Data = single.clone().cast().expect("within range");
    let model = RandomEffects::new(DerSimonianLaird);
    let (a, b) = (influence(&model, &single).expect("rows"), influence(&model, &same).expect("rows"));
    let near = |a: f32, b: f64| (f64::from(a) - b).abs() <= 1e-6 * b.abs().max(1e-3);
    for (a, b) in a.rows().iter().zip(b.rows()) {
        assert!(near(a.cooks_distance.expect("a"), b.cooks_distance.expect("b")), "{}", a.label);
        assert!(near(a.dffits.expect("a"), b.dffits.expect("b")), "{}", a.label);
        assert!(near(a.studentised.expect("a"), b.studentised.expect("b")), "{}", a.label);
    }
    let (a, b) = (derivatives(&single).expect("rows"), derivatives(&same).expect("rows"));
    for (a, b) in a.rows().iter().zip(b.rows()) {
        assert!(near(a.mean_by_effect.expect("a"), b.mean_by_effect.expect("b")), "{}", a.label);
    }
}
