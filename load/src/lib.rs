//! Loads a roomful server, and checks that it lost nothing.
