//! How the answer moves with each number that goes in.

use std::fmt;

use super::table::number;
use super::{Table, finite};
use crate::error::{Error, ErrorKind};
use crate::measure::Measure;
use crate::num::sum::{Compensated, sums_of_others};
use crate::pool::DECIMALS;
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::Subset;

/// The derivatives for all studies. Prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivatives<F = f64>(Vec<StudyDerivatives<F>>);

/// How the DerSimonian-Laird mean μ and τ² move with the effect y and the variance v of one study, on the analysis
/// scale. `None` where a derivative is outside the range of floating-point numbers.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudyDerivatives<F = f64> {
    /// The label of the study, or its number.
    pub label: String,
    /// ∂μ/∂y, by the weights and by τ²: they sum to 1 over the studies.
    pub mean_by_effect: Option<F>,
    /// ∂μ/∂v.
    pub mean_by_variance: Option<F>,
    /// ∂τ²/∂y: they sum to 0 over the studies.
    pub tau2_by_effect: Option<F>,
    /// ∂τ²/∂v.
    pub tau2_by_variance: Option<F>,
}

/// The derivatives of the random-effects mean and of τ², as DerSimonian and Laird estimate it, by each effect and each
/// variance.
///
/// To first order, an error of ε in a study's effect moves the answer by ε ∂μ/∂y: which figures have to be right is
/// seen at a glance. It is more than the weight, as τ² moves, too.
///
/// # Formula
/// With w = 1/v, μ0 the mean at those weights, W = Σ w, C = W - Σ w²/W, and w* = 1/(v + τ²), W* = Σ w*:
/// ```text
/// ∂τ²/∂y = 2 w (y - μ0) / C
/// ∂τ²/∂v = -w² ((y - μ0)² - τ² C') / C            C' = (1 - w/W)² + Σ_{others} (w_j/W)²
/// ∂μ/∂y  = w*/W* + T ∂τ²/∂y                       T = ∂μ/∂τ² = -Σ w*² (y - μ) / W*
/// ∂μ/∂v  = -w*² (y - μ) / W* + T ∂τ²/∂v
/// ```
/// the derivatives of the closed form (DerSimonian & Laird 1986). Where τ² is 0 because Q is below its degrees of
/// freedom, it does not move; where Q equals them, which is a kink, these are the derivatives towards the side without
/// heterogeneity.
///
/// # Errors
/// [`TooFewStudies`](ErrorKind::TooFewStudies) for fewer than two; [`OutOfRange`](ErrorKind::OutOfRange).
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, Studies, sensitivity::derivatives};
///
/// let studies: Studies<_> = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let last = &derivatives(&studies)?.rows()[2].clone();
/// // Equal variances: the mean is that of the effects, and τ² half the sum of squares less 1.
/// assert_eq!((last.mean_by_effect, last.tau2_by_effect), (Some(1.0 / 3.0), Some(3.0)));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn derivatives<M: Measure, F: Real>(studies: &Studies<M, F>) -> Result<Derivatives<F>, Error> {
    if studies.k() < 2 {
        let quantity = "the derivatives";
        return Err(ErrorKind::TooFewStudies { quantity, needed: 2, found: studies.k() }.into());
    }
    let evidence = studies.evidence();
    let (kernel, zero) = (evidence.kernel(), evidence.at_zero());
    if !zero.q.is_finite() {
        return Err(ErrorKind::OutOfRange { quantity: "Cochran's Q" }.into());
    }
    let tau2 = evidence.dersimonian_laird();
    let (first, second) = (zero.centre, evidence.centre(tau2));
    let offsets = studies.y().iter().map(|y| kernel.mean_of(y.f64()));
    let variances = studies.v().iter().map(|v| kernel.in_unit(v.f64()));
    let columns: Vec<(f64, f64)> = offsets.zip(variances).collect();

    // Shares of the weights; those of the others without a difference.
    let shares: Vec<f64> = columns.iter().map(|(_, v)| first.c / v / first.total).collect();
    let others = sums_of_others(&shares);
    let squares = sums_of_others(&shares.iter().map(|share| share * share).collect::<Vec<_>>());
    let share_at_tau2 = |v: f64| second.c / (v + tau2) / second.total;
    // T = -Σ w*² (y - μ) / W*, in shares.
    let mut by_tau2 = Compensated::default();
    columns.iter().for_each(|&(d, v)| by_tau2.add(-(share_at_tau2(v) * (d - second.mean) / (v + tau2))));
    let by_tau2 = by_tau2.total();

    let trace = zero.trace();
    let row = |(i, label): (usize, String)| {
        let (d, v) = columns[i];
        let (r, share) = (d - first.mean, share_at_tau2(v));
        let (tau2_by_effect, tau2_by_variance) = if tau2 > 0.0 {
            let slope = others[i] * others[i] + squares[i];
            (2.0 * (r / v) / trace, -((r * r - tau2 * slope) / v) / v / trace)
        } else {
            (0.0, 0.0)
        };
        StudyDerivatives {
            label,
            mean_by_effect: finite(share + by_tau2 * tau2_by_effect),
            mean_by_variance: finite(
                (by_tau2 * tau2_by_variance - share * ((d - second.mean) / (v + tau2))) * kernel.unit,
            ),
            tau2_by_effect: finite(tau2_by_effect / kernel.unit),
            tau2_by_variance: finite(tau2_by_variance),
        }
    };
    Ok(Derivatives(studies.names().into_iter().enumerate().map(row).collect()))
}

impl<F> Derivatives<F> {
    /// A row for each study.
    #[must_use]
    pub fn rows(&self) -> &[StudyDerivatives<F>] {
        &self.0
    }
}

impl<F: Real> fmt::Display for Derivatives<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::new(&["study", "dmu/dy", "dmu/dv", "dtau2/dy", "dtau2/dv"]);
        for row in &self.0 {
            let cells = [row.mean_by_effect, row.mean_by_variance, row.tau2_by_effect, row.tau2_by_variance];
            let cells = cells.into_iter().map(|x| number(x, decimals));
            table.row(std::iter::once(row.label.clone()).chain(cells).collect());
        }
        fmt::Display::fmt(&table, f)
    }
}
