//! Numbers in fields.

use super::Failure;
use super::column::Column;
use super::plan::Plan;
use super::sheet::{Row, Sheet};

/// One row, read by the meaning of its columns.
pub(crate) struct Cells<'a> {
    pub(crate) sheet: &'a Sheet,
    pub(crate) plan: &'a Plan,
    pub(crate) row: &'a Row,
    pub(crate) decimal_comma: bool,
}

impl Cells<'_> {
    /// The label of the study: without one, its line.
    pub(crate) fn label(&self) -> String {
        let label = self.plan.label.and_then(|index| self.row.fields.get(index)).filter(|label| !is_missing(label));
        // On one line, whatever was in the quotes.
        let on_one_line = |label: &String| label.split_whitespace().collect::<Vec<_>>().join(" ");
        label.map_or_else(|| format!("line {}", self.row.line), on_one_line)
    }

    /// The places of the values that are not there, as in `column 3 ("n1i")`.
    pub(crate) fn missing(&self) -> Vec<String> {
        let indices = self.plan.columns.iter().map(|&(_, index)| index);
        indices.filter(|&index| is_missing(self.field(index))).map(|index| self.place(index)).collect()
    }

    /// A whole number of at least 0.
    pub(crate) fn count(&self, column: Column) -> Result<u64, Failure> {
        let index = self.index(column)?;
        let text = self.field(index);
        whole(text, self.decimal_comma).ok_or_else(|| self.wrong(index, "a count (a whole number of at least 0)", text))
    }

    /// A finite number.
    pub(crate) fn number(&self, column: Column) -> Result<f64, Failure> {
        let index = self.index(column)?;
        let text = self.field(index);
        real(text, self.decimal_comma).ok_or_else(|| self.wrong(index, "a number", text))
    }

    /// The sentence with the place of these columns in this row before it.
    pub(crate) fn locate(&self, sentence: impl std::fmt::Display) -> Failure {
        Failure::new(format!("{}: {sentence}", place(self.row.line, &self.label())))
    }

    fn index(&self, column: Column) -> Result<usize, Failure> {
        // The plan has a column for everything that is read by it.
        let found = self.plan.columns.iter().find(|(of, _)| *of == column);
        found.map(|&(_, index)| index).ok_or_else(|| Failure::new(format!("there is no column for {column}")))
    }

    fn field(&self, index: usize) -> &str {
        self.row.fields.get(index).map_or("", String::as_str)
    }

    fn place(&self, index: usize) -> String {
        format!("column {} ({:?})", index + 1, self.sheet.header.get(index).map_or("", String::as_str))
    }

    fn wrong(&self, index: usize, expected: &str, text: &str) -> Failure {
        let comma = !self.decimal_comma && text.contains(',') && real(text, true).is_some();
        let hint = if comma { " (--decimal-comma reads commas as decimal points)" } else { "" };
        let (line, place) = (self.row.line, self.place(index));
        Failure::new(format!("line {line}, {place}: expected {expected}, but found {text:?}{hint}"))
    }
}

/// `line 3 (Jabre 2009)`, or `line 3` of a study without a label.
pub(crate) fn place(line: usize, label: &str) -> String {
    let place = format!("line {line}");
    if label == place { place } else { format!("{place} ({label})") }
}

/// What R, spreadsheets and people write for "not available".
fn is_missing(text: &str) -> bool {
    text.is_empty() || ["NA", "N/A", "NaN", "null", "."].iter().any(|missing| text.eq_ignore_ascii_case(missing))
}

fn whole(text: &str, decimal_comma: bool) -> Option<u64> {
    if let Ok(count) = text.parse() {
        return Some(count);
    }
    // Other programs write whole numbers as 12.0 or 1e+05.
    let number = real(text, decimal_comma)?;
    let exact = (0.0..=9_007_199_254_740_992.0).contains(&number) && number.fract() == 0.0;
    exact.then(|| format!("{number:.0}").parse().ok()).flatten()
}

fn real(text: &str, decimal_comma: bool) -> Option<f64> {
    // Word processors turn the hyphen into a minus sign.
    let mut text = text.replace('\u{2212}', "-");
    if decimal_comma {
        if text.contains('.') {
            return None;
        }
        text = text.replace(',', ".");
    }
    // Letters other than an exponent's would be the words that Rust reads as numbers, such as `inf`.
    let digits = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    text.parse().ok().filter(|number: &f64| digits && number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, count) in [("12", Some(12)), ("12.0", Some(12)), ("1e+05", Some(100_000)), ("0", Some(0))] {
            assert_eq!(whole(text, false), count, "{text}");
        }
        for text in ["-1", "1.5", "1,5", "x", "", "inf", "NaN", "1e400", "1e17", "12 of 30"] {
            assert_eq!(whole(text, false), None, "{text}");
        }
        assert_eq!(whole("18446744073709551615", false), Some(u64::MAX));
        assert_eq!((real("\u{2212}0.5", false), real("-0,5", true)), (Some(-0.5), Some(-0.5)));
        assert_eq!((real("1,5", false), real("1.234,5", true), real("infinity", false)), (None, None, None));
    }
}
