//! The paths in source text that begin at `crate`, `super` or the crate's name.

/// One path, with every branch of a `{…}` a path of its own.
pub(crate) struct Path<'a> {
    /// The line that it ends on, from 1.
    pub(crate) line: usize,
    pub(crate) names: Vec<&'a str>,
}

/// A name, or a sign that matters in a path.
struct Token<'a> {
    line: usize,
    text: &'a str,
}

/// All of them, in the order of the text.
pub(crate) fn paths(text: &str) -> Vec<Path<'_>> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if begins(&tokens, at) {
            at = branches(&tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Whether a path begins here. `pub(crate)` is none, nor is a word in a text.
fn begins(tokens: &[Token<'_>], at: usize) -> bool {
    let is_first = at == 0 || tokens[at - 1].text != "::";
    let goes_on = tokens
        .get(at + 1)
        .is_some_and(|next| matches!(next.text, "::" | "as"));
    is_first && goes_on && matches!(tokens[at].text, "crate" | "super" | "roomful")
}

/// Adds the paths that begin with these names and go on at `at`; gives the place
/// after them.
fn branches<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Path<'a>>,
) -> usize {
    let mut names = before.to_vec();
    let mut line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        if token.text == "{" {
            return group(tokens, at + 1, &names, found);
        }
        if !is_name(token.text) && token.text != "*" {
            break;
        }
        names.push(token.text);
        line = token.line;
        at += 1;
        match tokens.get(at) {
            Some(colons) if colons.text == "::" => at += 1,
            Some(_) | None => break,
        }
    }
    found.push(Path { line, names });
    at
}

fn group<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    before: &[&'a str],
    found: &mut Vec<Path<'a>>,
) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.text {
            "}" => return at + 1,
            "," => at += 1,
            "as" => at += 2,
            _ => at = branches(tokens, at, before, found).max(at + 1),
        }
    }
    at
}

fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Names and signs; what stands in comments names nothing.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let mut rest = text.split("//").next().unwrap_or_default();
        while let Some(first) = rest.chars().next() {
            let length = if is_name(rest) {
                let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
                end.unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (text, after) = rest.split_at(length);
            if !first.is_whitespace() {
                tokens.push(Token { line, text });
            }
            rest = after;
        }
    }
    tokens
}
