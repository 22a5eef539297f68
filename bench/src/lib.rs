//! Compares roomful with its ceiling and its peers: what `compare` and `grow`
//! have in common.

pub mod disk;
pub mod generator;
pub mod identity;
pub mod kept;
pub mod markdown;
pub mod report;
pub mod scraper;
pub mod server;
pub mod statistics;
