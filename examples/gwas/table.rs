//! From columns to a table of results.

use std::io::{self, Write};

use meta_analysis::{
    Batch, BatchSummary, Columns, CommonEffect, Error, MeanDifference, Pool, PooledColumns, RandomEffects, Tau2Method,
};

use super::gather::Gathered;
use super::number;
use super::variants::Variant;

/// Pooled at a time: their columns fit into the processor's cache.
const BLOCK: usize = 2048;

/// The model of the effects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Model {
    Common,
    Random(Tau2Method),
}

impl Model {
    pub(crate) fn parse(name: &str) -> Result<Self, String> {
        if name.eq_ignore_ascii_case("common") {
            return Ok(Self::Common);
        }
        let method = name.parse().map(Self::Random);
        method.map_err(|error: Error| format!("{error}; --model takes common, DL, REML or another estimator of tau2"))
    }

    fn pool(self, batch: &Batch<'_, MeanDifference>) -> Result<PooledColumns<MeanDifference>, Error> {
        match self {
            Self::Common => CommonEffect::new().pool(batch),
            Self::Random(method) => RandomEffects::new(method).pool(batch),
        }
    }

    fn columns(self) -> Columns {
        let shown = Columns::ESTIMATE | Columns::STD_ERROR | Columns::P_VALUE | Columns::Q | Columns::Q_P_VALUE;
        let of_model = match self {
            Self::Common => Columns::I2_FROM_Q,
            Self::Random(_) => Columns::I2_FROM_TAU2 | Columns::TAU2,
        };
        shown | of_model | Columns::K
    }
}

impl std::fmt::Display for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Common => f.write_str("common effect"),
            Self::Random(method) => write!(f, "random effects ({method})"),
        }
    }
}

/// What the table says as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Totals {
    pub(crate) summary: BatchSummary,
    /// The genomic inflation factor; `None` without a result.
    pub(crate) lambda: Option<f64>,
    /// How many have p < 5e-8.
    pub(crate) significant: u64,
    /// The smallest p-value, and whose it is.
    pub(crate) best: Option<(f64, usize)>,
}

/// Below this a variant counts as found (Risch & Merikangas 1996; Pe'er et al. 2008).
pub(crate) const GENOME_WIDE: f64 = 5e-8;
/// The median of the chi-squared distribution with one degree of freedom.
const MEDIAN_CHI_SQUARED: f64 = 0.454_936_423_119_572_8;

/// Pools all variants and writes a line for each; `done` is told of every block.
pub(crate) fn write(
    gathered: &Gathered,
    model: Model,
    out: &mut dyn Write,
    mut done: impl FnMut(u64),
) -> Result<Totals, String> {
    let failed = |error: io::Error| format!("writing the table: {error}");
    let header = "variant\teffect_allele\tother_allele\tk\teffect\tstd_error\tp_value\ttau2\ti2\tq\tq_p_value\n";
    out.write_all(header.as_bytes()).map_err(failed)?;
    let mut totals = Totals { summary: BatchSummary::default(), lambda: None, significant: 0, best: None };
    let (mut text, mut squares) = (Vec::new(), Vec::with_capacity(gathered.variants.len()));
    let mut studies = vec![(Vec::new(), Vec::new()); gathered.columns.len()];
    let variants = gathered.variants.len();
    for start in (0..variants).step_by(BLOCK) {
        let block = start..(start + BLOCK).min(variants);
        for ((effects, std_errors), pairs) in studies.iter_mut().zip(&gathered.columns) {
            let pairs = &pairs[block.clone()];
            effects.clear();
            effects.extend(pairs.iter().map(|[effect, _]| effect));
            std_errors.clear();
            std_errors.extend(pairs.iter().map(|[_, std_error]| std_error));
        }
        let columns = studies.iter().map(|(effects, std_errors)| (&effects[..], &std_errors[..]));
        let batch = Batch::from_std_error_columns(MeanDifference, columns).map_err(|error| error.to_string())?;
        let pooled = model.pool(&batch.with_columns(model.columns())).map_err(|error| error.to_string())?;
        totals.add(&pooled, start, &mut squares);
        text.clear();
        rows(gathered, &pooled, start, &mut text);
        out.write_all(&text).map_err(failed)?;
        done(block.len() as u64);
    }
    out.flush().map_err(failed)?;
    totals.lambda = median(&mut squares).map(|median| median / MEDIAN_CHI_SQUARED);
    Ok(totals)
}

fn rows(gathered: &Gathered, pooled: &PooledColumns<MeanDifference>, start: usize, text: &mut Vec<u8>) {
    let k = pooled.k().unwrap_or(&[]);
    let i2 = pooled.i2_from_tau2().or(pooled.i2_from_q());
    let shown =
        [pooled.estimate(), pooled.std_error(), pooled.p_value(), pooled.tau2(), i2, pooled.q(), pooled.q_p_value()];
    for i in 0..pooled.len() {
        let Variant { name, effect, other, .. } = gathered.variants.get(start + i);
        for part in [name, effect, other] {
            text.extend_from_slice(part);
            text.push(b'\t');
        }
        number::write_whole(text, k.get(i).copied().unwrap_or(0));
        for column in shown {
            text.push(b'\t');
            number::write(text, column.map_or(f64::NAN, |column| column[i]));
        }
        text.push(b'\n');
    }
}

impl Totals {
    fn add(&mut self, pooled: &PooledColumns<MeanDifference>, start: usize, squares: &mut Vec<f64>) {
        self.summary = self.summary.and(pooled.summary());
        let (Some(estimates), Some(std_errors), Some(p_values)) =
            (pooled.estimate(), pooled.std_error(), pooled.p_value())
        else {
            return;
        };
        for (i, ((estimate, std_error), &p)) in estimates.iter().zip(std_errors).zip(p_values).enumerate() {
            let z = estimate / std_error;
            if z.is_nan() {
                continue;
            }
            squares.push(z * z);
            self.significant += u64::from(p < GENOME_WIDE);
            if self.best.is_none_or(|(least, _)| p < least) {
                self.best = Some((p, start + i));
            }
        }
    }
}

fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = if even { below.iter().copied().max_by(f64::total_cmp)? } else { upper };
    Some(0.5 * (lower + upper))
}
