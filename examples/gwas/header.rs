//! Which column is what.

/// The columns a file must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Variant,
    EffectAllele,
    OtherAllele,
    Effect,
    StdError,
}

impl Role {
    pub(crate) const ALL: [Self; 5] =
        [Self::Variant, Self::EffectAllele, Self::OtherAllele, Self::Effect, Self::StdError];

    /// The flag that names the column.
    pub(crate) const fn flag(self) -> &'static str {
        match self {
            Self::Variant => "variant",
            Self::EffectAllele => "effect-allele",
            Self::OtherAllele => "other-allele",
            Self::Effect => "effect",
            Self::StdError => "std-error",
        }
    }

    /// Names that go without saying, the usual ones first.
    pub(crate) const fn usual_names(self) -> &'static [&'static str] {
        match self {
            Self::Variant => &["SNP", "MARKERNAME", "MARKER", "RSID", "RS_ID", "VARIANT", "VARIANT_ID", "SNPID", "ID"],
            Self::EffectAllele => &["A1", "EFFECT_ALLELE", "EA", "ALLELE1", "TESTED_ALLELE", "ALT"],
            Self::OtherAllele => &["A2", "OTHER_ALLELE", "NON_EFFECT_ALLELE", "NEA", "OA", "ALLELE2", "ALLELE0", "REF"],
            Self::Effect => &["BETA", "EFFECT", "B", "ESTIMATE", "LOG_OR", "LOGOR"],
            Self::StdError => &["SE", "STDERR", "STD_ERR", "STD_ERROR", "STANDARD_ERROR", "SE_BETA", "BETA_SE"],
        }
    }
}

/// Names of columns given by flags, in the order of [`Role::ALL`].
pub(crate) type Names = [Option<String>; 5];

/// What the first line of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) delimiter: u8,
    /// The index in [`Role::ALL`] of each column, up to the last that is wanted; [`UNWANTED`] for others.
    roles: Vec<usize>,
}

const UNWANTED: usize = Role::ALL.len();

impl Header {
    pub(crate) fn read(line: &[u8], names: &Names) -> Result<Self, String> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        let delimiter = if line.contains(&b'\t') { b'\t' } else { b',' };
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end_matches(['\r', '\n']).trim_start_matches('#');
        let found: Vec<&str> = text.split(char::from(delimiter)).map(|name| name.trim().trim_matches('"')).collect();
        let place = |name: &str| found.iter().position(|column| column.eq_ignore_ascii_case(name));
        let mut columns = [0; 5];
        for ((column, role), name) in columns.iter_mut().zip(Role::ALL).zip(names) {
            let at = match name {
                Some(name) => place(name).ok_or_else(|| format!("has no column {name:?}"))?,
                None => role.usual_names().iter().find_map(|name| place(name)).ok_or_else(|| {
                    format!("has none of the usual columns {}; name it by --{}", list(role.usual_names()), role.flag())
                })?,
            };
            *column = at;
        }
        for (i, (a, role)) in columns.iter().zip(Role::ALL).enumerate() {
            if let Some(other) = columns.iter().take(i).position(|b| a == b) {
                let flags = (Role::ALL[other].flag(), role.flag());
                return Err(format!("has one column {:?} for --{} and --{}", found[*a], flags.0, flags.1));
            }
        }
        let mut roles = vec![UNWANTED; columns.iter().max().map_or(0, |last| last + 1)];
        for (role, column) in columns.into_iter().enumerate() {
            roles[column] = role;
        }
        Ok(Self { delimiter, roles })
    }

    /// The five fields of a line; `None` if it has too few.
    pub(crate) fn fields<'l>(&self, line: &'l [u8]) -> Option<[&'l [u8]; 5]> {
        let mut fields = [&b""[..]; UNWANTED + 1];
        let mut ends = Ends::new(line, self.delimiter);
        let mut start = 0;
        for &role in &self.roles {
            let end = ends.next()?;
            fields[role] = &line[start..end];
            start = end + 1;
        }
        let [a, b, c, d, e, _] = fields;
        Some([bare(a), bare(b), bare(c), bare(d), bare(e)])
    }
}

/// Where the fields of a line end: eight bytes are compared at a time, in one word.
struct Ends<'l> {
    line: &'l [u8],
    delimiters: u64,
    /// Where the word begins that comes next.
    next: usize,
    /// The highest bit of every byte of the last word that is a delimiter.
    found: u64,
}

impl<'l> Ends<'l> {
    fn new(line: &'l [u8], delimiter: u8) -> Self {
        Self { line, delimiters: u64::from_le_bytes([delimiter; 8]), next: 0, found: 0 }
    }

    fn load(&self) -> u64 {
        match self.line[self.next..].first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => self.line[self.next..].iter().rev().fold(0, |word, &byte| (word << 8) | u64::from(byte)),
        }
    }
}

impl Iterator for Ends<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
        while self.found == 0 {
            if self.next >= self.line.len() {
                // The last field ends with the line.
                let end = self.next != usize::MAX;
                self.next = usize::MAX;
                return end.then_some(self.line.len());
            }
            // A byte is 0 where it equals the delimiter, and then alone its highest bit remains (Warren 2013, section
            // 6-1).
            let same = self.load() ^ self.delimiters;
            self.found = !(((same & LOW) + LOW) | same | LOW);
            self.next += 8;
        }
        let bit = self.found.trailing_zeros();
        self.found &= self.found - 1;
        Some(self.next - 8 + bit as usize / 8)
    }
}

/// Without quotes and spaces around it.
fn bare(field: &[u8]) -> &[u8] {
    match field {
        [first, .., last] if *first > b'"' && *last > b'"' => field,
        _ => {
            let field = field.trim_ascii();
            field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
        }
    }
}

fn list(names: &[&str]) -> String {
    names.join(", ")
}
