//! Linear combinations of coefficients, one by one and together.

use super::errors::Errors;
use super::solution::Solution;
use crate::distributions;
use crate::inference::Test;
use crate::interval::Interval;
use crate::level::Level;
use crate::num::square::dot;

/// An estimate on the analysis scale with its uncertainty: a coefficient of a regression, or a linear combination of
/// them.
#[derive(Clone, Debug, PartialEq)]
pub struct Coefficient {
    /// The name of the column; for a combination, what it was called.
    pub name: String,
    /// The estimate, per unit of the column.
    pub estimate: f64,
    /// Its standard error under the chosen [`Inference`](crate::Inference); `None` where that is undefined.
    pub std_error: Option<f64>,
    /// Its confidence interval; `None` where it is undefined.
    pub interval: Option<Interval>,
    /// The two-sided test that it is 0; `None` where it is undefined.
    pub test: Option<Test>,
}

impl Coefficient {
    /// x'β.
    pub(super) fn of(name: String, estimate: f64, x: &[f64], fit: (&Solution, &Errors, Level)) -> Self {
        let (solution, errors, level) = fit;
        let error = errors.of(solution, x);
        let half = error.map(|error| error.half_width(level) / solution.unit);
        Self {
            name,
            estimate,
            std_error: error.map(|error| error.size / solution.unit),
            interval: half.map(|half| Interval::around(estimate, half)),
            test: error.and_then(|error| {
                Test::new(solution.value_in_unit(x) / error.size, error.df.is_finite().then_some(error.df))
            }),
        }
    }
}

/// A test that several linear combinations of coefficients are all 0 (Wald 1943).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WaldTest {
    /// With the normal distribution `Q_M`, a chi-squared statistic; with Student's t the F statistic, `Q_M / df`.
    pub statistic: f64,
    /// The number of combinations.
    pub df: usize,
    /// The degrees of freedom of the denominator of F; `None` for chi-squared.
    pub denominator_df: Option<f64>,
}

impl WaldTest {
    /// The p-value; 0 only if it is below the smallest floating-point number.
    ///
    /// ```
    /// use meta_analysis::WaldTest;
    ///
    /// let test = WaldTest { statistic: 12.590982884426495, df: 1, denominator_df: Some(11.0) };
    /// assert_eq!(format!("{:.6}", test.p_value()), "0.004565");
    /// ```
    #[must_use]
    pub fn p_value(&self) -> f64 {
        match self.denominator_df {
            Some(df2) => distributions::f_sf(self.statistic, self.numerator(), df2),
            None => distributions::chi_squared_sf(self.statistic, self.numerator()),
        }
    }

    /// The natural logarithm of [`p_value`](Self::p_value): finite where that underflows.
    #[must_use]
    pub fn log_p_value(&self) -> f64 {
        match self.denominator_df {
            Some(df2) => distributions::f_log_sf(self.statistic, self.numerator(), df2),
            None => distributions::chi_squared_log_sf(self.statistic, self.numerator()),
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "there are few coefficients")]
    fn numerator(&self) -> f64 {
        self.df as f64
    }
}

/// What may become of several combinations.
pub(super) enum Joint {
    Test(WaldTest),
    Undefined,
    /// The combination with this index is one of those before it.
    Dependent(usize),
}

/// A combination whose part apart from the others is smaller than this, relatively, is one of them.
const DEPENDENT: f64 = 1e-13;

/// Several combinations with a value each, in a basis in which their covariance is the identity.
pub(super) struct Orthonormal {
    basis: Vec<Vec<f64>>,
    parts: Vec<f64>,
    /// The logarithm of the volume that the whitened combinations span: half that of the determinant of their
    /// covariance.
    pub(super) log_volume: f64,
}

impl Orthonormal {
    /// With whitened rows W' = ZR it is Z and R'⁻¹ times the values.
    pub(super) fn new(rows: impl Iterator<Item = (Option<Vec<f64>>, f64)>) -> Result<Self, Joint> {
        let mut found = Self { basis: Vec::new(), parts: Vec::new(), log_volume: 0.0 };
        for (index, (row, mut value)) in rows.enumerate() {
            let mut rest = row.ok_or(Joint::Undefined)?;
            let size = dot(&rest, &rest).sqrt();
            // Twice, for full accuracy (Giraud et al. 2005); the value goes with its row.
            for _ in 0..2 {
                for (z, part) in found.basis.iter().zip(&found.parts) {
                    let along = dot(z, &rest);
                    rest.iter_mut().zip(z).for_each(|(x, z)| *x -= along * z);
                    value -= along * part;
                }
            }
            let left = dot(&rest, &rest).sqrt();
            if size.is_nan() || left <= DEPENDENT * size {
                return Err(if size > 0.0 && left.is_finite() { Joint::Dependent(index) } else { Joint::Undefined });
            }
            found.basis.push(rest.iter().map(|x| x / left).collect());
            found.parts.push(value / left);
            found.log_volume += left.ln();
        }
        Ok(found)
    }

    /// The values' square in units of their covariance.
    pub(super) fn square(&self) -> f64 {
        dot(&self.parts, &self.parts)
    }
}

/// The test that all rows times β are 0.
pub(super) fn joint(rows: &[Vec<f64>], solution: &Solution, errors: &Errors) -> Joint {
    let rows = rows.iter().map(|row| (errors.scaled(solution.whitened(row)), solution.value_in_unit(row)));
    let found = match Orthonormal::new(rows) {
        Ok(found) => found,
        Err(why) => return why,
    };
    let (q, df) = (found.square(), found.basis.len());
    #[allow(clippy::cast_precision_loss, reason = "there are few coefficients")]
    let per_row = q / df as f64;
    let (statistic, denominator_df) = match errors {
        Errors::Factor { df, .. } if df.is_finite() => (per_row, Some(*df)),
        Errors::Factor { .. } => (q, None),
        Errors::KenwardRoger(kenward_roger) => match kenward_roger.joint(&found.basis) {
            Some((factor, df2)) => (factor * per_row, Some(df2)),
            None => return Joint::Undefined,
        },
        Errors::Undefined => return Joint::Undefined,
    };
    if statistic.is_finite() { Joint::Test(WaldTest { statistic, df, denominator_df }) } else { Joint::Undefined }
}
