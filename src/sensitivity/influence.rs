//! How much each study pulls at the answer.

use std::fmt;

use super::deletion::{Deleted, Deletion, tau2_of};
use super::table::number;
use super::{Table, finite, residuals};
use crate::distributions::chi_squared_cdf;
use crate::error::Error;
use crate::measure::Measure;
use crate::num::sum::Compensated;
use crate::pool::{DECIMALS, Pool, Pooled, StudyData};
use crate::real::Real;
use crate::subset::Subset;

/// How much each study pulls at the answer. Prints as a table; a star marks the influential ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Influence<F = f64>(Vec<StudyInfluence<F>>);

/// How much one study pulls at the answer. `None` where the other studies cannot be pooled, or have no standard error.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudyInfluence<F = f64> {
    /// The label of the study, or its number.
    pub label: String,
    /// The studentised residual: how far the study lies from what the others predict.
    #[doc(alias = "rstudent")]
    pub studentised: Option<F>,
    /// How far the study moves its own predicted effect, in standard errors of that.
    pub dffits: Option<F>,
    /// Cook's distance: the square of how far it moves the pooled effect, in standard errors of the analysis of all.
    pub cooks_distance: Option<F>,
    /// The variance of the pooled effect without the study over that with it: below 1, the study makes the answer less
    /// precise.
    #[doc(alias = "cov.r")]
    pub covariance_ratio: Option<F>,
    /// τ² without the study; `None` also for a model without τ².
    pub tau2_deleted: Option<F>,
    /// Cochran's Q without the study.
    pub q_deleted: Option<F>,
    /// The hat value. Without moderators it is the share of the study in the pooled effect, its
    /// [`weight`](Self::weight).
    pub hat: F,
    /// The share of the study in the pooled effect.
    pub weight: F,
    /// How far it moves the pooled effect, in standard errors of an analysis of all studies with the τ² of the others.
    pub dfbetas: Option<F>,
    /// Whether any of the usual cut-offs is passed; `None` where none is and some cannot be looked at.
    pub influential: Option<bool>,
}

/// The influence of each study, for [`Studies`](crate::Studies) or [`Tables`](crate::Tables).
///
/// # Formula
/// With h the share of the study in μ and primes for the analysis without it, s² the factor on the variance of that
/// under Hartung-Knapp and the like (1 otherwise):
/// ```text
/// studentised        (y - μ') / √(s² (v + τ'²) + SE'²)
/// DFFITS             (μ - μ') / √(s² h (v + τ'²))
/// Cook's distance    (μ - μ')² / SE²
/// covariance ratio   SE'² / SE²
/// DFBETAS            (μ - μ') / √(s² / Σ 1/(v_j + τ'²))        the sum over all studies
/// ```
/// (Viechtbauer & Cheung 2010.) Weights that are not 1 / (v + τ²) take the same formulas with their own h; for tables,
/// where a weight says nothing of v, DFFITS and DFBETAS are both (μ - μ') / SE.
///
/// Influential is a study whose DFFITS is beyond 3 √(1/(k - 1)) on either side, or whose Cook's distance is beyond the
/// median of χ² with 1 df, or whose h is beyond 3/k, or whose DFBETAS is beyond 1 on either side: these are conventions,
/// and rows to look at, not studies to throw out.
///
/// # Errors
/// Those of pooling all studies, and of [`Pooled::weights`].
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::influence};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let influence = influence(&CommonEffect::new(), &studies)?;
/// println!("{influence}");
/// let last = &influence.rows()[2];
/// assert_eq!(format!("{:.3} {:.3}", last.cooks_distance.unwrap(), last.covariance_ratio.unwrap()), "6.750 1.500");
/// assert_eq!((last.q_deleted, last.influential), (Some(0.5), Some(true)));
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "cooks.distance")]
#[doc(alias = "hatvalues")]
pub fn influence<M, F, S, P>(model: &P, data: &S) -> Result<Influence<F>, Error>
where
    M: Measure,
    F: Real,
    S: Subset + StudyData<M, F>,
    P: Pool<S, Output = Pooled<M, F>> + ?Sized,
{
    let deletion = Deletion::new(model, data)?;
    let studentised = residuals::of_deletion(&deletion);
    let studentised = studentised.rows().iter().map(|row| row.studentised);
    Ok(Influence(deletion.rows().zip(studentised).map(|(study, z)| row(&deletion, &study, z)).collect()))
}

