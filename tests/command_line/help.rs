//! What help says of what can be done with history.

use expect_test::{Expect, expect};

use crate::process::roomful;

fn says(arguments: &str, expected: Expect) {
    let arguments: Vec<_> = arguments.split(' ').collect();
    let output = roomful(&arguments).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    let said = String::from_utf8(output.stdout).unwrap();
    // An empty line of it has spaces.
    let said: Vec<_> = said.lines().map(str::trim_end).collect();
    expected.assert_eq(&(said.join("\n") + "\n"));
}

#[test]
fn of_the_commands() {
    says(
        "history -h",
        expect![[r#"
            Read what was said, or take back what somebody said

            Usage: roomful history [OPTIONS] <COMMAND>

            Commands:
              export  Print what was said, room by room, to standard output
              erase   Take back what was said under a nickname, whoever had it

            Options:
                  --config <FILE>  Configuration file; flags and variables win over it [env: ROOMFUL_CONFIG]
                  --data <DIR>     Directory in which history is kept [env: ROOMFUL_DATA]
              -h, --help           Print help (see more with '--help')
        "#]],
    );
}

#[test]
fn of_an_export() {
    says(
        "history export --help",
        expect![[r#"
            Print what was said, room by room, to standard output

            May run while a server does.

            Usage: roomful history export [OPTIONS]

            Options:
                  --room <ROOM>
                      Only this room

                  --since <TIME>
                      Only from this moment on

                      A day such as 2026-01-31, or a moment such as 2026-01-31T14:05:00Z (RFC 3339). Days begin
                      at midnight UTC.

                  --format <FORMAT>
                      How a line looks

                      Possible values:
                      - jsonl: One JSON object a line, for programs
                      - text:  As people see it

                      [default: jsonl]

                  --config <FILE>
                      Configuration file; flags and variables win over it

                      Its keys are these flags with underscores; roomful config default prints them all. Unless
                      set, the first of these that is there, if one is: roomful.toml in $CONFIGURATION_DIRECTORY
                      (a systemd unit with ConfigurationDirectory= has it), in the directory roomful in
                      $XDG_CONFIG_HOME or ~/.config, in /etc/roomful. /dev/null is none.

                      [env: ROOMFUL_CONFIG]

                  --data <DIR>
                      Directory in which history is kept

                      A server makes it when it is not there. Unless set, $STATE_DIRECTORY (a systemd unit with
                      StateDirectory= has it), else the directory roomful in $XDG_STATE_HOME or ~/.local/state.

                      [env: ROOMFUL_DATA]

              -h, --help
                      Print help (see a summary with '-h')
        "#]],
    );
}

#[test]
fn of_erasing() {
    says(
        "history erase --help",
        expect![[r#"
            Take back what was said under a nickname, whoever had it

            Words and name leave the files; the numbers and times of the lines stay. Topics that were set under
            it are cleared. The server has to be stopped meanwhile.

            Usage: roomful history erase [OPTIONS] --nick <NICK>

            Options:
                  --nick <NICK>
                      The nickname

                  --config <FILE>
                      Configuration file; flags and variables win over it

                      Its keys are these flags with underscores; roomful config default prints them all. Unless
                      set, the first of these that is there, if one is: roomful.toml in $CONFIGURATION_DIRECTORY
                      (a systemd unit with ConfigurationDirectory= has it), in the directory roomful in
                      $XDG_CONFIG_HOME or ~/.config, in /etc/roomful. /dev/null is none.

                      [env: ROOMFUL_CONFIG]

                  --data <DIR>
                      Directory in which history is kept

                      A server makes it when it is not there. Unless set, $STATE_DIRECTORY (a systemd unit with
                      StateDirectory= has it), else the directory roomful in $XDG_STATE_HOME or ~/.local/state.

                      [env: ROOMFUL_DATA]

              -h, --help
                      Print help (see a summary with '-h')
        "#]],
    );
}

#[test]
fn of_a_copy() {
    says(
        "backup --help",
        expect![[r#"
            Copy the history to a new file, also while a server runs

            The copy, named roomful.db in a directory of its own, is a history.

            Usage: roomful backup [OPTIONS] <FILE>

            Arguments:
              <FILE>
                      The file to write; it must not be there yet

            Options:
                  --config <FILE>
                      Configuration file; flags and variables win over it

                      Its keys are these flags with underscores; roomful config default prints them all. Unless
                      set, the first of these that is there, if one is: roomful.toml in $CONFIGURATION_DIRECTORY
                      (a systemd unit with ConfigurationDirectory= has it), in the directory roomful in
                      $XDG_CONFIG_HOME or ~/.config, in /etc/roomful. /dev/null is none.

                      [env: ROOMFUL_CONFIG]

                  --data <DIR>
                      Directory in which history is kept

                      A server makes it when it is not there. Unless set, $STATE_DIRECTORY (a systemd unit with
                      StateDirectory= has it), else the directory roomful in $XDG_STATE_HOME or ~/.local/state.

                      [env: ROOMFUL_DATA]

              -h, --help
                      Print help (see a summary with '-h')
        "#]],
    );
}
