//! Pools a CSV file of studies: counts, means, person-time or estimates.
//!
//! ```sh
//! cargo run --example pool_csv                                   # a demonstration
//! cargo run --example pool_csv -- --help
//! cargo run --example pool_csv -- trials.csv --measure or --tau2 pm --inference hartung-knapp
//! cargo run --example pool_csv -- trials.csv --column treated-events=Deaths
//! cargo run --example pool_csv --features serde -- trials.csv --json
//! ```
//!
//! The result goes to standard output; what was read from which column, and what was skipped, to standard error.

mod program;

use std::io::{ErrorKind, Write, stderr, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    match program::run(std::env::args_os().skip(1)) {
        Ok(output) => {
            // If nobody reads the notes, the result is still wanted.
            let _ = output.notes.iter().try_for_each(|note| writeln!(stderr(), "{note}"));
            match writeln!(stdout(), "{}", output.text) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => failed(&format!("cannot write: {error}")),
                // A closed pipe (`| head`) is no failure.
                _ => ExitCode::SUCCESS,
            }
        }
        Err(failure) => failed(&failure.to_string()),
    }
}

fn failed(sentence: &str) -> ExitCode {
    let _ = writeln!(stderr(), "error: {sentence}");
    ExitCode::FAILURE
}
