//! Checks of the distributions against the exact values of the fixture.

use super::*;
use crate::distributions::fixture;

/// Asserts every case of a function within a relative tolerance.
fn check(name: &str, tolerance: f64, evaluate: impl Fn(&[f64]) -> f64) {
    fixture::check(name, |_, _| tolerance, evaluate);
}

/// As [`check`], with the tighter tolerance for tails from 1e-12 to 1/2.
fn check_quantile(name: &str, evaluate: impl Fn(&[f64]) -> f64) {
    let tolerance = |a: &[f64], _| {
        let tail = a[0].min(1.0 - a[0]);
        if tail >= 1e-12 { 2e-15 } else { 1e-13 }
    };
    fixture::check(name, tolerance, evaluate);
}

#[test]
fn normal_tails() {
    check("normal_sf", 1e-15, |a| normal_sf(a[0]));
    check("normal_log_sf", 1e-15, |a| normal_log_sf(a[0]));
}

#[test]
fn normal_quantiles() {
    check_quantile("normal_upper_quantile", |a| normal_upper_quantile(a[0]));
    check_quantile("normal_quantile", |a| normal_quantile(a[0]));
}

#[test]
fn student_tails() {
    check("t_sf", 1e-14, |a| t_sf(a[0], a[1]));
    check("t_log_sf", 1e-14, |a| t_log_sf(a[0], a[1]));
}

#[test]
fn fisher_tails() {
    check("f_sf", 2e-14, |a| f_sf(a[0], a[1], a[2]));
    check("f_log_sf", 2e-14, |a| f_log_sf(a[0], a[1], a[2]));
    assert_eq!((f_sf(0.0, 1.0, 1.0), f_sf(f64::INFINITY, 1.0, 1.0), f_sf(-1.0, 2.0, 3.0)), (1.0, 0.0, 1.0), "edges");
    assert!(f_sf(f64::NAN, 1.0, 1.0).is_nan() && f_sf(1.0, 0.0, 1.0).is_nan(), "no numbers");
    let (normal, exact) = (f_sf(4.0, 1.0, f64::INFINITY), 2.0 * normal_sf(2.0));
    assert!((normal / exact - 1.0).abs() < 4e-15, "infinite degrees of freedom: {normal}, {exact}");
}

#[test]
fn student_quantiles() {
    check_quantile("t_upper_quantile", |a| t_upper_quantile(a[0], a[1]));
}

#[test]
fn chi_squared_tails() {
    check("chi_squared_sf", 1e-14, |a| chi_squared_sf(a[0], a[1]));
    check("chi_squared_log_sf", 1e-14, |a| chi_squared_log_sf(a[0], a[1]));
}

#[test]
fn chi_squared_quantiles() {
    check_quantile("chi_squared_quantile", |a| chi_squared_quantile(a[0], a[1]));
    check_quantile("chi_squared_upper_quantile", |a| chi_squared_upper_quantile(a[0], a[1]));
}

/// Arguments at and beyond every edge.
const ODD: [f64; 20] = [
    f64::NEG_INFINITY,
    -1e300,
    -1.0,
    -1e-310,
    0.0,
    5e-324,
    1e-310,
    1e-300,
    1e-20,
    0.3,
    0.5,
    1.0,
    2.0,
    7.3,
    1e9,
    1e16,
    1e160,
    1e301,
    f64::INFINITY,
    f64::NAN,
];

/// Calls every function at every combination of odd arguments.
#[test]
fn nothing_panics_or_leaves_the_unit_interval() {
    let unit = |name: &str, value: f64, args: &[f64]| {
        assert!(value.is_nan() || (0.0..=1.0).contains(&value), "{name}{args:?} = {value}");
        let any_nan = args.iter().any(|x| x.is_nan());
        assert!(!any_nan || value.is_nan(), "{name}{args:?} hides a NaN");
        let valid = args[1..].iter().all(|df| *df > 0.0) && !any_nan;
        assert!(!valid || !value.is_nan(), "{name}{args:?} is NaN");
    };
    for x in ODD {
        unit("normal_sf", normal_sf(x), &[x]);
        unit("normal_log_sf", normal_log_sf(x).exp(), &[x]);
        for df in ODD {
            let a = [x, df];
            unit("t_sf", t_sf(x, df), &a);
            unit("t_log_sf", t_log_sf(x, df).exp(), &a);
            unit("chi_squared_sf", chi_squared_sf(x, df), &a);
            unit("chi_squared_log_sf", chi_squared_log_sf(x, df).exp(), &a);
        }
    }
}

/// Calls every quantile at every combination of odd arguments.
#[test]
fn quantiles_are_defined_inside_the_unit_interval_only() {
    for q in ODD.into_iter().chain([1.0 - 1e-16, 1e-308, 1.5]) {
        let valid = (0.0..=1.0).contains(&q);
        let same = |name: &str, value: f64, df: f64, defined: bool| {
            assert!(value.is_nan() != defined, "{name}({q:e}, {df:e}) = {value}");
        };
        same("normal", normal_quantile(q), 0.0, valid);
        same("normal upper", normal_upper_quantile(q), 0.0, valid);
        for df in ODD {
            let defined = valid && df > 0.0;
            same("t", t_upper_quantile(q, df), df, defined);
            let defined = defined && df <= 1e290;
            same("chi", chi_squared_quantile(q, df), df, defined);
            same("chi upper", chi_squared_upper_quantile(q, df), df, defined);
        }
    }
}

#[test]
fn edges_have_their_documented_values() {
    let infinity = f64::INFINITY;
    let cases = [
        ("normal_sf(inf)", normal_sf(infinity), 0.0),
        ("normal_sf(-inf)", normal_sf(-infinity), 1.0),
        ("t_sf(0)", t_sf(0.0, 3.0), 0.5),
        ("t_sf(inf)", t_sf(infinity, 3.0), 0.0),
        ("t_sf(1.5, inf)", t_sf(1.5, infinity), normal_sf(1.5)),
        ("chi_squared_sf(-1)", chi_squared_sf(-1.0, 3.0), 1.0),
        ("chi_squared_sf(inf)", chi_squared_sf(infinity, 3.0), 0.0),
        ("normal_quantile(0)", normal_quantile(0.0), -infinity),
        ("normal_quantile(1)", normal_quantile(1.0), infinity),
        ("t_upper_quantile(0.5)", t_upper_quantile(0.5, 4.0), 0.0),
        ("chi_squared_quantile(1)", chi_squared_quantile(1.0, 4.0), infinity),
        ("chi_squared_quantile(0)", chi_squared_quantile(0.0, 4.0), 0.0),
    ];
    for (name, got, expected) in cases {
        assert!(got == expected, "{name} = {got}, expected {expected}");
    }
}

/// t with many degrees of freedom is the normal, and both families of chi-squared kernels meet.
#[test]
fn families_agree_where_they_meet() {
    let close = |name: &str, a: f64, b: f64| {
        assert!((a / b - 1.0).abs() < 2e-14, "{name}: {a:e} and {b:e}");
    };
    for t in [0.3, 0.9, 1.5, 4.0, 12.0] {
        close("t and normal", t_sf(t, 1e30), normal_sf(t));
        for df in [1.0, 2.0, 7.0, 30.0, 59.0] {
            let general = gamma_side(0.5 * df, 0.5 * df * t).upper();
            close("chi-squared", chi_squared_sf(df * t, df), general);
        }
    }
}
