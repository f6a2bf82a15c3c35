//! Files to try the tool on: ten cohorts, say, of one genome.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) files: usize,
    pub(crate) variants: usize,
    pub(crate) seed: u64,
    /// Whether each file has the variants in an order of its own.
    pub(crate) shuffled: bool,
}

/// Pairs of alleles: most can be told from their complement, some cannot.
const ALLELES: [[&str; 2]; 7] = [["A", "G"], ["G", "A"], ["C", "T"], ["T", "C"], ["A", "C"], ["A", "T"], ["AT", "A"]];

/// Writes the files and returns where they are.
///
/// Every two-hundredth variant has an effect, which differs a little between the files; file i lacks some two per cent
/// of variants, swaps the alleles of every seventh, and every third file is on the other strand.
pub(crate) fn generate(plan: &Plan, folder: &Path, mut done: impl FnMut(u64)) -> io::Result<Vec<PathBuf>> {
    fs::create_dir_all(folder)?;
    let mut paths = Vec::new();
    // Consecutive states would give the files one sequence, shifted by a step.
    let mut seeds = Random(plan.seed);
    for file in 0..plan.files {
        let path = folder.join(format!("cohort{:02}.tsv", file + 1));
        let mut out = BufWriter::with_capacity(1 << 18, File::create(&path)?);
        out.write_all(b"SNP\tCHR\tBP\tA1\tA2\tFRQ\tBETA\tSE\tP\n")?;
        let mut random = Random(seeds.next());
        let mut line = Vec::new();
        for variant in order(plan, &mut random) {
            line.clear();
            if write_line(&mut line, file, variant, &mut random)? {
                out.write_all(&line)?;
            }
        }
        out.flush()?;
        done(plan.variants as u64);
        paths.push(path);
    }
    Ok(paths)
}

fn order(plan: &Plan, random: &mut Random) -> Vec<usize> {
    let mut order: Vec<usize> = (0..plan.variants).collect();
    if plan.shuffled {
        for i in (1..order.len()).rev() {
            order.swap(i, random.below(i + 1));
        }
    }
    order
}

/// False if the file lacks the variant.
fn write_line(line: &mut Vec<u8>, file: usize, variant: usize, random: &mut Random) -> io::Result<bool> {
    let std_error = 0.005 * (1.0 + file as f64) * (0.5 + random.uniform());
    let common = if variant % 200 == 100 { 0.05 } else { 0.0 };
    let mut effect = common * (1.0 + 0.3 * random.normal()) + std_error * random.normal();
    if random.below(50) == 0 {
        return Ok(false);
    }
    let [mut a, mut b] = ALLELES[variant % ALLELES.len()];
    if (variant + file) % 7 == 3 {
        (a, b, effect) = (b, a, -effect);
    }
    if file % 3 == 2 && a.len() + b.len() == 2 {
        (a, b) = (complement(a), complement(b));
    }
    let frequency = 0.05 + 0.45 * random.uniform();
    let p = (-0.7 * (effect / std_error).powi(2)).exp();
    let (chromosome, place) = (1 + variant % 22, 10_000 + 137 * variant);
    writeln!(
        line,
        "rs{}\t{chromosome}\t{place}\t{a}\t{b}\t{frequency:.4}\t{effect:.6}\t{std_error:.6}\t{p:.4}",
        1000 + variant
    )?;
    Ok(true)
}

/// A base on the other strand.
fn complement(allele: &'static str) -> &'static str {
    match allele {
        "A" => "T",
        "T" => "A",
        "C" => "G",
        "G" => "C",
        other => other,
    }
}

/// `SplitMix64` (Steele, Lea & Flood 2014).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Box & Muller (1958).
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n as u64).unwrap_or(0)
    }
}
