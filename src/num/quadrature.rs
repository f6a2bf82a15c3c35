//! Adaptive quadrature.

/// Nodes of Kronrod's 15-point rule on [0, 1]; every second one, from the second on, is of Gauss's 7-point rule.
const NODES: [f64; 8] = [
    0.991_455_371_120_812_6,
    0.949_107_912_342_758_5,
    0.864_864_423_359_769_1,
    0.741_531_185_599_394_4,
    0.586_087_235_467_691_1,
    0.405_845_151_377_397_2,
    0.207_784_955_007_898_5,
    0.0,
];
/// Weights of Kronrod's rule (Kronrod 1965; Piessens et al. 1983).
const KRONROD: [f64; 8] = [
    0.022_935_322_010_529_224,
    0.063_092_092_629_978_55,
    0.104_790_010_322_250_18,
    0.140_653_259_715_525_92,
    0.169_004_726_639_267_9,
    0.190_350_578_064_785_4,
    0.204_432_940_075_298_9,
    0.209_482_141_084_727_82,
];
/// Weights of Gauss's rule at nodes 1, 3, 5 and 7.
const GAUSS: [f64; 4] =
    [0.129_484_966_168_869_7, 0.279_705_391_489_276_64, 0.381_830_050_505_118_9, 0.417_959_183_673_469_4];
/// Pieces at the start: narrow features must not fall between the nodes of one rule.
const PIECES: u32 = 4;
/// More than integrands of this crate take: they are smooth.
const MAX_HALVINGS: usize = 200;

#[derive(Clone, Copy)]
struct Piece {
    from: f64,
    to: f64,
    integral: f64,
    error: f64,
}

impl Piece {
    fn new(f: &impl Fn(f64) -> f64, from: f64, to: f64) -> Self {
        let (centre, half) = (0.5 * (from + to), 0.5 * (to - from));
        let (mut kronrod, mut gauss) = (0.0, 0.0);
        for (i, (node, weight)) in NODES.iter().zip(KRONROD).enumerate() {
            let at = if *node == 0.0 { f(centre) } else { f(centre - half * node) + f(centre + half * node) };
            kronrod += weight * at;
            if i % 2 == 1 {
                gauss += GAUSS[i / 2] * at;
            }
        }
        Self { from, to, integral: half * kronrod, error: (half * (kronrod - gauss)).abs() }
    }
}

/// The integral of `f` from `from` to `to`, halving the piece with the largest error until the sum of them is below
/// `tolerance` times the integral, or [`MAX_HALVINGS`] times.
///
/// The error of a piece is taken to be the difference between the two rules, which overstates it: where it is 1e-8, the
/// better rule is good to about 1e-13.
pub(crate) fn integrate(f: impl Fn(f64) -> f64, from: f64, to: f64, tolerance: f64) -> f64 {
    let width = (to - from) / f64::from(PIECES);
    let mut pieces: Vec<Piece> =
        (0..PIECES).map(|i| Piece::new(&f, from + width * f64::from(i), from + width * f64::from(i + 1))).collect();
    for _ in 0..MAX_HALVINGS {
        let (integral, error) = pieces.iter().fold((0.0, 0.0), |(i, e), piece| (i + piece.integral, e + piece.error));
        if error <= tolerance * f64::abs(integral) {
            break;
        }
        let Some(worst) = pieces.iter_mut().max_by(|a, b| a.error.total_cmp(&b.error)) else { break };
        let Piece { from, to, .. } = *worst;
        let middle = 0.5 * (from + to);
        *worst = Piece::new(&f, from, middle);
        pieces.push(Piece::new(&f, middle, to));
    }
    pieces.iter().map(|piece| piece.integral).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_integrals_come_out() {
        let close = |found: f64, exact: f64, what: &str| {
            assert!((found / exact - 1.0).abs() < 1e-14, "{what}: {found:e} for {exact:e}");
        };
        close(integrate(|x| x.powi(7) + 1.0, 0.0, 2.0, 1e-12), 34.0, "a polynomial");
        close(integrate(|x| (-x * x).exp(), -9.0, 9.0, 1e-12), std::f64::consts::PI.sqrt(), "a bell");
        // A step of width 0.001 on an interval of 10.
        close(integrate(|x| 1.0 + ((x - 7.0) * 1e3).tanh(), 0.0, 10.0, 1e-13), 6.0, "a steep step");
    }
}
