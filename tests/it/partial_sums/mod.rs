//! Partial sums against the analysis of all studies at once: to the accuracy floors, however the studies are split and
//! ordered.

mod certified;
mod columns;
#[cfg(feature = "serde")]
mod serialise;

use meta_analysis::{
    CommonEffect, Effect, Error, ErrorKind, Inference, KnownTau2, Level, MeanDifference, OddsRatio, PartialSums,
    PartialSumsAtTau2, Pool, Pooled, PredictionMethod, RandomEffects, RiskRatio, Tau2Method,
};
use proptest::prelude::*;

use crate::strategies::{large, ordinary, studies, troublesome};

type Columns2 = (Vec<f64>, Vec<f64>);

/// The closed forms that sums suffice for.
const METHODS: [Tau2Method; 5] = [
    Tau2Method::DerSimonianLaird,
    Tau2Method::HedgesOlkin,
    Tau2Method::HunterSchmidt,
    Tau2Method::HunterSchmidtSmallSample,
    Tau2Method::HartungMakambi,
];

/// What sums suffice for.
const INFERENCES: [Inference; 5] = [
    Inference::Normal,
    Inference::StudentT,
    Inference::HartungKnapp,
    Inference::HartungKnappFloored,
    Inference::HartungKnappOrNormal,
];

/// The floors of the crate: estimates 13.5 digits, tau2 12.5.
const ESTIMATE: f64 = 3.2e-14;
const TAU2: f64 = 3.2e-13;

fn effect(y: f64, v: f64) -> Effect<MeanDifference> {
    Effect::from_analysis(MeanDifference, y, v).expect("a valid effect")
}

/// Which machine has each study, and in which order they come.
fn split() -> impl Strategy<Value = (Vec<prop::sample::Index>, u64)> {
    (prop::collection::vec(any::<prop::sample::Index>(), 200), any::<u64>())
}

/// The indices of the studies of each of up to five machines, in a random order.
fn machines(k: usize, (places, seed): &(Vec<prop::sample::Index>, u64)) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..k).collect();
    order.sort_by_key(|&i| (i as u64 + 1).wrapping_mul(seed | 1).rotate_left(17).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mut machines = vec![Vec::new(); 5];
    for i in order {
        machines[places[i % places.len()].index(5)].push(i);
    }
    machines
}

fn first_round((y, v): &Columns2, machines: &[Vec<usize>]) -> Result<PartialSums<MeanDifference>, Error> {
    let mut total = PartialSums::new(MeanDifference);
    for studies in machines {
        let mut mine = PartialSums::new(MeanDifference);
        for &i in studies {
            mine.add(effect(y[i], v[i]))?;
        }
        total.merge(&mine)?;
    }
    Ok(total)
}

fn second_round(
    (y, v): &Columns2,
    machines: &[Vec<usize>],
    start: &PartialSumsAtTau2<MeanDifference>,
) -> Result<PartialSumsAtTau2<MeanDifference>, Error> {
    let mut total = *start;
    // The other way round than the first time.
    for studies in machines.iter().rev() {
        let mut mine = *start;
        for &i in studies.iter().rev() {
            mine.add(effect(y[i], v[i]))?;
        }
        total.merge(&mine)?;
    }
    Ok(total)
}

/// Equal up to `tolerance` of the larger of the expected value and `scale`.
fn close(
    what: &str,
    found: Option<f64>,
    expected: Option<f64>,
    scale: f64,
    tolerance: f64,
) -> Result<(), TestCaseError> {
    let (Some(x), Some(e)) = (found, expected) else {
        prop_assert_eq!(found, expected, "{}", what);
        return Ok(());
    };
    let error = (x - e).abs() / e.abs().max(scale).max(f64::MIN_POSITIVE);
    prop_assert!(error <= tolerance, "{}: {:e} from sums, {:e} at once, off by {:e}", what, x, e, error);
    Ok(())
}

