//! What is measured as it grows, and how it is drawn.

use bench::server::Contender;

use crate::{measure::Load, plot::Axes};

/// What can be asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub(crate) enum Subject {
    /// Deliveries and their cost over the members of one room.
    Fanout,
    /// Memory over connections.
    Memory,
    /// The cost of an arrival over the people who are there.
    Joins,
    /// 10,000 people who join 100 rooms at once; no plot.
    Storm,
}

/// One plot's share of a subject.
pub(crate) struct Picture {
    /// Without its `.svg`.
    pub(crate) file: &'static str,
    /// What it shows.
    pub(crate) title: &'static str,
    /// The axis along the bottom.
    pub(crate) x: &'static str,
    /// The axis on the left.
    pub(crate) y: &'static str,
    /// How both are divided.
    pub(crate) axes: Axes,
    /// The figure in the load generator's report.
    pub(crate) path: &'static str,
    /// Turns its unit into that of the axis.
    pub(crate) scale: f64,
}

impl Subject {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Fanout, Self::Memory, Self::Joins, Self::Storm];

    /// What tables and progress call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fanout => "fan-out",
            Self::Memory => "memory",
            Self::Joins => "joins",
            Self::Storm => "storm",
        }
    }

    /// Who is measured.
    pub(crate) fn contenders(self) -> Vec<Contender> {
        vec![Contender::roomful(), Contender::rawfan()]
    }

    /// Each size that is measured. All fit into 20,000 open files.
    pub(crate) fn loads(self) -> Vec<Load> {
        match self {
            Self::Fanout => [10, 30, 100, 300, 1000, 3000, 10_000]
                .map(|members| {
                    load(
                        "fanout",
                        members,
                        0,
                        format!("--members {members} --warmup 1 --seconds 3"),
                    )
                })
                .into(),
            Self::Memory => [100, 300, 1000, 3000, 10_000, 15_000]
                .map(|people| load("idle", people, 0, idle(people, 10)))
                .into(),
            Self::Joins => [0, 2000, 5000, 10_000]
                .map(|present| load("idle", present, present, idle(2000, 10)))
                .into(),
            Self::Storm => vec![load("idle", 10_000, 0, idle(10_000, 100))],
        }
    }

    /// What is drawn of it.
    pub(crate) fn pictures(self) -> Vec<Picture> {
        match self {
            Self::Fanout => vec![
                Picture {
                    file: "deliveries",
                    title: "One room at full speed",
                    x: "members of the room",
                    y: "million deliveries a second",
                    axes: Axes::LogX,
                    path: "deliveries_per_second",
                    scale: 1e-6,
                },
                Picture {
                    file: "delivery-cost",
                    title: "What one delivery costs the server",
                    x: "members of the room",
                    y: "CPU µs per delivery",
                    axes: Axes::LogX,
                    path: "server.cpu_us_per_delivery",
                    scale: 1.0,
                },
            ],
            Self::Memory => vec![Picture {
                file: "memory",
                title: "Memory of idle connections, in rooms of ten",
                x: "connections",
                y: "RSS in MB",
                axes: Axes::Linear,
                path: "server.rss_bytes",
                scale: 1e-6,
            }],
            Self::Joins => vec![Picture {
                file: "join-cost",
                title: "What an arrival costs: connect, and join a room of ten",
                x: "people who are there already",
                y: "CPU µs per arrival",
                axes: Axes::Linear,
                path: "connect_cpu_us",
                scale: 1.0,
            }],
            Self::Storm => Vec::new(),
        }
    }

    /// Figures of its table: a label, where the report has it, and a scale.
    pub(crate) fn figures(self) -> Vec<(&'static str, &'static str, f64)> {
        match self {
            Self::Storm => vec![
                ("seconds until all are in", "connect_seconds", 1.0),
                ("CPU µs per arrival", "connect_cpu_us", 1.0),
            ],
            Self::Fanout | Self::Memory | Self::Joins => self
                .pictures()
                .into_iter()
                .map(|picture| (picture.y, picture.path, picture.scale))
                .collect(),
        }
    }
}

fn load(scenario: &'static str, size: u32, present: u32, options: String) -> Load {
    Load {
        scenario,
        options,
        present,
        size,
    }
}

fn idle(connections: u32, room_size: u32) -> String {
    format!("--connections {connections} --room-size {room_size} --seconds 1")
}
