//! Standard errors and reference distributions of combinations of coefficients.

use super::solution::Solution;
use crate::distributions;
use crate::evidence::Weighted;
use crate::level::Level;
use crate::num::square::{Cholesky, Square, dot};

/// How the covariance of the coefficients is scaled, and which distribution goes with it.
#[derive(Clone, Debug)]
pub(super) enum Errors {
    /// All variances times a factor; Student's t or, with infinite degrees of freedom, the normal distribution.
    Factor {
        factor: f64,
        df: f64,
    },
    KenwardRoger(KenwardRoger),
    /// No residuals, for an error that is made of them.
    Undefined,
}

/// A standard error and its degrees of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct StdError {
    /// In the kernel's unit.
    pub(super) size: f64,
    pub(super) df: f64,
}

impl StdError {
    /// The standard error times the quantile of an interval.
    pub(super) fn half_width(self, level: Level) -> f64 {
        let quantile = match self.df.is_finite() {
            true => distributions::t_upper_quantile(level.tail(), self.df),
            false => level.normal_quantile(),
        };
        quantile * self.size
    }
}

impl Errors {
    /// Of x'β.
    pub(super) fn of(&self, solution: &Solution, x: &[f64]) -> Option<StdError> {
        self.of_whitened(&solution.whitened(x))
    }

    /// Of any combination in whitened form; 0 is no standard error.
    pub(super) fn of_whitened(&self, whitened: &[f64]) -> Option<StdError> {
        self.with_zero(whitened).filter(|error| error.size > 0.0)
    }

    /// The same, where 0 is one: for the mean at a new point.
    pub(super) fn with_zero(&self, whitened: &[f64]) -> Option<StdError> {
        let found = match self {
            Self::Factor { factor, df } => StdError { size: (factor * dot(whitened, whitened)).sqrt(), df: *df },
            Self::KenwardRoger(kenward_roger) => kenward_roger.of(whitened),
            Self::Undefined => return None,
        };
        // Degrees of freedom that are 1 in theory may come out a rounding below.
        let found = StdError { df: if found.df > 1.0 - 1e-10 { found.df.max(1.0) } else { found.df }, ..found };
        (found.size.is_finite() && found.df >= 1.0).then_some(found)
    }

    /// The adjusted form of a whitened combination.
    pub(super) fn scaled(&self, whitened: Vec<f64>) -> Option<Vec<f64>> {
        match self {
            Self::Factor { factor, .. } => Some(whitened.iter().map(|w| w * factor.sqrt()).collect()),
            Self::KenwardRoger(kenward_roger) => Some(kenward_roger.root.upper_times(&whitened)),
            Self::Undefined => None,
        }
    }
}

/// The covariance of Kenward & Roger (1997) for the one variance τ²: Φ + 2 Var(τ²) Φ (X'W³X - X'W²X Φ X'W²X) Φ, in
/// coordinates in which Φ is the identity.
#[derive(Clone, Debug)]
pub(super) struct KenwardRoger {
    /// Of the adjusted covariance.
    root: Cholesky,
    /// X'W²X, in units of 1 / c.
    slope: Square,
    /// tr PP in units of 1 / c².
    trace_pp: f64,
    /// What is taken from the degrees of freedom.
    fewer: f64,
}

impl KenwardRoger {
    pub(super) fn new(weighted: &Weighted<'_>) -> Option<Self> {
        let u = weighted.u();
        let squares: Vec<f64> = u.iter().map(|u| u * u).collect();
        let trace_pp = weighted.trace_of_squares(u, &weighted.left());
        let whiten = |inner: Square| {
            let half: Vec<Vec<f64>> = (0..inner.n()).map(|i| weighted.cholesky().forward(inner.row(i))).collect();
            let half = Square::of(inner.n(), |i, j| half[j][i]);
            let whole: Vec<Vec<f64>> = (0..half.n()).map(|i| weighted.cholesky().forward(half.row(i))).collect();
            Square::of(half.n(), |i, j| whole[i][j])
        };
        let (slope, bend) = (whiten(weighted.inner(u)), whiten(weighted.inner(&squares)));
        let square = slope.product(&slope);
        let adjusted = Square::of(slope.n(), |i, j| {
            f64::from(u8::from(i == j)) + 4.0 / trace_pp * (bend.at(i, j) - square.at(i, j))
        });
        Some(Self { root: Cholesky::new(&adjusted)?, slope, trace_pp, fewer: 0.0 })
    }

    /// The same with fewer degrees of freedom.
    pub(super) fn with_fewer(self, fewer: f64) -> Self {
        Self { fewer, ..self }
    }

    fn of(&self, whitened: &[f64]) -> StdError {
        let half = self.root.upper_times(whitened);
        let adjusted = self.root.times(&half);
        let variance = dot(&half, &half);
        let slope = dot(&adjusted, &self.slope.times(&adjusted));
        // The whitened vectors hold √c, so that their squares are in units of it.
        StdError { size: variance.sqrt(), df: self.trace_pp * (variance / slope).powi(2) - self.fewer }
    }

    /// The factor on a Wald statistic over the number of combinations, and the degrees of freedom of the denominator,
    /// for an orthonormal basis of the adjusted combinations (Kenward & Roger 1997, section 2).
    pub(super) fn joint(&self, basis: &[Vec<f64>]) -> Option<(f64, f64)> {
        let images: Vec<Vec<f64>> = basis
            .iter()
            .map(|z| {
                let lz = self.root.times(z);
                self.root.upper_times(&self.slope.times(&lz))
            })
            .collect();
        let q = f64::from(u32::try_from(basis.len()).ok()?);
        let at = |i: usize, j: usize| dot(&basis[i], &images[j]);
        let trace: f64 = (0..basis.len()).map(|i| at(i, i)).sum();
        let squares: f64 = (0..basis.len()).map(|i| (0..basis.len()).map(|j| at(i, j) * at(j, i)).sum::<f64>()).sum();
        let (a1, a2) = (2.0 / self.trace_pp * trace * trace, 2.0 / self.trace_pp * squares);
        let b = (a1 + 6.0 * a2) / (2.0 * q);
        let g = ((q + 1.0) * a1 - (q + 4.0) * a2) / ((q + 2.0) * a2);
        let scale = 3.0 * q + 2.0 * (1.0 - g);
        let (c1, c2, c3) = (g / scale, (q - g) / scale, (q + 2.0 - g) / scale);
        let mean = 1.0 / (1.0 - a2 / q);
        let variance = 2.0 / q * (1.0 + c1 * b) / ((1.0 - c2 * b).powi(2) * (1.0 - c3 * b));
        let rho = variance / (2.0 * mean * mean);
        let df = 4.0 + (q + 2.0) / (q * rho - 1.0);
        (df > 2.0 && df.is_finite()).then(|| (df / (mean * (df - 2.0)), df))
    }
}
