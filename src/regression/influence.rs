//! How much each study pulls at a regression.

use std::fmt;

use super::contrast::Orthonormal;
use super::errors::Errors;
use super::result::Regression;
use super::solution::Solution;
use super::{Design, Effects, MetaRegression};
use crate::error::{Error, ErrorKind};
use crate::evidence::Weighted;
use crate::measure::Measure;
use crate::num::square::dot;
use crate::pool::DECIMALS;
use crate::real::Real;
use crate::sensitivity::{Table, is_influential, number};
use crate::studies::Studies;
use crate::subset::Subset;
use crate::tau2::Tau2Estimator;

/// How much each study pulls at a regression. Prints as a table; a star marks the influential ones.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionInfluence {
    names: Vec<String>,
    rows: Vec<StudyRegressionInfluence>,
}

/// How much one study pulls at a regression. `None` where the others leave no regression, or no standard errors.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct StudyRegressionInfluence {
    /// The label of the study, or its number.
    pub label: String,
    /// The studentised residual: how far the study lies from what the others predict.
    #[doc(alias = "rstudent")]
    pub studentised: Option<f64>,
    /// How far the study moves its own fitted value, in standard errors of that.
    pub dffits: Option<f64>,
    /// Cook's distance: how far it moves all coefficients, in units of their covariance.
    pub cooks_distance: Option<f64>,
    /// The determinant of the covariance of the coefficients without the study over that with it: below 1, the study
    /// makes them less precise.
    #[doc(alias = "cov.r")]
    pub covariance_ratio: Option<f64>,
    /// τ² without the study; `None` also for a model without τ².
    pub tau2_deleted: Option<f64>,
    /// `Q_E` without the study.
    pub q_deleted: Option<f64>,
    /// The leverage.
    pub hat: f64,
    /// The share of the study in the sum of all weights.
    pub weight: f64,
    /// How far it moves each coefficient, in standard errors of an analysis of all studies with the τ² of the others.
    pub dfbetas: Option<Vec<f64>>,
    /// Whether any of the usual cut-offs is passed; `None` where none is and some cannot be looked at.
    pub influential: Option<bool>,
}

impl<T> MetaRegression<T> {
    /// The influence of each study on the regression: k fits, τ² estimated anew. Without moderators it is
    /// [`influence`](crate::sensitivity::influence).
    ///
    /// # Formula
    /// With the leverage h, primes for the fit without the study, and s² the factor on the variance of that under
    /// Hartung-Knapp and the like (1 otherwise):
    /// ```text
    /// studentised        as in deleted_residuals
    /// DFFITS             x'(β - β') / √(s² h (v + τ'²))
    /// Cook's distance    (β - β')' Cov(β)⁻¹ (β - β')
    /// covariance ratio   |Cov(β')| / |Cov(β)|
    /// DFBETAS            (β_j - β'_j) / √(s² [(X'W'X)⁻¹]_jj)        W' = diag 1/(v + τ'²) of all studies
    /// ```
    /// (Viechtbauer & Cheung 2010.) Influential is a study whose DFFITS is beyond 3 √(p/(k - p)) on either side, or
    /// whose Cook's distance is beyond the median of χ² with p df, or whose h is beyond 3p/k, or one of whose DFBETAS
    /// is beyond 1 on either side: these are conventions, and rows to look at, not studies to throw out.
    ///
    /// # Errors
    /// Those of [`fit`](Self::fit).
    ///
    /// ```
    /// use meta_analysis::{Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![0.0, 1.0, 6.0, 3.0], vec![1.0; 4])?;
    /// let design = Design::new().continuous("x", [0.0, 1.0, 2.0, 3.0])?;
    /// let influence = MetaRegression::common_effect().influence(&studies, &design)?;
    /// println!("{influence}");
    /// // The third study lies 4 above the line of the others, and has leverage 0.3.
    /// let third = &influence.rows()[2];
    /// assert!((third.dffits.unwrap() - 4.0 * 0.3_f64.sqrt()).abs() < 1e-14 && third.q_deleted.unwrap() < 1e-28);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[doc(alias = "cooks.distance")]
    #[doc(alias = "hatvalues")]
    pub fn influence<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
    ) -> Result<RegressionInfluence, Error>
    where
        T: Tau2Estimator<F>,
    {
        let all = self.fit_without_total(studies, design)?;
        let weighted = all.weighted()?;
        let (leverages, weights, pivots) = (weighted.leverages(), all.weights()?, weighted.pivots().to_vec());
        let names = all.studies.names();
        let rows = self.without_each(&all, |i, rest| {
            let row = StudyRegressionInfluence::plain(names[i].clone(), leverages[i], weights[i], (all.k(), all.p()));
            match rest {
                Some(rest) => row.with(i, &all, &rest, &pivots),
                None => row,
            }
        })?;
        Ok(RegressionInfluence { names: all.names, rows })
    }
}

