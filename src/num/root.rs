//! A root in a bracket.

/// More than any root in double precision takes: about ten are the rule.
pub(crate) const MAX_STEPS: usize = 200;

/// The root of a continuous `f` between two points, in either order, at which it has opposite signs, to a relative
/// `tolerance`: Chandrupatla's (1997) choice between inverse quadratic interpolation and halving. `None` if it has not settled
/// in 200 steps, which a function with NaN values may bring about.
pub(crate) fn root_between(f: impl Fn(f64) -> f64, a: (f64, f64), b: (f64, f64), tolerance: f64) -> Option<f64> {
    let (mut a, mut b) = (b, a);
    let mut share = 0.5;
    for _ in 0..MAX_STEPS {
        let nearer = if a.1.abs() < b.1.abs() { a } else { b };
        let least = tolerance * nearer.0.abs() / (b.0 - a.0).abs();
        if nearer.1 == 0.0 || least >= 0.5 || least.is_nan() || a.0 == b.0 {
            return Some(nearer.0);
        }
        let x = a.0 + f64::clamp(share, least, 1.0 - least) * (b.0 - a.0);
        // No number lies between.
        if x == a.0 || x == b.0 {
            return Some(nearer.0);
        }
        let next = (x, f(x));
        // Keep a and b on both sides of the root, and the point that goes as c.
        let c = if (next.1 > 0.0) == (a.1 > 0.0) { a } else { std::mem::replace(&mut b, a) };
        a = next;
        let (xi, phi) = ((a.0 - b.0) / (c.0 - b.0), (a.1 - b.1) / (c.1 - b.1));
        let smooth = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
        share = if smooth {
            a.1 / (b.1 - a.1) * (c.1 / (b.1 - c.1))
                + (c.0 - a.0) / (b.0 - a.0) * (a.1 / (c.1 - a.1)) * (b.1 / (c.1 - b.1))
        } else {
            0.5
        };
        if share.is_nan() {
            share = 0.5;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found() {
        let find = |f: fn(f64) -> f64, low: f64, high: f64| {
            root_between(f, (low, f(low)), (high, f(high)), 1e-15).expect("a root")
        };
        assert!((find(f64::cos, 1.0, 3.0) - std::f64::consts::FRAC_PI_2).abs() < 4e-16, "a falling function");
        assert!((find(f64::cos, 3.0, 1.0) - std::f64::consts::FRAC_PI_2).abs() < 4e-16, "the other way round");
        assert!((find(|x| x.powi(9) - 2.0, 0.0, 9.0) - 2_f64.powf(1.0 / 9.0)).abs() < 1e-15, "a steep one");
        assert!((find(|x| (x - 0.3).powi(3), -1.0, 5.0) - 0.3).abs() < 1e-5, "a flat one");
        assert!((find(|x| if x < 0.7 { -1.0 } else { 1.0 }, 0.0, 1.0) - 0.7).abs() < 1e-15, "a jump");
    }
}
