//! Compares roomful with its ceiling and its peers.
