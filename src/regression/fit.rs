//! From studies and a design to a regression.

use super::errors::{Errors, KenwardRoger};
use super::result::{Regression, Total};
use super::solution::Solution;
use super::{Design, Effects, MetaRegression};
use crate::error::{Error, ErrorKind};
use crate::evidence::{Evidence, Moderators, Weighted};
use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::measure::Measure;
use crate::num::interpolation::Dependent;
use crate::num::square::{Lu, Square};
use crate::pool::{Name, Note, estimate_tau2, study_notes};
use crate::real::Real;
use crate::studies::Studies;
use crate::tau2::{Tau2, Tau2Estimator};

/// Residuals below this share of the effects are rounding: the regression fits them exactly.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

impl<T> MetaRegression<T> {
    /// Fits the regression.
    ///
    /// A design may have a row for each study, or also for those that were excluded as not estimable: their rows are
    /// left out.
    ///
    /// # Errors
    /// See [`MetaRegression`].
    pub fn fit<M: Measure, F: Real>(&self, studies: &Studies<M, F>, design: &Design) -> Result<Regression<M, F>, Error>
    where
        T: Tau2Estimator<F>,
    {
        let mut fit = self.fit_without_total(studies, design)?;
        fit.total = self.total(&fit);
        Ok(fit)
    }

    /// Heterogeneity without moderators, which they explain a share of; `None` where the design has no constant.
    fn total<M: Measure, F: Real>(&self, fit: &Regression<M, F>) -> Option<Total>
    where
        T: Tau2Estimator<F>,
    {
        let equal = fit.moderators.weighted(|_| 1.0)?;
        let ones = equal.project(&vec![1.0; fit.k()]);
        if ones.iter().any(|x| x.abs() > 1e-10) {
            return None;
        }
        let evidence = fit.studies.evidence();
        Some(match self.effects {
            Effects::Random | Effects::InverseVarianceWeights => {
                Total::Tau2(self.tau2.estimate(&evidence).ok()?.value.f64())
            }
            Effects::Common | Effects::Multiplicative => Total::H2(evidence.at_zero().q / evidence.degrees()),
        })
    }

    pub(super) fn fit_without_total<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
    ) -> Result<Regression<M, F>, Error>
    where
        T: Tau2Estimator<F>,
    {
        let design = matched(studies, design)?;
        let columns = design.matrix(studies.k());
        check_size(studies, &columns)?;
        if self.inference == Inference::HartungKnappIqwig {
            let what = "the rule of IQWiG for one interval";
            return Err(ErrorKind::NotWithModerators { what }.into());
        }
        let core = self.core(studies, &design, &columns)?;
        let mut notes = study_notes(studies);
        if let Some(modes) = core.tau2.and_then(|tau2| tau2.modes).filter(|&modes| modes > 1) {
            notes.push(Note::SeveralModes { modes });
        }
        if matches!(core.errors, Errors::Undefined) && self.inference != Inference::KenwardRoger {
            notes.push(Note::NoResiduals);
        }
        let fit = Regression {
            studies: studies.clone(),
            names: design.column_names(),
            effects: self.effects,
            estimator: Name::of(&self.tau2),
            inference: self.inference,
            level: self.level,
            tau2: core.tau2,
            estimates: core.solution.coefficients(),
            solution: core.solution,
            errors: core.errors,
            of_new_study: core.of_new_study,
            qe: core.qe,
            df: core.df,
            typical: core.typical,
            total: None,
            notes,
            design,
            columns,
            moderators: core.moderators,
        };
        fit.checked()
    }

    /// What has to be computed, for columns that belong to the design.
    pub(super) fn core<M: Measure, F: Real>(
        &self,
        studies: &Studies<M, F>,
        design: &Design,
        columns: &[Vec<f64>],
    ) -> Result<Core, Error>
    where
        T: Tau2Estimator<F>,
    {
        let plain = studies.evidence();
        let moderators = Moderators::new(plain.kernel(), (studies.y(), studies.v()), columns, design.constant())
            .map_err(|dependent| named(&dependent, columns, design))?;
        let evidence = plain.with_moderators(&moderators);
        let (qe, df) = (evidence.at_zero().q, evidence.degrees());
        if !qe.is_finite() {
            return Err(ErrorKind::OutOfRange { quantity: "the residual Q" }.into());
        }
        let tau2 = match self.effects {
            Effects::Random | Effects::InverseVarianceWeights => estimate_tau2(&self.tau2, &evidence)?,
            Effects::Common | Effects::Multiplicative => None,
        };
        let tau2 = tau2.map(|Tau2 { value, std_error, modes }| Tau2 {
            value: value.f64(),
            std_error: std_error.map(Real::f64),
            modes,
        });
        let at = Fitted { evidence: &evidence, moderators: &moderators, columns, constant: design.constant() };
        let (solution, errors, of_new_study) = self.solve(&at, tau2)?;
        let typical = Some(plain.kernel().in_user_unit(evidence.at_zero().typical(df))).filter(|s2| s2.is_finite());
        Ok(Core { tau2, solution, errors, of_new_study, qe, df, typical, moderators })
    }

    fn solve<F: Real>(
        &self,
        at: &Fitted<'_, '_, F>,
        tau2: Option<Tau2>,
    ) -> Result<(Solution, Errors, Option<Errors>), Error> {
        let kernel = at.evidence.kernel();
        let value = kernel.in_unit(tau2.map_or(0.0, |tau2| tau2.value));
        let out_of_range = || Error::from(ErrorKind::OutOfRange { quantity: "the regression" });
        let own_weights = self.effects != Effects::InverseVarianceWeights;
        let weighted = at.moderators.at(if own_weights { value } else { 0.0 }).ok_or_else(out_of_range)?;
        let variances: Option<Vec<f64>> =
            (!own_weights).then(|| at.evidence.v().iter().map(|v| kernel.in_unit(v.f64()) + value).collect());
        let c = kernel.v_min + value;
        let solution =
            Solution::new(at.moderators, at.columns, &weighted, (kernel.unit, c), at.constant, variances.as_deref())
                .ok_or_else(out_of_range)?;
        let sources = Sources {
            weighted: &weighted,
            factor: at.factor(value),
            df: at.evidence.degrees(),
            estimated: tau2.is_some() && own_weights,
            level: self.level,
        };
        let errors = match self.effects {
            Effects::Multiplicative => sources.multiplicative(self.inference),
            _ => sources.errors(self.inference),
        };
        let of_new_study = tau2.and_then(|_| sources.of_new_study(self.prediction));
        Ok((solution, errors, of_new_study))
    }
}

