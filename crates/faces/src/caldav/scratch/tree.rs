//! What is kept: files and collections by their places.

use std::collections::BTreeMap;

use axum::body::Bytes;
use jiff::Timestamp;
use protocols::caldav::Element;

/// Most files and collections.
const NODES_MAX: usize = 1_000;
/// Most bytes in all files together.
const BYTES_MAX: usize = 64 << 20;

/// A file, or a collection.
#[derive(Clone)]
pub(super) struct Node {
    /// What is in it; collections have nothing of their own.
    pub(super) file: Option<Bytes>,
    /// The media type that it came with.
    pub(super) kind: String,
    /// Properties that clients have set.
    pub(super) dead: Vec<Element>,
    /// Grows with every change of what is in it.
    pub(super) version: u64,
    pub(super) changed: Timestamp,
}

impl Node {
    /// Its entity tag.
    pub(super) fn tag(&self) -> String {
        format!("\"{}\"", self.version)
    }
}

/// All of them. The collection that the rest is in is always there.
#[derive(Default)]
pub(super) struct Tree {
    nodes: BTreeMap<String, Node>,
    version: u64,
}

impl Tree {
    /// What is at a place; of the collection that the rest is in there is no node.
    pub(super) fn get(&self, place: &str) -> Option<&Node> {
        self.nodes.get(place)
    }

    pub(super) fn get_mut(&mut self, place: &str) -> Option<&mut Node> {
        self.nodes.get_mut(place)
    }

    pub(super) fn tag(&self, place: &str) -> Option<String> {
        self.get(place).map(Node::tag)
    }

    /// Whether there is a collection.
    pub(super) fn is_collection(&self, place: &str) -> bool {
        place.is_empty() || self.get(place).is_some_and(|node| node.file.is_none())
    }

    /// Whether something can be made at a place: the collection that it is in is there (RFC 4918 9.3.1, 9.7.1).
    pub(super) fn has_room(&self, place: &str) -> bool {
        place
            .rsplit_once('/')
            .is_some_and(|(above, _)| self.is_collection(above))
    }

    /// Places of what is in a collection: of all of it, or only of what is right below.
    pub(super) fn below(&self, place: &str, all: bool) -> Vec<String> {
        let begin = format!("{place}/");
        let inside = self.nodes.range(begin.clone()..);
        let inside = inside.map(|(at, _)| at);
        let inside = inside.take_while(|at| at.starts_with(&begin));
        let direct = |at: &&String| all || !at[begin.len()..].contains('/');
        inside.filter(direct).cloned().collect()
    }

    /// Puts a file or a collection at a place; false if there is no room for more.
    pub(super) fn put(
        &mut self,
        place: &str,
        file: Option<Bytes>,
        kind: &str,
        now: Timestamp,
    ) -> bool {
        let length = file.as_ref().map_or(0, Bytes::len);
        if !self.holds(1, length) {
            return false;
        }
        self.version += 1;
        let before = self.nodes.get(place);
        let node = Node {
            file,
            kind: kind.to_owned(),
            dead: before.map(|node| node.dead.clone()).unwrap_or_default(),
            version: self.version,
            changed: now,
        };
        self.nodes.insert(place.to_owned(), node);
        true
    }

    /// Removes what is at a place, and all that is in it.
    pub(super) fn remove(&mut self, place: &str) {
        for inside in self.below(place, true) {
            self.nodes.remove(&inside);
        }
        self.nodes.remove(place);
    }

    /// Copies what is at a place, with what is in it if `whole`, in place of what is there; false, and nothing is done, if there is
    /// no room for it.
    pub(super) fn copy(&mut self, from: &str, to: &str, whole: bool) -> bool {
        let mut places = vec![from.to_owned()];
        if whole {
            places.extend(self.below(from, true));
        }
        let taken =
            |place: &String| Some((place[from.len()..].to_owned(), self.get(place)?.clone()));
        let copies: Vec<(String, Node)> = places.iter().filter_map(taken).collect();
        let lengths = copies.iter().filter_map(|(_, node)| node.file.as_ref());
        if !self.holds(copies.len(), lengths.map(Bytes::len).sum()) {
            return false;
        }
        self.remove(to);
        for (below, mut node) in copies {
            self.version += 1;
            node.version = self.version;
            self.nodes.insert(format!("{to}{below}"), node);
        }
        true
    }

    /// Whether there is room for so many more, with so many bytes.
    fn holds(&self, more: usize, bytes: usize) -> bool {
        let files = self.nodes.values().filter_map(|node| node.file.as_ref());
        let held: usize = files.map(Bytes::len).sum();
        self.nodes.len() + more <= NODES_MAX && held + bytes <= BYTES_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_that_finds_no_room_leaves_what_it_would_have_replaced() {
        let mut tree = Tree::default();
        for number in 0..NODES_MAX {
            let file = Some(Bytes::from(number.to_string()));
            assert!(tree.put(&format!("/{number}"), file, "", Timestamp::UNIX_EPOCH));
        }
        assert!(!tree.copy("/1", "/2", true));
        let kept = tree.get("/2").and_then(|node| node.file.as_deref());
        assert_eq!(kept, Some(&b"2"[..]));
    }
}
