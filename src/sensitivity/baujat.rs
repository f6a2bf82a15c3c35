//! Which studies make for the heterogeneity, and which of those for the answer.

use std::fmt;

use super::deletion::{Deletion, tau2_of};
use super::table::number;
use super::{Table, finite};
use crate::error::Error;
use crate::measure::Measure;
use crate::pool::{DECIMALS, Pool, Pooled, StudyData};
use crate::real::Real;
use crate::subset::Subset;

/// The coordinates of a Baujat plot. Prints as a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Baujat<F = f64>(Vec<BaujatPoint<F>>);

/// One study in a Baujat plot.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct BaujatPoint<F = f64> {
    /// The label of the study, or its number.
    pub label: String,
    /// What the study adds to the heterogeneity, the horizontal coordinate: its squared Pearson residual.
    #[doc(alias = "x")]
    pub heterogeneity: F,
    /// How far it moves the pooled effect, the vertical coordinate: the square of that, in standard errors of the
    /// analysis without it. `None` where that is undefined.
    #[doc(alias = "y")]
    pub influence: Option<F>,
}

/// The coordinates of a Baujat plot, for [`Studies`](crate::Studies) or [`Tables`](crate::Tables): studies at the upper
/// right make for both heterogeneity and the answer.
///
/// # Formula
/// ```text
/// x = (y - μ)² / (v + τ²)        y = (μ - μ')² / SE'²
/// ```
/// with primes for the analysis without the study (Baujat et al. 2002).
///
/// # Errors
/// Those of pooling all studies, and of [`Pooled::weights`].
///
/// # Example
/// ```
/// use meta_analysis::{CommonEffect, MeanDifference, Studies, sensitivity::baujat};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let last = &baujat(&CommonEffect::new(), &studies)?.rows()[2].clone();
/// assert_eq!(format!("{:.3} {:.3}", last.heterogeneity, last.influence.unwrap()), "9.000 4.500");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
pub fn baujat<M, F, S, P>(model: &P, data: &S) -> Result<Baujat<F>, Error>
where
    M: Measure,
    F: Real,
    S: Subset + StudyData<M, F>,
    P: Pool<S, Output = Pooled<M, F>> + ?Sized,
{
    let deletion = Deletion::new(model, data)?;
    let (mean, _) = deletion.all.unrounded();
    let tau = tau2_of(&deletion.all).sqrt();
    let row = |study: super::deletion::Deleted<'_, M, F>| {
        let moved = study.rest.and_then(|rest| {
            let (without, std_error) = rest.unrounded();
            finite(((mean - without) / std_error?).powi(2))
        });
        let heterogeneity = ((study.y - mean) / study.v.sqrt().hypot(tau)).powi(2);
        BaujatPoint { label: study.label.to_owned(), heterogeneity: F::of(heterogeneity), influence: moved }
    };
    Ok(Baujat(deletion.rows().map(row).collect()))
}

impl<F> Baujat<F> {
    /// The table with these rows.
    pub(crate) const fn of(rows: Vec<BaujatPoint<F>>) -> Self {
        Self(rows)
    }

    /// A point for each study; of tables, for each that is estimable.
    #[must_use]
    pub fn rows(&self) -> &[BaujatPoint<F>] {
        &self.0
    }
}

impl<F: Real> fmt::Display for Baujat<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::new(&["study", "heterogeneity", "influence"]);
        for row in &self.0 {
            let cells = [Some(row.heterogeneity), row.influence].map(|x| number(x, decimals));
            table.row(std::iter::once(row.label.clone()).chain(cells).collect());
        }
        fmt::Display::fmt(&table, f)
    }
}