pub(super) fn finite(x: f64) -> Option<f64> {
    Some(x).filter(|x| x.is_finite())
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The share of each study in the sum of all weights: 1/(v + τ²), or 1/v for models without τ² and
    /// [with inverse-variance weights](MetaRegression::inverse_variance_weights).
    ///
    /// # Errors
    /// [`ErrorKind::OutOfRange`] where variances are so far apart that no design is left.
    pub fn weights(&self) -> Result<Vec<f64>, Error> {
        let weighted = self.weighted()?;
        let total: f64 = weighted.u().iter().sum();
        Ok(weighted.u().iter().map(|u| u / total).collect())
    }

    /// The regression at its own weights.
    pub(super) fn weighted(&self) -> Result<Weighted<'_>, Error> {
        let own_weights = self.effects != Effects::InverseVarianceWeights;
        let found = self.moderators.at(if own_weights { self.tau2_in_unit() } else { 0.0 });
        found.ok_or_else(|| ErrorKind::OutOfRange { quantity: "a weight of the regression" }.into())
    }

    /// The standard errors of the coefficients with another τ², in the user's unit.
    fn std_errors_at(&self, tau2: f64) -> Option<Vec<f64>> {
        let unit = self.solution.unit;
        let tau2 = tau2 * unit * unit;
        let c = self.studies.evidence().kernel().v_min + tau2;
        let (weighted, constant) = (self.moderators.at(tau2)?, self.design.constant());
        let solution = Solution::new(&self.moderators, &self.columns, &weighted, (unit, c), constant, None)?;
        Some(solution.whitened_coefficients().iter().map(|w| dot(w, w).sqrt() / unit).collect())
    }

    /// Fitted values at some studies of another fit in a basis in which their covariance is the identity, each with a
    /// value.
    fn at_pivots(&self, rows: &[Vec<f64>], values: impl Iterator<Item = f64>) -> Option<Orthonormal> {
        let (errors, solution): (&Errors, &Solution) = (&self.errors, &self.solution);
        let whitened = rows.iter().map(|row| {
            let row = solution.whitened(row);
            errors.of_whitened(&row)?;
            Some(errors.scaled(row)?.iter().map(|x| x / solution.unit).collect())
        });
        Orthonormal::new(whitened.zip(values)).ok()
    }
}

impl StudyRegressionInfluence {
    /// Without what the other studies say.
    fn plain(label: String, hat: f64, weight: f64, size: (usize, usize)) -> Self {
        Self {
            label,
            studentised: None,
            dffits: None,
            cooks_distance: None,
            covariance_ratio: None,
            tau2_deleted: None,
            q_deleted: None,
            hat,
            weight,
            dfbetas: None,
            influential: is_influential(size, hat, None, None, None),
        }
    }