/// Compares all numbers of two answers to data whose largest effect has this size.
fn same_answer(
    found: &Pooled<MeanDifference>,
    expected: &Pooled<MeanDifference>,
    size: f64,
) -> Result<(), TestCaseError> {
    let (x, e) = (found.analysis(), expected.analysis());
    let se = expected.classic_std_error();
    // The single analysis adds the mean difference to the effect of the most precise study, which costs it half a unit
    // in the last place of that effect: 3e-14 of a mean hundreds of times smaller (exact rational arithmetic finds the
    // sums right to 6e-17 there).
    let rounding = 4.0 * f64::EPSILON * size / ESTIMATE;
    close("estimate", Some(x.estimate), Some(e.estimate), se.max(rounding), ESTIMATE)?;
    close("classic standard error", Some(found.classic_std_error()), Some(se), 0.0, ESTIMATE)?;
    let (h, g) = (found.heterogeneity(), expected.heterogeneity());
    // Effects that differ by rounding alone leave a Q of nothing but rounding.
    close("Q", Some(h.q()), Some(g.q()), 1e-12, ESTIMATE)?;
    let typical = g.typical_variance().unwrap_or(0.0);
    close("tau2", h.tau2(), g.tau2(), typical, TAU2)?;
    close("typical variance", h.typical_variance(), g.typical_variance(), 0.0, ESTIMATE)?;
    close("I2 from tau2", h.i2_from_tau2(), g.i2_from_tau2(), 1.0, TAU2)?;
    close("I2 from Q", h.i2_from_q(), g.i2_from_q(), 1.0, TAU2)?;
    // A standard error that is nothing but rounding depends on it: there is no residual.
    if e.std_error.is_none_or(|e| e > 1e-6 * se) && x.std_error.is_none_or(|x| x > 1e-6 * se) {
        close("standard error", x.std_error, e.std_error, 0.0, TAU2)?;
        close("lower limit", x.interval.map(|i| i.lower), e.interval.map(|i| i.lower), se.max(rounding), TAU2)?;
    }
    let predicted = |pooled: &Pooled<MeanDifference>| pooled.prediction().map(|p| p.analysis.upper);
    close("prediction", predicted(found), predicted(expected), se.max(rounding), TAU2)?;
    prop_assert_eq!(found.k(), expected.k());
    prop_assert_eq!(found.inference(), expected.inference());
    Ok(())
}

/// Both rounds with every estimator and inference, against the analysis of all studies at once.
fn check(data: &Columns2, split: &(Vec<prop::sample::Index>, u64)) -> Result<(), TestCaseError> {
    let machines = machines(data.0.len(), split);
    let all = studies(data.clone());
    let size = largest(data);
    let first = first_round(data, &machines).expect("in range");
    for inference in INFERENCES {
        let model = CommonEffect::new().with_inference(inference).with_level(Level::P90);
        same_answer(&model.pool(&first).expect("a result"), &model.pool(&all).expect("a result"), size)?;
    }
    for method in METHODS {
        let start = first.at(method).expect("a tau2");
        let second = second_round(data, &machines, &start).expect("in range");
        for inference in INFERENCES {
            let model = RandomEffects::new(method).with_inference(inference);
            let (found, expected) = (model.pool(&second).expect("a result"), model.pool(&all).expect("a result"));
            same_answer(&found, &expected, size)?;
            prop_assert_eq!(found.notes().collect::<Vec<_>>(), expected.notes().collect::<Vec<_>>());
        }
    }
    Ok(())
}

fn largest((y, _): &Columns2) -> f64 {
    y.iter().fold(0.0, |size, y| y.abs().max(size))
}

fn shifted((y, v): Columns2, offset: f64) -> Columns2 {
    (y.into_iter().map(|y| y + offset).collect(), v)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn ordinary_studies_agree_with_the_single_analysis(data in ordinary(), split in split()) {
        check(&data, &split)?;
    }

    #[test]
    fn troublesome_studies_agree(data in troublesome(), split in split()) {
        check(&data, &split)?;
    }

    #[test]
    fn large_offsets_agree(data in ordinary(), split in split(), offset in prop::sample::select(vec![1e8, -1e8, 1e12])) {
        check(&shifted(data, offset), &split)?;
    }

    #[test]
    fn many_studies_in_any_unit_agree(data in large(), split in split()) {
        check(&data, &split)?;
    }

    #[test]
    fn splits_and_orders_agree_with_each_other(data in troublesome(), a in split(), b in split(), offset in -1e8..1e8_f64) {
        let data = shifted(data, offset);
        let [x, z] = [a, b].map(|split| first_round(&data, &machines(data.0.len(), &split)).expect("in range"));
        same_answer(&CommonEffect::new().pool(&x).expect("one"), &CommonEffect::new().pool(&z).expect("another"), largest(&data))?;
        for method in METHODS {
            let typical = CommonEffect::new().pool(&x).expect("one").heterogeneity().typical_variance().expect("two");
            close("tau2", x.tau2(method).ok(), z.tau2(method).ok(), typical, 1e-14)?;
        }
    }
}

