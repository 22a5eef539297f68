//! Figures with names, and the file that they are kept in.

use std::collections::BTreeMap;
use std::fmt;

/// Instructions per unit of each case.
#[derive(Default)]
pub(crate) struct Figures(BTreeMap<String, f64>);

const HEADING: &str = "\
# Instructions per command, line or delivery, by valgrind. `benches/count` fails when
# one rises by more than 10 %; `benches/count --update` writes this file on purpose.
";

impl Figures {
    /// Reads the file's lines: a figure, a space, a name. `#` begins a comment.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_figure = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
        let lines = text.lines().filter(is_figure);
        lines.map(parse_line).collect::<Result<_, _>>().map(Self)
    }

    pub(crate) fn add(&mut self, name: &str, figure: f64) {
        self.0.insert(name.into(), figure);
    }

    pub(crate) fn get(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        self.0.iter().map(|(name, figure)| (name.as_str(), *figure))
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEADING)?;
        for (name, figure) in self.iter() {
            writeln!(f, "{figure:10.2} {name}")?;
        }
        Ok(())
    }
}

fn parse_line(line: &str) -> Result<(String, f64), String> {
    let wrong = || format!("benches/instructions.txt: {line:?} is not a figure and a name");
    let (figure, name) = line.trim().split_once(' ').ok_or_else(wrong)?;
    let figure: f64 = figure.parse().map_err(|_| wrong())?;
    let is_sound = figure.is_finite() && figure > 0.0;
    is_sound
        .then(|| (name.trim().into(), figure))
        .ok_or_else(wrong)
}
