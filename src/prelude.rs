//! The four traits, imported without their names, so that their methods can be called.
//!
//! ```
//! use meta_analysis::{CommonEffect, RiskRatio, TwoByTwo, prelude::*};
//!
//! let studies = RiskRatio.studies(&[TwoByTwo::new([4, 119], [11, 128])])?;
//! let pooled = CommonEffect::new().pool(&studies)?;
//! # Ok::<(), meta_analysis::Error>(())
//! ```

pub use crate::effect_size::EffectSize as _;
pub use crate::measure::Measure as _;
pub use crate::pool::Pool as _;
pub use crate::tau2::Tau2Estimator as _;
