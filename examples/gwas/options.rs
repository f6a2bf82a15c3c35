//! What the command line asks for.

use std::path::PathBuf;

use lexopt::prelude::{Long, Short, Value, ValueExt};

use super::gather::Reading;
use super::generate::Plan;
use super::header::Role;
use super::table::Model;

pub(crate) const HELP: &str = "\
Pools genome-wide summary statistics.

Usage:
  gwas [OPTIONS] FILE...                pool the variants of several files
  gwas generate [--files N] [--variants N] [--seed N] [--shuffled] --out FOLDER
                                        make files to try it on
  gwas                                  a small demonstration

A file has one line per variant, tab or comma separated, with a header; it may be packed by gzip. Variants are
matched by name. Alleles are aligned to those of the first file that has the variant: an effect of the other allele
changes its sign, and alleles of the complementary strand are flipped. Strand-ambiguous variants (A/T, C/G), other
alleles and lines that cannot be read are left out, counted, and shown.

Options:
  --model MODEL         common (default), DL, REML or another estimator of tau2
  --out FILE            where the table goes [standard output]
  --keep-ambiguous      all files are on one strand: keep A/T and C/G
  --quiet               no progress and no summary
  --help                this text
Columns, where they do not have one of the usual names:
  --variant NAME        the variant              [SNP, MARKERNAME, RSID, ID, ..]
  --effect-allele NAME  the allele counted       [A1, EFFECT_ALLELE, EA, ALT, ..]
  --other-allele NAME   the other one            [A2, OTHER_ALLELE, NEA, REF, ..]
  --effect NAME         the effect (a log odds ratio, not an odds ratio) [BETA, EFFECT, B, ..]
  --std-error NAME      its standard error       [SE, STDERR, STD_ERR, ..]
";

/// What is to be done.
#[derive(Clone, Debug)]
pub(crate) enum Command {
    Help,
    Demonstrate,
    Generate { plan: Plan, out: PathBuf },
    Pool(Pooling),
}

/// How files are to be pooled.
#[derive(Clone, Debug)]
pub(crate) struct Pooling {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) reading: Reading,
    pub(crate) model: Model,
    pub(crate) out: Option<PathBuf>,
    pub(crate) quiet: bool,
}

impl Command {
    pub(crate) fn parse(arguments: lexopt::Parser) -> Result<Self, String> {
        Self::read(arguments).map_err(|error| format!("{error}; see --help"))
    }

    fn read(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let mut pooling =
            Pooling { files: Vec::new(), reading: Reading::default(), model: Model::Common, out: None, quiet: false };
        let mut anything = false;
        while let Some(argument) = arguments.next()? {
            match argument {
                Value(word) if !anything && word == "generate" => return Self::generate(arguments),
                Long("help") | Short('h') => return Ok(Self::Help),
                Value(file) => pooling.files.push(file.into()),
                Long("model") => pooling.model = Model::parse(&arguments.value()?.string()?)?,
                Long("out") | Short('o') => pooling.out = Some(arguments.value()?.into()),
                Long("keep-ambiguous") => pooling.reading.keep_ambiguous = true,
                Long("quiet") | Short('q') => pooling.quiet = true,
                Long(name) => match Role::ALL.iter().position(|role| role.flag() == name) {
                    Some(role) => pooling.reading.names[role] = Some(arguments.value()?.string()?),
                    None => return Err(argument.unexpected()),
                },
                Short(_) => return Err(argument.unexpected()),
            }
            anything = true;
        }
        match (anything, pooling.files.is_empty()) {
            (false, _) => Ok(Self::Demonstrate),
            (true, true) => Err("no file to pool".into()),
            (true, false) => Ok(Self::Pool(pooling)),
        }
    }

    fn generate(mut arguments: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let (mut plan, mut out) = (Plan { files: 10, variants: 100_000, seed: 1, shuffled: false }, None);
        while let Some(argument) = arguments.next()? {
            match argument {
                Long("help") | Short('h') => return Ok(Self::Help),
                Long("files") => plan.files = arguments.value()?.parse()?,
                Long("variants") => plan.variants = arguments.value()?.parse()?,
                Long("seed") => plan.seed = arguments.value()?.parse()?,
                Long("shuffled") => plan.shuffled = true,
                Long("out") | Short('o') => out = Some(arguments.value()?.into()),
                _ => return Err(argument.unexpected()),
            }
        }
        let out = out.ok_or("generate needs --out FOLDER")?;
        Ok(Self::Generate { plan, out })
    }
}
