//! A root in a bracket.

/// More than any root in double precision takes: each step at least halves the bracket.
const MAX_STEPS: usize = 100;

/// The root of a continuous `f` between `low` and `high`, at which it has the signs of `at_low` and `at_high`, to a
/// relative `tolerance`, by the method of Ridders (1979).
pub(crate) fn root_between(
    f: impl Fn(f64) -> f64,
    (mut low, mut at_low): (f64, f64),
    (mut high, mut at_high): (f64, f64),
    tolerance: f64,
) -> f64 {
    let mut last = f64::NAN;
    for _ in 0..MAX_STEPS {
        let middle = low + 0.5 * (high - low);
        let at_middle = f(middle);
        let scale = (at_middle * at_middle - at_low * at_high).sqrt();
        if at_middle == 0.0 || scale == 0.0 || scale.is_nan() {
            return middle;
        }
        let step = (middle - low) * (at_middle / scale) * if at_low >= at_high { 1.0 } else { -1.0 };
        let next = middle + step;
        if (next - last).abs() <= tolerance * next.abs() {
            return next;
        }
        last = next;
        let at_next = f(next);
        if at_next == 0.0 {
            return next;
        }
        if (at_middle > 0.0) != (at_next > 0.0) {
            ((low, at_low), (high, at_high)) = if middle < next {
                ((middle, at_middle), (next, at_next))
            } else {
                ((next, at_next), (middle, at_middle))
            };
        } else if (at_low > 0.0) != (at_next > 0.0) {
            (high, at_high) = (next, at_next);
        } else {
            (low, at_low) = (next, at_next);
        }
        if (high - low).abs() <= tolerance * next.abs() {
            return next;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_found() {
        let find = |f: fn(f64) -> f64, low: f64, high: f64| root_between(f, (low, f(low)), (high, f(high)), 1e-15);
        assert!((find(f64::cos, 1.0, 3.0) - std::f64::consts::FRAC_PI_2).abs() < 1e-15, "a falling function");
        assert!((find(|x| x.powi(9) - 2.0, 0.0, 9.0) - 2_f64.powf(1.0 / 9.0)).abs() < 1e-15, "a steep one");
        assert!((find(|x| (x - 0.3).powi(3), -1.0, 5.0) - 0.3).abs() < 1e-5, "a flat one");
    }
}
