//! A regression as a table.

use std::fmt::{self, Display};

use super::Effects;
use super::contrast::{Coefficient, WaldTest};
use super::result::Regression;
use crate::inference::Inference;
use crate::measure::Measure;
use crate::pool::{DECIMALS, Limits, Number, PValue, percent};
use crate::real::Real;

/// A line for each coefficient (on the analysis scale), then the tests and heterogeneity; a line for each note.
impl<M: Measure, F: Real> Display for Regression<M, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        f.write_str(&self.title())?;
        self.write_coefficients(f, decimals)?;
        if let Some(test) = self.test_of_moderators() {
            write!(f, "\n  moderators  {}", Shown(&test, decimals))?;
        }
        self.write_heterogeneity(f, decimals)?;
        self.notes().try_for_each(|note| write!(f, "\n  note: {note}"))
    }
}

impl<M: Measure, F: Real> Regression<M, F> {
    /// As in `Risk ratio, meta-regression (random effects, REML), 13 studies`.
    pub(crate) fn title(&self) -> String {
        let label = self.studies.measure().label();
        let (first, rest) = label.split_at(label.chars().next().map_or(0, char::len_utf8));
        let model = match self.effects {
            Effects::Random => format!("random effects, {}", self.estimator.as_str()),
            Effects::Common => "common effect".into(),
            Effects::Multiplicative => "multiplicative".into(),
            Effects::InverseVarianceWeights => format!("inverse-variance weights, {}", self.estimator.as_str()),
        };
        let usual = if self.effects == Effects::Multiplicative { Inference::StudentT } else { Inference::Normal };
        let inference = if self.inference == usual { String::new() } else { format!(", {}", self.inference) };
        format!("{}{rest}, meta-regression ({model}{inference}), {} studies", first.to_uppercase(), self.k())
    }

    fn write_coefficients(&self, f: &mut fmt::Formatter<'_>, decimals: usize) -> fmt::Result {
        let rows: Vec<[String; 5]> = self.coefficients().iter().map(|x| row(x, decimals)).collect();
        let level = format!("{} CI", self.level);
        let header = ["", "estimate", "SE", &level, "p"].map(str::to_owned);
        let width =
            |column: usize| rows.iter().chain([&header]).map(|row| row[column].chars().count()).max().unwrap_or(0);
        let [name, estimate, error, interval] = [width(0), width(1), width(2), width(3)];
        for [a, b, c, d, e] in [&header].into_iter().chain(&rows) {
            let line = format!("  {a:name$}  {b:>estimate$}  {c:>error$}  {d:<interval$}  {e}");
            write!(f, "\n{}", line.trim_end())?;
        }
        Ok(())
    }

    fn write_heterogeneity(&self, f: &mut fmt::Formatter<'_>, decimals: usize) -> fmt::Result {
        f.write_str("\n  ")?;
        if let Some(tau2) = self.tau2 {
            write!(f, "tau2 {}   ", Number(tau2.value, decimals))?;
        }
        if let Some(i2) = self.i2() {
            write!(f, "I2 (from {}) {}   ", if self.tau2.is_some() { "tau2" } else { "Q" }, percent(i2))?;
        }
        if let Some(r2) = self.r2().filter(|_| self.test_of_moderators().is_some()) {
            write!(f, "R2 {}   ", percent(r2))?;
        }
        write!(f, "QE({}) = {}, {}", self.df, Number(self.qe, decimals), PValue(self.residual_p_value()))
    }
}

fn row(x: &Coefficient, decimals: usize) -> [String; 5] {
    let shown = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |x| Number(x, decimals).to_string());
    let p = x.test.map(|test| PValue(test.p_value()).to_string().replace("p = ", "").replace("p < ", "< "));
    [
        x.name.clone(),
        shown(Some(x.estimate)),
        shown(x.std_error),
        x.interval.map_or_else(|| "no interval".to_owned(), |interval| Limits(interval, decimals).to_string()),
        p.unwrap_or_default(),
    ]
}

/// As in "F(1, 11) = 12.59, p = 0.005" and "chi2(2) = 1.77, p = 0.413".
struct Shown<'t>(&'t WaldTest, usize);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(test, decimals) = *self;
        match test.denominator_df {
            Some(df2) => {
                let shown = format!("{df2:.1}");
                write!(f, "F({}, {})", test.df, shown.strip_suffix(".0").unwrap_or(&shown))?;
            }
            None => write!(f, "chi2({})", test.df)?,
        }
        write!(f, " = {}, {}", Number(test.statistic, decimals), PValue(test.p_value()))
    }
}

/// As in "-0.03 (SE 0.01)".
impl Display for Coefficient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS);
        write!(f, "{}", Number(self.estimate, decimals))?;
        self.std_error.map_or(Ok(()), |error| write!(f, " (SE {})", Number(error, decimals)))
    }
}

/// As in "F(1, 11) = 12.59, p = 0.005" and "chi2(2) = 1.77, p = 0.413".
impl Display for WaldTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Shown(self, f.precision().unwrap_or(DECIMALS)).fmt(f)
    }
}
