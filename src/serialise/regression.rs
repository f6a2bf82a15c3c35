//! Meta-regressions as records.

use serde::Serialize;

use super::{double, texts};
use crate::measure::Measure;
use crate::model_comparison::{Fit, HeterogeneityTest};
use crate::pool::{Analysis, Natural, Prediction};
use crate::real::Real;
use crate::regression::{
    Coefficient, DeletedResidual, LikelihoodRatio, Regression, RegressionInfluence, RegressionPermutationResult,
    RegressionPrediction, Residual, StudyRegressionInfluence, VarianceInflation, WaldTest,
};

/// What heterogeneity the moderators leave, and what share they explain.
#[derive(Serialize)]
struct ResidualHeterogeneity {
    q: f64,
    df: f64,
    p_value: f64,
    log_p_value: f64,
    tau2: Option<f64>,
    tau2_std_error: Option<f64>,
    i2: Option<f64>,
    h2: Option<f64>,
    r2: Option<f64>,
}

impl<M: Measure, F: Real> From<&Regression<M, F>> for ResidualHeterogeneity {
    fn from(fit: &Regression<M, F>) -> Self {
        Self {
            q: fit.residual_q(),
            df: fit.residual_df(),
            p_value: fit.residual_p_value(),
            log_p_value: fit.residual_log_p_value(),
            tau2: fit.tau2().map(|tau2| tau2.value),
            tau2_std_error: fit.tau2().and_then(|tau2| tau2.std_error),
            i2: fit.i2(),
            h2: fit.h2(),
            r2: fit.r2(),
        }
    }
}

record!(Regression<M, F>, <M: Measure, F: Real>, fit => {
    analysis_of: fit.title(),
    measure: fit.studies().measure().label(),
    scale: fit.studies().measure().link().name(),
    k: fit.k(),
    p: fit.p(),
    level: fit.level(),
    inference: fit.inference(),
    coefficients: fit.coefficients(),
    covariance: fit.covariance(),
    test_of_moderators: fit.test_of_moderators(),
    residual_heterogeneity: ResidualHeterogeneity::from(fit),
    likelihood: fit.likelihood(),
    restricted_likelihood: fit.restricted_likelihood(),
    excluded: texts(fit.studies().excluded()),
    notes: texts(fit.notes()),
});

record!(Coefficient, <>, x => {
    name: x.name,
    estimate: x.estimate,
    std_error: x.std_error,
    interval: x.interval,
    test: x.test,
});

record!(WaldTest, <>, test => {
    statistic: test.statistic,
    df: test.df,
    denominator_df: test.denominator_df,
    p_value: test.p_value(),
    log_p_value: test.log_p_value(),
});

record!(LikelihoodRatio, <>, test => {
    statistic: test.statistic,
    df: test.df,
    p_value: test.p_value(),
    log_p_value: test.log_p_value(),
});

record!(Fit<F>, <F: Real>, fit => {
    log_likelihood: fit.log_likelihood.f64(),
    parameters: fit.parameters,
    observations: fit.observations,
    deviance: fit.deviance().f64(),
    aic: fit.aic().f64(),
    aicc: double(fit.aicc()),
    bic: fit.bic().f64(),
});

record!(HeterogeneityTest<F>, <F: Real>, test => {
    statistic: test.statistic.f64(),
    p_value: test.p_value().f64(),
    log_p_value: test.log_p_value().f64(),
    plain_p_value: test.plain_p_value().f64(),
});

record!(RegressionPrediction, <>, at => {
    natural: at.natural,
    analysis: at.analysis,
    new_study: at.new_study,
});

record!(Natural<F>, <F: Real>, natural => {
    estimate: natural.estimate.f64(),
    interval: natural.interval,
});

record!(Analysis<F>, <F: Real>, analysis => {
    estimate: analysis.estimate.f64(),
    std_error: double(analysis.std_error),
    interval: analysis.interval,
});

record!(Prediction<F>, <F: Real>, prediction => {
    natural: prediction.natural,
    analysis: prediction.analysis,
});

record!(Residual, <>, row => {
    fitted: row.fitted,
    residual: row.residual,
    leverage: row.leverage,
    std_error: row.std_error,
    standardised: row.standardised(),
});

record!(DeletedResidual, <>, row => {
    residual: row.residual,
    std_error: row.std_error,
    tau2: row.tau2,
    studentised: row.studentised(),
});

record!(RegressionInfluence, <>, table => {
    coefficients: table.coefficient_names(),
    rows: table.rows(),
});

record!(StudyRegressionInfluence, <>, row => {
    label: row.label,
    studentised: row.studentised,
    dffits: row.dffits,
    cooks_distance: row.cooks_distance,
    covariance_ratio: row.covariance_ratio,
    tau2_deleted: row.tau2_deleted,
    q_deleted: row.q_deleted,
    hat: row.hat,
    weight: row.weight,
    dfbetas: row.dfbetas,
    influential: row.influential,
});

record!(VarianceInflation, <>, row => {
    term: row.term,
    factor: row.factor,
    df: row.df,
    std_error_factor: row.std_error_factor(),
});

record!(RegressionPermutationResult<M, F>, <M: Measure, F: Real>, result => {
    observed: result.observed(),
    p_values: result.p_values(),
    moderators_p_value: result.moderators_p_value(),
    arrangements: result.arrangements(),
    is_exact: result.is_exact(),
});
