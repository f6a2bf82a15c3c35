//! All variants by name, in the order in which they are met.

/// Names, alleles, and a hash table over the names.
///
/// Where files have orders of their own, the time goes into waiting for memory. So a name is found by two visits: one
/// to the table, one to a record that holds all there is to know of the variant.
#[derive(Debug, Default)]
pub(crate) struct Variants {
    /// Records, one after the other: [`Head`], then name, effect allele and other allele.
    text: Vec<u8>,
    /// Where the record of each variant begins.
    starts: Vec<u32>,
    /// Open addressing, at most half full; its length is a power of two.
    slots: Vec<Slot>,
}

/// A place in the table: empty if `start` is [`NOWHERE`].
#[derive(Clone, Copy, Debug)]
struct Slot {
    hash: u32,
    start: u32,
}

const NOWHERE: u32 = u32::MAX;

/// What a record begins with.
#[derive(Clone, Copy, Debug)]
struct Head {
    index: u32,
    name: u16,
    effect: u16,
    other: u16,
}

impl Head {
    const LENGTH: usize = 10;

    fn bytes(self) -> [u8; Self::LENGTH] {
        let [a, b, c, d] = self.index.to_le_bytes();
        let [[e, f], [g, h], [i, j]] = [self.name, self.effect, self.other].map(u16::to_le_bytes);
        [a, b, c, d, e, f, g, h, i, j]
    }

    fn read(bytes: [u8; Self::LENGTH]) -> Self {
        let [a, b, c, d, e, f, g, h, i, j] = bytes;
        let [name, effect, other] = [[e, f], [g, h], [i, j]].map(u16::from_le_bytes);
        Self { index: u32::from_le_bytes([a, b, c, d]), name, effect, other }
    }
}

/// A variant as it was first met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Variant<'v> {
    pub(crate) index: usize,
    pub(crate) name: &'v [u8],
    pub(crate) effect: &'v [u8],
    pub(crate) other: &'v [u8],
}

impl Variants {
    pub(crate) fn len(&self) -> usize {
        self.starts.len()
    }

    pub(crate) fn get(&self, index: usize) -> Variant<'_> {
        self.at(self.starts[index])
    }

    #[inline]
    fn at(&self, start: u32) -> Variant<'_> {
        let record = &self.text[start as usize..];
        let Some((head, text)) = record.split_first_chunk() else {
            unreachable!("a record begins with its head");
        };
        let Head { index, name, effect, other } = Head::read(*head);
        let (name, text) = text.split_at(usize::from(name));
        let (effect, text) = text.split_at(usize::from(effect));
        Variant { index: index as usize, name, effect, other: &text[..usize::from(other)] }
    }

    /// The variant of this name, which may be the one at `guess`.
    #[inline]
    pub(crate) fn find(&self, name: &[u8], guess: Option<usize>) -> Option<Variant<'_>> {
        if let Some(guess) = guess.filter(|&guess| guess < self.len()) {
            let guessed = self.get(guess);
            if guessed.name == name {
                return Some(guessed);
            }
        }
        if self.slots.is_empty() {
            return None;
        }
        let hash = hash(name);
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot.start == NOWHERE {
                return None;
            }
            if slot.hash == hash {
                let found = self.at(slot.start);
                if found.name == name {
                    return Some(found);
                }
            }
            at = (at + 1) & mask;
        }
    }

    /// Fills `places` with the indices of the variants that names probably belong to. Each visit to memory depends on
    /// one before only in its own row: the processor has many of them under way.
    pub(crate) fn fetch<'n>(&self, names: impl Iterator<Item = &'n [u8]>, places: &mut Vec<u32>) {
        places.clear();
        if self.slots.is_empty() {
            return;
        }
        let mask = self.slots.len() - 1;
        places.extend(names.map(|name| self.slots[hash(name) as usize & mask].start));
        for place in places {
            let head = self.text.get(*place as usize..).and_then(|text| text.first_chunk());
            *place = head.map_or(NOWHERE, |head| Head::read(*head).index);
        }
    }

    /// Adds a variant that is not there yet, and returns its index; `None` if its text is longer than 65 535 bytes, or
    /// all together longer than 4 GB.
    pub(crate) fn insert(&mut self, name: &[u8], effect: &[u8], other: &[u8]) -> Option<usize> {
        let index = self.len();
        let length = |text: &[u8]| u16::try_from(text.len()).ok();
        let head = Head {
            index: u32::try_from(index).ok()?,
            name: length(name)?,
            effect: length(effect)?,
            other: length(other)?,
        };
        let start = u32::try_from(self.text.len()).ok().filter(|&start| start != NOWHERE)?;
        self.starts.push(start);
        self.text.extend_from_slice(&head.bytes());
        for part in [name, effect, other] {
            self.text.extend_from_slice(part);
        }
        if self.slots.len() < 2 * self.len() {
            let empty = Slot { hash: 0, start: NOWHERE };
            let larger = vec![empty; (2 * self.slots.len()).max(1024)];
            for slot in std::mem::replace(&mut self.slots, larger) {
                if slot.start != NOWHERE {
                    place(&mut self.slots, slot);
                }
            }
        }
        place(&mut self.slots, Slot { hash: hash(name), start });
        Some(index)
    }
}

fn place(slots: &mut [Slot], slot: Slot) {
    let mask = slots.len() - 1;
    let mut at = slot.hash as usize & mask;
    while slots[at].start != NOWHERE {
        at = (at + 1) & mask;
    }
    slots[at] = slot;
}

/// Eight bytes at a time, folded by a wide multiplication.
#[allow(clippy::cast_possible_truncation, reason = "the halves of a product")]
fn hash(name: &[u8]) -> u32 {
    const FACTOR: u128 = 0x9e37_79b9_7f4a_7c15;
    let fold = |x: u64| {
        let product = u128::from(x) * FACTOR;
        (product as u64) ^ (product >> 64) as u64
    };
    let (words, rest) = name.as_chunks::<8>();
    let mut state = name.len() as u64;
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word)).rotate_left(23);
    }
    let last = rest.iter().fold(0, |last, &byte| (last << 8) | u64::from(byte));
    let state = fold(fold(state ^ last) ^ FACTOR as u64);
    (state >> 32) as u32
}
