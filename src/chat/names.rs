//! Names that people choose: parsed once, at the door.
//!
//! The rules follow Unicode Technical Standard 39 (security mechanisms), version
//! as in the crate `unicode-security`: identifier profile, restriction levels and
//! confusable skeletons.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::str::FromStr;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{
    GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection, skeleton,
};

/// A person's name. 1 to [`Nickname::CHARS_MAX`] characters and at most
/// [`Nickname::BYTES_MAX`] bytes.
///
/// Equality and order are those of the folded form (lower case, NFC): `Ada` and
/// `ada` are the same nickname. Cheap to clone.
///
/// ```
/// use roomful::chat::Nickname;
/// let ada: Nickname = "Ada".parse().unwrap();
/// assert_eq!(ada.as_str(), "Ada");
/// assert_eq!(ada, "ada".parse().unwrap());
/// assert!("9lives".parse::<Nickname>().is_err());
/// assert!("\u{435}mily".parse::<Nickname>().is_err()); // a Cyrillic letter among Latin ones
/// ```
#[derive(Clone)]
pub struct Nickname(Arc<Name>);

/// A room's name, without the `#` that people may put before it. 1 to
/// [`RoomName::CHARS_MAX`] characters and at most [`RoomName::BYTES_MAX`] bytes.
///
/// Equality and order are those of the folded form. Cheap to clone.
///
/// ```
/// use roomful::chat::RoomName;
/// let ops: RoomName = "Ops".parse().unwrap();
/// assert_eq!(ops, "ops".parse().unwrap());
/// assert!("2026-plans".parse::<RoomName>().is_ok());
/// ```
#[derive(Clone)]
pub struct RoomName(Arc<Name>);

/// Why some characters do not make a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// There are none.
    #[error("a name needs at least one character")]
    Empty,
    /// Too many characters.
    #[error("a name has at most {max} characters")]
    TooManyChars {
        /// The bound.
        max: usize,
    },
    /// Too many bytes in UTF-8.
    #[error("a name has at most {max} bytes")]
    TooManyBytes {
        /// The bound.
        max: usize,
    },
    /// It begins with what may only stand later.
    #[error("a name may not begin with {0:?}")]
    BadStart(char),
    /// A character that no name may have.
    #[error("a name may not contain {0:?}")]
    Forbidden(char),
    /// More than two combining marks in a row.
    #[error("a name has at most two combining marks in a row")]
    TooManyMarks,
    /// Scripts that are easily mistaken for each other.
    #[error("a name may not mix scripts that look alike")]
    MixedScripts,
}

/// Marks that names may have besides letters and digits.
const PUNCTUATION: &str = "-_.[]{}`^|";

/// Combining marks that may follow each other.
const MARKS_IN_A_ROW_MAX: usize = 2;

/// Names that would pass for the server or for somebody in charge.
const RESERVED: [&str; 7] = [
    "you", "admin", "root", "system", "server", "everyone", "here",
];

/// A name in its three forms, one after the other in one small piece of memory: a
/// server holds one for each person.
struct Name {
    forms: Box<str>,
    /// Where the folded form begins: behind the one that is shown, or at 0, as the
    /// same.
    folded_at: u16,
    /// Where the folded form ends and the skeleton begins.
    skeleton_at: u16,
}

impl Nickname {
    /// The longest nickname, in characters.
    pub const CHARS_MAX: usize = 32;
    /// The longest nickname, in bytes of UTF-8.
    pub const BYTES_MAX: usize = 64;

    /// The name of the guest with this number.
    #[must_use]
    pub fn guest(number: u64) -> Self {
        Self(Arc::new(Name::from_shown(alloc::format!("guest{number}"))))
    }

    /// Whether it may not be taken: guests' names, and those that would pass for
    /// the server or for somebody in charge, also in look-alike characters.
    ///
    /// It may be addressed all the same: `/msg guest7 hi`.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        // Capitals look like other letters than small ones do: ADMlN as ADMIN.
        let look = look_of(self.as_str());
        let is_like = |word: &&str| look == look_of(word) || look == look_of(&word.to_uppercase());
        RESERVED.iter().any(is_like) || looks_like_guest(&look)
    }
}

impl RoomName {
    /// The longest room name, in characters.
    pub const CHARS_MAX: usize = 48;
    /// The longest room name, in bytes of UTF-8: four for each character.
    pub const BYTES_MAX: usize = 4 * Self::CHARS_MAX;