/// A regression without what it was made from.
pub(super) struct Core {
    pub(super) tau2: Option<Tau2>,
    pub(super) solution: Solution,
    pub(super) errors: Errors,
    pub(super) of_new_study: Option<Errors>,
    pub(super) qe: f64,
    pub(super) df: f64,
    pub(super) typical: Option<f64>,
    pub(super) moderators: Moderators,
}

/// The data of one fit.
struct Fitted<'e, 'a, F> {
    evidence: &'e Evidence<'a, F>,
    moderators: &'a Moderators,
    columns: &'e [Vec<f64>],
    constant: Option<usize>,
}

impl<F: Real> Fitted<'_, '_, F> {
    /// y'Py / (k - p) with weights 1 / (v + τ²), 0 if the regression fits exactly.
    fn factor(&self, tau2: f64) -> f64 {
        let Some(weighted) = self.moderators.at(tau2) else { return f64::NAN };
        let squares = weighted.q();
        let all: f64 = weighted.u().iter().zip(self.moderators.effects()).map(|(u, d)| u * d * d).sum();
        if squares <= ROUNDING * ROUNDING * all {
            return 0.0;
        }
        squares / (self.evidence.kernel().v_min + tau2) / self.evidence.degrees()
    }
}

/// What the uncertainty of coefficients is found from.
struct Sources<'w> {
    weighted: &'w Weighted<'w>,
    /// Hartung and Knapp's factor on the variances.
    factor: f64,
    df: f64,
    estimated: bool,
    level: Level,
}

