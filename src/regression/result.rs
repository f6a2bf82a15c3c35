//! The answer of a meta-regression.

use super::contrast::{Coefficient, Joint, WaldTest, joint};
use super::errors::Errors;
use super::solution::Solution;
use super::{Design, Effects};
use crate::distributions;
use crate::error::{Error, ErrorKind};
use crate::evidence::{Evidence, Moderators};
use crate::inference::Inference;
use crate::level::Level;
use crate::measure::Measure;
use crate::num::square::dot;
use crate::pool::{Name, Note};
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::Tau2;

/// The answer of a [`MetaRegression`](super::MetaRegression): coefficients, tests of moderators, what heterogeneity
/// they leave, and predictions.
///
/// It keeps the studies and the design, so that everything that can be asked of the fit can be asked of it; also
/// [`evidence`](Self::evidence), for the intervals of τ². It prints a table.
#[derive(Clone, Debug)]
pub struct Regression<M, F = f64> {
    pub(super) studies: Studies<M, F>,
    pub(super) design: Design,
    pub(super) columns: Vec<Vec<f64>>,
    pub(super) names: Vec<String>,
    pub(super) moderators: Moderators,
    pub(super) effects: Effects,
    pub(super) estimator: Name,
    pub(super) inference: Inference,
    pub(super) level: Level,
    pub(super) tau2: Option<Tau2<f64>>,
    pub(super) estimates: Vec<f64>,
    pub(super) solution: Solution,
    pub(super) errors: Errors,
    /// Of the mean at a new point, for prediction intervals.
    pub(super) of_new_study: Option<Errors>,
    pub(super) qe: f64,
    pub(super) df: f64,
    pub(super) typical: Option<f64>,
    pub(super) total: Option<Total>,
    pub(super) notes: Vec<Note>,
}