    /// The room that everybody is in from the first moment, and that stays.
    #[must_use]
    pub fn lobby() -> Self {
        Self(Arc::new(Name::from_shown("lobby".into())))
    }
}

impl FromStr for Nickname {
    type Err = NameError;

    fn from_str(typed: &str) -> Result<Self, NameError> {
        let name = Name::parse(typed, Self::CHARS_MAX, Self::BYTES_MAX)?;
        match name.shown().chars().next() {
            Some(first) if first.is_numeric() => Err(NameError::BadStart(first)),
            Some(_) | None => Ok(Self(Arc::new(name))),
        }
    }
}

impl FromStr for RoomName {
    type Err = NameError;

    fn from_str(typed: &str) -> Result<Self, NameError> {
        let name = Name::parse(typed, Self::CHARS_MAX, Self::BYTES_MAX)?;
        Ok(Self(Arc::new(name)))
    }
}

impl Name {
    fn parse(typed: &str, chars_max: usize, bytes_max: usize) -> Result<Self, NameError> {
        if typed.len() > 4 * bytes_max {
            // Whatever its characters are; spares normalising a whole line.
            return Err(NameError::TooManyBytes { max: bytes_max });
        }
        let shown: String = if typed.is_ascii() {
            typed.into()
        } else {
            typed.chars().flat_map(width_fold).nfc().collect()
        };
        if shown.chars().count() > chars_max {
            return Err(NameError::TooManyChars { max: chars_max });
        }
        if shown.len() > bytes_max {
            return Err(NameError::TooManyBytes { max: bytes_max });
        }
        check_start(&shown)?;
        check_chars(&shown)?;
        if !shown.is_ascii() {
            check_marks(&shown)?;
            check_scripts(&shown)?;
        }
        Ok(Self::from_shown(shown))
    }

    fn from_shown(shown: String) -> Self {
        let folded = fold(&shown);
        let skeleton = skeleton_of(&folded);
        let (folded_at, forms) = if folded == shown {
            (0, shown)
        } else {
            (shown.len(), shown + &folded)
        };
        let place = |len| u16::try_from(len).expect("each form of a name is a few hundred bytes");
        Self {
            folded_at: place(folded_at),
            skeleton_at: place(forms.len()),
            forms: (forms + &skeleton).into(),
        }
    }

    /// As typed, but for width and NFC.
    fn shown(&self) -> &str {
        match self.folded_at {
            0 => self.folded(),
            end => &self.forms[..end.into()],
        }
    }

    /// The identity: lower case, NFC.
    fn folded(&self) -> &str {
        &self.forms[self.folded_at.into()..self.skeleton_at.into()]
    }

    /// What it looks like (UTS 39, section 4), of the folded form.
    fn skeleton(&self) -> &str {
        &self.forms[self.skeleton_at.into()..]
    }

    /// Two names that only look the same, where at least one is not ASCII: among
    /// ASCII names `emily` must not lock out `ernily`.
    fn is_confusable_with(&self, other: &Self) -> bool {
        self.skeleton() == other.skeleton()
            && self.folded() != other.folded()
            && !(self.folded().is_ascii() && other.folded().is_ascii())
    }
}

/// Full-width and half-width forms as ordinary ones (Unicode's decompositions
/// `<wide>` and `<narrow>`, all in these blocks).
fn width_fold(c: char) -> impl Iterator<Item = char> {
    let (wide, plain) = match c {
        '\u{3000}' | '\u{FF00}'..='\u{FFEF}' => (Some(c), None),
        _ => (None, Some(c)),
    };
    wide.into_iter().nfkc().chain(plain)
}

fn check_start(shown: &str) -> Result<(), NameError> {
    let first = shown.chars().next().ok_or(NameError::Empty)?;
    if matches!(first, '-' | '#') || is_combining_mark(first) {
        return Err(NameError::BadStart(first));
    }
    Ok(())
}

fn check_chars(shown: &str) -> Result<(), NameError> {
    // UTS 39 would allow `'` and `:` too; a colon ends a name in what people and
    // programs read.
    let is_allowed = |c: char| match c {
        '\0'..='\x7f' => may_stand_in_names(c as u8),
        _ => c.identifier_allowed(),
    };
    match shown.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(NameError::Forbidden(c)),
        None => Ok(()),
    }
}

fn check_marks(shown: &str) -> Result<(), NameError> {
    let mut in_a_row = 0;
    for c in shown.chars() {
        in_a_row = if is_combining_mark(c) {
            in_a_row + 1
        } else {
            0
        };
        if in_a_row > MARKS_IN_A_ROW_MAX {
            return Err(NameError::TooManyMarks);
        }
    }
    Ok(())
}