#[test]
fn variances_far_apart_keep_their_digits() {
    // Variance ratios of 1e12 and beyond, a dominating study, offsets: in exact rational arithmetic.
    // Python: from fractions import Fraction as F; y = [F(x) for x in ..]; the formulas of Cochran and
    // DerSimonian-Laird.
    let y = [1e8 + 1.0, 1e8 + 2.0, 1e8 - 3.0, 1e8 + 2.5];
    let v = [1e-6, 1e6, 4.0, 0.25];
    let first = first_round(&(y.to_vec(), v.to_vec()), &[vec![3, 1], vec![0], vec![2]]).expect("in range");
    let h = *CommonEffect::new().pool(&first).expect("a result").heterogeneity();
    let (q, tau2) = (12.999_976_000_096_25, 1.176_472_211_071_224_2);
    assert!((h.q() / q - 1.0).abs() < 1e-14, "Q is {:.17}", h.q());
    let found = first.tau2(Tau2Method::DerSimonianLaird).expect("tau2");
    assert!((found / tau2 - 1.0).abs() < 1e-14, "tau2 is {found:.17}");
}

#[test]
fn units_do_not_matter() {
    let (y, v) = ([1.0, 2.0, 6.0, 6.5], [1.0, 0.25, 1e-3, 5.0]);
    let unit = first_round(&(y.to_vec(), v.to_vec()), &[vec![0, 1], vec![2, 3]]).expect("in range");
    for n in [-498, -300, 300, 500] {
        let s = 2_f64.powi(n);
        let data = (y.map(|y| y * s).to_vec(), v.map(|v| v * s * s).to_vec());
        let sums = first_round(&data, &[vec![0, 1], vec![2, 3]]).expect("in range");
        let (a, b) = (CommonEffect::new().pool(&unit).expect("one"), CommonEffect::new().pool(&sums).expect("other"));
        assert_eq!(a.analysis().estimate * s, b.analysis().estimate, "2^{n}");
        assert_eq!(a.heterogeneity().q(), b.heterogeneity().q(), "2^{n}");
        for method in METHODS {
            let tau2 = |sums: &PartialSums<_>| sums.tau2(method).expect("tau2");
            assert_eq!(tau2(&unit) * s * s, tau2(&sums), "{method} at 2^{n}");
        }
    }
}

#[test]
fn none_one_and_two_studies() {
    let mut sums = PartialSums::new(MeanDifference);
    let nothing = "there must be at least one study to pool, but there is none";
    assert_eq!(CommonEffect::new().pool(&sums).expect_err("none").to_string(), nothing);
    assert_eq!(sums.at(Tau2Method::DerSimonianLaird).expect_err("none").to_string(), nothing);
    assert_eq!(sums.at_known(KnownTau2::new(1.0).expect("a tau2")).expect_err("none").to_string(), nothing);
    assert_eq!(
        sums.tau2(Tau2Method::HedgesOlkin).expect_err("none").to_string(),
        "tau2 needs at least 2 studies, but there are 0"
    );

    sums.add(effect(3.0, 0.7)).expect("in range");
    let all = studies((vec![3.0], vec![0.7]));
    assert_eq!(CommonEffect::new().pool(&sums).expect("one"), CommonEffect::new().pool(&all).expect("one"));
    assert!(sums.tau2(Tau2Method::DerSimonianLaird).is_err(), "one study has no tau2");
    let mut second = sums.at(Tau2Method::DerSimonianLaird).expect("goes on without tau2");
    second.add(effect(3.0, 0.7)).expect("in range");
    let model = RandomEffects::new(Tau2Method::DerSimonianLaird);
    assert_eq!(model.pool(&second).expect("one"), model.pool(&all).expect("one"));

    sums.add(effect(4.0, 0.7)).expect("in range");
    assert_eq!(sums.k(), 2);
    let pooled = CommonEffect::new().pool(&sums).expect("two");
    assert_eq!((pooled.analysis().estimate, pooled.analysis().std_error), (3.5, Some(0.35_f64.sqrt())));
    assert!(pooled.heterogeneity().typical_variance().is_some_and(|s2| (s2 / 0.7 - 1.0).abs() < 1e-15), "0.7");
}

