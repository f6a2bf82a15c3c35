//! Laws of effects of counts, on tables with zeros and with counts up to the largest.

use meta_analysis::{
    ArcsineDifference, ConditionalOddsRatio, CorrectedCells, CorrectedStudies, CoxD, DiagnosticOddsRatio, Effect,
    EffectSize, Error, ErrorKind, Favours, FisherZPhi, FisherZTetrachoric, FromPairs, FromPersonTime, FromTable,
    HazardRatio, LogRank, LogRankEvents, LogisticD, MatchedPairs, MatchedPairsMeasure, Measure, OddsRatio,
    PairedMargins, PersonTime, PersonTimeMeasure, PetoOddsRatio, PhiCoefficient, PhiVariance, ProbitD, RateDifference,
    RateRatio, RateRootDifference, RatioVariance, RiskDifference, RiskDifferenceVariance, RiskRatio, TableRecipe,
    TetrachoricCorrelation, TwoByTwo, VaccineEfficacy, YuleQ, YuleY, ZeroCells,
};
use proptest::prelude::*;

use crate::strategies::{policy, table};

type Pair = Result<(f64, f64), Error>;

fn pair<M: Measure>(effect: Result<Effect<M>, Error>) -> Pair {
    effect.map(|effect| (effect.y(), effect.v()))
}

/// The effects of a table by every recipe and variance, with names, under one policy.
fn all(table: &TwoByTwo, policy: ZeroCells) -> Vec<(&'static str, Pair)> {
    fn one<R: TableRecipe>(recipe: R, variance: R::Variance, table: &TwoByTwo, policy: ZeroCells) -> Pair {
        pair(FromTable::new(recipe).with_variance(variance).with_zero_cells(policy).effect(table))
    }
    let mut effects = vec![
        ("RD unbiased", one(RiskDifference, RiskDifferenceVariance::Unbiased, table, policy)),
        ("RD null", one(RiskDifference, RiskDifferenceVariance::Null, table, policy)),
        ("RD average", one(RiskDifference, RiskDifferenceVariance::Average, table, policy)),
        ("RD", one(RiskDifference, RiskDifferenceVariance::LargeSample, table, policy)),
        ("AS", one(ArcsineDifference, (), table, policy)),
        ("PETO", one(PetoOddsRatio, (), table, policy)),
        ("PHI", one(PhiCoefficient, PhiVariance::CrossSectional, table, policy)),
        ("PHI stratified", one(PhiCoefficient, PhiVariance::Stratified, table, policy)),
        ("ZPHI", one(FisherZPhi, PhiVariance::CrossSectional, table, policy)),
        ("YUQ", one(YuleQ, (), table, policy)),
        ("YUY", one(YuleY, (), table, policy)),
        ("RTET", one(TetrachoricCorrelation, (), table, policy)),
        ("ZTET", one(FisherZTetrachoric, (), table, policy)),
        ("PBIT", one(ProbitD, (), table, policy)),
    ];
    for variance in [RatioVariance::LargeSample, RatioVariance::Average, RatioVariance::Null] {
        effects.push(("RR", one(RiskRatio, variance, table, policy)));
        effects.push(("OR", one(OddsRatio, variance, table, policy)));
        effects.push(("OR2D", one(LogisticD, variance, table, policy)));
        effects.push(("OR2DN", one(CoxD, variance, table, policy)));
        effects.push(("DOR", one(DiagnosticOddsRatio, variance, table, policy)));
    }
    effects
}

/// Equal up to rounding, or the same kind of refusal.
fn agree(name: &str, left: &Pair, right: &Pair, sign: f64) -> Result<(), TestCaseError> {
    match (left, right) {
        (Ok((y, v)), Ok((z, w))) => {
            // In 40 000 tables all but phi near 1 agreed to 1e-13 and 1e-12.
            prop_assert!((y - sign * z).abs() <= 1e-12 * y.abs().max(1e-9), "{name}: effects {y:e} and {z:e}");
            prop_assert!((v / w - 1.0).abs() <= 1e-10, "{name}: variances {v:e} and {w:e}");
        }
        (Err(_), Err(_)) => {}
        _ => prop_assert!(false, "{name}: {left:?} and {right:?}"),
    }
    Ok(())
}

fn fine(name: &str, effect: &Pair) -> Result<(), TestCaseError> {
    match effect {
        Ok((y, v)) => prop_assert!(y.is_finite() && *v > 0.0 && v.is_finite(), "{name}: {y} {v}"),
        Err(error) => match error.kind() {
            ErrorKind::NotEstimable { reason, .. } => prop_assert!(!reason.is_empty(), "{name}: a reason"),
            ErrorKind::ArmTooSmall { found: 0, .. } => {}
            _ => prop_assert!(false, "{name}: {error}"),
        },
    }
    Ok(())
}

