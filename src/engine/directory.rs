//! Who or what has a name, and which names look alike.

use alloc::collections::{BTreeMap, BTreeSet};
use core::cmp::Ordering;

use crate::chat::{Nickname, RoomName};

/// What nicknames and room names have in common here.
pub(super) trait Name: Ord + Clone {
    fn skeleton(&self) -> &str;
    fn is_confusable_with(&self, other: &Self) -> bool;
}

impl Name for Nickname {
    fn skeleton(&self) -> &str {
        self.skeleton()
    }

    fn is_confusable_with(&self, other: &Self) -> bool {
        self.is_confusable_with(other)
    }
}

impl Name for RoomName {
    fn skeleton(&self) -> &str {
        self.skeleton()
    }

    fn is_confusable_with(&self, other: &Self) -> bool {
        self.is_confusable_with(other)
    }
}

/// Names in use, each for one thing, no two of them confusable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Directory<N: Name, T> {
    by_name: BTreeMap<N, T>,
    by_look: BTreeSet<Look<N>>,
}

/// A name, ordered by what it looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Look<N>(N);

impl<N: Name, T: Copy> Directory<N, T> {
    pub(super) fn new() -> Self {
        Self {
            by_name: BTreeMap::new(),
            by_look: BTreeSet::new(),
        }
    }

    pub(super) fn get(&self, name: &N) -> Option<T> {
        self.by_name.get(name).copied()
    }

    pub(super) fn insert(&mut self, name: N, thing: T) {
        self.by_look.insert(Look(name.clone()));
        let before = self.by_name.insert(name, thing);
        assert!(before.is_none(), "a name has one owner");
    }

    pub(super) fn remove(&mut self, name: &N) {
        self.by_look.remove(&Look(name.clone()));
        self.by_name.remove(name);
    }

    /// The names after this one, in their order.
    pub(super) fn after(&self, name: Option<&N>) -> impl Iterator<Item = (&N, T)> {
        use core::ops::Bound::{Excluded, Unbounded};
        let start = name.map_or(Unbounded, Excluded);
        self.by_name
            .range((start, Unbounded))
            .map(|(name, thing)| (name, *thing))
    }

    pub(super) fn len(&self) -> usize {
        self.by_name.len()
    }

    /// A name in use that this one could be mistaken for, but for `except`.
    ///
    /// Names of one look stand side by side, and one that is not ASCII stands
    /// alone, so that its neighbours decide.
    pub(super) fn confusable(&self, name: &N, except: Option<&N>) -> Option<N> {
        let look = Look(name.clone());
        let is_other = |look: &&Look<N>| Some(&look.0) != except;
        let before = self.by_look.range(..&look).rev().find(is_other);
        let after = self.by_look.range(&look..).find(is_other);
        let neighbours = [before, after].into_iter().flatten();
        let mut alike = neighbours.filter(|look| look.0.is_confusable_with(name));
        alike.next().map(|look| look.0.clone())
    }

    /// Whether both orders hold the same names, for the audit.
    pub(super) fn is_consistent(&self) -> bool {
        self.by_look.len() == self.by_name.len()
            && self
                .by_look
                .iter()
                .all(|look| self.by_name.contains_key(&look.0))
    }
}

impl<N: Name> Ord for Look<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        let looks = self.0.skeleton().cmp(other.0.skeleton());
        looks.then_with(|| self.0.cmp(&other.0))
    }
}

impl<N: Name> PartialOrd for Look<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str) -> RoomName {
        name.parse().unwrap()
    }

    fn two() -> Directory<RoomName, u8> {
        let mut names = Directory::new();
        names.insert(room("ops"), 1);
        names.insert(room("dev"), 2);
        names
    }

    #[test]
    fn both_orders_hold_the_same_names() {
        assert!(two().is_consistent());
        let mut fewer = two();
        fewer.by_look.remove(&Look(room("ops")));
        assert!(!fewer.is_consistent());
        let mut others = fewer.clone();
        others.by_look.insert(Look(room("tea")));
        assert!(!others.is_consistent());
        let mut nameless = two();
        nameless.by_name.remove(&room("ops"));
        assert!(!nameless.is_consistent());
    }

    fn finds_look_alikes<N: Name + core::fmt::Debug>(parse: impl Fn(&str) -> N) {
        let mut names = Directory::new();
        for (name, number) in [("scope", 1), ("tango", 2), ("zoo", 3), ("ábc", 4)] {
            names.insert(parse(name), number);
        }
        let cyrillic = parse("ѕсоре");
        assert_eq!(names.confusable(&cyrillic, None), Some(parse("scope")));
        assert_eq!(names.confusable(&cyrillic, Some(&parse("scope"))), None);
        assert_eq!(names.confusable(&parse("tea"), None), None);
    }

    #[test]
    fn a_look_alike_is_found_among_names_in_between() {
        finds_look_alikes(room);
        finds_look_alikes(|name| name.parse::<Nickname>().unwrap());
    }
}
