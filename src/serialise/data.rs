//! Raw data and columns of effects.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::effect::Effect;
use crate::measure::Measure;
use crate::real::Real;
use crate::studies::Studies;
use crate::summary::{Group, Tables, TwoByTwo, TwoMeans};

/// `{"treated": [events, non-events], "control": [events, non-events]}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TableRecord {
    treated: [u64; 2],
    control: [u64; 2],
}

impl Serialize for TwoByTwo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TableRecord { treated: self.treated(), control: self.control() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TwoByTwo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TableRecord { treated, control } = TableRecord::deserialize(deserializer)?;
        Ok(Self::new(treated, control))
    }
}

/// `{"label": .., "treated": .., "control": ..}`, of which [`Tables`] are a list.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LabelledTable {
    label: String,
    treated: [u64; 2],
    control: [u64; 2],
}

impl Serialize for Tables {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(|(label, table)| LabelledTable {
            label: label.to_owned(),
            treated: table.treated(),
            control: table.control(),
        }))
    }
}

impl<'de> Deserialize<'de> for Tables {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let rows = Vec::<LabelledTable>::deserialize(deserializer)?;
        Ok(rows.into_iter().map(|row| (row.label, TwoByTwo::new(row.treated, row.control))).collect())
    }
}

/// `{"n": .., "mean": .., "sd": ..}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupRecord {
    n: u64,
    mean: f64,
    sd: f64,
}

impl From<Group> for GroupRecord {
    fn from(group: Group) -> Self {
        Self { n: group.n(), mean: group.mean(), sd: group.sd() }
    }
}

/// `{"treated": {"n": .., "mean": .., "sd": ..}, "control": ..}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TwoMeansRecord {
    treated: GroupRecord,
    control: GroupRecord,
}

impl Serialize for TwoMeans {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        TwoMeansRecord { treated: self.treated().into(), control: self.control().into() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for TwoMeans {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let TwoMeansRecord { treated, control } = TwoMeansRecord::deserialize(deserializer)?;
        Self::new((treated.n, treated.mean, treated.sd), (control.n, control.mean, control.sd))
            .map_err(de::Error::custom)
    }
}

/// `{"measure": .., "y": .., "v": ..}`, on the analysis scale; an effect is written, and read as part of [`Studies`] only, since
/// a number without its measure is none.
#[derive(Serialize)]
struct EffectRecord<F> {
    measure: &'static str,
    scale: &'static str,
    y: F,
    v: F,
}

impl<M: Measure, F: Real + Serialize> Serialize for Effect<M, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (measure, scale) = (self.measure().label(), self.measure().link().name());
        EffectRecord { measure, scale, y: self.y(), v: self.v() }.serialize(serializer)
    }
}

/// `{"measure": .., "y": [..], "v": [..], "labels": [..]}`, on the analysis scale.
#[derive(Serialize)]
struct StudiesRecord<'a, F> {
    measure: &'static str,
    scale: &'static str,
    y: &'a [F],
    v: &'a [F],
    #[serde(skip_serializing_if = "Option::is_none")]
    labels: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    excluded: Vec<String>,
}

impl<M: Measure, F: Real + Serialize> Serialize for Studies<M, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        StudiesRecord {
            measure: self.measure().label(),
            scale: self.measure().link().name(),
            y: self.y(),
            v: self.v(),
            labels: (0..self.k())
                .map(|i| self.label(i))
                .collect::<Option<Vec<_>>>()
                .filter(|labels| !labels.is_empty()),
            excluded: self.excluded().iter().map(ToString::to_string).collect(),
        }
        .serialize(serializer)
    }
}

/// As written. The measure is in the type; its name, where it is there, has to agree.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "F: Deserialize<'de>"))]
struct OwnedStudies<F> {
    measure: Option<String>,
    scale: Option<String>,
    y: Vec<F>,
    v: Vec<F>,
    labels: Option<Vec<String>>,
    /// Notes on studies that are not there: read over.
    #[serde(default, rename = "excluded")]
    _excluded: Vec<String>,
}

impl<'de, M: Measure + Default, F: Real + Deserialize<'de>> Deserialize<'de> for Studies<M, F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let record = OwnedStudies::<F>::deserialize(deserializer)?;
        let measure = M::default();
        for (found, expected) in [(&record.measure, measure.label()), (&record.scale, measure.link().name())] {
            if let Some(found) = found.as_deref().filter(|found| *found != expected) {
                return Err(de::Error::custom(format_args!("expected studies of a {expected}, found {found}")));
            }
        }
        let studies = Self::from_analysis(measure, record.y, record.v).map_err(de::Error::custom)?;
        match record.labels {
            Some(labels) => studies.with_labels(labels).map_err(de::Error::custom),
            None => Ok(studies),
        }
    }
}