fn swapped(table: &TwoByTwo) -> TwoByTwo {
    TwoByTwo::new(table.control(), table.treated())
}

/// With events for non-events.
fn turned(table: &TwoByTwo) -> TwoByTwo {
    let ([a, b], [c, d]) = (table.treated(), table.control());
    TwoByTwo::new([b, a], [d, c])
}

/// With rows for columns.
fn transposed(table: &TwoByTwo) -> TwoByTwo {
    let ([a, b], [c, d]) = (table.treated(), table.control());
    TwoByTwo::new([a, c], [b, d])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_table_has_an_effect_or_a_reason(table in table(), policy in policy()) {
        for (name, effect) in all(&table, policy) {
            fine(name, &effect)?;
        }
    }

    #[test]
    fn swapping_arms_negates(table in table(), policy in policy()) {
        for ((name, left), (_, right)) in all(&table, policy).iter().zip(&all(&swapped(&table), policy)) {
            agree(name, left, right, -1.0)?;
        }
    }

    #[test]
    fn swapping_events_negates_all_but_the_risk_ratio(table in table(), policy in policy()) {
        let policy = policy.in_cells(CorrectedCells::All);
        for ((name, left), (_, right)) in all(&table, policy).iter().zip(&all(&turned(&table), policy)) {
            if *name != "RR" {
                agree(name, left, right, -1.0)?;
            }
        }
        // p2 RR + (1 - p2) RR' = 1 for the ratio of events and that of non-events.
        let none = FromTable::new(RiskRatio).with_zero_cells(ZeroCells::NONE);
        if let (Ok(events), Ok(others)) = (none.effect(&table), none.effect(&turned(&table))) {
            let [c, d] = table.control().map(|x| x as f64);
            let sum = c / (c + d) * events.natural() + d / (c + d) * others.natural();
            prop_assert!((sum - 1.0).abs() < 1e-13, "{sum}");
        }
    }

    #[test]
    fn measures_of_association_know_no_rows(table in table()) {
        let symmetric = ["OR", "PHI", "ZPHI", "YUQ", "YUY", "RTET", "ZTET", "PETO"];
        let (left, right) = (all(&table, ZeroCells::HALF), all(&transposed(&table), ZeroCells::HALF));
        for ((name, left), (_, right)) in left.iter().zip(&right).take(14).filter(|row| symmetric.contains(&row.0.0)) {
            if left.is_ok() && right.is_ok() {
                agree(name, left, right, 1.0)?;
            }
        }
    }

    #[test]
    fn vaccine_efficacy_is_one_minus_the_risk_ratio(table in table()) {
        if let (Ok(efficacy), Ok(ratio)) = (VaccineEfficacy.effect(&table), RiskRatio.effect(&table)) {
            prop_assert_eq!((efficacy.y(), efficacy.v()), (ratio.y(), ratio.v()));
            prop_assert!((efficacy.natural() + ratio.natural() - 1.0).abs() <= 1e-15 * ratio.natural().max(1.0));
        }
    }

    #[test]
    fn sets_follow_the_policy(tables in prop::collection::vec(table(), 1..6)) {
        let recipe = |studies| FromTable::new(RiskDifference).with_zero_cells(ZeroCells::HALF.in_studies(studies));
        let y = |studies| recipe(studies).studies(&tables).map(|studies| studies.y().to_vec());
        let any = tables.iter().any(TwoByTwo::has_zero_cell);
        let same = if any { CorrectedStudies::All } else { CorrectedStudies::WithZero };
        prop_assert_eq!(y(CorrectedStudies::AllIfAny), y(same));
        let (Ok(all), with) = (recipe(CorrectedStudies::All).studies(&tables), recipe(CorrectedStudies::WithZero)) else {
            return Ok(());
        };
        prop_assert_eq!(all.corrected(), tables.len());
        let zeros = tables.iter().filter(|table| table.has_zero_cell()).count();
        prop_assert_eq!(with.studies(&tables).expect("the same").corrected(), zeros);
    }

    #[test]
    fn pairs_have_an_effect_or_a_reason(table in table(), policy in policy()) {
        fn both<M: MatchedPairsMeasure>(measure: M, table: &TwoByTwo, policy: ZeroCells) -> Result<(), TestCaseError> {
            let recipe = FromPairs::new(measure).with_zero_cells(policy);
            let pairs = |table: &TwoByTwo| MatchedPairs::new(table.treated(), table.control());
            let (left, right) = (pair(recipe.effect(&pairs(table))), pair(recipe.effect(&pairs(&transposed(table)))));
            fine(measure.label(), &left)?;
            agree(measure.label(), &left, &right, -1.0)
        }
        both(RiskDifference, &table, policy)?;
        both(RiskRatio, &table, policy)?;
        both(OddsRatio, &table, policy)?;
        both(ConditionalOddsRatio, &table, policy)?;
        both(PetoOddsRatio, &table, policy)?;
    }

    #[test]
    fn margins_agree_with_their_pairs(a in 1_u64..200, b in 1_u64..200, c in 1_u64..200, d in 1_u64..200) {
        let (a1, n) = (a as f64, (a + b + c + d) as f64);
        let pairs = OddsRatio.effect(&MatchedPairs::new([a, b], [c, d])).expect("an effect");
        let arms = TwoByTwo::new([a + b, c + d], [a + c, b + d]);
        let margins = PairedMargins::with_joint_proportion(arms, a1 / n).expect("margins");
        let margins = OddsRatio.effect(&margins).expect("an effect");
        agree("margins", &Ok((pairs.y(), pairs.v())), &Ok((margins.y(), margins.v())), 1.0)?;
        let independent = PairedMargins::with_correlation(arms, 0.0).expect("margins");
        let (left, right) = (pair(OddsRatio.effect(&independent)), pair(OddsRatio.effect(&arms)));
        agree("independent margins", &left, &right, 1.0)?;
    }

    #[test]
    fn rates_have_an_effect_or_a_reason(
        table in table(), policy in policy(), log_time in -100.0..100.0_f64, log_ratio in -12.0..12.0_f64,
    ) {
        fn laws<M: PersonTimeMeasure>(
            measure: M, study: [(u64, f64); 2], policy: ZeroCells, power: i32,
        ) -> Result<(), TestCaseError> {
            let recipe = FromPersonTime::new(measure).with_zero_cells(policy);
            let effect = |[treated, control]: [(u64, f64); 2]| {
                pair(PersonTime::new(treated, control).and_then(|study| recipe.effect(&study)))
            };
            let left = effect(study);
            fine(measure.label(), &left)?;
            agree(measure.label(), &left, &effect([study[1], study[0]]), -1.0)?;
            // Another unit of time, by a power of 4: exact.
            let other = effect(study.map(|(events, time)| (events, time * 4.0)));
            let scale = 2_f64.powi(power);
            agree(measure.label(), &left.map(|(y, v)| (y * scale, v * scale * scale)), &other, 1.0)
        }
        let time = 10_f64.powf(log_time);
        let study = [(table.treated()[0], time), (table.control()[0], time * 10_f64.powf(log_ratio))];
        laws(RateRatio, study, policy, 0)?;
        laws(RateDifference, study, policy, -2)?;
        laws(RateRootDifference, study, policy, -1)?;
    }

    #[test]
    fn log_rank_tests_come_back(log_p in -300.0..-1e-9_f64, treated in 1..u64::MAX, control in 1_u64..1000) {
        let p = 10_f64.powf(log_p);
        let study = LogRank::from_p_value(p, Favours::Treated, LogRankEvents::ByArm { treated, control }).expect("a study");
        let effect = HazardRatio.effect(&study).expect("an effect");
        prop_assert!(effect.y() <= 0.0, "it favours the treated arm");
        let other = LogRank::from_p_value(p, Favours::Control, LogRankEvents::ByArm { treated, control }).expect("a study");
        prop_assert_eq!(other.observed_minus_expected(), -study.observed_minus_expected());
        let (x, z) = (treated as f64, control as f64);
        prop_assert!((effect.v() / (1.0 / x + 1.0 / z) - 1.0).abs() < 1e-13, "1/O1 + 1/O2");
    }
}

