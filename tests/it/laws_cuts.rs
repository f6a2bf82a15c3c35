//! Leaving out each study of counts, and adding each, by joined sums: as pooling each part.

use meta_analysis::sensitivity::{cumulative, leave_one_out};
use meta_analysis::{
    Convention, EffectSize, Error, FromTable, LogRank, MantelHaenszel, MantelHaenszelSums, MantelHaenszelVariance,
    Measure, OddsRatio, PersonTime, Peto, PetoOddsRatio, Pool, Pooled, QCentre, RateDifference, RateRatio,
    RiskDifference, RiskRatio, Subset, TableModel, TwoByTwo, ZeroCells,
};
use proptest::prelude::*;

use crate::sensitivity::{Plain, assert_same};
use crate::strategies::{policy, table};

/// The fast way of a model gives the answers, the notes and the errors of pooling. `size`: that of the effects, some ulps
/// of which a mean of effects that cancel has lost.
fn assert_parts<S: Subset, M: Measure>(model: &impl Pool<S, Output = Pooled<M>>, data: &S, size: f64) {
    let same = |a: &Result<Pooled<M>, Error>, b: &Result<Pooled<M>, Error>| match (a, b) {
        (Ok(a), Ok(b)) => assert_same(a, b, size, "a part"),
        (a, b) => assert_eq!(a.as_ref().err(), b.as_ref().err(), "the same error"),
    };
    let (fast, slow) = (cumulative(model, data), cumulative(&Plain(model), data));
    assert_eq!(fast.rows().len(), slow.rows().len(), "a row for each study");
    fast.rows().iter().zip(slow.rows()).for_each(|(a, b)| same(&a.result, &b.result));
    match (leave_one_out(model, data), leave_one_out(&Plain(model), data)) {
        (Ok(fast), Ok(slow)) => fast.rows().iter().zip(slow.rows()).for_each(|(a, b)| same(&a.result, &b.result)),
        (fast, slow) => assert_eq!(fast.err(), slow.err(), "the error of all"),
    }
}

fn tables() -> impl Strategy<Value = Vec<TwoByTwo>> {
    let cell = || prop_oneof![3 => 0..30_u64, 1 => Just(0)];
    let small = (cell(), 1..40_u64, cell(), 1..40_u64).prop_map(|(a, b, c, d)| TwoByTwo::new([a, b], [c, d]));
    // Few risks in many arms, so that estimates are near 0 and variances near nothing.
    let rare = (0..=1_u64, 0..=1_u64).prop_map(|(a, c)| TwoByTwo::new([a, 1 - a], [c, 1 - c]));
    prop_oneof![
        4 => prop::collection::vec(small, 1..=9),
        1 => prop::collection::vec(rare, 1..=9),
        1 => prop::collection::vec(table(), 1..=6),
    ]
}

fn person_time() -> impl Strategy<Value = Vec<PersonTime>> {
    let events = || prop_oneof![3 => 0..40_u64, 1 => Just(0)];
    let time = || prop_oneof![6 => 0.5..500.0_f64, 1 => Just(1e300), 1 => Just(1e-300), 1 => 1e-60..1e60_f64];
    let study = (events(), time(), events(), time())
        .prop_map(|(x, t, z, u)| PersonTime::new((x, t), (z, u)).expect("valid person-time"));
    prop::collection::vec(study, 1..=8)
}

fn with<M: MantelHaenszelSums>(measure: M, policies: [ZeroCells; 2], inverse_variance: bool) -> MantelHaenszel<M> {
    let [effects, sums] = policies;
    let model = MantelHaenszel::new(measure).with_zero_cells(effects).with_zero_cells_in_sums(sums);
    if inverse_variance { model.with_q_about(QCentre::InverseVariance) } else { model }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn tables_of_mantel_and_haenszel(tables in tables(), policies in [policy(), policy()], q in any::<bool>()) {
        assert_parts(&with(RiskRatio, policies, q), &tables, 1.0);
        assert_parts(&with(OddsRatio, policies, q), &tables, 1.0);
        let difference = with(RiskDifference, policies, q);
        assert_parts(&difference, &tables, 1.0);
        assert_parts(&difference.with_variance(MantelHaenszelVariance::Sato), &tables, 1.0);
    }

    #[test]
    fn person_time_of_mantel_and_haenszel(data in person_time(), policies in [policy(), policy()], q in any::<bool>()) {
        assert_parts(&with(RateRatio, policies, q), &data, 0.0);
        assert_parts(&with(RateDifference, policies, q), &data, 0.0);
    }

    #[test]
    fn tables_and_log_ranks_of_peto(
        tables in tables(),
        policy in policy(),
        log_ranks in prop::collection::vec((-30.0..30.0_f64, prop_oneof![0.1..50.0_f64, 1e-9..1e9_f64]), 1..=8),
    ) {
        for policy in [ZeroCells::NONE, policy] {
            // With fractions of a patient in the margins an effect may be as large as the arms.
            let effects = FromTable::new(PetoOddsRatio).with_zero_cells(policy).studies(&tables);
            let size = effects.map_or(0.0, |effects| effects.y().iter().fold(0.0, |size: f64, y| size.max(y.abs())));
            assert_parts(&Peto::new().with_zero_cells(policy), &tables, size);
        }
        let size = log_ranks.iter().map(|(excess, v)| (excess / v).abs()).fold(0.0, f64::max);
        let log_ranks = log_ranks.into_iter().map(|(excess, v)| LogRank::new(excess, v).expect("a log-rank test"));
        let log_ranks: Vec<LogRank> = log_ranks.collect();
        assert_parts(&Peto::hazard_ratio(), &log_ranks, size);
    }

    #[test]
    fn tables_by_convention(tables in tables()) {
        for convention in [Convention::RevMan5, Convention::Metafor, Convention::Meta] {
            assert_parts(&convention.tables(RiskRatio, TableModel::MantelHaenszel), &tables, 1.0);
            assert_parts(&convention.tables(RiskDifference, TableModel::MantelHaenszel), &tables, 1.0);
        }
    }
}
