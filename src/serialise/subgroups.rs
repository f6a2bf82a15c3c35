//! Subgroups as records.

use super::double;
use crate::measure::Measure;
use crate::real::Real;
use crate::subgroups::{Subgroup, SubgroupTest, Subgroups};

record!(Subgroups<M, F>, <M: Measure, F: Real>, subgroups => {
    groups: subgroups.groups(),
    total: subgroups.total(),
    between: subgroups.between(),
    between_common: subgroups.between_common(),
    within: subgroups.within(),
});

record!(Subgroup<M, F>, <M: Measure, F: Real>, group => {
    name: group.name,
    studies: group.studies,
    result: group.result.as_ref().ok(),
    error: group.result.as_ref().err().map(ToString::to_string),
});

record!(SubgroupTest<F>, <F: Real>, test => {
    q: test.q().f64(),
    df: test.df().f64(),
    p_value: test.p_value().f64(),
    log_p_value: test.log_p_value().f64(),
    i2: double(test.i2()),
});
