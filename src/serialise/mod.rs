//! Data and results as serde reads and writes them (feature `serde`).
//!
//! Results are written as a record with every number a reader may want, on both scales; they are not read back. Data are
//! read through their own constructors, so that what is invalid cannot come in, and written so that they can be read.
//! What is undefined, infinite or not a number is `null` in JSON.

/// Writes a type as a record of values under stable names.
macro_rules! record {
    ($type:ty, <$($generic:ident: $bound:path),*>, $this:ident => { $($field:ident: $value:expr),+ $(,)? }) => {
        impl<$($generic: $bound),*> serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct as _;
                let $this = self;
                let fields = [$(stringify!($field)),+].len();
                let mut record = serializer.serialize_struct(stringify!($type), fields)?;
                $(record.serialize_field(stringify!($field), &$value)?;)+
                record.end()
            }
        }
    };
}

mod data;
mod regression;
mod results;
mod sensitivity;
mod subgroups;
mod sums;

use std::fmt::Display;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::inference::{Inference, PredictionMethod};
use crate::level::Level;
use crate::real::Real;
use crate::tau2::Tau2Method;

impl Serialize for Level {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Level {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

/// Choices are written as their names, and read from any name they answer to.
macro_rules! by_name {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                named(deserializer)
            }
        }
    )*};
}

by_name!(Inference, PredictionMethod, Tau2Method);

fn named<'de, D: Deserializer<'de>, T: FromStr<Err: Display>>(deserializer: D) -> Result<T, D::Error> {
    let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
    name.parse().map_err(de::Error::custom)
}

/// A number that may be undefined, in double precision.
fn double<F: Real>(x: Option<F>) -> Option<f64> {
    x.map(Real::f64)
}

/// Reasons and notes as text.
fn texts<T: Display>(texts: impl IntoIterator<Item = T>) -> Vec<String> {
    texts.into_iter().map(|text| text.to_string()).collect()
}
