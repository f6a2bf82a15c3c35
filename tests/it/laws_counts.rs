//! Laws of the models that pool counts, on tables that look for trouble.

use meta_analysis::{
    BreslowDay, CochranMantelHaenszel, CorrectedStudies, DerSimonianLaird, EffectSize, Error, MantelHaenszel,
    MantelHaenszelMeasure, MantelHaenszelSums, MantelHaenszelVariance, OddsRatio, PersonTime, Peto, PetoOddsRatio,
    Pool, Pooled, RateDifference, RateRatio, RiskDifference, RiskRatio, SampleSizeWeights, TwoByTwo, ZeroCells,
};
use proptest::prelude::*;

use crate::strategies::table;

/// Tables of ordinary reviews with rare events.
fn rare() -> impl Strategy<Value = TwoByTwo> {
    (0_u64..6, 5_u64..200, 0_u64..6, 5_u64..200).prop_map(|(a, b, c, d)| TwoByTwo::new([a, b], [c, d]))
}

fn policies() -> impl Strategy<Value = ZeroCells> {
    let amount = prop::sample::select(vec![
        ZeroCells::NONE,
        ZeroCells::HALF,
        ZeroCells::treatment_arm(),
        ZeroCells::constant(1e-9).expect("positive"),
        ZeroCells::constant(1e9).expect("positive"),
    ]);
    let studies =
        prop::sample::select(vec![CorrectedStudies::WithZero, CorrectedStudies::All, CorrectedStudies::AllIfAny]);
    (amount, studies, 0..3).prop_map(|(amount, studies, double)| {
        let policy = amount.in_studies(studies);
        match double {
            0 => policy,
            1 => policy.keeping_double_zeros(),
            _ => policy.excluding_double_zeros(),
        }
    })
}

fn person_time() -> impl Strategy<Value = PersonTime> {
    let events = prop_oneof![4 => 0_u64..20, 1 => Just(0), 1 => Just(u64::MAX)];
    let time = prop_oneof![5 => 1.0..1000.0_f64, 1 => Just(1e-300), 1 => Just(1e300), 1 => Just(5e-324)];
    (events.clone(), time.clone(), events, time)
        .prop_map(|(x1, t1, x2, t2)| PersonTime::new((x1, t1), (x2, t2)).expect("valid"))
}

fn swapped(table: &TwoByTwo) -> TwoByTwo {
    TwoByTwo::new(table.control(), table.treated())
}

/// A result is made of numbers; an error says what is the matter.
fn sound<M: meta_analysis::Measure>(result: Result<Pooled<M>, Error>) -> Result<(), TestCaseError> {
    match result {
        Ok(pooled) => {
            let (x, h) = (pooled.analysis(), pooled.heterogeneity());
            let se = x.std_error.expect("a standard error");
            prop_assert!(x.estimate.is_finite() && se > 0.0 && se.is_finite(), "{x:?}");
            prop_assert!(h.q().is_finite() && h.q() >= 0.0 && (0.0..=1.0).contains(&h.p_value()), "{h:?}");
            prop_assert!(!format!("{pooled}").contains("NaN"), "{pooled}");
            let _ = pooled.revman_footer().to_string();
        }
        Err(error) => {
            let text = error.to_string();
            let known = ["not estimable", "at least one study", "arm must have at least", "outside the range"];
            prop_assert!(known.iter().any(|part| text.contains(part)), "{text}");
        }
    }
    Ok(())
}

