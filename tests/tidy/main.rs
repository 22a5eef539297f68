//! The layout as a test: what may import what, and how large things may grow.
//!
//! Each check is a function from source text to complaints, and is itself shown
//! an offender, so that it cannot pass by looking at nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod dependencies;
mod imports;
mod paths;
mod selects;
mod size;
mod source;
mod words;

use source::{Source, complain, sources};

#[test]
fn folders_import_only_what_they_may() {
    complain(sources(&["src"]).iter().flat_map(imports::check));
}

#[test]
fn functions_and_files_are_small() {
    let all = sources(&[
        "src",
        "sim",
        "proptests",
        "tests",
        "benches",
        "load",
        "bench",
    ]);
    complain(all.iter().flat_map(size::check));
}

#[test]
fn nothing_is_left_for_later_or_switched_off() {
    let all = sources(&[
        "src",
        "sim",
        "proptests",
        "fuzz",
        "tests",
        "benches",
        "load",
        "bench",
    ]);
    // This test names what it looks for.
    let others = all
        .iter()
        .filter(|source| !source.path.starts_with("tests/tidy"));
    complain(others.flat_map(words::check));
}

#[test]
fn every_select_is_biased() {
    let all = sources(&["src", "sim"]);
    complain(all.iter().flat_map(selects::check));
    let planted = Source {
        path: "src/shell/x.rs".into(),
        text: "tokio::select! {\n    () = a => {}\n}\n".into(),
    };
    assert_eq!(selects::check(&planted).len(), 1);
}

#[test]
fn the_pure_side_depends_on_four_crates() {
    complain(dependencies::check(&source::read("Cargo.toml")).into_iter());
}

#[test]
fn an_import_across_the_border_is_found() {
    for (path, text) in [
        ("src/chat/x.rs", "use crate::engine::Event;"),
        ("src/chat/mod.rs", "use super::engine::Event;"),
        ("src/engine/x.rs", "use crate::dialect::Flavor;"),
        ("src/engine/x.rs", "use crate::{chat::Text, shell::Config};"),
        (
            "src/engine/x.rs",
            "use crate::{\n    chat::{Text, RoomName as Room},\n    dialect::{\n        Flavor,\n    },\n};",
        ),
        ("src/engine/x.rs", "use super::super::dialect;"),
        ("src/engine/x.rs", "use super::{rooms, super::dialect};"),
        (
            "src/engine/mod.rs",
            "mod tests { use super::super::shell; }",
        ),
        (
            "src/dialect/text/x.rs",
            "use super::super::super::engine::Event;",
        ),
        ("src/dialect/text/mod.rs", "use super::super::engine;"),
        ("src/dialect/x.rs", "fn f() { crate::shell::banner(&[]); }"),
        (
            "src/dialect/x.rs",
            "fn f() { roomful::shell::banner(&[]); }",
        ),
        ("src/dialect/x.rs", "pub(in crate::engine) fn f() {}"),
        ("src/engine/x.rs", "use crate::*;"),
        ("src/engine/x.rs", "use crate as all;"),
        ("src/engine/mod.rs", "use super::{self as all, chat};"),
    ] {
        let complaints = imports::check(&Source::planted(path, text));
        assert_eq!(complaints.len(), 1, "{path}: {text}: {complaints:?}");
    }
}

#[test]
fn a_complaint_names_the_line() {
    let text = "use crate::{\n    chat::Text,\n    shell::Config,\n};";
    assert_eq!(
        imports::check(&Source::planted("src/engine/x.rs", text)),
        ["src/engine/x.rs:3: `engine` may not import `shell` (see ARCHITECTURE.md, code map)"]
    );
}

#[test]
fn what_a_folder_may_name_is_not_complained_of() {
    for (path, text) in [
        (
            "src/engine/x.rs",
            "use crate::chat::Text;\nuse super::users::User;",
        ),
        ("src/engine/x.rs", "pub(crate) fn f() {} // crate::shell"),
        ("src/engine/x.rs", "/// [`crate::shell`] sees all."),
        ("src/engine/x.rs", "use crate::engine::{self, Event as E};"),
        ("src/engine/mod.rs", "use super::chat::{dialect, Text};"),
        ("src/dialect/text/x.rs", "use super::super::engine_words;"),
        ("src/dialect/text/x.rs", "use super::super::engine::x;"),
        ("src/shell/x.rs", "use crate::{engine::Event, dialect};"),
        ("src/lib.rs", "pub mod engine;"),
    ] {
        let complaints = imports::check(&Source::planted(path, text));
        assert!(complaints.is_empty(), "{path}: {text}: {complaints:?}");
    }
}

#[test]
fn what_has_grown_is_found() {
    let complaints = |text: &str| size::check(&Source::planted("src/x.rs", text));
    for head in [
        "fn f() {",
        "pub(crate) async fn f<T>() {",
        "pub(in crate::x) unsafe extern \"C\" fn f() {",
    ] {
        let lines = |count: usize| format!("{head}\n{}}}\n", "    g();\n".repeat(count - 2));
        assert_eq!(complaints(&lines(70)), Vec::<String>::new(), "{head}");
        let too_long = "src/x.rs:1: a function of 71 lines, more than 70: name its parts";
        assert_eq!(complaints(&lines(71)), [too_long], "{head}");
        let table = "#[expect(clippy::too_many_lines, reason = \"a table\")]\n";
        assert_eq!(complaints(&(table.to_owned() + &lines(71))).len(), 0);
    }
    let method = format!(
        "impl X {{\n    fn f(\n        &self,\n    ) -> u8\n    where\n        Self: Y,\n    {{\n{}    }}\n}}\n",
        "        g();\n".repeat(70)
    );
    assert_eq!(complaints(&method).len(), 1);
    assert_eq!(complaints(&"fn f() {}\n".repeat(600)).len(), 0);
    let too_large = "src/x.rs:600: more than 600 lines: divide it by responsibility";
    assert_eq!(complaints(&"fn f() {}\n".repeat(601)), [too_large]);
}

#[test]
fn what_is_left_for_later_is_found() {
    for text in [
        "// TODO: more",
        "#[allow(dead_code)]",
        "#![allow(dead_code)]",
        "#[cfg_attr(test, allow(dead_code))]",
        "#[ignore]",
        "#[ignore = \"slow\"]",
        "#[cfg_attr(windows, ignore)]",
        "todo!()",
        "unimplemented!()",
    ] {
        assert_eq!(
            words::check(&Source::planted("src/x.rs", text)).len(),
            1,
            "{text}"
        );
    }
}

#[test]
fn a_fifth_dependency_or_std_in_one_is_found() {
    let four = source::read("Cargo.toml");
    let fifth = four.replace("[dependencies]\n", "[dependencies]\nserde = \"1\"\n");
    assert_eq!(dependencies::check(&fifth).len(), 1);
    let with_std = four.replacen(", default-features = false", "", 1);
    assert_eq!(dependencies::check(&with_std).len(), 1);
    let three = four.replacen("\nthiserror = ", "\n# thiserror = ", 1);
    assert_eq!(dependencies::check(&three).len(), 1);
    for heading in [
        "dependencies.serde",
        "build-dependencies",
        "target.'cfg(unix)'.dependencies",
    ] {
        let hidden = format!("{four}\n[{heading}]\nversion = \"1\"\n");
        assert_eq!(dependencies::check(&hidden).len(), 1, "{heading}");
    }
}
