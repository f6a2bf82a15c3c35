//! The last benchmarks (`cargo bench`) as a table: the fastest run of each line, and how many times its group's `floor` that is:
//! `cargo run --release --example bench_table`.

#![allow(clippy::print_stdout, reason = "an example prints")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let mut groups: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for run in runs(&target.join("criterion"))? {
        let read = |file: &str| Ok::<Value, Box<dyn Error>>(serde_json::from_slice(&fs::read(run.join(file))?)?);
        let name = |key: &str, of: &Value| of[key].as_str().unwrap_or("").to_owned();
        let (benchmark, sample) = (read("benchmark.json")?, read("sample.json")?);
        let numbers = |key: &str| sample[key].as_array().into_iter().flatten().filter_map(Value::as_f64);
        let fastest = numbers("times").zip(numbers("iters")).map(|(time, n)| time / n).fold(f64::INFINITY, f64::min);
        let line = [name("function_id", &benchmark), name("value_str", &benchmark)].join(" ");
        groups.entry(name("group_id", &benchmark)).or_default().insert(line.trim().to_owned(), fastest);
    }
    for (group, lines) in &groups {
        println!("\n{group}");
        let floor = lines.get("floor");
        for (line, &time) in lines {
            let (time_in, unit) = [(1e9, "s"), (1e6, "ms"), (1e3, "us"), (1.0, "ns")]
                .iter()
                .find(|(scale, _)| time >= *scale)
                .map_or((time, "ns"), |(scale, unit)| (time / scale, unit));
            let floors = floor.map_or_else(String::new, |floor| format!("{:9.2} x", time / floor));
            println!("  {line:<40} {time_in:8.2} {unit:<2} {floors}");
        }
    }
    Ok(())
}

/// The directories with the newest results, at any depth.
fn runs(directory: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.ends_with("new") {
            found.push(path);
        } else if path.is_dir() {
            found.extend(runs(&path)?);
        }
    }
    Ok(found)
}
