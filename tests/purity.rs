//! The engine side cannot do anything: it would not compile.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A copy of the package, with empty neighbours, in a scratch folder.
struct Copy(PathBuf);

impl Copy {
    fn new(name: &str) -> Self {
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&copy);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["src", "benches"] {
            copy_folder(&root.join(folder), &copy.join(folder));
        }
        for file in ["Cargo.toml", "Cargo.lock", "README.md"] {
            fs::copy(root.join(file), copy.join(file)).unwrap();
        }
        for member in ["sim", "proptests", "load", "bench"] {
            fs::create_dir_all(copy.join(member).join("src")).unwrap();
            fs::copy(
                root.join(member).join("Cargo.toml"),
                copy.join(member).join("Cargo.toml"),
            )
            .unwrap();
            fs::write(copy.join(member).join("src/lib.rs"), "").unwrap();
        }
        Self(copy)
    }

    fn plant(&self, file: &str, text: &str) {
        let path = self.0.join(file);
        let source = fs::read_to_string(&path).unwrap();
        fs::write(&path, source + text).unwrap();
    }

    fn check_pure(&self) -> Output {
        let arguments = [
            "check",
            "-p",
            "roomful",
            "--no-default-features",
            "--lib",
            "--offline",
        ];
        let mut cargo = cargo();
        cargo.args(arguments).current_dir(&self.0);
        // One for all copies: what they share is built once.
        cargo.env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join("pure"),
        );
        cargo.output().unwrap()
    }
}

fn cargo() -> Command {
    Command::new(env!("CARGO"))
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// One after the other, in one test: they share a folder for what is built.
#[test]
fn an_impurity_does_not_compile() {
    let clean = Copy::new("clean").check_pure();
    let said = String::from_utf8_lossy(&clean.stderr).into_owned();
    assert!(
        clean.status.success(),
        "the pure side does not build:\n{said}"
    );

    for (name, file, impurity) in [
        (
            "clock",
            "src/engine/mod.rs",
            "\nfn now() { let _ = std::time::Instant::now(); }\n",
        ),
        (
            "file",
            "src/dialect/mod.rs",
            "\nfn read() { let _ = std::fs::read(\"x\"); }\n",
        ),
        (
            "print",
            "src/chat/mod.rs",
            "\nfn say() { println!(\"x\"); }\n",
        ),
        (
            "hash",
            "src/engine/mod.rs",
            "\nfn map() { let _ = std::collections::HashMap::<u8, u8>::new(); }\n",
        ),
    ] {
        let copy = Copy::new(name);
        copy.plant(file, impurity);
        let planted = copy.check_pure();
        let said = String::from_utf8_lossy(&planted.stderr).into_owned();
        assert!(!planted.status.success(), "{name} was planted and compiles");
        let missing = if name == "print" {
            "`println`"
        } else {
            "`std`"
        };
        assert!(
            said.contains(missing),
            "{name} fails for another reason:\n{said}"
        );
    }
}

#[test]
fn the_server_does_not_contain_what_tests_it() {
    let arguments = [
        "tree",
        "-p",
        "roomful",
        "-e",
        "normal",
        "--offline",
        "--prefix",
        "none",
    ];
    let tree = cargo()
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        tree.status.success(),
        "{}",
        String::from_utf8_lossy(&tree.stderr)
    );
    let names = String::from_utf8(tree.stdout).unwrap();
    assert!(names.contains("tokio v") && names.contains("roomful v"));
    for name in ["turmoil", "proptest", "expect-test"] {
        assert!(
            !names.contains(&format!("{name} v")),
            "{name} is in the server"
        );
    }
}
