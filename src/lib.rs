//! tour

// Floor 0: no statistics.
mod dist;
mod error;
mod level;
mod num;
mod real;

// Floor 1: what a study says.
mod effect;
mod effect_size;
mod interval;
mod measure;
mod studies;
mod summary;

// Floor 2: how much studies disagree.
mod evidence;
mod heterogeneity;
mod tau2;

// Floor 3: the answer.
mod inference;
mod pool;

// Floor 4: what one does with answers.
pub mod audit;

pub mod prelude;

pub use effect::{Effect, StudyNote};
pub use effect_size::{EffectSize, FromReport, HedgesG, HedgesGVariance};
pub use error::{Error, ErrorKind};
pub use evidence::{Evidence, Moments, Score};
pub use heterogeneity::{Heterogeneity, Tau2Interval};
pub use inference::{Inference, Test};
pub use interval::Interval;
pub use level::Level;
pub use measure::{
    AnyMeasure, HazardRatio, Link, MeanDifference, Measure, OddsRatio, RiskDifference, RiskRatio,
    StandardisedMeanDifference,
};
pub use pool::{
    Analysis, CommonEffect, MantelHaenszel, MantelHaenszelMeasure, Natural, Note, Pool, Pooled, Prediction,
    RandomEffects, Report, StudyData, StudyLine,
};
pub use real::Real;
pub use studies::{Studies, Study};
pub use summary::{Group, Reported, Tables, TwoByTwo, TwoMeans};
pub use tau2::{DerSimonianLaird, Mode, PauleMandel, Reml, Tau2, Tau2Estimator, Tau2Method};

/// The README's code compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
