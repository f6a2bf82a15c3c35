//! Partial sums: written to travel between machines, read with every number checked.
//!
//! The numbers are those of the algorithm. A pair of numbers is the unevaluated sum of two doubles.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::batch::{Outcome, PartialColumns, PartialColumnsAtTau2};
use crate::distributions::DoubleDouble;
use crate::measure::Measure;
use crate::partial_sums::{Moment, PartialSums, PartialSumsAtTau2, Sums, SumsAt};
use crate::tau2::{KnownTau2, Tau2Method};

type Pair = [f64; 2];

fn pair(x: DoubleDouble) -> Pair {
    [x.hi, x.lo]
}

/// A pair that is finite, in its normal form, and not below a limit.
fn number(what: &str, [hi, lo]: Pair, least: f64) -> Result<DoubleDouble, String> {
    // Written so that NaN fails.
    if hi.is_finite() && lo.is_finite() && hi + lo == hi && hi >= least {
        Ok(DoubleDouble { hi, lo })
    } else {
        Err(format!("the {what} of partial sums cannot be {hi} + {lo}"))
    }
}

fn moment(what: &str, mean: Pair, squares: Pair) -> Result<Moment, String> {
    Ok(Moment { mean: number(what, mean, f64::MIN)?, squares: number("sum of squares", squares, 0.0)? })
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SumsRecord {
    k: u64,
    v_min: f64,
    v_max: f64,
    k_of_v_min: u64,
    other_weights: [Pair; 2],
    mean: Pair,
    q: Pair,
    unweighted_mean: Pair,
    unweighted_squares: Pair,
    variances: Pair,
}

impl From<&Sums> for SumsRecord {
    fn from(sums: &Sums) -> Self {
        Self {
            k: sums.k,
            v_min: sums.v_min,
            v_max: sums.v_max,
            k_of_v_min: sums.top,
            other_weights: sums.rest.map(pair),
            mean: pair(sums.weighted.mean),
            q: pair(sums.weighted.squares),
            unweighted_mean: pair(sums.plain.mean),
            unweighted_squares: pair(sums.plain.squares),
            variances: pair(sums.variances),
        }
    }
}

impl TryFrom<SumsRecord> for Sums {
    type Error = String;

    fn try_from(record: SumsRecord) -> Result<Self, String> {
        let SumsRecord { k, v_min, v_max, k_of_v_min: top, .. } = record;
        let [sum, squares] = record.other_weights;
        let sums = Self {
            k,
            v_min,
            v_max,
            top,
            rest: [number("weights", sum, 0.0)?, number("squared weights", squares, 0.0)?],
            weighted: moment("mean", record.mean, record.q)?,
            plain: moment("unweighted mean", record.unweighted_mean, record.unweighted_squares)?,
            variances: number("variances", record.variances, 0.0)?,
        };
        if k == 0 {
            return if sums == Self::default() { Ok(sums) } else { Err("partial sums of no study must be 0".into()) };
        }
        if !(v_min > 0.0 && v_max >= v_min && v_max.is_finite()) {
            return Err(format!("the variances of partial sums cannot be between {v_min} and {v_max}"));
        }
        if !(1..=k).contains(&top) || (k == top) != (v_min == v_max) {
            return Err(format!("{top} of {k} studies cannot have the smallest variance, between {v_min} and {v_max}"));
        }
        Ok(sums)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SumsAtRecord {
    k: u64,
    weights: Pair,
    mean: Pair,
    squares: Pair,
}

impl From<&SumsAt> for SumsAtRecord {
    fn from(sums: &SumsAt) -> Self {
        let Moment { mean, squares } = sums.moment;
        Self { k: sums.k, weights: pair(sums.total), mean: pair(mean), squares: pair(squares) }
    }
}

impl TryFrom<SumsAtRecord> for SumsAt {
    type Error = String;

    fn try_from(record: SumsAtRecord) -> Result<Self, String> {
        let total = number("weights", record.weights, 0.0)?;
        let sums = Self { k: record.k, total, moment: moment("mean", record.mean, record.squares)? };
        if sums.k == 0 && sums != Self::EMPTY { Err("partial sums of no study must be 0".into()) } else { Ok(sums) }
    }
}

/// One outcome of many.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeRecord<R> {
    Sums(R),
    Invalid,
    OutOfRange,
}

fn written<S, R: for<'s> From<&'s S>>(outcomes: &[Outcome<S>]) -> Vec<OutcomeRecord<R>> {
    let record = |outcome: &Outcome<S>| match outcome {
        Outcome::Sums(sums) => OutcomeRecord::Sums(sums.into()),
        Outcome::Invalid => OutcomeRecord::Invalid,
        Outcome::Failed => OutcomeRecord::OutOfRange,
    };
    outcomes.iter().map(record).collect()
}

fn read<S: TryFrom<R, Error = String>, R>(outcomes: Vec<OutcomeRecord<R>>) -> Result<Vec<Outcome<S>>, String> {
    let outcome = |(i, record): (usize, OutcomeRecord<R>)| match record {
        OutcomeRecord::Sums(record) => {
            S::try_from(record).map(Outcome::Sums).map_err(|error| format!("outcome {}: {error}", i + 1))
        }
        OutcomeRecord::Invalid => Ok(Outcome::Invalid),
        OutcomeRecord::OutOfRange => Ok(Outcome::Failed),
    };
    outcomes.into_iter().enumerate().map(outcome).collect()
}

/// The measure in front of what is said of it.
#[derive(Serialize, Deserialize)]
struct OfMeasure<T> {
    measure: String,
    scale: String,
    #[serde(flatten)]
    sums: T,
}

impl<T> OfMeasure<T> {
    fn new(measure: impl Measure, sums: T) -> Self {
        Self { measure: measure.label().to_owned(), scale: measure.link().name().to_owned(), sums }
    }

    fn of<M: Measure + Default, E: de::Error>(self) -> Result<(M, T), E> {
        let measure = M::default();
        for (found, expected) in [(&self.measure, measure.label()), (&self.scale, measure.link().name())] {
            if found != expected {
                return Err(E::custom(format_args!("expected sums of a {expected}, found {found}")));
            }
        }
        Ok((measure, self.sums))
    }
}

impl<M: Measure> Serialize for PartialSums<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        OfMeasure::new(self.measure, First { sums: SumsRecord::from(&self.sums) }).serialize(serializer)
    }
}