/// Heterogeneity without moderators.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Total {
    Tau2(f64),
    H2(f64),
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// The coefficients with their uncertainty, in the order of the columns.
    #[must_use]
    pub fn coefficients(&self) -> Vec<Coefficient> {
        let unit = |j: usize| (0..self.p()).map(|i| f64::from(u8::from(i == j))).collect::<Vec<_>>();
        let fit = (&self.solution, &self.errors, self.level);
        (0..self.p()).map(|j| Coefficient::of(self.names[j].clone(), self.estimates[j], &unit(j), fit)).collect()
    }

    /// The coefficient of the column with this name.
    #[must_use]
    pub fn coefficient(&self, name: &str) -> Option<Coefficient> {
        self.coefficients().into_iter().find(|coefficient| coefficient.name == name)
    }

    /// The covariance matrix of the coefficients under the chosen [`Inference`], by rows; `None` where that is undefined
    /// or overflows.
    #[must_use]
    pub fn covariance(&self) -> Option<Vec<Vec<f64>>> {
        let unit = self.solution.unit;
        let whitened: Option<Vec<Vec<f64>>> =
            self.solution.whitened_coefficients().into_iter().map(|w| self.errors.scaled(w)).collect();
        let whitened = whitened?;
        let entry = |a: &Vec<f64>, b: &Vec<f64>| dot(a, b) / unit / unit;
        let rows: Vec<Vec<f64>> = whitened.iter().map(|a| whitened.iter().map(|b| entry(a, b)).collect()).collect();
        rows.iter().flatten().all(|x| x.is_finite()).then_some(rows)
    }

    /// A linear combination of the coefficients, with an entry of `row` for each.
    ///
    /// # Errors
    /// [`ErrorKind::WrongRow`]; [`ErrorKind::NotFinite`].
    pub fn contrast(&self, row: &[f64]) -> Result<Coefficient, Error> {
        self.check_row(row)?;
        let fit = (&self.solution, &self.errors, self.level);
        Ok(Coefficient::of("contrast".into(), self.solution.value(row), row, fit))
    }

    /// The test that the coefficients of some terms or columns, by name, are all 0; `None` where it is undefined.
    ///
    /// ```
    /// use meta_analysis::{Coding, Design, MeanDifference, MetaRegression, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 4.0, 5.0], vec![1.0; 5])?;
    /// let design = Design::new().factor("drug", ["a", "a", "b", "c", "c"], Coding::Treatment)?;
    /// let test = MetaRegression::common_effect().fit(&studies, &design)?.test_of(&["drug"])?.unwrap();
    /// // Means of 1.5, 6 and 4.5 about 3.6: Q_M = 2 · 2.1² + 2.4² + 2 · 0.9².
    /// assert!((test.statistic - 16.2).abs() < 1e-12 && test.df == 2);
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::UnknownName`].
    pub fn test_of(&self, names: &[&str]) -> Result<Option<WaldTest>, Error> {
        let terms = self.design.terms();
        let mut wanted: Vec<usize> = Vec::new();
        for &name in names {
            match (terms.iter().find(|(term, _)| term == name), self.names.iter().position(|column| column == name)) {
                (Some((_, range)), _) => wanted.extend(range.clone()),
                (None, Some(column)) => wanted.push(column),
                (None, None) => {
                    return Err(ErrorKind::UnknownName { what: "column of the design", name: name.into() }.into());
                }
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        Ok(self.test_of_columns(&wanted))
    }

    /// The test that several linear combinations, one in each row, are all 0; `None` where it is undefined.
    ///
    /// # Errors
    /// [`ErrorKind::WrongRow`]; [`ErrorKind::NotFinite`]; [`ErrorKind::DependentColumns`] for a row that is a
    /// combination of those before it.
    pub fn test_of_contrasts(&self, rows: &[Vec<f64>]) -> Result<Option<WaldTest>, Error> {
        rows.iter().try_for_each(|row| self.check_row(row))?;
        match joint(rows, &self.solution, &self.errors) {
            Joint::Test(test) if test.df > 0 => Ok(Some(test)),
            Joint::Test(_) | Joint::Undefined => Ok(None),
            Joint::Dependent(index) => {
                let row = |i: usize| format!("row {}", i + 1);
                let (column, others) = (row(index).into(), (0..index).map(row).collect());
                Err(ErrorKind::DependentColumns { column, others }.into())
            }
        }
    }

    /// The omnibus test of the moderators, `Q_M` or F: that all coefficients but the intercept are 0, or all of them in
    /// a design without one. `None` for an intercept alone, and where standard errors are undefined.
    #[doc(alias = "QM")]
    #[must_use]
    pub fn test_of_moderators(&self) -> Option<WaldTest> {
        let from = usize::from(self.design.has_intercept());
        self.test_of_columns(&(from..self.p()).collect::<Vec<_>>())
    }

    fn test_of_columns(&self, columns: &[usize]) -> Option<WaldTest> {
        let unit = |j: &usize| (0..self.p()).map(|i| f64::from(u8::from(i == *j))).collect::<Vec<_>>();
        match joint(&columns.iter().map(unit).collect::<Vec<_>>(), &self.solution, &self.errors) {
            Joint::Test(test) if test.df > 0 => Some(test),
            _ => None,
        }
    }

    /// The variance between studies that the moderators leave, with its standard error; `None` for models without it.
    #[must_use]
    pub fn tau2(&self) -> Option<Tau2> {
        self.tau2
    }

    /// `Q_E`, the weighted sum of squares about the common-effect regression, with weights 1/v.
    #[doc(alias = "QE")]
    #[must_use]
    pub fn residual_q(&self) -> f64 {
        self.qe
    }

    /// The degrees of freedom k - p of [`residual_q`](Self::residual_q) and of Student's t.
    #[must_use]
    pub fn residual_df(&self) -> f64 {
        self.df
    }

    /// The upper tail of the chi-squared distribution at `Q_E`: the test that the moderators explain all heterogeneity.
    #[must_use]
    pub fn residual_p_value(&self) -> f64 {
        distributions::chi_squared_sf(self.qe, self.df)
    }

    /// The natural logarithm of [`residual_p_value`](Self::residual_p_value).
    #[must_use]
    pub fn residual_log_p_value(&self) -> f64 {
        distributions::chi_squared_log_sf(self.qe, self.df)
    }

    /// I² of what the moderators leave: τ² over τ² plus the typical variance (k - p) / tr P, or from `Q_E` for models
    /// without τ². A proportion; `None` where the typical variance overflows.
    #[must_use]
    pub fn i2(&self) -> Option<f64> {
        match self.tau2 {
            Some(tau2) => self.typical.map(|typical| 1.0 / (1.0 + typical / tau2.value)),
            None if self.qe > self.df => Some((self.qe - self.df) / self.qe),
            None => Some(0.0),
        }
    }

    /// H² of what the moderators leave: τ² over the typical variance plus 1, or `Q_E / (k - p)` for models without τ².
    #[must_use]
    pub fn h2(&self) -> Option<f64> {
        match self.tau2 {
            Some(tau2) => self.typical.map(|typical| tau2.value / typical + 1.0),
            None => Some(self.qe / self.df),
        }
    }

    /// R², the share of heterogeneity that the moderators explain: max(0, 1 - τ² / τ₀²), τ₀² being estimated in the
    /// same way without them (Raudenbush 2009); for models without τ² max(0, 1 - H² / H₀²). It is imprecise unless
    /// studies are many.
    ///
    /// `None` where there is no heterogeneity without moderators, and if the design has no constant among its
    /// combinations.
    #[doc(alias = "R2")]
    #[must_use]
    pub fn r2(&self) -> Option<f64> {
        let share = match (self.total?, self.tau2) {
            (Total::Tau2(total), Some(tau2)) if total > 0.0 => 1.0 - tau2.value / total,
            (Total::H2(total), None) if total > 0.0 => 1.0 - self.qe / self.df / total,
            _ => return None,
        };
        Some(share.max(0.0))
    }

    /// The evidence of the studies with the moderators taken out: what estimators and intervals of τ² are functions of.
    ///
    /// ```
    /// use meta_analysis::{Design, Level, MeanDifference, MetaRegression, Reml, Studies};
    ///
    /// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0, 3.0], vec![1.0; 4])?;
    /// let fit = MetaRegression::new(Reml).fit(&studies, &Design::new().continuous("x", [0.0, 1.0, 2.0, 3.0])?)?;
    /// let evidence = fit.evidence();
    /// let (q_profile, profile) = (evidence.q_profile(Level::P95)?, Reml.profile_interval(&evidence, Level::P95)?);
    /// // Residual squares 9 with 2 degrees of freedom: 9 / (1 + τ²) at the chi-squared quantiles 7.378 and 0.0506.
    /// assert_eq!(format!("{q_profile:.2}, {profile:.2}"), "0.22 to 176.74, 0.02 to 77.87");
    /// # Ok::<(), meta_analysis::Error>(())
    /// ```
    #[must_use]
    pub fn evidence(&self) -> Evidence<'_, F> {
        self.studies.evidence().with_moderators(&self.moderators)
    }

    /// The design, with the rows of the studies that were fitted.
    #[must_use]
    pub fn design(&self) -> &Design {
        &self.design
    }

    /// The studies that were fitted.
    #[must_use]
    pub fn studies(&self) -> &Studies<M, F> {
        &self.studies
    }

    /// k, the number of studies.
    #[must_use]
    pub fn k(&self) -> usize {
        self.studies.k()
    }

    /// p, the number of coefficients.
    #[must_use]
    pub fn p(&self) -> usize {
        self.names.len()
    }

    /// How uncertainty is expressed.
    #[must_use]
    pub fn inference(&self) -> Inference {
        self.inference
    }

    /// The level of the intervals.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// What a reader should know besides the numbers.
    pub fn notes(&self) -> impl Iterator<Item = Note> {
        self.notes.iter().copied()
    }

    /// τ² in the kernel's unit; 0 for models without it.
    pub(super) fn tau2_in_unit(&self) -> f64 {
        self.tau2.map_or(0.0, |tau2| tau2.value * self.solution.unit * self.solution.unit)
    }

    pub(super) fn check_row(&self, row: &[f64]) -> Result<(), Error> {
        if row.len() != self.p() {
            return Err(ErrorKind::WrongRow { expected: self.p(), found: row.len() }.into());
        }
        match row.iter().find(|x| !x.is_finite()) {
            Some(&value) => Err(ErrorKind::NotFinite { what: "entry of a row", value }.into()),
            None => Ok(()),
        }
    }

    /// The answer, if it is one: every coefficient is finite, and every limit of its interval.
    pub(super) fn checked(self) -> Result<Self, Error> {
        let fine = |x: &Coefficient| {
            let limits = x.interval.is_none_or(|i| i.lower.is_finite() && i.upper.is_finite());
            x.estimate.is_finite() && x.std_error.is_none_or(|error| error > 0.0 && error.is_finite()) && limits
        };
        if self.qe.is_finite() && self.coefficients().iter().all(fine) {
            Ok(self)
        } else {
            Err(ErrorKind::OutOfRange { quantity: "a coefficient of the regression" }.into())
        }
    }
}
