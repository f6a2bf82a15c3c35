//! Generators that love trouble.

use meta_analysis::{CorrectedCells, CorrectedStudies, MeanDifference, Studies, TwoByTwo, TwoMeans, ZeroCells};
use proptest::prelude::*;

/// Columns of ordinary reviews: k from 2 to 15, variances over six orders of magnitude, effects spread like the wider
/// ones of them.
pub(crate) fn ordinary() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let study = (-3.0..3.0_f64, -3.0..3.0_f64).prop_map(|(y, log_v)| (y, 10_f64.powf(log_v)));
    prop::collection::vec(study, 2..=15).prop_map(|rows| rows.into_iter().unzip())
}

/// As `ordinary`, with near ties, equal effects, and one enormous or tiny variance.
pub(crate) fn troublesome() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let tie = (0_i32..32).prop_map(|ulps| f64::from_bits(1.0_f64.to_bits() + ulps.unsigned_abs() as u64));
    let y = prop_oneof![4 => -3.0..3.0_f64, 2 => tie, 1 => Just(0.0), 1 => Just(1.0), 1 => -1e6..1e6_f64];
    let v = prop_oneof![
        6 => (-3.0..3.0_f64).prop_map(|l| 10_f64.powf(l)),
        1 => Just(1.0),
        1 => (-12.0..12.0_f64).prop_map(|l| 10_f64.powf(l)),
    ];
    let mixed = prop::collection::vec((y, v.clone()), 2..=12);
    let equal = (prop::collection::vec(v, 2..=12), -3.0..3.0_f64)
        .prop_map(|(v, y)| v.into_iter().map(|v| (y, v)).collect::<Vec<_>>());
    prop_oneof![5 => mixed, 1 => equal].prop_map(|rows| rows.into_iter().unzip())
}

/// Up to 200 studies with variances over twelve orders of magnitude, in units from 1e-150 to 1e150.
pub(crate) fn large() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let study = (-3.0..3.0_f64, -6.0..6.0_f64);
    (prop::collection::vec(study, 2..=200), -150.0..150.0_f64).prop_map(|(rows, unit)| {
        let unit = 10_f64.powf(unit);
        rows.into_iter().map(|(y, log_v)| (y * unit, 10_f64.powf(log_v) * unit * unit)).unzip()
    })
}

/// Any columns at all that a program might hand over, valid or not.
pub(crate) fn anything() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let number = prop_oneof![
        6 => -10.0..10.0_f64,
        2 => prop::num::f64::ANY,
        3 => prop::sample::select(vec![
            0.0, -0.0, 1e-300, -1e-300, 1e300, -1e300, 5e-324, 1e-320, f64::MIN_POSITIVE, f64::MAX, f64::MIN,
            1e150, 1e-150, 1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY,
        ]),
    ];
    let valid = (-308.0..308.0_f64).prop_map(|l| 10_f64.powf(l));
    let extreme = prop::sample::select(vec![5e-324, 1e-300, 1e-150, 1.0, 1e150, 1e300, f64::MAX]);
    let variance = prop_oneof![8 => 0.001..10.0_f64, 3 => valid, 3 => extreme, 1 => number.clone()];
    prop::collection::vec((number, variance), 0..=8).prop_map(|rows| rows.into_iter().unzip())
}

/// Tables with zero cells, empty arms and counts at the top of `u64`.
pub(crate) fn table() -> impl Strategy<Value = TwoByTwo> {
    let count = prop_oneof![
        5 => 0_u64..50,
        2 => Just(0),
        2 => 0_u64..1_000_000,
        1 => prop::num::u64::ANY,
        1 => Just(u64::MAX),
    ];
    (count.clone(), count.clone(), count.clone(), count).prop_map(|(a, b, c, d)| TwoByTwo::new([a, b], [c, d]))
}

/// Valid summaries of two groups.
pub(crate) fn two_means() -> impl Strategy<Value = TwoMeans> {
    let n = prop_oneof![5 => 2_u64..200, 1 => Just(2), 1 => Just(10_000_000), 1 => 2_u64..=u64::MAX];
    let mean = prop_oneof![6 => -100.0..100.0_f64, 1 => Just(0.0), 1 => Just(1e300), 1 => Just(-1e300)];
    let sd = prop_oneof![6 => 0.01..50.0_f64, 1 => Just(1e-300), 1 => Just(1e300), 1 => Just(5e-324)];
    let group = (n, mean, sd);
    (group.clone(), group).prop_map(|(treated, control)| TwoMeans::new(treated, control).expect("a valid summary"))
}

/// Any policy on zero cells.
pub(crate) fn policy() -> impl Strategy<Value = ZeroCells> {
    let amount = prop_oneof![
        3 => Just(ZeroCells::HALF),
        2 => Just(ZeroCells::NONE),
        1 => Just(ZeroCells::treatment_arm()),
        1 => (0.01..2.0_f64).prop_map(|amount| ZeroCells::constant(amount).expect("positive")),
    ];
    // Mostly policies that look at one study at a time.
    let studies = prop_oneof![
        3 => Just(CorrectedStudies::WithZero),
        1 => Just(CorrectedStudies::All),
        1 => Just(CorrectedStudies::AllIfAny),
    ];
    let cells = prop::sample::select(vec![CorrectedCells::All, CorrectedCells::Events]);
    (amount, studies, cells, 0..3, 0..3).prop_map(|(policy, studies, cells, double, enters)| {
        let policy = policy.in_studies(studies).in_cells(cells);
        let policy = match double {
            0 => policy,
            1 => policy.keeping_double_zeros(),
            _ => policy.excluding_double_zeros(),
        };
        match enters {
            0 => policy,
            1 => policy.in_effect_only(),
            _ => policy.in_variance_only(),
        }
    })
}

pub(crate) fn studies((y, v): (Vec<f64>, Vec<f64>)) -> Studies<MeanDifference> {
    Studies::from_analysis(MeanDifference, y, v).expect("valid columns")
}

/// `SplitMix64` and the sum of twelve uniform numbers less 6: a normal generator that shares nothing with the crate's.
pub(crate) struct Simulation(pub(crate) u64);

impl Simulation {
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}
