//! Partial sums of many outcomes against the batch.

use meta_analysis::{
    Batch, Columns, CommonEffect, ErrorKind, MeanDifference, PartialColumns, Pool, PooledColumns, RandomEffects,
    Studies, Tau2Estimator, Tau2Method,
};
use proptest::prelude::*;

use super::{ESTIMATE, METHODS, TAU2, close};

/// Columns of a batch with missing and invalid numbers.
pub(super) fn table() -> impl Strategy<Value = Vec<(Vec<f64>, Vec<f64>)>> {
    let trouble = prop::sample::select(vec![(1.0, 0.0), (f64::INFINITY, 1.0), (1.0, -1.0), (1e300, 1e-300)]);
    let pair = prop_oneof![
        20 => (-3.0..3.0_f64, 0.01..10.0_f64),
        4 => Just((f64::NAN, 1.0)),
        1 => trouble,
    ];
    (1_usize..8).prop_flat_map(move |k| {
        prop::collection::vec(prop::collection::vec(pair.clone(), 6).prop_map(|rows| rows.into_iter().unzip()), k)
    })
}

pub(super) fn batch(columns: &[(Vec<f64>, Vec<f64>)]) -> Batch<'_, MeanDifference> {
    let columns = columns.iter().map(|(y, v)| (&y[..], &v[..]));
    Batch::from_columns(MeanDifference, columns).expect("columns of one length").with_columns(Columns::ALL)
}

fn same_columns(
    found: &PooledColumns<MeanDifference>,
    expected: &PooledColumns<MeanDifference>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(found.summary(), expected.summary());
    let number = |column: Option<&[f64]>, i: usize| Some(column.expect("asked for")[i]).filter(|x| !x.is_nan());
    for i in 0..found.len() {
        let pair =
            |of: fn(&PooledColumns<MeanDifference>) -> Option<&[f64]>| (number(of(found), i), number(of(expected), i));
        let (x, e) = pair(|c| c.std_error());
        close("standard error", x, e, 0.0, TAU2)?;
        let (x, e) = pair(|c| c.estimate());
        close("estimate", x, e, number(expected.std_error(), i).unwrap_or(1.0), ESTIMATE)?;
        let (x, e) = pair(|c| c.tau2());
        close("tau2", x, e, 0.01, TAU2)?;
        let (x, e) = pair(|c| c.q());
        close("Q", x, e, 1e-12, ESTIMATE)?;
        let (x, e) = pair(|c| c.p_value());
        close("p", x, e, 0.0, 1e-11)?;
        let (x, e) = pair(|c| c.i2_from_tau2());
        close("I2", x, e, 1.0, TAU2)?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn columns_agree_with_the_batch(table in table(), cut in any::<prop::sample::Index>()) {
        let (left, right) = table.split_at(cut.index(table.len()));
        let mut first = PartialColumns::new(MeanDifference, 6);
        let mut other = first.clone();
        for study in right {
            other.add(&batch(std::slice::from_ref(study))).expect("six outcomes");
        }
        if !left.is_empty() {
            first.add(&batch(left)).expect("six outcomes");
        }
        first.merge(&other).expect("six outcomes");
        let model = CommonEffect::new();
        same_columns(&model.pool(&first).expect("columns"), &model.pool(&batch(&table)).expect("columns"))?;
        for method in METHODS {
            let start = first.at(method).expect("a closed form");
            let (mut one, mut two) = (start.clone(), start);
            one.add(&batch(right)).expect("six outcomes");
            if !left.is_empty() {
                two.add(&batch(left)).expect("six outcomes");
            }
            one.merge(&two).expect("one start");
            let model = RandomEffects::new(method);
            let single = |i: usize| {
                let pairs = table.iter().map(|(y, v)| (y[i], v[i])).filter(|(y, _)| !y.is_nan());
                let (y, v): (Vec<_>, Vec<_>) = pairs.unzip();
                Studies::from_analysis(MeanDifference, y, v).ok().and_then(|s| method.tau2(&s.evidence()).ok())
            };
            let found = model.pool(&one).expect("columns");
            same_columns(&found, &model.pool(&batch(&table)).expect("columns"))?;
            for i in 0..6 {
                if let (Some(tau2), Some(expected)) = (one.tau2(i), single(i)) {
                    close("tau2", Some(tau2), Some(expected), 0.01, TAU2)?;
                }
            }
        }
    }
}

#[test]
fn columns_that_do_not_fit_are_refused() {
    let columns = [(vec![1.0, 2.0], vec![1.0, 1.0])];
    let mut sums = PartialColumns::new(MeanDifference, 3);
    assert_eq!(
        sums.add(&batch(&columns)).expect_err("two of three").to_string(),
        "there must be as many sums as outcomes (2), but there are 3"
    );
    let mut sums = PartialColumns::new(MeanDifference, 2);
    sums.add(&batch(&columns)).expect("two outcomes");
    assert_eq!(sums.outcome(1).expect("one study").k(), 1);
    assert!(sums.outcome(2).is_none(), "there is no third");
    assert!(matches!(sums.at(Tau2Method::PauleMandel).expect_err("iterates").kind(), ErrorKind::NeedsStudies { .. }));
    let second = sums.at(Tau2Method::DerSimonianLaird).expect("a start");
    let model = RandomEffects::new(Tau2Method::DerSimonianLaird);
    assert!(matches!(model.pool(&second).expect_err("no study yet").kind(), ErrorKind::NotThePooled { k: 1, .. }));
}
