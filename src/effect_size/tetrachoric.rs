//! The tetrachoric correlation, solved exactly.

use std::f64::consts::FRAC_PI_2;

use super::from_table::sealed::TableFormula;
use super::from_table::{Total, of_itself};
use crate::distributions::{Thresholds, normal_sf, probit, probit_difference};
use crate::measure::{FisherZTetrachoric, TetrachoricCorrelation};
use crate::summary::{Cells, Corrected, ZeroCells};

/// More than any table takes: half of the steps would bisect the bracket to double precision.
const MAX_STEPS: usize = 200;
const PERFECT: &str = "a zero cell makes it 1 or -1";

impl TableFormula for TetrachoricCorrelation {
    of_itself!();
    type Variance = ();
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn pair(self, table: &Corrected, (): (), _: &Total) -> Result<[f64; 2], &'static str> {
        let [effect, variance] = Tetrachoric::both(table)?;
        Ok([effect.sign * effect.correlation, variance.variance()])
    }
}

impl TableFormula for FisherZTetrachoric {
    of_itself!();
    type Variance = ();
    const ZERO_CELLS: ZeroCells = ZeroCells::NONE;

    fn pair(self, table: &Corrected, (): (), _: &Total) -> Result<[f64; 2], &'static str> {
        let [effect, variance] = Tetrachoric::both(table)?;
        // artanh cos φ = -ln tan(φ/2), and 1 - cos² φ = sin² φ; near independence the angle is close to a quarter turn.
        let z = if effect.correlation < 0.5 { effect.correlation.atanh() } else { -effect.half_tangent.ln() };
        let y = effect.sign * z;
        Ok([y, variance.variance() / variance.phi.sin().powi(4)])
    }
}

/// The solution for a table: the correlation is `sign * correlation`, where the latter is not negative, and the cosine of
/// the angle `phi`.
#[derive(Clone, Copy)]
struct Tetrachoric {
    sign: f64,
    phi: f64,
    correlation: f64,
    /// tan (phi / 2).
    half_tangent: f64,
    /// The thresholds of event and of arm, for the table with its arms exchanged where the correlation is negative.
    thresholds: Thresholds,
    cells: Cells,
}

impl Tetrachoric {
    /// For the effect and for the variance, which are mostly the same.
    fn both(table: &Corrected) -> Result<[Self; 2], &'static str> {
        let effect = Self::of(&table.for_effect)?;
        let same = table.for_variance == table.for_effect;
        Ok([effect, if same { effect } else { Self::of(&table.for_variance)? }])
    }

    fn of(cells: &Cells) -> Result<Self, &'static str> {
        let cross = cells.cross();
        let Cells { a, b, c, d } = *cells;
        // With the arms exchanged the correlation changes its sign: only positive ones are solved for.
        let (sign, Cells { a, b, c, d }) =
            if cross < 0.0 { (-1.0, Cells { a: c, b: d, c: a, d: b }) } else { (1.0, Cells { a, b, c, d }) };
        let n = (a + b) + (c + d);
        if !n.is_finite() {
            return Err("its cells are too large");
        }
        // Shares below and above the thresholds.
        let (event, arm) = ([b + d, a + c], [c + d, a + b]);
        let (h, k) = (probit(event[0], event[1]), probit(arm[0], arm[1]));
        if !(h.is_finite() && k.is_finite()) {
            return Err("a margin is zero");
        }
        let at = Thresholds { h, k, apart: probit_difference(event, arm, (b - c) / n) };
        let (gain, loss) = (cross.abs() / n / n, b.min(c) / n);
        if loss == 0.0 {
            return Err(PERFECT);
        }
        // Of the two ends the nearer one, where the target has all its digits.
        let (phi, correlation, half_tangent) = if gain <= loss {
            let theta = angle(gain, |x| at.gain(x), |x| at.angle_density(FRAC_PI_2 - x));
            // tan (π/4 - θ/2) = (1 - t) / (1 + t), t = tan (θ/2).
            let t = (0.5 * theta).tan();
            (FRAC_PI_2 - theta, theta.sin(), (1.0 - t) / (1.0 + t))
        } else {
            let phi = angle(loss, |x| at.loss(x), |x| at.angle_density(x));
            (phi, phi.cos(), (0.5 * phi).tan())
        };
        Ok(Self { sign, phi, correlation, half_tangent, thresholds: at, cells: Cells { a, b, c, d } })
    }

    /// From the multinomial information: the correlation moves with the cells and, through the thresholds, with the margins.
    fn variance(&self) -> f64 {
        let Self { phi, half_tangent, thresholds: Thresholds { h, k, apart }, cells, .. } = *self;
        let n = cells.n1() + cells.n2();
        // (k - ρ h) / √(1 - ρ²) = h tan (φ/2) - (h - k) / sin φ, and the same with h and k exchanged.
        let (at_h, at_k) = (h * half_tangent - apart / phi.sin(), k * half_tangent + apart / phi.sin());
        let (a, not_a) = (normal_sf(at_h), normal_sf(-at_h));
        let (b, not_b) = (normal_sf(at_k), normal_sf(-at_k));
        // The weights 1 - A - B, -B, -A and 0 of the cells enter as differences of pairs.
        let p = [cells.a / n, cells.b / n, cells.c / n, cells.d / n];
        let pair = |i: usize, j: usize, difference: f64| p[i] * p[j] * difference * difference;
        let spread = pair(0, 1, not_a) + pair(0, 2, not_b) + pair(0, 3, not_a - b);
        let spread = spread + pair(1, 2, a - b) + pair(1, 3, b) + pair(2, 3, a);
        // The density at (h, k) is that of the angle over sin φ.
        let density = self.thresholds.angle_density(phi) / phi.sin();
        spread / n / density / density
    }
}

/// The angle between 0 and a quarter turn at which an increasing function takes a value, by Newton's steps on its logarithm
/// in a bracket that they may not leave.
fn angle(target: f64, value_at: impl Fn(f64) -> f64, slope_at: impl Fn(f64) -> f64) -> f64 {
    if target == 0.0 {
        return 0.0;
    }
    let (mut low, mut high, mut x) = (0.0, FRAC_PI_2, 0.5 * FRAC_PI_2);
    for _ in 0..MAX_STEPS {
        let value = value_at(x);
        if value < target {
            low = x;
        } else {
            high = x;
        }
        let relative = (target - value) / value;
        let miss = if relative.abs() < 0.5 { relative.ln_1p() } else { target.ln() - value.ln() };
        let next = x + miss * (value / slope_at(x));
        if (next - x).abs() <= 4.0 * f64::EPSILON * x {
            return next;
        }
        x = if next > low && next < high { next } else { 0.5 * (low + high) };
    }
    x
}
