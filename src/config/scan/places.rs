//! Where each key and value of a document stands.

use std::collections::BTreeMap;

use super::cursor::Position;
use crate::config::secret::quote;

/// A value of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NodeId(u32);

/// A step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Segment {
    /// Into an object, by key.
    Key(String),
    /// Into a list, by index from 0.
    Index(u32),
}

/// The places of all keys and values of a document.
///
/// A tree rather than a map from path texts: the paths of a hostile document
/// can be quadratic in its size.
#[derive(Debug, Clone, Default)]
pub struct Places {
    nodes: Vec<Node>,
    children: BTreeMap<(NodeId, Segment), NodeId>,
}

#[derive(Debug, Clone)]
struct Node {
    parent: Option<(NodeId, Segment)>,
    key: Option<Position>,
    value: Position,
}

impl Places {
    /// The outermost value; `None` only of an empty document.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        (!self.nodes.is_empty()).then_some(NodeId(0))
    }

    /// The value under a key. Of a key written twice, the last one.
    #[must_use]
    pub fn key(&self, of: NodeId, key: &str) -> Option<NodeId> {
        self.children.get(&(of, Segment::Key(key.to_owned()))).copied()
    }

    /// The value at an index.
    #[must_use]
    pub fn index(&self, of: NodeId, index: usize) -> Option<NodeId> {
        let index = u32::try_from(index).ok()?;
        self.children.get(&(of, Segment::Index(index))).copied()
    }

    /// The value at a path such as `agents.list[0].id` or `models["a.b"]`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<NodeId> {
        let mut at = self.root()?;
        let mut rest = path;
        while !rest.is_empty() {
            if let Some(quoted) = rest.strip_prefix("[\"") {
                let (key, behind) = quoted.split_once("\"]")?;
                (at, rest) = (self.key(at, key)?, behind);
            } else if let Some(index) = rest.strip_prefix('[') {
                let (index, behind) = index.split_once(']')?;
                (at, rest) = (self.index(at, index.parse().ok()?)?, behind);
            } else {
                let key = rest.strip_prefix('.').unwrap_or(rest);
                let end = key.find(['.', '[']).unwrap_or(key.len());
                (at, rest) = (self.key(at, &key[..end])?, &key[end..]);
            }
        }
        Some(at)
    }

    /// Where a value's key stands; `None` of the root and of list items.
    #[must_use]
    pub fn key_position(&self, node: NodeId) -> Option<Position> {
        self.node(node).key
    }

    /// Where a value begins.
    #[must_use]
    pub fn value_position(&self, node: NodeId) -> Position {
        self.node(node).value
    }

    /// The path of a value, such as `models.providers.minimax.models[0]`, cut at [`PATH_MAX`].
    #[must_use]
    pub fn path(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut at = node;
        while let Some((parent, segment)) = &self.node(at).parent {
            steps.push(segment);
            at = *parent;
        }
        let mut path = String::new();
        for step in steps.into_iter().rev() {
            path.push_str(&step.render(path.is_empty()));
            if path.len() > PATH_MAX {
                path = path.chars().take(PATH_MAX).collect();
                path.push('…');
                break;
            }
        }
        path
    }

    fn node(&self, node: NodeId) -> &Node {
        self.nodes.get(node.0 as usize).expect("node ids come from this very tree")
    }

    /// How many values there are.
    pub(super) const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Adds a value; also returns the one whose key it repeats.
    pub(super) fn add(
        &mut self,
        parent: Option<(NodeId, Segment)>,
        key: Option<Position>,
        value: Position,
    ) -> (NodeId, Option<NodeId>) {
        let id = NodeId(u32::try_from(self.nodes.len()).expect("the number of values is bounded"));
        let before = parent.clone().and_then(|step| self.children.insert(step, id));
        self.nodes.push(Node { parent, key, value });
        (id, before)
    }
}

/// The longest path that a message prints, in characters.
pub const PATH_MAX: usize = 200;

impl Segment {
    fn render(&self, first: bool) -> String {
        match self {
            Self::Index(index) => format!("[{index}]"),
            Self::Key(key) => match (is_plain(key), quote(key)) {
                (true, key) if first => key,
                (true, key) => format!(".{key}"),
                (false, key) => format!("[\"{key}\"]"),
            },
        }
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || "_-$".contains(c))
}
