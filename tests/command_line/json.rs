//! Enough of JSON (RFC 8259) to say whether a line is an object.

/// Whether this is one JSON object and nothing else.
pub(crate) fn is_object(line: &str) -> bool {
    line.starts_with('{') && value(line) == Some("")
}

/// What comes after the value at the start of this.
fn value(text: &str) -> Option<&str> {
    let text = text.trim_start();
    match text.chars().next()? {
        '{' => list(&text[1..], '}', |text| {
            value(string(text.trim_start())?.trim_start().strip_prefix(':')?)
        }),
        '[' => list(&text[1..], ']', value),
        '"' => string(text),
        _ => word(text),
    }
}

/// Items with commas between them, up to the closing bracket.
fn list(text: &str, close: char, item: impl Fn(&str) -> Option<&str>) -> Option<&str> {
    let mut text = text.trim_start();
    if let Some(rest) = text.strip_prefix(close) {
        return Some(rest);
    }
    loop {
        text = item(text)?.trim_start();
        if let Some(rest) = text.strip_prefix(close) {
            return Some(rest);
        }
        text = text.strip_prefix(',')?;
    }
}

fn string(text: &str) -> Option<&str> {
    let mut chars = text.strip_prefix('"')?.chars();
    loop {
        match chars.next()? {
            '"' => return Some(chars.as_str()),
            '\\' => match chars.next()? {
                'u' => {
                    for _ in 0..4 {
                        chars.next().filter(char::is_ascii_hexdigit)?;
                    }
                }
                '"' | '\\' | '/' | 'b' | 'f' | 'n' | 'r' | 't' => {}
                _ => return None,
            },
            c if c < ' ' => return None,
            _ => {}
        }
    }
}

/// A number or one of the three words.
fn word(text: &str) -> Option<&str> {
    let end = text.find([',', '}', ']', ' ']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let is_number = word.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && word.parse::<f64>().is_ok_and(f64::is_finite);
    (is_number || matches!(word, "true" | "false" | "null")).then_some(rest)
}

#[test]
fn objects_are_told_from_what_is_none() {
    for good in [
        r"{}",
        r#"{"a":1}"#,
        r#"{"a":{"b":[1, -2.5e3,"x\"\u00e4"]},"c":null}"#,
    ] {
        assert!(is_object(good), "{good}");
    }
    for bad in [
        "",
        "{",
        "[]",
        "{}x",
        "{}{}",
        r#"{"a"}"#,
        r#"{"a":}"#,
        r#"{"a":1,}"#,
        r#"{"a":ok}"#,
        r#"{"a":"b}"#,
        r#"{"a":"\x"}"#,
        "{\"a\":\"\t\"}",
        "thread 'main' panicked at src/x.rs:1:1:",
    ] {
        assert!(!is_object(bad), "{bad}");
    }
}