fn estimates<M: MantelHaenszelMeasure>(model: MantelHaenszel<M>, tables: &[TwoByTwo]) -> Option<[f64; 3]> {
    let pooled = model.pool(tables).ok()?;
    let x = pooled.analysis();
    Some([x.estimate, x.std_error?, pooled.heterogeneity().q()])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_counts_pool_or_say_why_not(
        tables in prop::collection::vec(table(), 0..6),
        effects in policies(),
        sums in policies(),
    ) {
        fn check<M: MantelHaenszelMeasure>(model: MantelHaenszel<M>, tables: &[TwoByTwo], policies: [ZeroCells; 2])
            -> Result<(), TestCaseError>
        where
            [TwoByTwo]: meta_analysis::StudyData<M, f64>,
        {
            let model = model.with_zero_cells(policies[0]).with_zero_cells_in_sums(policies[1]);
            sound(model.pool(tables))?;
            sound(model.random_effects().pool(tables))?;
            if let Ok(pooled) = model.pool(tables) {
                let total: f64 = pooled.weights(tables).expect("weights").iter().sum();
                prop_assert!((total - 1.0).abs() < 1e-12, "{tables:?}: weights sum to {total}");
                // Without an effect of any study there are no lines.
                let _ = pooled.with(tables).map(|report| format!("{report:#}"));
            }
            Ok(())
        }
        check(MantelHaenszel::new(RiskRatio), &tables, [effects, sums])?;
        check(MantelHaenszel::new(OddsRatio), &tables, [effects, sums])?;
        check(MantelHaenszel::new(RiskDifference), &tables, [effects, sums])?;
        let sato = MantelHaenszel::new(RiskDifference).with_variance(MantelHaenszelVariance::Sato);
        check(sato, &tables, [effects, sums])?;
        sound(Peto::new().with_zero_cells(sums).pool(&tables))?;
        sound(SampleSizeWeights::new(OddsRatio, DerSimonianLaird).pool(&tables))?;
        sound(SampleSizeWeights::common_effect(RiskDifference).pool(&tables))?;
        for test in [
            CochranMantelHaenszel::new().with_zero_cells(sums).test(&tables),
            BreslowDay::new().with_zero_cells(sums).test(&tables),
        ] {
            match test {
                Ok(test) => prop_assert!(
                    test.statistic() >= 0.0 && test.statistic().is_finite() && (0.0..=1.0).contains(&test.p_value()),
                    "{tables:?}: {test:?}"
                ),
                Err(error) => prop_assert!(!error.to_string().is_empty(), "a reason"),
            }
        }
    }

    #[test]
    fn any_person_time_pools_or_says_why_not(
        data in prop::collection::vec(person_time(), 0..6),
        effects in policies(),
        sums in policies(),
    ) {
        fn check<M: MantelHaenszelSums<Data = PersonTime>>(measure: M, data: &[PersonTime], policies: [ZeroCells; 2])
            -> Result<(), TestCaseError>
        {
            let model = MantelHaenszel::new(measure).with_zero_cells(policies[0]).with_zero_cells_in_sums(policies[1]);
            sound(model.pool(data))?;
            sound(model.random_effects().pool(data))
        }
        check(RateRatio, &data, [effects, sums])?;
        check(RateDifference, &data, [effects, sums])?;
        if let Ok(test) = CochranMantelHaenszel::new().test(&data) {
            prop_assert!(test.statistic() >= 0.0 && test.statistic().is_finite(), "{data:?}: {test:?}");
        }
    }

    #[test]
    fn swapping_arms_turns_the_sign(tables in prop::collection::vec(rare(), 1..9)) {
        let other: Vec<TwoByTwo> = tables.iter().map(swapped).collect();
        fn check<M: MantelHaenszelMeasure>(model: MantelHaenszel<M>, a: &[TwoByTwo], b: &[TwoByTwo])
            -> Result<(), TestCaseError>
        {
            let (x, y) = (estimates(model, a), estimates(model, b));
            prop_assert_eq!(x.is_some(), y.is_some(), "both or none");
            if let (Some([e, se, q]), Some([f, sf, r])) = (x, y) {
                prop_assert!((e + f).abs() <= 1e-13 * se.max(e.abs()), "{} and {}", e, f);
                prop_assert!((se / sf - 1.0).abs() < 1e-12, "{} and {}", se, sf);
                prop_assert!((q - r).abs() <= 1e-12 * q.max(1.0), "{} and {}", q, r);
            }
            Ok(())
        }
        check(MantelHaenszel::new(RiskRatio), &tables, &other)?;
        check(MantelHaenszel::new(OddsRatio), &tables, &other)?;
        check(MantelHaenszel::new(RiskDifference), &tables, &other)?;
        check(MantelHaenszel::new(RiskDifference).with_variance(MantelHaenszelVariance::Sato), &tables, &other)?;
        if let (Ok(x), Ok(y)) = (Peto::new().pool(&tables), Peto::new().pool(&other)) {
            let (x, y) = (x.analysis(), y.analysis());
            prop_assert!((x.estimate + y.estimate).abs() <= 1e-13 * x.std_error.expect("one"), "{:?} {:?}", x, y);
        }
    }

    #[test]
    fn the_order_of_tables_does_not_matter(tables in prop::collection::vec(rare(), 2..9)) {
        let reversed: Vec<TwoByTwo> = tables.iter().rev().copied().collect();
        let pairs = [
            (estimates(MantelHaenszel::new(RiskRatio), &tables), estimates(MantelHaenszel::new(RiskRatio), &reversed)),
            (estimates(MantelHaenszel::new(OddsRatio), &tables), estimates(MantelHaenszel::new(OddsRatio), &reversed)),
            (
                estimates(MantelHaenszel::new(RiskDifference), &tables),
                estimates(MantelHaenszel::new(RiskDifference), &reversed),
            ),
        ];
        for (x, y) in pairs {
            prop_assert_eq!(x.is_some(), y.is_some(), "both or none");
            if let (Some([e, se, q]), Some([f, sf, r])) = (x, y) {
                prop_assert!((e - f).abs() <= 1e-13 * se.max(e.abs()), "{} and {}", e, f);
                prop_assert!((se / sf - 1.0).abs() < 1e-13, "{} and {}", se, sf);
                prop_assert!((q - r).abs() <= 1e-13 * q.max(1.0), "{} and {}", q, r);
            }
        }
        let peto = |tables: &[TwoByTwo]| Peto::new().pool(tables).ok().map(|pooled| pooled.analysis().estimate);
        if let (Some(x), Some(y)) = (peto(&tables), peto(&reversed)) {
            prop_assert!((x - y).abs() <= 1e-13 * x.abs().max(0.1), "{} and {}", x, y);
        }
    }

    #[test]
    fn one_table_is_its_own_effect(a in 1_u64..50, b in 1_u64..50, c in 1_u64..50, d in 1_u64..50) {
        let table = [TwoByTwo::new([a, b], [c, d])];
        fn check<M: MantelHaenszelMeasure + EffectSize<TwoByTwo, Measure = M>>(measure: M, table: &[TwoByTwo])
            -> Result<(), TestCaseError>
        {
            let effect = measure.effect(&table[0]).expect("an effect");
            let x = MantelHaenszel::new(measure).pool(table).expect("a result").analysis();
            prop_assert!((x.estimate - effect.y()).abs() <= 1e-14 * effect.std_error().max(effect.y().abs()), "{:?}", x);
            prop_assert!((x.std_error.expect("one") / effect.std_error() - 1.0).abs() < 1e-13, "{:?}", x);
            Ok(())
        }
        check(RiskRatio, &table)?;
        check(OddsRatio, &table)?;
        check(RiskDifference, &table)?;
        let effect = PetoOddsRatio.effect(&table[0]).expect("an effect");
        let x = Peto::new().pool(&table).expect("a result").analysis();
        prop_assert_eq!(x.estimate, effect.y(), "Peto");
        // Both variances of the risk difference agree if there is one difference.
        let sato = MantelHaenszel::new(RiskDifference).with_variance(MantelHaenszelVariance::Sato);
        let se = |model: MantelHaenszel<RiskDifference>| model.pool(&table).expect("a result").analysis().std_error;
        let (x, y) = (se(sato).expect("one"), se(MantelHaenszel::new(RiskDifference)).expect("one"));
        prop_assert!((x / y - 1.0).abs() < 1e-12, "{} and {}", x, y);
    }
}

