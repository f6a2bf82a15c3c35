//! Pools genome-wide summary statistics from several files: `cargo run --release --example gwas -- --help`.
//!
//! Without arguments it generates small files, pools them and shows the head of the table.

#![allow(clippy::print_stdout, reason = "a program prints")]

mod align;
mod gather;
mod generate;
mod header;
mod lines;
mod number;
mod one_file;
mod options;
mod run;
mod table;
mod tally;
mod variants;

use std::process::ExitCode;

use options::{Command, HELP, Pooling};

fn main() -> ExitCode {
    match Command::parse(lexopt::Parser::from_env()).and_then(execute) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gwas: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<(), String> {
    match command {
        Command::Help => print!("{HELP}"),
        Command::Demonstrate => demonstrate()?,
        Command::Generate { plan, out } => {
            let failed = |error| format!("{}: {error}", out.display());
            let paths = generate::generate(&plan, &out, |_| {}).map_err(failed)?;
            eprintln!("{} files of up to {} variants in {}", paths.len(), plan.variants, out.display());
        }
        Command::Pool(pooling) => {
            let outcome = run::run_to_file(&pooling)?;
            if !pooling.quiet {
                eprint!("{}", run::report(&pooling, &outcome));
            }
        }
    }
    Ok(())
}

/// Five small files, pooled by the common effect.
fn demonstrate() -> Result<(), String> {
    let folder = std::env::temp_dir().join(format!("gwas-{}", std::process::id()));
    let plan = generate::Plan { files: 5, variants: 2000, seed: 1, shuffled: false };
    let failed = |error| format!("{}: {error}", folder.display());
    let files = generate::generate(&plan, &folder, |_| {}).map_err(failed)?;
    let model = table::Model::parse("common")?;
    let pooling = Pooling { files, reading: gather::Reading::default(), model, out: None, quiet: false };
    let mut text = Vec::new();
    let outcome = run::run(&pooling, &mut text);
    std::fs::remove_dir_all(&folder).map_err(failed)?;
    let outcome = outcome?;
    for line in String::from_utf8_lossy(&text).lines().take(12) {
        println!("{}", line.split('\t').map(|field| format!("{field:<14}")).collect::<String>().trim_end());
    }
    println!("..\n\n{}", run::report(&pooling, &outcome));
    Ok(())
}
