//! Effects from what a paper prints.

use crate::effect::Effect;
use crate::effect_size::EffectSize;
use crate::error::{Error, ErrorKind};
use crate::measure::{Link, Measure};
use crate::summary::{Direction, Reported, Said};

/// The recipe that turns a published line into an effect of the given measure.
///
/// The estimate and the limits are carried to the analysis scale; there the standard error is half the width of the
/// interval, or the distance of a single limit, over the quantile of its level; or the effect over the test statistic
/// or the quantile of the p-value. The quantiles are normal, or Student's t where the line has degrees of freedom.
///
/// # Scale
/// In: the natural scale, but for a standard error, unless the line says that it is on the analysis scale. Out: the
/// analysis scale of the measure.
///
/// # Errors
/// [`OutsideScale`](ErrorKind::OutsideScale) for a negative ratio and the like,
/// [`IntervalNotSymmetric`](ErrorKind::IntervalNotSymmetric) for limits that rounding cannot explain (often a sign of a
/// misprint, or of an interval that was computed on another scale), [`NoStdErrorFromP`](ErrorKind::NoStdErrorFromP),
/// [`NoStdErrorFromStatistic`](ErrorKind::NoStdErrorFromStatistic).
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
        let y = self.on_scale(line, line.estimate())?;
        let std_error = match line.said() {
            Said::StdError(std_error) => std_error,
            Said::PValue(p_value) => from_quantile(line, y.abs(), p_value, line.quantile_of(0.5 * p_value))?,
            Said::OneSidedPValue(p_value, alternative) => {
                let towards = if alternative == Direction::Negative { -y } else { y };
                from_quantile(line, towards, p_value, line.quantile_of(p_value))?
            }
            Said::Statistic(statistic) => from_statistic(line, y, statistic)?,
            // F is printed squared: its root has the sign of the effect.
            Said::FStatistic(f) => from_statistic(line, y.abs(), f.sqrt())?,
            Said::Interval { lower, upper } => self.std_error_from_interval(line, lower, upper)?,
            Said::Limit(limit) => {
                let limit = self.on_scale(line, limit)?;
                2.0 * ((0.5 * limit - 0.5 * y) / line.quantile()).abs()
            }
        };
        let v = std_error * std_error;
        if !(v > 0.0 && v.is_finite()) {
            return Err(ErrorKind::OutOfRange { quantity: "the variance" }.into());
        }
        Effect::from_analysis(self.0, y, v)
    }
}

impl<M: Measure> FromReport<M> {
    fn on_scale(&self, line: &Reported, value: f64) -> Result<f64, Error> {
        let y = self.link(line).to_analysis(value);
        if y.is_finite() {
            return Ok(y);
        }
        Err(ErrorKind::OutsideScale { measure: self.0.label(), link: self.0.link().name(), value }.into())
    }

    /// From the scale of the line to the analysis scale.
    fn link(&self, line: &Reported) -> Link {
        if line.is_on_analysis_scale() { Link::IDENTITY } else { self.0.link() }
    }

    fn std_error_from_interval(&self, line: &Reported, lower: f64, upper: f64) -> Result<f64, Error> {
        let (a, b) = (self.on_scale(line, lower)?, self.on_scale(line, upper)?);
        if !could_be_midway(self.link(line), line.estimate(), lower, upper, line.rounding()) {
            let (estimate, link) = (line.estimate(), self.0.link().name());
            return Err(ErrorKind::IntervalNotSymmetric { estimate, lower, upper, link }.into());
        }
        // A decreasing link turns the limits round. Halved first: the difference of two huge limits could overflow.
        Ok((0.5 * b - 0.5 * a).abs() / line.quantile())
    }
}

/// The standard error that makes `y` as many of them as the quantile; both have the sign of the alternative.
fn from_quantile(line: &Reported, y: f64, p_value: f64, quantile: f64) -> Result<f64, Error> {
    let std_error = y / quantile;
    // An estimate of exactly no effect says nothing about its precision, nor does a one-sided p-value of one half.
    if std_error > 0.0 && std_error.is_finite() {
        Ok(std_error)
    } else {
        Err(ErrorKind::NoStdErrorFromP { p_value, estimate: line.estimate() }.into())
    }
}

fn from_statistic(line: &Reported, y: f64, statistic: f64) -> Result<f64, Error> {
    let std_error = y / statistic;
    if std_error > 0.0 && std_error.is_finite() {
        Ok(std_error)
    } else {
        Err(ErrorKind::NoStdErrorFromStatistic { statistic, estimate: line.estimate() }.into())
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