impl Sources<'_> {
    fn errors(&self, inference: Inference) -> Errors {
        let (normal, df) = (Errors::Factor { factor: 1.0, df: f64::INFINITY }, self.df);
        match inference {
            Inference::Normal => normal,
            Inference::StudentT => Errors::Factor { factor: 1.0, df },
            Inference::HartungKnapp => self.hartung_knapp(df),
            Inference::HartungKnappFloored => Errors::Factor { factor: self.factor.max(1.0), df },
            // The same comparison for every combination, as one factor serves them all.
            Inference::HartungKnappOrNormal => {
                let t = crate::distributions::t_upper_quantile(self.level.tail(), df);
                let wider = t * self.factor.sqrt() > self.level.normal_quantile();
                if wider { self.hartung_knapp(df) } else { normal }
            }
            Inference::KenwardRoger => self.kenward_roger(),
            Inference::HartungKnappIqwig => Errors::Undefined,
        }
    }

    /// With variances φ v the factor belongs to the model, whatever the distribution.
    fn multiplicative(&self, inference: Inference) -> Errors {
        match (inference, self.hartung_knapp(self.df)) {
            (Inference::Normal, Errors::Factor { factor, .. }) => Errors::Factor { factor, df: f64::INFINITY },
            (Inference::HartungKnappFloored, Errors::Factor { factor, df }) => {
                Errors::Factor { factor: factor.max(1.0), df }
            }
            (Inference::KenwardRoger, _) => Errors::Undefined,
            (_, errors) => errors,
        }
    }

    fn hartung_knapp(&self, df: f64) -> Errors {
        if self.factor > 0.0 && df >= 1.0 { Errors::Factor { factor: self.factor, df } } else { Errors::Undefined }
    }

    fn kenward_roger(&self) -> Errors {
        let found = if self.estimated { KenwardRoger::new(self.weighted) } else { None };
        found.map_or(Errors::Undefined, Errors::KenwardRoger)
    }

    /// The errors of the mean in a prediction interval; `None` where it has none.
    fn of_new_study(&self, method: PredictionMethod) -> Option<Errors> {
        let t = |factor: f64, df: f64| (df >= 1.0 && factor > 0.0).then_some(Errors::Factor { factor, df });
        let (df, floored) = (self.df, self.factor.max(1.0));
        match method {
            PredictionMethod::HigginsThompsonSpiegelhalter => t(1.0, df - 1.0),
            PredictionMethod::StudentT => t(1.0, df),
            PredictionMethod::Normal => Some(Errors::Factor { factor: 1.0, df: f64::INFINITY }),
            PredictionMethod::NormalAboutKnownMean => Some(Errors::Factor { factor: 0.0, df: f64::INFINITY }),
            PredictionMethod::HartungKnapp => t(self.factor, df),
            PredictionMethod::HartungKnappPartlettRiley => t(self.factor, df - 1.0),
            PredictionMethod::HartungKnappFloored => t(floored, df),
            PredictionMethod::HartungKnappFlooredPartlettRiley => t(floored, df - 1.0),
            PredictionMethod::KenwardRoger => Some(self.kenward_roger()),
            PredictionMethod::KenwardRogerPartlettRiley => match self.kenward_roger() {
                Errors::KenwardRoger(found) => Some(Errors::KenwardRoger(found.with_fewer(1.0))),
                _ => None,
            },
        }
    }
}

/// The design of the studies that are left, if it is for all of them.
fn matched<M: Measure, F: Real>(studies: &Studies<M, F>, design: &Design) -> Result<Design, Error> {
    if studies.is_empty() {
        return Err(ErrorKind::NoStudies { excluded: studies.excluded().len() }.into());
    }
    let (k, excluded) = (studies.k(), studies.excluded());
    match design.rows() {
        Some(rows) if rows == k + excluded.len() && !excluded.is_empty() => {
            let mut gone: Vec<usize> = excluded.iter().filter_map(Error::study).collect();
            gone.sort_unstable();
            let kept: Vec<usize> = (0..rows).filter(|i| gone.binary_search(i).is_err()).collect();
            Ok(design.select(&kept))
        }
        Some(found) if found != k => {
            Err(ErrorKind::LengthMismatch { what: "rows of the design", expected: k, found }.into())
        }
        _ => Ok(design.clone()),
    }
}

fn check_size<M: Measure, F: Real>(studies: &Studies<M, F>, columns: &[Vec<f64>]) -> Result<(), Error> {
    if columns.is_empty() {
        return Err(ErrorKind::NoColumns.into());
    }
    if columns.iter().flatten().any(|x| !x.is_finite()) {
        return Err(ErrorKind::OutOfRange { quantity: "an interaction of moderators" }.into());
    }
    if studies.k() <= columns.len() {
        let needed = columns.len() + 1;
        let quantity = "a regression with so many coefficients";
        return Err(ErrorKind::TooFewStudies { quantity, needed, found: studies.k() }.into());
    }
    Ok(())
}

/// Which columns are dependent: the column as a combination of the independent ones found before it.
fn named(dependent: &Dependent, columns: &[Vec<f64>], design: &Design) -> Error {
    let (names, column) = (design.column_names(), dependent.column);
    let size = |j: usize| columns[j].iter().fold(0.0_f64, |size, x| size.max(x.abs()));
    let basis = &dependent.basis;
    let square = Square::of(basis.len(), |i, j| columns[basis[j].0][basis[i].1] / size(basis[j].0));
    let shares = match Lu::new(square) {
        Some(lu) if size(column) > 0.0 => {
            let right: Vec<f64> = basis.iter().map(|&(_, row)| columns[column][row] / size(column)).collect();
            lu.solve(&right)
        }
        _ => Vec::new(),
    };
    let others = basis.iter().zip(shares).filter(|(_, share)| share.abs() > 1e-8).map(|(&(j, _), _)| names[j].clone());
    ErrorKind::DependentColumns { column: names[column].as_str().into(), others: others.collect() }.into()
}