#[test]
fn a_known_tau2_is_an_estimator_like_any_other() {
    let known = KnownTau2::new(0.5).expect("a tau2");
    let mut first = PartialSums::new(MeanDifference);
    let data = [(1.0, 1.0), (2.0, 0.5), (6.0, 0.25)];
    for (y, v) in data {
        first.add(effect(y, v)).expect("in range");
    }
    let mut second = first.at_known(known).expect("a start");
    for (y, v) in data {
        second.add(effect(y, v)).expect("in range");
    }
    let all = studies(data.into_iter().unzip());
    let (found, expected) = (RandomEffects::new(known).pool(&second), RandomEffects::new(known).pool(&all));
    same_answer(&found.expect("one"), &expected.expect("one"), 6.0).expect("the same");
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let mut first = PartialSums::new(MeanDifference);
    for (y, v) in [(1.0, 1.0), (2.0, 1.0), (6.0, 1.0)] {
        first.add(effect(y, v)).expect("in range");
    }
    let method = Tau2Method::DerSimonianLaird;
    let mut second = first.at(method).expect("tau2 6");
    second.add(effect(1.0, 1.0)).expect("in range");
    let text = |error: Error| error.to_string();
    assert_eq!(
        text(RandomEffects::new(method).pool(&second).expect_err("two are missing")),
        "the data must be those that were pooled (3 studies), but the second round has another number"
    );
    second.add(effect(2.0, 1.0)).and_then(|()| second.add(effect(6.0, 1.0))).expect("in range");
    assert_eq!(
        text(RandomEffects::new(Tau2Method::HedgesOlkin).pool(&second).expect_err("another estimator")),
        "the data must be those that were pooled (3 studies), but the second round is at the tau2 of another estimator"
    );
    assert_eq!(
        text(first.at(Tau2Method::Reml).expect_err("an iteration")),
        "REML needs the studies themselves, but there are only sums over them"
    );
    assert_eq!(
        text(
            RandomEffects::new(method)
                .with_inference(Inference::KenwardRoger)
                .pool(&second)
                .expect_err("cubes of weights")
        ),
        "Kenward-Roger needs the studies themselves, but there are only sums over them"
    );
    let prediction = RandomEffects::new(method).with_prediction(PredictionMethod::KenwardRoger);
    assert!(matches!(prediction.pool(&second).expect_err("the same").kind(), ErrorKind::NeedsStudies { .. }));
    let other = first.at(Tau2Method::HedgesOlkin).expect("tau2 6");
    assert_eq!(
        text(second.merge(&other).expect_err("another estimator")),
        "sums must have one estimator to be merged, but have DerSimonian-Laird and Hedges-Olkin"
    );
    let mut more = first;
    more.add(effect(3.0, 1.0)).expect("in range");
    let other = more.at(method).expect("tau2");
    assert!(
        text(second.merge(&other).expect_err("another tau2"))
            .starts_with("sums must have one tau2 to be merged, but have 6 and ")
    );
    // Measures that only their value tells apart.
    let risk = Effect::from_analysis(RiskRatio, 1.0, 1.0).expect("an effect").erase();
    let odds = Effect::from_analysis(OddsRatio, 1.0, 1.0).expect("an effect").erase();
    let mut sums = PartialSums::new(risk.measure());
    sums.add(risk).expect("in range");
    assert_eq!(
        text(sums.add(odds).expect_err("another measure")),
        "all studies must have one measure, but risk ratio is followed by odds ratio"
    );
}

#[test]
fn an_overflow_leaves_the_sums_as_they_were() {
    let mut sums = PartialSums::new(MeanDifference);
    sums.add(effect(1e300, 1e-300)).expect("in range");
    let before = sums;
    assert_eq!(
        sums.add(effect(-1e300, 1e-300)).expect_err("Q is 1e900").to_string(),
        "Cochran's Q is outside the range of floating-point numbers"
    );
    assert_eq!(sums, before);
    let all = studies((vec![1e300, -1e300], vec![1e-300; 2]));
    assert!(CommonEffect::new().pool(&all).is_err(), "as the single analysis");
}
