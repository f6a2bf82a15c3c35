//! Two standard normal variables that are correlated.
//!
//! Both functions here are integrals over the angle whose sine is the correlation (Plackett 1954; Drezner and
//! Wesolowsky 1990): one from independence on, one from the end where the two variables agree. With a correlation far
//! from both they are differences of probabilities that a program would lose digits in; near an end they keep them.

use std::f64::consts::{FRAC_PI_2, TAU};

use crate::num::quadrature::integrate;

/// The two rules of the quadrature may differ by this much; the better one is then good to about 1e-15.
const TOLERANCE: f64 = 1e-10;

/// Two thresholds `h` and `k`, with their difference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thresholds {
    pub(crate) h: f64,
    pub(crate) k: f64,
    /// `h - k`, to more digits than the difference of the two numbers has.
    pub(crate) apart: f64,
}

impl Thresholds {
    /// `P(X > h, Y > k) - P(X > h) P(Y > k)` at the correlation `sin theta`, for `theta` from 0 to a quarter turn.
    ///
    /// Measured relative error 8e-15 against `mpmath` (thresholds up to 4, values down to 5e-21).
    pub(crate) fn gain(&self, theta: f64) -> f64 {
        integrate(|theta| self.angle_density(FRAC_PI_2 - theta), 0.0, theta, TOLERANCE)
    }

    /// `min(P(X > h), P(Y > k)) - P(X > h, Y > k)` at the correlation `cos phi`, for `phi` from 0 to a quarter turn.
    ///
    /// Measured relative error 8e-15 against `mpmath` (thresholds up to 4, values down to 5e-21).
    pub(crate) fn loss(&self, phi: f64) -> f64 {
        integrate(|phi| self.angle_density(phi), 0.0, phi, TOLERANCE)
    }

    /// The derivative of both by their angle: the density at `(h, k)` with correlation `cos phi`, times `sin phi`.
    pub(crate) fn angle_density(&self, phi: f64) -> f64 {
        // (h² + k² - 2 h k cos φ) / (2 sin² φ), as two terms that do not cancel for h near k and φ near 0; 0/0 is 0.
        let apart = if self.apart == 0.0 { 0.0 } else { self.apart / phi.sin() };
        let together = (0.5 * phi).cos();
        (-0.5 * (apart * apart + self.h / together * (self.k / together))).exp() / TAU
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Thresholds, angle from the end, angle from independence, gain, loss: by `mpmath`, 40 digits, as integrals over one
    /// variable of the conditional tail of the other (seeded random thresholds).
    #[rustfmt::skip]
    const EXACT: [(f64, f64, f64, f64, f64, f64); 19] = [
        (-1.409, -2.793, 1.5507949932215062, 0.020001333573390418, 2.4817962909531973e-5, 0.0023789006039136346),
        (-2.282, -3.312, 1.2661036727794992, 0.3046926540153974, 4.253913076945437e-5, 0.00041541054296182384),
        (-3.274, -0.604, 1.5507949932215062, 0.020001333573390418, 1.2715601647216108e-5, 0.00037276892960790795),
        (3.58, 1.045, 1.5507949932215062, 0.020001333573390418, 3.1524290007486804e-6, 0.0001432167303420444),
        (0.617, -0.827, 1.5507949932215062, 0.020001333573390418, 0.0018597510468819868, 0.05297003039166942),
        (-3.058, -1.532, 1.2661036727794992, 0.3046926540153974, 0.0002526452034536011, 0.000791530537639221),
        (-3.176, -3.176, 0.044725087168733454, 1.526071239626163, 0.0007001648189668754, 4.5882518507904946e-5),
        (1.697, 0.515, 0.3175604292915215, 1.253235897503375, 0.031245374426602072, 1.5107568620817626e-6),
        (3.388, 3.388, 1.2661036727794992, 0.3046926540153974, 2.7832318712847216e-6, 0.0003491141707500167),
        (-3.345, -1.598, 0.7953988301841436, 0.775397496610753, 0.00034628251969728553, 4.2493784733830835e-5),
        (1.836, -1.696, 1.5507949932215062, 0.020001333573390418, 0.00013572448479776052, 0.001355429606979586),
        (0.095, -2.68, 0.3175604292915215, 1.253235897503375, 0.0017012513561902676, 5.139544508346947e-21),
        (-0.626, -0.6885, 0.044725087168733454, 1.526071239626163, 0.1798017148416402, 0.0005300348360143553),
        (2.313, 2.547, 0.7953988301841436, 0.775397496610753, 0.0017787117981447095, 0.0035976702144049667),
        (0.755, 0.639, 1.5507949932215062, 0.020001333573390418, 0.0019611145188702882, 0.16431325334991972),
        (3.557, -0.207, 1.5507949932215062, 0.020001333573390418, 5.52857065323511e-6, 7.287121250951452e-5),
        (-1.723, -0.914, 1.5507949932215062, 0.020001333573390418, 0.0004825826808289283, 0.034306499590799844),
        (-3.528, -3.528, 0.3175604292915215, 1.253235897503375, 0.00011416398331380324, 9.514826504025015e-5),
        (-0.872, -0.871, 0.3175604292915215, 1.253235897503375, 0.12051545744185325, 0.03432427973756788),
    ];

    fn at(h: f64, k: f64) -> Thresholds {
        Thresholds { h, k, apart: h - k }
    }

    #[test]
    fn gains_and_losses_are_those_of_mpmath() {
        let mut worst: f64 = 0.0;
        for (h, k, phi, theta, gain, loss) in EXACT {
            let errors = [at(h, k).gain(theta) / gain - 1.0, at(h, k).loss(phi) / loss - 1.0];
            worst = errors.iter().fold(worst, |worst, error| worst.max(error.abs()));
            assert!(errors.iter().all(|error| error.abs() < 1e-14), "h = {h}, k = {k}, angle {phi}: {errors:?}");
        }
        println!("{} pairs, worst relative error {worst:.1e}", EXACT.len());
    }

    #[test]
    fn the_ends_are_finite() {
        for (h, k) in [(0.0, 0.0), (1.0, 1.0), (9.0, -9.0), (-9.0, -9.0), (9.0, 9.0)] {
            let (gain, loss) = (at(h, k).gain(FRAC_PI_2), at(h, k).loss(FRAC_PI_2));
            assert!((0.0..=0.25 + 1e-15).contains(&gain), "h = {h}, k = {k}: gain {gain}");
            assert!(
                (gain - loss).abs() <= 1e-13 * gain,
                "h = {h}, k = {k}: gain {gain}, loss {loss} of a quarter turn"
            );
        }
    }
}
