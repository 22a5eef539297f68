//! The layout as a test: what may import what, and how large things may grow.
//!
//! Each check is a function from source text to complaints, and is itself shown
//! an offender, so that it cannot pass by looking at nothing.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod dependencies;
mod imports;
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
    let all = sources(&["src", "sim", "proptests", "tests"]);
    complain(all.iter().flat_map(size::check));
}

#[test]
fn nothing_is_left_for_later_or_switched_off() {
    let all = sources(&["src", "sim", "proptests", "fuzz", "tests"]);
    // This test names what it looks for.
    let others = all
        .iter()
        .filter(|source| !source.path.starts_with("tests/tidy"));
    complain(others.flat_map(words::check));
}

#[test]
fn the_pure_side_depends_on_four_crates() {
    complain(dependencies::check(&source::read("Cargo.toml")).into_iter());
}

#[test]
fn an_import_across_the_border_is_found() {
    let planted = |path: &str, text: &str| imports::check(&Source::planted(path, text)).len();
    assert_eq!(planted("src/chat/x.rs", "use crate::engine::Event;"), 1);
    assert_eq!(planted("src/engine/x.rs", "use crate::dialect::Flavor;"), 1);
    assert_eq!(
        planted("src/engine/x.rs", "use crate::{chat::Text, shell::Config};"),
        1
    );
    assert_eq!(
        planted(
            "src/dialect/text/x.rs",
            "use super::super::super::engine::Event;"
        ),
        1
    );
    assert_eq!(
        planted("src/dialect/x.rs", "fn f() { crate::shell::banner(&[]); }"),
        1
    );
    assert_eq!(
        planted(
            "src/engine/x.rs",
            "use crate::chat::Text;\nuse super::users::User;"
        ),
        0
    );
    assert_eq!(planted("src/shell/x.rs", "use crate::engine::Event;"), 0);
}

#[test]
fn what_has_grown_is_found() {
    let long = format!("fn f() {{\n{}}}\n", "    g();\n".repeat(80));
    assert_eq!(size::check(&Source::planted("src/x.rs", &long)).len(), 1);
    let excused = format!("#[expect(clippy::too_many_lines, reason = \"a table\")]\n{long}");
    assert_eq!(size::check(&Source::planted("src/x.rs", &excused)).len(), 0);
    let many = "fn f() {}\n".repeat(601);
    assert_eq!(size::check(&Source::planted("src/x.rs", &many)).len(), 1);
}

#[test]
fn what_is_left_for_later_is_found() {
    for text in [
        "// TODO: more",
        "#[allow(dead_code)]",
        "#[ignore]",
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
}