    /// With what the fit without the study, of index i, says.
    fn with<M: Measure, F: Real>(
        self,
        i: usize,
        all: &Regression<M, F>,
        rest: &Regression<M, F>,
        pivots: &[usize],
    ) -> Self {
        let x = all.row_of(i);
        let moved = |x: &[f64]| all.solution.moved_from(&rest.solution, x);
        let spread = rest.spread_of(all.studies.v()[i].f64());
        let fitted = rest.error_factor(&x).map(|factor| factor * self.hat.sqrt() * spread);
        let dffits = fitted.and_then(|fitted| finite(moved(&x) / fitted));
        // Fitted values at the pivotal studies say the same as coefficients, and are never nearly dependent.
        let rows: Vec<Vec<f64>> = pivots.iter().map(|&pivot| all.row_of(pivot)).collect();
        let with = all.at_pivots(&rows, rows.iter().map(|row| moved(row)));
        let without = rest.at_pivots(&rows, rows.iter().map(|_| 0.0));
        let volumes = with.as_ref().zip(without.as_ref()).map(|(with, rest)| rest.log_volume - with.log_volume);
        let cooks_distance = with.and_then(|with| finite(with.square()));
        let unit = |j: usize| (0..all.p()).map(|l| f64::from(u8::from(l == j))).collect::<Vec<_>>();
        let std_errors = all.std_errors_at(rest.tau2.map_or(0.0, |tau2| tau2.value));
        let dfbetas = std_errors.and_then(|std_errors| {
            let scaled = |(j, error): (usize, &f64)| {
                let x = unit(j);
                finite(moved(&x) / (rest.error_factor(&x)? * error))
            };
            std_errors.iter().enumerate().map(scaled).collect::<Option<Vec<f64>>>()
        });
        let largest = dfbetas.as_ref().map(|dfbetas| dfbetas.iter().fold(0.0, |largest: f64, x| largest.max(x.abs())));
        Self {
            studentised: rest.deleted_residual(all, i).and_then(|deleted| finite(deleted.studentised())),
            dffits,
            cooks_distance,
            covariance_ratio: volumes.and_then(|difference| finite((2.0 * difference).exp())),
            tau2_deleted: rest.tau2.map(|tau2| tau2.value),
            q_deleted: Some(rest.qe),
            influential: is_influential((all.k(), all.p()), self.hat, dffits, cooks_distance, largest),
            dfbetas,
            ..self
        }
    }
}

impl RegressionInfluence {
    /// A row for each study.
    #[must_use]
    pub fn rows(&self) -> &[StudyRegressionInfluence] {
        &self.rows
    }

    /// The names of the coefficients, in the order of [`dfbetas`](StudyRegressionInfluence::dfbetas).
    #[must_use]
    pub fn coefficient_names(&self) -> &[String] {
        &self.names
    }
}

impl fmt::Display for RegressionInfluence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let dfbetas = self.names.iter().map(|name| format!("DFBETAS {name}"));
        let first = ["study", "studentised", "DFFITS", "Cook", "cov. ratio", "tau2 del.", "QE del.", "hat", "weight"];
        let header: Vec<String> = first.iter().map(|&name| name.to_owned()).chain(dfbetas).collect();
        let mut table = Table::new(&header.iter().map(String::as_str).collect::<Vec<_>>());
        for row in &self.rows {
            let mut cells = vec![row.label.clone()];
            let measures = [row.studentised, row.dffits, row.cooks_distance, row.covariance_ratio, row.tau2_deleted];
            cells.extend(measures.iter().chain([&row.q_deleted, &Some(row.hat)]).map(|&x| number(x, decimals)));
            cells.push(format!("{:.1}%", 100.0 * row.weight));
            let dfbetas = |j: usize| row.dfbetas.as_ref().and_then(|dfbetas| dfbetas.get(j).copied());
            cells.extend((0..self.names.len()).map(|j| number(dfbetas(j), decimals)));
            table.row(cells);
            if row.influential == Some(true) {
                table.mark("*");
            }
        }
        write!(f, "{table}")?;
        if self.rows.iter().any(|row| row.influential == Some(true)) {
            f.write_str("\n  * passes a usual cut-off")?;
        }
        Ok(())
    }
}
