//! The tails that batches compute side by side: exact values, and the same bits as alone.

use super::*;
use crate::distributions::fixture;
use crate::num::wide::{Group, LANES, Wide};

const EXACT: &str = include_str!("../../tests/fixtures/tails.json");
/// What an exact value loses as a double.
const ROUNDED: f64 = 0.5 * f64::EPSILON;

#[test]
fn normal_tails_are_exact() {
    fixture::check_in(EXACT, "normal_two_sided", |_, _| 4.4e-16 + ROUNDED, |a| normal_two_sided(a[0]));
    fixture::check_in(EXACT, "normal_two_sided", |_, _| 4.4e-16 + ROUNDED, |a| normal_two_sided(-a[0]));
}

#[test]
fn chi_squared_tails_are_exact() {
    let tolerance = |a: &[f64], _| match a[1] {
        ..=10.0 => 4.5e-16 + ROUNDED,
        ..=30.0 => 9.6e-16 + ROUNDED,
        _ => 1.8e-15 + ROUNDED,
    };
    fixture::check_in(EXACT, "chi_squared_sf", tolerance, |a| chi_squared_sf(a[0], a[1]));
}

/// The last tails are subnormal numbers, rounded once: mpmath 1.3 at 60 digits.
#[test]
fn subnormal_tails_are_whole_multiples_of_the_least() {
    let least = f64::from_bits(1);
    for (z, tail) in [(37.8, 1.136_268_798_583e-312), (38.3, 6.126e-321), (38.48, 5e-324)] {
        let found = normal_two_sided(z);
        assert!((found - tail).abs() <= least, "{z}: {found:e}, exact {tail:e}");
    }
    assert_eq!((normal_two_sided(39.0), chi_squared_sf(1_600.0, 1.0)), (0.0, 0.0), "below the least");
}

/// Numbers of all sizes, in all combinations of neighbours; and what is none.
fn arguments() -> Vec<f64> {
    let mut all: Vec<f64> = (0..3_000).map(|i| 0.013 * f64::from(i)).collect();
    all.extend((0..640).map(|i| 10.0_f64.powi(i - 320)));
    all.extend((0..300).map(|i| 5.0 * f64::from(i) + 0.7));
    all.extend([f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -1e-310, -0.0, f64::MAX, 2_000.0, 40.0]);
    all.resize(all.len().next_multiple_of(LANES), 0.3);
    all
}

fn same(what: &str, argument: f64, found: f64, alone: f64) {
    let same = found.to_bits() == alone.to_bits() || found.is_nan() && alone.is_nan();
    assert!(same, "{what} at {argument:e}: {found:e} in lanes, {alone:e} alone");
}

fn lanes_have_the_bits_of_one<W: Group>(zero: W) {
    // From 61 degrees of freedom on in one lane, they are computed one by one.
    let degrees = |n: usize, l: usize, most: usize| [0, 1, 2, 9, 60, most][(n + l) % 6].min(most);
    for (n, x) in arguments().as_chunks::<LANES>().0.iter().enumerate() {
        let wide = zero.load(x);
        let found = normal_two_sided_lanes(wide).array();
        (0..LANES).for_each(|l| same("normal", x[l], found[l], normal_two_sided(x[l])));
        let uniform: [usize; LANES] = [n % 64; LANES];
        let mixed = std::array::from_fn(|l| degrees(n, l, [3, 60, 61][n % 3]));
        for df in [uniform, mixed] {
            let df = df.map(|df| f64::from(u32::try_from(df).expect("few")));
            let found = chi_squared_sf_lanes(wide, zero.load(&df)).array();
            for l in 0..LANES {
                let alone = if df[l] > 0.0 { chi_squared_sf(x[l], df[l]) } else { 1.0 };
                same("chi-squared", x[l], found[l], alone);
            }
        }
    }
}

#[test]
fn lanes_of_every_kind_have_the_bits_of_one() {
    lanes_have_the_bits_of_one(Wide::<_, 4>::all(pulp::Scalar256b, 0.0));
    #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
    {
        if let Some(avx2) = pulp::x86::V3::try_new() {
            lanes_have_the_bits_of_one(Wide::<_, 4>::all(avx2, 0.0));
        }
        if let Some(avx512) = pulp::x86::V4::try_new() {
            lanes_have_the_bits_of_one(Wide::<_, 2>::all(avx512, 0.0));
        }
    }
}
