//! The two float types of columns.

use std::fmt::{Debug, Display};

/// `f32` or `f64`: the type of a column of effects or variances.
///
/// Sealed, so that bounds can be added without breaking anyone. Whatever the type of the columns, sums and iterations
/// run in `f64` and a result is rounded once.
///
/// ```
/// use meta_analysis::Real;
///
/// assert_eq!(f32::of(0.1), 0.1_f32);
/// assert_eq!(0.5_f32.f64(), 0.5_f64);
/// ```
pub trait Real: num_traits::Float + Debug + Display + Default + Send + Sync + 'static + sealed::Sealed {
    /// The nearest value of this type.
    fn of(value: f64) -> Self;

    /// The same value in double precision.
    fn f64(self) -> f64;
}

impl Real for f64 {
    #[inline]
    fn of(value: f64) -> Self {
        value
    }

    #[inline]
    fn f64(self) -> f64 {
        self
    }
}

impl Real for f32 {
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "rounding to single precision is what this function is for")]
    fn of(value: f64) -> Self {
        value as Self
    }

    #[inline]
    fn f64(self) -> f64 {
        Self::into(self)
    }
}

mod sealed {
    #[allow(unnameable_types, reason = "sealed: nobody else names it")]
    pub trait Sealed: Sized {
        /// The numbers themselves, if they are in double precision.
        fn doubles(numbers: &[Self]) -> Option<&[f64]>;
    }

    impl Sealed for f32 {
        #[inline(always)]
        fn doubles(_: &[Self]) -> Option<&[f64]> {
            None
        }
    }

    impl Sealed for f64 {
        #[inline(always)]
        fn doubles(numbers: &[Self]) -> Option<&[f64]> {
            Some(numbers)
        }
    }
}
