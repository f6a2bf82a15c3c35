//! Results as records.

use serde::{Serialize, Serializer};

use crate::heterogeneity::{Heterogeneity, Tau2Interval};
use crate::inference::{Inference, Test};
use crate::interval::Interval;
use crate::level::Level;
use crate::measure::Measure;
use crate::pool::{Pooled, Report};
use crate::real::Real;

/// Implements [`Serialize`] by turning into a record first.
macro_rules! as_record {
    ($type:ty, <$($generic:ident: $bound:path),*>, $record:ident) => {
        impl<$($generic: $bound),*> Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $record::from(self).serialize(serializer)
            }
        }
    };
}

#[derive(Serialize)]
struct IntervalRecord {
    lower: f64,
    upper: f64,
}

impl<F: Real> From<&Interval<F>> for IntervalRecord {
    fn from(interval: &Interval<F>) -> Self {
        Self { lower: interval.lower.f64(), upper: interval.upper.f64() }
    }
}

as_record!(Interval<F>, <F: Real>, IntervalRecord);

#[derive(Serialize)]
struct TestRecord {
    statistic: f64,
    df: Option<f64>,
    p_value: f64,
    log_p_value: f64,
}

impl<F: Real> From<&Test<F>> for TestRecord {
    fn from(test: &Test<F>) -> Self {
        Self {
            statistic: test.statistic.f64(),
            df: test.df.map(Real::f64),
            p_value: test.p_value().f64(),
            log_p_value: test.log_p_value().f64(),
        }
    }
}

as_record!(Test<F>, <F: Real>, TestRecord);

#[derive(Serialize)]
struct HeterogeneityRecord {
    q: f64,
    df: f64,
    p_value: f64,
    log_p_value: f64,
    tau2: Option<f64>,
    tau2_std_error: Option<f64>,
    i2_from_q: Option<f64>,
    i2_from_tau2: Option<f64>,
    h2_from_q: Option<f64>,
    h2_from_tau2: Option<f64>,
    typical_variance: Option<f64>,
}

impl<F: Real> From<&Heterogeneity<F>> for HeterogeneityRecord {
    fn from(h: &Heterogeneity<F>) -> Self {
        let double = |x: Option<F>| x.map(Real::f64);
        Self {
            q: h.q().f64(),
            df: h.df().f64(),
            p_value: h.p_value().f64(),
            log_p_value: h.log_p_value().f64(),
            tau2: double(h.tau2()),
            tau2_std_error: double(h.tau2_std_error()),
            i2_from_q: double(h.i2_from_q()),
            i2_from_tau2: double(h.i2_from_tau2()),
            h2_from_q: double(h.h2_from_q()),
            h2_from_tau2: double(h.h2_from_tau2()),
            typical_variance: double(h.typical_variance()),
        }
    }
}

as_record!(Heterogeneity<F>, <F: Real>, HeterogeneityRecord);

/// An empty set has neither limit.
#[derive(Serialize)]
struct Tau2IntervalRecord {
    level: Level,
    tau2: Option<IntervalRecord>,
    i2: Option<IntervalRecord>,
    h2: Option<IntervalRecord>,
    pieces: usize,
}

impl<F: Real> From<&Tau2Interval<F>> for Tau2IntervalRecord {
    fn from(interval: &Tau2Interval<F>) -> Self {
        let record = |interval: Option<Interval<F>>| interval.as_ref().map(IntervalRecord::from);
        Self {
            level: interval.level(),
            tau2: record(interval.limits()),
            i2: record(interval.i2()),
            h2: record(interval.h2()),
            pieces: interval.pieces(),
        }
    }
}

as_record!(Tau2Interval<F>, <F: Real>, Tau2IntervalRecord);

/// An estimate with its interval, on one scale.
#[derive(Serialize)]
struct Estimate {
    estimate: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    std_error: Option<f64>,
    interval: Option<IntervalRecord>,
}

#[derive(Serialize)]
struct PooledRecord {
    /// Model, estimator and inference in words.
    analysis_of: String,
    measure: &'static str,
    scale: &'static str,
    k: usize,
    level: Level,
    inference: Inference,
    natural: Estimate,
    analysis: Estimate,
    test: Option<TestRecord>,
    prediction: Option<Predictions>,
    heterogeneity: HeterogeneityRecord,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Predictions {
    natural: IntervalRecord,
    analysis: IntervalRecord,
}

impl<M: Measure, F: Real> From<&Pooled<M, F>> for PooledRecord {
    fn from(pooled: &Pooled<M, F>) -> Self {
        let (natural, analysis) = (pooled.natural(), pooled.analysis());
        Self {
            analysis_of: pooled.title(),
            measure: pooled.measure().label(),
            scale: pooled.measure().link().name(),
            k: pooled.k(),
            level: pooled.level(),
            inference: pooled.inference(),
            natural: Estimate {
                estimate: natural.estimate.f64(),
                std_error: None,
                interval: natural.interval.as_ref().map(Into::into),
            },
            analysis: Estimate {
                estimate: analysis.estimate.f64(),
                std_error: analysis.std_error.map(Real::f64),
                interval: analysis.interval.as_ref().map(Into::into),
            },
            test: pooled.test().as_ref().map(Into::into),
            prediction: pooled.prediction().map(|prediction| Predictions {
                natural: (&prediction.natural).into(),
                analysis: (&prediction.analysis).into(),
            }),
            heterogeneity: pooled.heterogeneity().into(),
            notes: pooled.notes().map(|note| note.to_string()).collect(),
        }
    }
}

as_record!(Pooled<M, F>, <M: Measure, F: Real>, PooledRecord);

/// A result with its studies, and the reasons for those that were left out.
#[derive(Serialize)]
struct ReportRecord {
    #[serde(flatten)]
    pooled: PooledRecord,
    studies: Vec<LineRecord>,
    excluded: Vec<String>,
}

#[derive(Serialize)]
struct LineRecord {
    label: String,
    natural: Estimate,
    y: f64,
    v: f64,
    weight: f64,
}

impl<M: Measure, F: Real> From<&Report<M, F>> for ReportRecord {
    fn from(report: &Report<M, F>) -> Self {
        let line = |line: &crate::pool::StudyLine<M, F>| LineRecord {
            label: line.label.clone(),
            natural: Estimate {
                estimate: line.effect.natural().f64(),
                std_error: None,
                interval: Some((&line.interval).into()),
            },
            y: line.effect.y().f64(),
            v: line.effect.v().f64(),
            weight: line.weight.f64(),
        };
        Self {
            pooled: report.pooled().into(),
            studies: report.lines().iter().map(line).collect(),
            excluded: report.excluded().iter().map(ToString::to_string).collect(),
        }
    }
}

as_record!(Report<M, F>, <M: Measure, F: Real>, ReportRecord);
