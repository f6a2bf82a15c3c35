//! The name of an estimator, without an allocation for any usual one.

use std::fmt::{self, Display, Write};

use crate::real::Real;
use crate::tau2::Tau2Estimator;

const INLINE: usize = 46;

/// A short text, on the heap only if it is long.
#[derive(Clone)]
pub(crate) enum Name {
    Static(&'static str),
    Inline { bytes: [u8; INLINE], len: u8 },
    Heap(Box<str>),
}

impl Name {
    pub(crate) fn of_estimator<F: Real>(estimator: &(impl Tau2Estimator<F> + ?Sized)) -> Self {
        estimator.static_name().map_or_else(|| Self::of(estimator), Self::Static)
    }

    pub(crate) fn of(named: &(impl Display + ?Sized)) -> Self {
        let mut name = Self::Inline { bytes: [0; INLINE], len: 0 };
        // Writing to a `Name` never fails; an estimator whose Display does keeps what it wrote until then.
        let _ = write!(name, "{named}");
        name
    }

    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Static(text) => text,
            // The bytes are whole `str`s written one after the other.
            Self::Inline { bytes, len } => std::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default(),
            Self::Heap(text) => text,
        }
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Name {}

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if let Self::Inline { bytes, len } = self {
            let start = usize::from(*len);
            if let (Some(space), Ok(end)) = (bytes.get_mut(start..start + text.len()), u8::try_from(start + text.len()))
            {
                space.copy_from_slice(text.as_bytes());
                *len = end;
                return Ok(());
            }
        }
        *self = Self::Heap([self.as_str(), text].concat().into());
        Ok(())
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_names_are_kept_whole() {
        for text in ["", "REML", "an estimator whose name is far longer than anybody would want to type, τ² and all"]
        {
            assert_eq!(Name::of(text).as_str(), text);
        }
        let pieces = Name::of(&format_args!("{}{}", "x".repeat(40), "ö".repeat(20)));
        assert_eq!(pieces.as_str().chars().count(), 60, "a name that grows past the inline space");
    }
}
