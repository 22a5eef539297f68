//! How large a function and a file may be.

use crate::source::Source;

const FUNCTION_LINES_MAX: usize = 70;
const FILE_LINES_MAX: usize = 600;

/// Complains of each function and file that has grown too large.
pub(crate) fn check(source: &Source) -> Vec<String> {
    let mut complaints = Vec::new();
    if source.lines().count() > FILE_LINES_MAX {
        let what = format!("more than {FILE_LINES_MAX} lines: divide it by responsibility");
        complaints.push(source.complaint(FILE_LINES_MAX, &what));
    }
    let lines: Vec<&str> = source.text.lines().collect();
    for (start, line) in lines
        .iter()
        .enumerate()
        .filter(|(_, line)| is_function(line))
    {
        let length = length_of(&lines[start..], indentation(line));
        if length > FUNCTION_LINES_MAX && !is_excused(&lines[..start]) {
            let what = format!(
                "a function of {length} lines, more than {FUNCTION_LINES_MAX}: name its parts"
            );
            complaints.push(source.complaint(start + 1, &what));
        }
    }
    complaints
}

fn is_function(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_prefix = |word: &&str| {
        matches!(
            *word,
            "pub" | "async" | "const" | "unsafe" | "extern" | "default"
        ) || word.starts_with("pub(")
            || word.starts_with('"')
            || word.ends_with(')')
    };
    words
        .iter()
        .find(|word| !is_prefix(word))
        .is_some_and(|word| *word == "fn")
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Up to the brace that closes it: the first at its own indentation, as rustfmt
/// puts it.
fn length_of(lines: &[&str], indentation: usize) -> usize {
    let closing = format!("{}}}", " ".repeat(indentation));
    let is_one_line = lines[0].trim_end().ends_with(['}', ';']);
    if is_one_line {
        return 1;
    }
    lines
        .iter()
        .position(|line| *line == closing)
        .map_or(1, |end| end + 1)
}

/// Whether the attributes above it say that it is a table.
fn is_excused(before: &[&str]) -> bool {
    let is_attribute = |line: &&&str| {
        let line = line.trim();
        !line.is_empty() && line != "}"
    };
    let attributes: Vec<&str> = before
        .iter()
        .rev()
        .take_while(is_attribute)
        .take(8)
        .copied()
        .collect();
    attributes
        .iter()
        .any(|line| line.contains("clippy::too_many_lines"))
}