fn check_scripts(shown: &str) -> Result<(), NameError> {
    let letters: String = shown
        .chars()
        .filter(|c| !PUNCTUATION.contains(*c))
        .collect();
    if letters.check_restriction_level(RestrictionLevel::HighlyRestrictive) {
        Ok(())
    } else {
        Err(NameError::MixedScripts)
    }
}

/// Lower case and NFC, a character at a time: the final sigma, which depends on
/// its place, is a sigma.
fn fold(shown: &str) -> String {
    if shown.is_ascii() {
        return shown.to_ascii_lowercase();
    }
    let lower = shown.chars().flat_map(char::to_lowercase);
    lower
        .map(|c| if c == 'ς' { 'σ' } else { c })
        .nfc()
        .collect()
}

fn skeleton_of(folded: &str) -> String {
    if !folded.bytes().all(may_stand_in_names) {
        return skeleton(folded).collect();
    }
    let mut look = String::with_capacity(folded.len() + 1);
    for c in folded.chars() {
        match plain_look(c) {
            Some(other) => look.push_str(other),
            None => look.push(c),
        }
    }
    look
}

fn may_stand_in_names(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || PUNCTUATION.as_bytes().contains(&byte)
}

/// The rows of UTS 39's table for characters of ASCII that names may have. Nearly
/// everybody who comes has a name of these alone, and the whole table is long. `None`
/// for what looks like itself.
fn plain_look(c: char) -> Option<&'static str> {
    match c {
        '0' => Some("O"),
        '1' | 'I' | '|' => Some("l"),
        '`' => Some("'"),
        'm' => Some("rn"),
        _ => None,
    }
}

/// What a name looks like as it is shown, whatever its capitals.
fn look_of(shown: &str) -> String {
    skeleton_of(&fold(&skeleton_of(shown)))
}

/// Whether a look is that of `guest` and digits. The looks of digits are looked up, not
/// assumed: that of 1 is a letter.
fn looks_like_guest(look: &str) -> bool {
    let guests = ["guest", "GUEST"].map(look_of);
    let mut behind = guests
        .iter()
        .filter_map(|guest| look.strip_prefix(&**guest));
    let digits = look_of("0123456789");
    behind.any(|rest| !rest.is_empty() && rest.chars().all(|c| digits.contains(c)))
}

/// What both kinds of name have in common.
macro_rules! name {
    ($type:ident) => {
        impl $type {
            /// As typed, but for width and Unicode normalisation.
            #[must_use]
            pub fn as_str(&self) -> &str {
                self.0.shown()
            }

            /// The identity: lower case, NFC.
            #[must_use]
            pub fn folded(&self) -> &str {
                self.0.folded()
            }

            /// What it looks like; names that look alike share it (UTS 39, section 4).
            #[must_use]
            pub fn skeleton(&self) -> &str {
                self.0.skeleton()
            }

            /// Whether it is another name that only looks the same, and at least
            /// one of the two is not ASCII.
            #[must_use]
            pub fn is_confusable_with(&self, other: &Self) -> bool {
                self.0.is_confusable_with(&other.0)
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.0.folded() == other.0.folded()
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> Ordering {
                self.0.folded().cmp(other.0.folded())
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0.shown())
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.shown().fmt(f)
            }
        }
    };
}

name!(Nickname);
name!(RoomName);

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// The short ways for ASCII and the long ways for everything say the same.
    #[test]
    fn ascii_names_take_the_short_way_to_the_same_place() {
        let allowed: Vec<char> = (0..0x80)
            .filter(|byte| may_stand_in_names(*byte))
            .map(char::from)
            .collect();
        assert_eq!(allowed.len(), 62 + PUNCTUATION.len());
        for first in &allowed {
            for second in &allowed {
                let name = String::from_iter([*first, *second, 'x']);
                let long_look: String = skeleton(&name).collect();
                assert_eq!(skeleton_of(&name), long_look, "{name}");
                let lower: String = name.chars().flat_map(char::to_lowercase).nfc().collect();
                assert_eq!(fold(&name), lower, "{name}");
                let wide: String = name.chars().flat_map(width_fold).nfc().collect();
                assert_eq!(name, wide);
                assert_eq!(check_scripts(&name), Ok(()), "{name}");
                assert_eq!(check_marks(&name), Ok(()), "{name}");
            }
        }
    }
}
