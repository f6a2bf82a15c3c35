//! The effect in each study, given all the others.

use std::fmt;

use super::deletion::tau2_of;
use super::{Table, finite};
use crate::error::Error;
use crate::interval::Interval;
use crate::measure::{Link, Measure};
use crate::pool::{DECIMALS, Limits, Number, Pool, Pooled};
use crate::real::Real;
use crate::studies::Studies;
use crate::subset::Subset;

/// The shrunken effects of all studies. Prints as a table, on the natural scale.
#[derive(Clone, Debug)]
pub struct Blups<M, F = f64> {
    measure: M,
    rows: Vec<Blup<F>>,
}

/// The shrunken effect of one study, on the analysis scale.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Blup<F = f64> {
    /// The label of the study, or its number.
    pub label: String,
    /// The share of the study's own effect in its shrunken one: τ² / (τ² + v).
    pub own_share: F,
    /// The shrunken effect: between the study's own and the pooled one.
    pub effect: F,
    /// Its standard error.
    pub std_error: Option<F>,
    /// Its prediction interval.
    pub interval: Option<Interval<F>>,
    /// Its deviation from the pooled effect, also called the random effect of the study.
    #[doc(alias = "ranef")]
    pub deviation: F,
    /// The standard error of the deviation.
    pub deviation_std_error: Option<F>,
    /// The prediction interval of the deviation.
    pub deviation_interval: Option<Interval<F>>,
}

/// The effect in each study, shrunken towards the pooled one: the empirical best linear unbiased predictions.
///
/// The effect a study found is the one in that study, and error. Given all studies, the better guess lies nearer to
/// their mean, the more so the less precise the study and the less studies differ. Without τ² all are the mean.
///
/// # Formula
/// ```text
/// effect     λ y + (1 - λ) μ        Var = λ v + (1 - λ)² Var(μ)          λ = τ² / (τ² + v)
/// deviation  λ (y - μ)              Var = λ v + λ² Var(μ)
/// ```
/// (Raudenbush & Bryk 1985; the variances for τ² as known.) Intervals and Var(μ) are by the
/// [`Inference`](crate::Inference) of the model, `None` where that leaves the mean without a standard error. They hold
/// for any weights of the mean.
///
/// # Errors
/// Those of pooling the studies.
///
/// # Example
/// ```
/// use meta_analysis::{MeanDifference, RandomEffects, Studies, sensitivity::blup};
///
/// let studies = Studies::from_analysis(MeanDifference, vec![1.0, 2.0, 6.0], vec![1.0, 1.0, 1.0])?;
/// let blups = blup(&RandomEffects::default(), &studies)?;
/// // τ² = 6: each study keeps six sevenths of its distance from the mean of 3.
/// assert_eq!(format!("{:.3}", blups.rows()[2].effect), "5.571");
/// # Ok::<(), meta_analysis::Error>(())
/// ```
#[doc(alias = "ranef")]
#[doc(alias = "shrinkage")]
pub fn blup<M: Measure, F: Real, P>(model: &P, studies: &Studies<M, F>) -> Result<Blups<M, F>, Error>
where
    P: Pool<Studies<M, F>, Output = Pooled<M, F>> + ?Sized,
{
    let pooled = model.pool(studies)?;
    let ((mean, std_error), tau2) = (pooled.unrounded(), tau2_of(&pooled));
    let row = |((y, v), label): ((&F, &F), String)| {
        shrunken(label, (y.f64(), v.f64()), (mean, std_error), tau2, |std_error| pooled.half_width(std_error))
    };
    let columns = studies.y().iter().zip(studies.v());
    Ok(Blups { measure: studies.measure(), rows: columns.zip(studies.names()).map(row).collect() })
}

/// The row of one study, beside its mean.
pub(crate) fn shrunken<F: Real>(
    label: String,
    (y, v): (f64, f64),
    (mean, std_error): (f64, Option<f64>),
    tau2: f64,
    half_width: impl Fn(f64) -> Option<f64>,
) -> Blup<F> {
    // λ and 1 - λ, each without a difference; the ratio may overflow, to the right limit.
    let (own, others) = (1.0 / (1.0 + v / tau2), 1.0 / (1.0 + tau2 / v));
    let inner = own.sqrt() * v.sqrt();
    let effect = if own <= 0.5 { mean + own * (y - mean) } else { y + others * (mean - y) };
    // Rounding must not take it beyond either.
    let effect = effect.clamp(y.min(mean), y.max(mean));
    let deviation = own * (y - mean);
    let interval = |centre: f64, std_error: Option<f64>| {
        let interval = Interval::<F>::around(centre, half_width(std_error?)?);
        (interval.lower.is_finite() && interval.upper.is_finite()).then_some(interval)
    };
    let of_effect = std_error.map(|se| inner.hypot(others * se));
    let of_deviation = std_error.map(|se| inner.hypot(own * se));
    Blup {
        label,
        own_share: F::of(own),
        effect: F::of(effect),
        std_error: of_effect.and_then(finite),
        interval: interval(effect, of_effect),
        deviation: F::of(deviation),
        deviation_std_error: of_deviation.and_then(finite),
        deviation_interval: interval(deviation, of_deviation),
    }
}

impl<M: Measure, F: Real> Blups<M, F> {
    /// The table with these rows.
    pub(crate) const fn of(measure: M, rows: Vec<Blup<F>>) -> Self {
        Self { measure, rows }
    }

    /// A row for each study.
    #[must_use]
    pub fn rows(&self) -> &[Blup<F>] {
        &self.rows
    }

    /// The shrunken effects with their intervals, on the natural scale.
    pub fn natural(&self) -> impl Iterator<Item = (F, Option<Interval<F>>)> {
        let link: Link = self.measure.link();
        self.rows.iter().map(move |row| (link.to_natural(row.effect), row.interval.map(|i| i.to_natural(link))))
    }
}

impl<M: Measure, F: Real> fmt::Display for Blups<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        let mut table = Table::new(&["study", "own share", "shrunken", "prediction interval"]);
        for (row, (natural, interval)) in self.rows.iter().zip(self.natural()) {
            table.row(vec![
                row.label.clone(),
                format!("{:.0}%", 100.0 * row.own_share.f64()),
                Number(natural.f64(), decimals).to_string(),
                interval.map_or_else(|| "-".into(), |interval| Limits(interval, decimals).to_string()),
            ]);
        }
        fmt::Display::fmt(&table, f)
    }
}
