//! How far studies lie from the pooled effect.

use std::fmt;

use super::deletion::{Deletion, tau2_of};
use super::table::number;
use super::{Table, finite};
use crate::error::Error;
use crate::measure::Measure;
use crate::num::sum::sums_of_others;
use crate::pool::{DECIMALS, Pool, Pooled, StudyData};
use crate::real::Real;
use crate::subset::Subset;

/// The residuals of all studies. Prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Residuals<F = f64>(Vec<StudyResidual<F>>);

/// How far one study lies from the pooled effect, and from that of the other studies; on the analysis scale.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudyResidual<F = f64> {
    /// The label of the study, or its number.
    pub label: String,
    /// y - μ.
    pub residual: F,
    /// Its standard error.
    pub std_error: Option<F>,
    /// The standardised residual, their ratio; also called internally studentised.
    pub standardised: Option<F>,
    /// y - μ of the other studies. `None` where these cannot be pooled, as for all below.
    pub deleted: Option<F>,
    /// Its standard error.
    pub deleted_std_error: Option<F>,
    /// The studentised (deleted, externally studentised) residual, their ratio.
    pub studentised: Option<F>,
}

/// Raw, standardised and studentised residuals of each study, for [`Studies`](crate::Studies) or
/// [`Tables`](crate::Tables).
///
/// A studentised residual beyond -+2 or 3 says that a study does not fit the others; of k studies, one in twenty does
/// so by chance.
///
/// # Formula
/// ```text
/// standardised  (y - μ) / √Var(y - μ)            Var(y - μ) = (1 - h)² (v + τ²) + Σ_{others} h_j² (v_j + τ²)
/// studentised   (y - μ') / √(s² (v + τ'²) + SE'²)
/// ```
/// with h the shares of the studies in μ, for weights 1 / (v + τ²) so that Var(y - μ) = (1 - h)(v + τ²); primes are the
/// analysis without the study, and s² is the factor on its variance under Hartung-Knapp and the like, 1 otherwise
/// (Viechtbauer & Cheung 2010). For tables Var(y - μ) is v, as the variances of a Mantel-Haenszel estimate and of the
/// effects do not come from one model.
///
/// # Errors
/// Those of pooling all studies, and of [`Pooled::weights`].
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::residuals};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let residuals = residuals(&CommonEffect::new(), &studies)?;
/// let last = &residuals.rows()[2];
/// assert_eq!((last.residual, last.deleted), (3.0, Some(4.5)));
/// assert_eq!(format!("{:.3}", last.studentised.unwrap()), "3.674");       // 4.5 / √1.5
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "rstudent")]
#[doc(alias = "rstandard")]
pub fn residuals<M, F, S, P>(model: &P, data: &S) -> Result<Residuals<F>, Error>
where
    M: Measure,
    F: Real,
    S: Subset + StudyData<M, F>,
    P: Pool<S, Output = Pooled<M, F>> + ?Sized,
{
    Ok(of_deletion(&Deletion::new(model, data)?))
}

pub(super) fn of_deletion<M: Measure, F: Real>(deletion: &Deletion<M, F>) -> Residuals<F> {
    let (mean, _) = deletion.all.unrounded();
    let tau2 = tau2_of(&deletion.all);
    let spread = |v: f64| v.sqrt().hypot(tau2.sqrt());
    let v = deletion.effects.v().iter().map(|v| v.f64());
    // In units of the largest, so that squares stay in range.
    let unit = v.clone().map(spread).fold(0.0, f64::max);
    let terms: Vec<f64> = v.zip(&deletion.weights).map(|(v, weight)| (weight * (spread(v) / unit)).powi(2)).collect();
    let row = |(study, others): (super::deletion::Deleted<'_, M, F>, f64)| {
        let std_error = match deletion.all.is_of_tables() {
            true => study.v.sqrt(),
            false => (study.others * spread(study.v)).hypot(others.sqrt() * unit),
        };
        let residual = study.y - mean;
        let deleted = study.rest.map(|rest| study.y - rest.unrounded().0);
        let deleted_std_error = study.rest.and_then(|rest| {
            let scale = rest.variance_factor()?.sqrt();
            Some((scale * study.v.sqrt().hypot(tau2_of(rest).sqrt())).hypot(rest.unrounded().1?))
        });
        StudyResidual {
            label: study.label.to_owned(),
            residual: F::of(residual),
            // A single study is the pooled effect.
            std_error: finite(std_error).filter(|_| study.others > 0.0),
            standardised: finite(residual / std_error).filter(|_| study.others > 0.0),
            deleted: deleted.and_then(finite),
            deleted_std_error: deleted_std_error.and_then(finite),
            studentised: deleted.zip(deleted_std_error).and_then(|(deleted, error)| finite(deleted / error)),
        }
    };
    Residuals(deletion.rows().zip(sums_of_others(&terms)).map(row).collect())
}

impl<F> Residuals<F> {
    /// A row for each study; of tables, for each that is estimable.
    #[must_use]
    pub fn rows(&self) -> &[StudyResidual<F>] {
        &self.0
    }
}

impl<F: Real> fmt::Display for Residuals<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::new(&["study", "residual", "SE", "standardised", "deleted", "SE", "studentised"]);
        for row in &self.0 {
            table.row(vec![
                row.label.clone(),
                number(Some(row.residual), decimals),
                number(row.std_error, decimals),
                number(row.standardised, decimals),
                number(row.deleted, decimals),
                number(row.deleted_std_error, decimals),
                number(row.studentised, decimals),
            ]);
        }
        fmt::Display::fmt(&table, f)
    }
}
