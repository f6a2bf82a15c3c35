//! Effects from what a paper prints.

use crate::distributions;
use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{Link, Measure};
use crate::summary::{Reported, Said};

/// The recipe that turns a published line into an effect of the given measure.
///
/// The estimate and the limits are carried to the analysis scale; the standard error is half the width of the interval
/// there over the normal quantile of its level, or |y| over the normal quantile of the p-value.
///
/// # Scale
/// In: the natural scale, but for a standard error. Out: the analysis scale of the measure.
///
/// # Errors
/// [`OutsideScale`](ErrorKind::OutsideScale) for a negative ratio and the like,
/// [`IntervalNotSymmetric`](ErrorKind::IntervalNotSymmetric) for limits that rounding cannot explain (often a sign of a
/// misprint, or of an interval that was computed on another scale), [`NoStdErrorFromP`](ErrorKind::NoStdErrorFromP).
///
/// # Example
/// ```
/// use meta_analysis::{EffectSize, FromReport, Reported, RiskRatio};
///
/// // Nausea under ketamine (Odutola & Gupta 2023): 1.42 (0.84, 2.39).
/// let effect = FromReport(RiskRatio).effect(&Reported::interval(1.42, 0.84, 2.39)?)?;
/// assert_eq!(format!("{:.3} {:.3}", effect.y(), effect.std_error()), "0.351 0.267");
///
/// let negative = FromReport(RiskRatio).effect(&Reported::interval(-1.42, -2.0, 2.39)?);
/// assert_eq!(negative.unwrap_err().to_string(), "a risk ratio of -1.42 is outside the range of its scale (log)");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FromReport<M>(pub M);

impl<M: Measure> EffectSize<Reported> for FromReport<M> {
    type Measure = M;

    fn effect(&self, line: &Reported) -> Result<Effect<M>, Error> {
        let y = self.on_scale(line.estimate())?;
        let std_error = match line.said() {
            Said::StdError(std_error) => std_error,
            Said::PValue(p_value) => std_error_from_p(y, p_value, line.estimate())?,
            Said::Interval { lower, upper } => self.std_error_from_interval(line, lower, upper)?,
        };
        let v = std_error * std_error;
        if !(v > 0.0 && v.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the variance" }.into());
        }
        Effect::from_analysis(self.0, y, v)
    }
}

impl<M: Measure> FromReport<M> {
    fn on_scale(&self, value: f64) -> Result<f64, Error> {
        let y = self.0.link().to_analysis(value);
        if y.is_finite() {
            return Ok(y);
        }
        Err(ErrorKind::OutsideScale { measure: self.0.label(), link: self.0.link().name(), value }.into())
    }

    fn std_error_from_interval(&self, line: &Reported, lower: f64, upper: f64) -> Result<f64, Error> {
        let (a, b) = (self.on_scale(lower)?, self.on_scale(upper)?);
        let link = self.0.link();
        if !could_be_midway(link, line.estimate(), lower, upper, line.rounding()) {
            let (estimate, link) = (line.estimate(), link.name());
            return Err(ErrorKind::IntervalNotSymmetric { estimate, lower, upper, link }.into());
        }
        // A decreasing link turns the limits round. Halved first: the difference of two huge limits could overflow.
        Ok((0.5 * b - 0.5 * a).abs() / line.level().normal_quantile())
    }
}

fn std_error_from_p(y: f64, p_value: f64, estimate: f64) -> Result<f64, Error> {
    let std_error = y.abs() / distributions::normal_upper_quantile(0.5 * p_value);
    // An estimate of exactly no effect says nothing about its precision.
    if std_error > 0.0 && std_error.is_finite() {
        Ok(std_error)
    } else {
        Err(ErrorKind::NoStdErrorFromP { p_value, estimate }.into())
    }
}

/// True if some estimate and limits that round to the printed ones are symmetric on the analysis scale.
fn could_be_midway(link: Link, estimate: f64, lower: f64, upper: f64, rounding: f64) -> bool {
    // Full-precision figures were rounded too, when they were computed.
    let slack = |x: f64| rounding.max(1e-9 * x.abs());
    let at = |x: f64, side: f64| link.to_analysis(x + side * slack(x));
    // A limit that could lie beyond the end of the scale (NaN there) rules nothing out.
    let range = |p: f64, q: f64| match p.is_nan() || q.is_nan() {
        true => (f64::NEG_INFINITY, f64::INFINITY),
        false => (p.min(q), p.max(q)),
    };
    let (e0, e1) = range(at(estimate, -1.0), at(estimate, 1.0));
    let (m0, m1) = range(0.5 * at(lower, -1.0) + 0.5 * at(upper, -1.0), 0.5 * at(lower, 1.0) + 0.5 * at(upper, 1.0));
    e0 <= m1 && m0 <= e1
}
