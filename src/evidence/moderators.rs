//! The door for meta-regression: what evidence asks of a design, so that estimators need not know there is one.

use super::{Curvature, Moments};

/// The functionals when the mean is a regression on moderators, in the kernel's unit.
pub(crate) trait Moderators: std::fmt::Debug + Send + Sync {
    /// k - p.
    fn df(&self) -> f64;

    /// As [`Kernel::curvature`](super::Kernel::curvature).
    fn curvature(&self, tau2: f64, restricted: bool) -> Curvature;

    /// The residual sum of squares of the unweighted regression.
    fn spread(&self) -> f64;

    /// ln |X'WX| - ln |X'X|.
    fn log_determinant(&self, tau2: f64) -> f64;

    /// The moments for any weights, given by study, in the user's unit.
    fn moments(&self, weight: &dyn Fn(usize) -> f64) -> Moments;
}

/// A prototype of meta-regression on small data, which proves that the estimators work through this door unchanged.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{AtZero, Evidence};
    use crate::tau2::{Reml, Tau2Estimator, Tau2Method};

    /// Columns of a design with the data, in the unit of the evidence (which is 1 for data of ordinary size).
    #[derive(Debug)]
    struct Design {
        y: Vec<f64>,
        v: Vec<f64>,
        columns: Vec<Vec<f64>>,
        unit: f64,
    }

    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(a, b)| a * b).sum()
    }

    /// Takes out of `x` what lies along the orthonormal `basis`; twice, for full accuracy (Giraud et al. 2005).
    fn orthogonal(mut x: Vec<f64>, basis: &[Vec<f64>]) -> Vec<f64> {
        for _ in 0..2 {
            for q in basis {
                let along = dot(q, &x);
                x.iter_mut().zip(q).for_each(|(x, q)| *x -= along * q);
            }
        }
        x
    }

    impl Design {
        /// An orthonormal basis of the weighted columns, and ln |X'WX|.
        fn basis(&self, roots: &[f64]) -> (Vec<Vec<f64>>, f64) {
            let (mut basis, mut log) = (Vec::new(), 0.0);
            for column in &self.columns {
                let weighted = column.iter().zip(roots).map(|(x, r)| x * r).collect();
                let mut q = orthogonal(weighted, &basis);
                let norm = dot(&q, &q).sqrt();
                log += 2.0 * norm.ln();
                q.iter_mut().for_each(|x| *x /= norm);
                basis.push(q);
            }
            (basis, log)
        }

        fn v(&self, i: usize) -> f64 {
            self.v[i] * self.unit * self.unit
        }

        fn functionals(&self, w: &[f64]) -> [f64; 5] {
            let roots: Vec<f64> = w.iter().map(|w| w.sqrt()).collect();
            let (basis, _) = self.basis(&roots);
            let e = orthogonal(self.y.iter().zip(&roots).map(|(y, r)| y * self.unit * r).collect(), &basis);
            let we: Vec<f64> = e.iter().zip(w).map(|(e, w)| e * w).collect();
            let z = orthogonal(we.clone(), &basis);
            let leverage = |i: usize| basis.iter().map(|q| q[i] * q[i]).sum::<f64>();
            let trace = (0..w.len()).map(|i| w[i] * (1.0 - leverage(i))).sum();
            let cross = |a: &[f64], b: &[f64]| (0..w.len()).map(|i| a[i] * w[i] * b[i]).sum::<f64>();
            let square: f64 = basis.iter().flat_map(|a| basis.iter().map(move |b| cross(a, b).powi(2))).sum();
            let trace_pp = (0..w.len()).map(|i| w[i] * w[i] * (1.0 - 2.0 * leverage(i))).sum::<f64>() + square;
            [dot(&e, &e), dot(&e, &we), dot(&z, &z), trace, trace_pp]
        }

        fn relative(&self, tau2: f64) -> (f64, Vec<f64>) {
            let c = (0..self.v.len()).map(|i| self.v(i)).fold(f64::INFINITY, f64::min) + tau2;
            (c, (0..self.v.len()).map(|i| c / (self.v(i) + tau2)).collect())
        }
    }

    impl Moderators for Design {
        fn df(&self) -> f64 {
            self.y.len() as f64 - self.columns.len() as f64
        }

        fn curvature(&self, tau2: f64, restricted: bool) -> Curvature {
            assert!(restricted, "the prototype is for REML");
            let (c, u) = self.relative(tau2);
            let [q, pp, ppp, trace, trace_pp] = self.functionals(&u);
            Curvature { c, q, pp, ppp, trace, trace_pp }
        }

        fn spread(&self) -> f64 {
            self.functionals(&vec![1.0; self.y.len()])[0]
        }

        fn log_determinant(&self, tau2: f64) -> f64 {
            let (c, u) = self.relative(tau2);
            let roots: Vec<f64> = u.iter().map(|u| (u / c).sqrt()).collect();
            self.basis(&roots).1 - self.basis(&vec![1.0; self.y.len()]).1
        }

        fn moments(&self, weight: &dyn Fn(usize) -> f64) -> Moments {
            let w: Vec<f64> = (0..self.y.len()).map(weight).collect();
            let roots: Vec<f64> = w.iter().map(|w| w.sqrt()).collect();
            let (basis, _) = self.basis(&roots);
            let [q, _, _, trace, trace_pp] = self.functionals(&w);
            let left = |i: usize| w[i] * (1.0 - basis.iter().map(|q| q[i] * q[i]).sum::<f64>());
            let trace_v = (0..w.len()).map(|i| left(i) * self.v[i]).sum();
            Moments { q: q / self.unit / self.unit, total: w.iter().sum(), trace, trace_v, trace_pp }
        }
    }

    impl<'a> Evidence<'a, f64> {
        fn with_moderators(y: &'a [f64], v: &'a [f64], moderators: &'a dyn Moderators) -> Self {
            let plain = Self::new(y, v);
            let Curvature { c, q, trace, .. } = moderators.curvature(0.0, true);
            let at_zero = AtZero { q: q / c, trace: trace / c, ..plain.at_zero };
            Self { at_zero, moderators: Some(moderators), ..plain }
        }
    }

    fn floats(column: &serde_json::Value) -> Vec<f64> {
        column.as_array().expect("a column").iter().map(|x| x.as_f64().expect("a number")).collect()
    }

    #[test]
    fn estimators_work_with_moderators_unchanged() {
        let file: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/fixtures/moderators.json")).expect("a fixture");
        for case in file["cases"].as_array().expect("cases") {
            let (y, v) = (floats(&case["yi"]), floats(&case["vi"]));
            let rows: Vec<Vec<f64>> = case["X"].as_array().expect("rows").iter().map(floats).collect();
            let columns = (0..rows[0].len()).map(|j| rows.iter().map(|row| row[j]).collect()).collect();
            let unit = Evidence::new(&y, &v).kernel().unit;
            let design = Design { y: y.clone(), v: v.clone(), columns, unit };
            let evidence = Evidence::with_moderators(&y, &v, &design);
            let method: Tau2Method = case["method"].as_str().expect("a method").parse().expect("an estimator");
            let estimate = method.estimate(&evidence).expect("an estimate");
            let near = |computed: f64, field: &str| {
                let expected = case[field].as_f64().expect("a number");
                assert!((computed / expected - 1.0).abs() < 1e-9, "{} {field}: {computed}, {expected}", case["name"]);
            };
            near(estimate.value, "tau2");
            near(estimate.std_error.expect("a standard error"), "se_tau2");
            if let Some(expected) = case["fit"]["ll_REML"].as_f64() {
                let computed = evidence.restricted_log_likelihood(estimate.value);
                assert!((computed / expected - 1.0).abs() < 1e-10, "{}: {computed}, {expected}", case["name"]);
            }
            // The moments that a foreign estimator would take give the same DerSimonian-Laird.
            let m = evidence.moments(f64::recip);
            let zero = evidence.at_zero();
            assert!((m.q / zero.q - 1.0).abs() < 1e-12, "{}: Q of the residuals", case["name"]);
            assert!((m.trace_v / evidence.df() - 1.0).abs() < 1e-9, "{}: tr PV = k - p", case["name"]);
            let score = evidence.restricted_score(Reml.tau2(&evidence).expect("REML"));
            assert!(score.gradient.abs() < 1e-9 * score.expected.sqrt(), "{}: a stationary point", case["name"]);
        }
    }
}
