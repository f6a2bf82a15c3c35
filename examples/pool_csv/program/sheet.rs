//! The text of a file as rows of fields, each with the number of its line.
//!
//! Stricter than a general CSV reader, to which a quote that is never closed is a field up to the end of the file.

use std::iter::Peekable;
use std::str::Chars;

use super::{Failure, listed};

/// A header and rows of as many fields.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// What is worth telling about the file.
    pub(crate) notes: Vec<String>,
}

/// The fields of a row, without spaces around them.
#[derive(Debug)]
pub(crate) struct Row {
    /// The line on which it starts, from 1.
    pub(crate) line: usize,
    pub(crate) fields: Vec<String>,
}

impl Sheet {
    /// Reads a file; without a separator, the one its first line has most of.
    pub(crate) fn parse(bytes: &[u8], separator: Option<char>) -> Result<Self, Failure> {
        let mut notes = Vec::new();
        let mut text = decode(bytes)?;
        if let Some(rest) = text.strip_prefix('\u{feff}') {
            notes.push("the file starts with a byte order mark, which was skipped".into());
            text = rest;
        }
        let separator = separator.unwrap_or_else(|| detect(text));
        match separator {
            ',' => {}
            ';' => notes.push("fields are separated by semicolons".into()),
            '\t' => notes.push("fields are separated by tabs".into()),
            other => notes.push(format!("fields are separated by {other:?}")),
        }
        let mut rows = Reader::new(text, separator).rows()?;
        rows.retain(|row| !is_blank(row));
        // Spreadsheets mark the separator in a first line of its own.
        if rows.first().is_some_and(|row| row.line == 1 && marked_separator(text).is_some()) {
            rows.remove(0);
        }
        let mut rows = rows.into_iter();
        let header = rows.next().ok_or_else(|| Failure::new("the file is empty: expected a header line"))?;
        let mut kept = Vec::new();
        for row in rows {
            if row.fields.iter().all(String::is_empty) {
                notes.push(format!("line {} holds nothing but separators and was skipped", row.line));
                continue;
            }
            let (expected, found) = (header.fields.len(), row.fields.len());
            if found != expected {
                return Err(Failure::new(format!(
                    "line {}: expected {expected} fields as in the header, but found {found}",
                    row.line
                )));
            }
            kept.push(row);
        }
        if kept.is_empty() {
            return Err(Failure::new("the file has a header and no rows: expected a line for each study"));
        }
        Ok(Self { header: header.fields, rows: kept, notes })
    }

    /// `"a", "b" and "c"`.
    pub(crate) fn names(&self) -> String {
        listed(self.header.iter().map(|name| format!("{name:?}")))
    }
}

fn is_blank(row: &Row) -> bool {
    matches!(row.fields.as_slice(), [only] if only.is_empty())
}

fn decode(bytes: &[u8]) -> Result<&str, Failure> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Failure::new("the file is encoded as UTF-16: expected UTF-8 (save it as \"CSV UTF-8\")"));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|&&byte| byte == b'\n').count();
        Failure::new(format!("line {line} is not encoded as UTF-8: expected UTF-8 (save the file as \"CSV UTF-8\")"))
    })
}

/// The separator of a first line such as `sep=;`.
fn marked_separator(text: &str) -> Option<char> {
    let mut mark = text.split(['\n', '\r']).next()?.strip_prefix("sep=")?.chars();
    mark.next().filter(|_| mark.as_str().trim_end().is_empty())
}

fn detect(text: &str) -> char {
    if let Some(separator) = marked_separator(text) {
        return separator;
    }
    let header = text.split(['\n', '\r']).find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for c in header.chars() {
        quoted ^= c == '"';
        if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| *separator == c && !quoted) {
            *count += 1;
        }
    }
    let most = counts.iter().max_by_key(|(_, count)| *count).filter(|(_, count)| *count > 0);
    most.map_or(',', |(separator, _)| *separator)
}

/// Walks through the text.
struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    separator: char,
    line: usize,
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, separator: char) -> Self {
        Self { rest: text.chars().peekable(), separator, line: 1 }
    }

    fn rows(mut self) -> Result<Vec<Row>, Failure> {
        let mut rows = Vec::new();
        while self.rest.peek().is_some() {
            let line = self.line;
            let mut fields = Vec::new();
            loop {
                let column = fields.len() + 1;
                fields.push(self.field(line, column)?.trim().to_owned());
                if self.rest.next_if_eq(&self.separator).is_none() {
                    break;
                }
            }
            self.end_of_line();
            rows.push(Row { line, fields });
        }
        Ok(rows)
    }

    /// Up to the separator or the end of the line, which are left.
    fn field(&mut self, line: usize, column: usize) -> Result<String, Failure> {
        let mut field = String::new();
        while let Some(c) = self.rest.next_if(|&c| c != self.separator && c != '\n' && c != '\r') {
            if c == '"' && field.trim().is_empty() {
                return self.quoted(line, column);
            }
            field.push(c);
        }
        Ok(field)
    }

    /// The rest of a quoted field, in which separators and ends of lines are text, and a quote is written twice.
    fn quoted(&mut self, line: usize, column: usize) -> Result<String, Failure> {
        let mut field = String::new();
        loop {
            match self.rest.next() {
                None => {
                    return Err(Failure::new(format!(
                        "line {line}, column {column}: expected a closing quote, but found the end of the file"
                    )));
                }
                Some('"') if self.rest.next_if_eq(&'"').is_none() => break,
                Some(c) => {
                    self.line += usize::from(c == '\n');
                    field.push(c);
                }
            }
        }
        let separator = self.separator;
        while let Some(c) = self.rest.next_if(|&c| c != separator && c != '\n' && c != '\r') {
            if !c.is_whitespace() {
                return Err(Failure::new(format!(
                    "line {line}, column {column}: expected a separator after the closing quote, but found {c:?}"
                )));
            }
        }
        Ok(field)
    }

    /// `\n`, `\r\n` or `\r`.
    fn end_of_line(&mut self) {
        let carriage = self.rest.next_if_eq(&'\r').is_some();
        if self.rest.next_if_eq(&'\n').is_some() || carriage {
            self.line += 1;
        }
    }
}