fn row<M: Measure, F: Real>(
    deletion: &Deletion<M, F>,
    study: &Deleted<'_, M, F>,
    studentised: Option<F>,
) -> StudyInfluence<F> {
    let all = &deletion.all;
    let (mean, std_error) = all.unrounded();
    let (rest, tables) = (study.rest, all.is_of_tables());
    let moved = rest.map(|rest| mean - rest.unrounded().0);
    let in_units_of = |unit: Option<f64>| finite::<F>(moved? / unit?);
    let of_rest = rest.and_then(|rest| {
        let scale = rest.variance_factor()?.sqrt();
        let fitted = scale * study.weight.sqrt() * study.v.sqrt().hypot(tau2_of(rest).sqrt());
        Some((fitted, scale * std_error_at(deletion, tau2_of(rest))))
    });
    let dffits = in_units_of(if tables { std_error } else { of_rest.map(|(fitted, _)| fitted) });
    let dfbetas = in_units_of(if tables { std_error } else { of_rest.map(|(_, at_tau2)| at_tau2) });
    let cooks_distance = moved.zip(std_error).and_then(|(moved, se)| finite((moved / se).powi(2)));
    let ratio = rest.and_then(|rest| Some(rest.unrounded().1? / std_error?));
    StudyInfluence {
        label: study.label.to_owned(),
        studentised,
        dffits,
        cooks_distance,
        covariance_ratio: ratio.and_then(|ratio| finite(ratio * ratio)),
        tau2_deleted: rest.and_then(|rest| rest.heterogeneity().tau2()),
        q_deleted: rest.map(|rest| rest.heterogeneity().q()),
        hat: F::of(study.weight),
        weight: F::of(study.weight),
        dfbetas,
        influential: is_influential(
            (deletion.weights.len(), 1),
            study.weight,
            dffits.map(Real::f64),
            cooks_distance.map(Real::f64),
            dfbetas.map(Real::f64),
        ),
    }
}

/// (Σ 1/(v + τ²))^-½ over all studies.
fn std_error_at<M: Measure, F: Real>(deletion: &Deletion<M, F>, tau2: f64) -> f64 {
    let spread = |v: &F| v.f64().sqrt().hypot(tau2.sqrt());
    let smallest = deletion.effects.v().iter().map(spread).fold(f64::INFINITY, f64::min);
    let mut total = Compensated::default();
    deletion.effects.v().iter().for_each(|v| total.add((smallest / spread(v)).powi(2)));
    smallest / total.total().sqrt()
}

/// Whether a study passes a usual cut-off, with k studies and p coefficients; of several DFBETAS the largest.
#[allow(clippy::cast_precision_loss, reason = "there are fewer than 2^53 studies")]
pub(crate) fn is_influential(
    (k, p): (usize, usize),
    hat: f64,
    dffits: Option<f64>,
    cooks_distance: Option<f64>,
    dfbetas: Option<f64>,
) -> Option<bool> {
    let (k, p) = (k as f64, p as f64);
    let beyond = |x: Option<f64>, cut: f64| x.map(|x| x.abs() > cut);
    let signs = [
        beyond(dffits, 3.0 * (p / (k - p)).sqrt()),
        cooks_distance.map(|distance| chi_squared_cdf(distance, p) > 0.5),
        Some(hat > 3.0 * p / k),
        beyond(dfbetas, 1.0),
    ];
    match signs.contains(&Some(true)) {
        true => Some(true),
        false => (!signs.contains(&None)).then_some(false),
    }
}

impl<F> Influence<F> {
    /// A row for each study; of tables, for each that is estimable.
    #[must_use]
    pub fn rows(&self) -> &[StudyInfluence<F>] {
        &self.0
    }
}

impl<F: Real> fmt::Display for Influence<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::new(&[
            "study",
            "studentised",
            "DFFITS",
            "Cook",
            "cov. ratio",
            "tau2 del.",
            "Q del.",
            "weight",
            "DFBETAS",
        ]);
        for row in &self.0 {
            let mut cells = vec![row.label.clone()];
            let measures = [row.studentised, row.dffits, row.cooks_distance, row.covariance_ratio, row.tau2_deleted];
            cells.extend(measures.map(|x| number(x, decimals)));
            cells.push(number(row.q_deleted, decimals));
            cells.push(format!("{:.1}%", 100.0 * row.weight.f64()));
            cells.push(number(row.dfbetas, decimals));
            table.row(cells);
            if row.influential == Some(true) {
                table.mark("*");
            }
        }
        write!(f, "{table}")?;
        if self.0.iter().any(|row| row.influential == Some(true)) {
            f.write_str("\n  * passes a usual cut-off")?;
        }
        Ok(())
    }
}
