//! Reading, pooling and reporting, one after the other.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};

use super::gather::{Gathered, gather};
use super::options::Pooling;
use super::table::{self, GENOME_WIDE, Totals};

/// What came out.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) gathered: Gathered,
    pub(crate) totals: Totals,
}

/// Pools the files into a table that goes to `out`.
pub(crate) fn run(pooling: &Pooling, out: &mut dyn Write) -> Result<Outcome, String> {
    let sizes = pooling.files.iter().map(|file| fs::metadata(file).map_or(0, |data| data.len()));
    let reading = bar(pooling, "reading", sizes.sum());
    let gathered = gather(&pooling.files, &pooling.reading, |bytes| reading.inc(bytes))?;
    reading.finish_and_clear();
    let writing = bar(pooling, "pooling", gathered.variants.len() as u64);
    let totals = table::write(&gathered, pooling.model, out, |variants| writing.inc(variants))?;
    writing.finish_and_clear();
    Ok(Outcome { gathered, totals })
}

/// As [`run`], to the file that the options name or to standard output.
pub(crate) fn run_to_file(pooling: &Pooling) -> Result<Outcome, String> {
    match &pooling.out {
        Some(path) => {
            let file = File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
            run(pooling, &mut BufWriter::with_capacity(1 << 18, file))
        }
        None => run(pooling, &mut BufWriter::with_capacity(1 << 18, Pipe { to: io::stdout().lock(), open: true })),
    }
}

/// Standard output, which `head` and the like may close when they have seen enough: no reason to fail.
struct Pipe<W> {
    to: W,
    open: bool,
}

impl<W: Write> Pipe<W> {
    fn unless_closed<T>(&mut self, done: io::Result<T>, instead: T) -> io::Result<T> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.open = false;
                Ok(instead)
            }
            done => done,
        }
    }
}

impl<W: Write> Write for Pipe<W> {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let done = if self.open { self.to.write(text) } else { Ok(text.len()) };
        self.unless_closed(done, text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = if self.open { self.to.flush() } else { Ok(()) };
        self.unless_closed(done, ())
    }
}

/// A progress bar with the time that is left, on standard error; none where that is not a terminal.
fn bar(pooling: &Pooling, what: &'static str, length: u64) -> ProgressBar {
    if pooling.quiet || !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{msg} {wide_bar} {percent:>3}%, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(length).with_style(style).with_message(what)
}

/// What a reader should know besides the table.
pub(crate) fn report(pooling: &Pooling, Outcome { gathered, totals }: &Outcome) -> String {
    let mut text = String::new();
    for tally in &gathered.tallies {
        let _ = writeln!(text, "{tally}");
    }
    let files = gathered.tallies.len();
    let _ =
        writeln!(text, "{} variants of {files} files, {}: {}", gathered.variants.len(), pooling.model, totals.summary);
    if let Some((p, index)) = totals.best {
        let name = String::from_utf8_lossy(gathered.variants.get(index).name);
        let _ = writeln!(text, "{} with p < {GENOME_WIDE:e}; the smallest p is {p:.2e}, of {name}", totals.significant);
    }
    match totals.lambda {
        Some(lambda) => {
            let _ = writeln!(text, "genomic inflation factor lambda = {lambda:.4}");
        }
        None => text.push_str("no genomic inflation factor: nothing was pooled\n"),
    }
    text
}
