//! Partial sums that travel.

use meta_analysis::{
    KnownTau2, MeanDifference, PartialColumns, PartialColumnsAtTau2, PartialSums, PartialSumsAtTau2, Tau2Method,
};
use proptest::prelude::*;
use serde_json::{from_str, to_string};

use super::columns::{batch, table};
use super::{effect, first_round, machines, second_round, split};
use crate::strategies::large;

proptest! {
    #[test]
    fn sums_come_back_to_the_last_bit(data in large(), split in split(), table in table()) {
        let machines = machines(data.0.len(), &split);
        let first = first_round(&data, &machines).expect("in range");
        let back: PartialSums<MeanDifference> = from_str(&to_string(&first).expect("text")).expect("sums");
        prop_assert_eq!(back, first);
        let start = first.at(Tau2Method::HedgesOlkin).expect("a start");
        let known = first.at_known(KnownTau2::new(0.3).expect("a tau2")).expect("a start");
        for start in [start, known, second_round(&data, &machines, &start).expect("in range")] {
            let back: PartialSumsAtTau2<MeanDifference> =
                from_str(&to_string(&start).expect("text")).expect("sums");
            prop_assert_eq!(back, start);
        }
        let mut columns = PartialColumns::new(MeanDifference, 6);
        columns.add(&batch(&table)).expect("six outcomes");
        let back: PartialColumns<MeanDifference> = from_str(&to_string(&columns).expect("text")).expect("sums");
        prop_assert_eq!(&back, &columns);
        let mut second = columns.at(Tau2Method::DerSimonianLaird).expect("a start");
        second.add(&batch(&table)).expect("six outcomes");
        let back: PartialColumnsAtTau2<MeanDifference> =
            from_str(&to_string(&second).expect("text")).expect("sums");
        prop_assert_eq!(back, second);
    }
}

#[test]
fn nothing_invalid_comes_in() {
    let mut sums = PartialSums::new(MeanDifference);
    for (y, v) in [(1.0, 1.0), (2.0, 2.0), (6.0, 3.0)] {
        sums.add(effect(y, v)).expect("in range");
    }
    let text = to_string(&sums).expect("text");
    let refused = |from: &str, to: &str| {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from} is in {text}");
        from_str::<PartialSums<MeanDifference>>(&changed).expect_err("refused").to_string()
    };
    assert_eq!(refused("mean difference", "risk ratio"), "expected sums of a mean difference, found risk ratio");
    assert_eq!(refused("\"v_min\":1.0", "\"v_min\":-1.0"), "the variances of partial sums cannot be between -1 and 3");
    assert_eq!(
        refused("\"k_of_v_min\":1", "\"k_of_v_min\":4"),
        "4 of 3 studies cannot have the smallest variance, between 1 and 3"
    );
    assert!(refused("\"q\":[", "\"q\":[-").starts_with("the sum of squares of partial sums cannot be -"));
    assert_eq!(refused("\"k\":3", "\"k\":0"), "partial sums of no study must be 0");
    // One round is not the other.
    let second = to_string(&sums.at(Tau2Method::DerSimonianLaird).expect("a start")).expect("text");
    assert!(from_str::<PartialSums<MeanDifference>>(&second).is_err(), "a second round is not a first one");
    assert!(from_str::<PartialSumsAtTau2<MeanDifference>>(&text).is_err(), "nor the other way round");
}