#[test]
fn errors() {
    let text = |result: Result<meta_analysis::ChiSquaredTest, Error>| result.expect_err("an error").to_string();
    let none: [TwoByTwo; 0] = [];
    let double_zero = [TwoByTwo::new([0, 9], [0, 9])];
    let one = [TwoByTwo::new([1, 9], [2, 9])];
    assert_eq!(
        text(CochranMantelHaenszel::new().test(&none)),
        "there must be at least one study to pool, but there is none"
    );
    assert_eq!(
        text(CochranMantelHaenszel::new().test(&double_zero)),
        "the association is not estimable: no study has both events and non-events"
    );
    assert_eq!(
        text(CochranMantelHaenszel::new().test(&[TwoByTwo::new([1, 9], [0, 0])])),
        "study 1: the control arm must have at least 1 patients, but has 0"
    );
    let quiet = [PersonTime::new((0, 3.0), (0, 4.0)).expect("valid")];
    assert_eq!(
        text(CochranMantelHaenszel::new().test(&quiet)),
        "the association is not estimable: no study has an event"
    );
    assert_eq!(text(BreslowDay::new().test(&one)), "the Breslow-Day test needs at least 2 studies, but there are 1");
    let apart = [PersonTime::new((0, 1e300), (u64::MAX, 1.0)).expect("valid")];
    assert_eq!(
        text(CochranMantelHaenszel::new().test(&apart)),
        "the Cochran-Mantel-Haenszel statistic is outside the range of floating-point numbers"
    );
    let peto = Peto::new().pool(&double_zero).expect_err("an error").to_string();
    assert_eq!(peto, "there must be at least one study to pool, but there is none (1 is excluded as not estimable)");
    let sato = MantelHaenszel::new(RiskDifference).with_variance(MantelHaenszelVariance::Sato);
    assert_eq!(
        sato.pool(&double_zero).expect_err("an error").to_string(),
        "the risk difference is not estimable: the variance of Sato, Greenland and Robins is not positive"
    );
}