#[derive(Serialize, Deserialize)]
struct First<R> {
    sums: R,
}

impl<'de, M: Measure + Default> Deserialize<'de> for PartialSums<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (measure, First { sums }) = OfMeasure::<First<SumsRecord>>::deserialize(deserializer)?.of()?;
        Ok(Self { measure, sums: sums.try_into().map_err(de::Error::custom)? })
    }
}

/// The estimator or, where there is none, the known τ²; what an estimator gave is found again from the first round.
#[derive(Serialize, Deserialize)]
struct Second<A, B> {
    first: A,
    estimator: Option<Tau2Method>,
    known_tau2: Option<f64>,
    sums: B,
}

impl<M: Measure> Serialize for PartialSumsAtTau2<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let estimator = self.source.method;
        let known_tau2 = if estimator.is_none() { self.source.tau2 } else { None };
        let (first, sums) = (SumsRecord::from(&self.first), SumsAtRecord::from(&self.sums));
        OfMeasure::new(self.measure, Second { first, estimator, known_tau2, sums }).serialize(serializer)
    }
}

impl<'de, M: Measure + Default> Deserialize<'de> for PartialSumsAtTau2<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = OfMeasure::<Second<SumsRecord, SumsAtRecord>>::deserialize(deserializer)?;
        let (measure, Second { first, estimator, known_tau2, sums }) = record.of()?;
        let first = PartialSums { measure, sums: first.try_into().map_err(de::Error::custom)? };
        let start = match (estimator, known_tau2) {
            (Some(method), None) => first.at(method),
            (None, Some(tau2)) => KnownTau2::new(tau2).and_then(|known| first.at_known(known)),
            _ => return Err(de::Error::custom("a second round has either an estimator or a known tau2")),
        };
        let start = start.map_err(de::Error::custom)?;
        Ok(Self { sums: sums.try_into().map_err(de::Error::custom)?, ..start })
    }
}

#[derive(Serialize, Deserialize)]
struct FirstColumns<R> {
    outcomes: Vec<OutcomeRecord<R>>,
}

impl<M: Measure> Serialize for PartialColumns<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let outcomes = written::<_, SumsRecord>(&self.outcomes);
        OfMeasure::new(self.measure, FirstColumns { outcomes }).serialize(serializer)
    }
}

impl<'de, M: Measure + Default> Deserialize<'de> for PartialColumns<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = OfMeasure::<FirstColumns<SumsRecord>>::deserialize(deserializer)?;
        let (measure, FirstColumns { outcomes }) = record.of()?;
        Ok(Self { measure, outcomes: read(outcomes).map_err(de::Error::custom)? })
    }
}

#[derive(Serialize, Deserialize)]
struct SecondColumns {
    first: Vec<OutcomeRecord<SumsRecord>>,
    estimator: Tau2Method,
    outcomes: Vec<OutcomeRecord<SumsAtRecord>>,
}

impl<M: Measure> Serialize for PartialColumnsAtTau2<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (first, outcomes) = (written(&self.first.outcomes), written(&self.outcomes));
        OfMeasure::new(self.first.measure, SecondColumns { first, estimator: self.method, outcomes })
            .serialize(serializer)
    }
}

impl<'de, M: Measure + Default> Deserialize<'de> for PartialColumnsAtTau2<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (measure, SecondColumns { first, estimator, outcomes }) =
            OfMeasure::<SecondColumns>::deserialize(deserializer)?.of()?;
        let first = PartialColumns { measure, outcomes: read(first).map_err(de::Error::custom)? };
        let start = Self::start(first, estimator).map_err(de::Error::custom)?;
        let outcomes = read(outcomes).map_err(de::Error::custom)?;
        if outcomes.len() != start.outcomes.len() {
            return Err(de::Error::custom("both rounds must have the same outcomes"));
        }
        Ok(Self { outcomes, ..start })
    }
}