fn text<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    result.expect_err("an error").to_string()
}

#[test]
fn error_texts() {
    let none = |table| text(FromTable::new(RiskRatio).with_zero_cells(ZeroCells::NONE).effect(&table));
    let zero = "the risk ratio is not estimable: a cell is zero, and nothing is added to it";
    assert_eq!(none(TwoByTwo::new([0, 5], [3, 4])), zero);
    let double = "the risk ratio is not estimable: no events in either arm";
    assert_eq!(none(TwoByTwo::new([0, 5], [0, 4])), double);
    let drop = FromTable::new(RiskDifference).with_zero_cells(ZeroCells::HALF.excluding_double_zeros());
    assert_eq!(
        text(drop.effect(&TwoByTwo::new([5, 0], [4, 0]))),
        "the risk difference is not estimable: only events in both arms"
    );
    let none = FromTable::new(RiskDifference).with_zero_cells(ZeroCells::NONE);
    assert_eq!(
        text(none.effect(&TwoByTwo::new([5, 0], [0, 4]))),
        "the risk difference is not estimable: its variance is zero"
    );
    let unbiased = none.with_variance(RiskDifferenceVariance::Unbiased);
    assert_eq!(
        text(unbiased.effect(&TwoByTwo::new([1, 0], [2, 4]))),
        "the risk difference is not estimable: its unbiased variance needs more than one patient in each arm"
    );
    assert_eq!(
        text(TetrachoricCorrelation.effect(&TwoByTwo::new([5, 0], [2, 4]))),
        "the tetrachoric correlation is not estimable: a zero cell makes it 1 or -1"
    );
    assert_eq!(
        text(PhiCoefficient.effect(&TwoByTwo::new([5, 0], [0, 4]))),
        "the phi coefficient is not estimable: it is 1 or -1, which has no variance"
    );
    let huge = FromTable::new(RiskRatio).with_zero_cells(ZeroCells::constant(1e308).expect("positive"));
    assert_eq!(
        text(huge.effect(&TwoByTwo::new([0, 5], [3, 4]))),
        "the effect or its variance is outside the range of floating-point numbers"
    );
    let pairs = MatchedPairs::new([9, 0], [0, 5]);
    let discordant = "the conditional odds ratio is not estimable: no pair has an event in one arm alone";
    assert_eq!(text(ConditionalOddsRatio.effect(&pairs)), discordant);
    assert_eq!(
        text(RiskRatio.effect(&MatchedPairs::new([0, 0], [0, 0]))),
        "the treated arm must have at least 1 patients, but has 0"
    );
    assert_eq!(
        text(PairedMargins::with_correlation(TwoByTwo::new([1, 2], [3, 1]), 0.5)),
        "matched arms must have one size, but have 3 and 4 patients"
    );
    assert_eq!(
        text(PairedMargins::with_correlation(TwoByTwo::new([1, 2], [2, 1]), f64::NAN)),
        "the correlation within pairs must lie between -1 and 1, but is NaN"
    );
    assert_eq!(
        text(PairedMargins::with_joint_proportion(TwoByTwo::new([1, 2], [2, 1]), 0.5)),
        "the proportion of pairs with both events, given the margins, must lie between 0 and 0.3333333333333333, \
         but is 0.5"
    );
    assert_eq!(
        text(PersonTime::new((1, 2.0), (3, f64::NAN))),
        "the time at risk of the control arm must be positive and finite, but is NaN"
    );
    assert_eq!(
        text(RateRatio.effect(&PersonTime::new((0, 2.0), (0, 3.0)).expect("a study"))),
        "the rate ratio is not estimable: no events in either arm"
    );
    assert_eq!(text(LogRank::new(f64::INFINITY, 1.0)), "the observed minus expected events must be finite, but is inf");
    assert_eq!(text(LogRank::new(1.0, 0.0)), "the variance of the log-rank test must be positive and finite, but is 0");
    let events = LogRankEvents::ByArm { treated: 0, control: 3 };
    assert_eq!(
        text(LogRank::from_p_value(0.1, Favours::Treated, events)),
        "the hazard ratio is not estimable: an arm without events or patients gives no variance"
    );
    assert_eq!(
        text(LogRank::from_p_value(0.0, Favours::Treated, LogRankEvents::ByArm { treated: 3, control: 3 })),
        "the p-value must lie between 0 (excluded) and 1, but is 0"
    );
}

/// By hand: 120 events, allocated 2 to 1, p = 0.05: V = 120 * 2/9, z = 1.959963984540054.
#[test]
fn log_rank_by_allocation() {
    let events = LogRankEvents::Total { events: 120, allocation: [2, 1] };
    let study = LogRank::from_p_value(0.05, Favours::Control, events).expect("a study");
    let (v, z) = (80.0 / 3.0_f64, 1.959_963_984_540_054);
    assert!((study.variance() / v - 1.0).abs() < 1e-15, "V = {}", study.variance());
    let effect = HazardRatio.effect(&study).expect("an effect");
    assert!((effect.y() / (z / v.sqrt()) - 1.0).abs() < 1e-14, "ln HR = {}", effect.y());
}
