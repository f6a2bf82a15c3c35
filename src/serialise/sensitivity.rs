//! Sensitivity analyses as records; tables of studies are lists of their rows.
//!
//! A row without an answer has `"result": null` and the reason under `error`.

use serde::{Serialize, Serializer};

use super::double;
use crate::measure::Measure;
use crate::permutation::PermutationResult;
use crate::real::Real;
use crate::sensitivity::{
    AnyStudies, Baujat, BaujatPoint, Blup, Blups, Change, Cumulative, CumulativeRow, Derivatives, FragilityResult,
    GoshPoint, GoshResult, Influence, LeaveOneOut, Omission, Residuals, StudyDerivatives, StudyFragility,
    StudyInfluence, StudyResidual,
};

/// Writes tables as the list of their rows.
macro_rules! list {
    ($($type:ty, <$($generic:ident: $bound:path),*>;)*) => {$(
        impl<$($generic: $bound),*> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.rows().serialize(serializer)
            }
        }
    )*};
}

list! {
    Cumulative<O>, <O: Serialize>;
    Influence<F>, <F: Real>;
    Residuals<F>, <F: Real>;
    Baujat<F>, <F: Real>;
    Blups<M, F>, <M: Measure, F: Real>;
    Derivatives<F>, <F: Real>;
}

record!(LeaveOneOut<O>, <O: Serialize>, table => {
    all: table.all(),
    rows: table.rows(),
});

record!(Omission<O>, <O: Serialize>, row => {
    label: row.label,
    left_out: row.left_out,
    result: row.result.as_ref().ok(),
    error: row.result.as_ref().err().map(ToString::to_string),
});

record!(CumulativeRow<O>, <O: Serialize>, row => {
    label: row.label,
    added: row.added,
    result: row.result.as_ref().ok(),
    error: row.result.as_ref().err().map(ToString::to_string),
});

record!(StudyInfluence<F>, <F: Real>, row => {
    label: row.label,
    studentised: double(row.studentised),
    dffits: double(row.dffits),
    cooks_distance: double(row.cooks_distance),
    covariance_ratio: double(row.covariance_ratio),
    tau2_deleted: double(row.tau2_deleted),
    q_deleted: double(row.q_deleted),
    hat: row.hat.f64(),
    weight: row.weight.f64(),
    dfbetas: double(row.dfbetas),
    influential: row.influential,
});

record!(StudyResidual<F>, <F: Real>, row => {
    label: row.label,
    residual: row.residual.f64(),
    std_error: double(row.std_error),
    standardised: double(row.standardised),
    deleted: double(row.deleted),
    deleted_std_error: double(row.deleted_std_error),
    studentised: double(row.studentised),
});

record!(BaujatPoint<F>, <F: Real>, row => {
    label: row.label,
    heterogeneity: row.heterogeneity.f64(),
    influence: double(row.influence),
});

record!(Blup<F>, <F: Real>, row => {
    label: row.label,
    own_share: row.own_share.f64(),
    effect: row.effect.f64(),
    std_error: double(row.std_error),
    interval: row.interval,
    deviation: row.deviation.f64(),
    deviation_std_error: double(row.deviation_std_error),
    deviation_interval: row.deviation_interval,
});

record!(StudyDerivatives<F>, <F: Real>, row => {
    label: row.label,
    mean_by_effect: double(row.mean_by_effect),
    mean_by_variance: double(row.mean_by_variance),
    tau2_by_effect: double(row.tau2_by_effect),
    tau2_by_variance: double(row.tau2_by_variance),
});

record!(GoshResult<M, F>, <M: Measure, F: Real>, result => {
    all: result.all(),
    points: result.points().iter().enumerate().map(|row| PointRecord::of(result, row)).collect::<Vec<_>>(),
    failed: result.failed(),
    is_exact: result.is_exact(),
});

#[derive(Serialize)]
struct PointRecord {
    studies: Vec<usize>,
    k: usize,
    estimate: f64,
    q: f64,
    i2: Option<f64>,
    tau2: Option<f64>,
}

impl PointRecord {
    fn of<M: Measure, F: Real>(result: &GoshResult<M, F>, (index, point): (usize, &GoshPoint<F>)) -> Self {
        Self {
            studies: result.studies_of(index),
            k: point.k,
            estimate: point.estimate.f64(),
            q: point.q.f64(),
            i2: double(point.i2),
            tau2: double(point.tau2),
        }
    }
}

record!(FragilityResult<M>, <M: Measure>, result => {
    pooled: result.pooled(),
    was_significant: result.was_significant(),
    studies: result.studies(),
    any: result.any(),
});

record!(StudyFragility, <>, row => {
    label: row.label,
    change: row.change,
    p_value: row.p_value,
    ruled_out: row.ruled_out,
    complete: row.complete,
});

record!(AnyStudies, <>, any => {
    changes: any.changes,
    p_value: any.p_value,
    ruled_out: any.ruled_out,
    fewest: any.fewest(),
    is_exact: any.is_exact(),
});

record!(Change, <>, change => {
    study: change.study,
    label: change.label,
    treated: change.treated,
    control: change.control,
});

record!(PermutationResult<M, F>, <M: Measure, F: Real>, result => {
    observed: result.observed(),
    p_value: result.p_value().f64(),
    p_value_std_error: result.p_value_std_error().f64(),
    patterns: result.patterns(),
    extreme: result.extreme(),
    undefined: result.undefined(),
    is_exact: result.is_exact(),
});
