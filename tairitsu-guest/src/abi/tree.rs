//! Types that contain themselves. A value crosses as a list of nodes. In the place of a value of its own type, a node has
//! that value's place in the list.
//!
//! A child comes before its parent, and the last node is the root. Every other node is the child of one node. So a list
//! that breaks a rule is found at its first wrong node, and nothing here calls itself, however deep a tree is. What a user
//! does with the tree may be recursive, as dropping it is. So [`MAX_DEPTH`] bounds the depth.

use super::{AbiError, Memory, Shape, Sink, Source, WitType, load_pair};
use crate::schema::{Layout, Type};
use std::convert::Infallible;

/// How many nodes there may be from the root of a tree to a leaf, both included.
pub const MAX_DEPTH: usize = 1000;

/// A type that contains itself. `#[tairitsu::wit]` implements it.
///
/// # Safety
/// - `TYPE` is a list, and the list's item is the type of a node.
/// - `store_node` and `load_node` promise for a node what [`Lower`](super::Lower) and [`Lift`](super::Lift) ask for a value.
/// - `store_node` asks [`Places`] for as many places as `children` has listed, and in the same order.
pub unsafe trait Recursive: WitType + Sized {
    /// The name of the Rust type, for errors.
    const NAME: &'static str;

    /// Adds the children of a node to a list.
    fn children<'a>(&'a self, children: &mut Vec<&'a Self>);

    /// Stores a node, with the places of its children.
    fn store_node<M: Sink>(&self, children: &mut Places<'_>, memory: &mut M, address: usize) -> Result<(), M::Error>;

    /// Loads a node, and takes its children out of the nodes before it.
    fn load_node<M: Source>(memory: &mut M, address: usize, children: &mut Nodes<Self>) -> Result<Self, M::Error>;
}

/// A node that was lifted. Its type is the type of a node.
#[derive(Debug)]
pub struct Node<T> {
    /// The value, until the parent takes it.
    value: Option<T>,
    /// How many nodes there are from this one to the deepest leaf below it, both included.
    depth: usize,
}

impl<T: Recursive> WitType for Node<T> {
    const TYPE: Type = match T::TYPE {
        Type::List(node) => *node,
        _ => panic!("a recursive type is a list of nodes"),
    };
    type Ok = Infallible;
    type Err = Infallible;

    fn into_result(self) -> Result<Infallible, Infallible> {
        unreachable!("a node is no result of a function")
    }
}

/// What a node costs the host: its place among the nodes, and then its place in its parent.
struct Paid<T> {
    _node: Node<T>,
    _child: T,
}

impl<T: Recursive> WitType for Paid<T> {
    const TYPE: Type = Node::<T>::TYPE;
    type Ok = Infallible;
    type Err = Infallible;

    fn into_result(self) -> Result<Infallible, Infallible> {
        unreachable!("a node is no result of a function")
    }
}

/// The places of a node's children in the list of nodes.
#[derive(Debug)]
pub struct Places<'a>(&'a [u32]);

impl<'a> Places<'a> {
    /// The place of the next child.
    pub fn one(&mut self) -> u32 {
        let (first, rest) = self.0.split_first().expect("each child has a place");
        self.0 = rest;
        *first
    }

    /// The places of a list of children.
    pub fn list<T>(&mut self, children: &[T]) -> &'a [u32] {
        let (places, rest) = self.0.split_at(children.len());
        self.0 = rest;
        places
    }

    /// The place of a child, if there is one.
    pub fn option<T>(&mut self, child: &Option<Box<T>>) -> Option<u32> {
        child.is_some().then(|| self.one())
    }
}

/// Adds a list of children.
pub fn children_of_list<'a, T>(children: &mut Vec<&'a T>, list: &'a [T]) {
    children.extend(list);
}

/// Adds a child, if there is one.
pub fn children_of_option<'a, T>(children: &mut Vec<&'a T>, child: &'a Option<Box<T>>) {
    children.extend(child.as_deref());
}

/// The nodes of a tree that were lifted so far.
#[derive(Debug)]
pub struct Nodes<T> {
    nodes: Vec<Node<T>>,
    /// The nodes below the next one, on the longest way.
    below: usize,
    /// How many nodes have a parent.
    taken: usize,
}

impl<T: Recursive> Nodes<T> {
    /// Takes one child.
    pub fn boxed<M: Source>(&mut self, place: u32, memory: &mut M) -> Result<Box<T>, M::Error> {
        self.take(place).map(Box::new).map_err(|error| memory.reject(error))
    }

    /// Takes a list of children.
    pub fn list<M: Source>(&mut self, places: Vec<u32>, memory: &mut M) -> Result<Vec<T>, M::Error> {
        // A list may name more children than there are nodes, so it does not say how much to allocate.
        let mut children = Vec::with_capacity(places.len().min(self.nodes.len() - self.taken));
        for places in places.chunks(M::BATCH) {
            memory.pace(places.len())?;
            for place in places {
                children.push(self.take(*place).map_err(|error| memory.reject(error))?);
            }
        }
        Ok(children)
    }

    /// Takes a child, if there is one.
    pub fn option<M: Source>(&mut self, place: Option<u32>, memory: &mut M) -> Result<Option<Box<T>>, M::Error> {
        place.map(|place| self.boxed(place, memory)).transpose()
    }

    fn take(&mut self, place: u32) -> Result<T, AbiError> {
        let parent = self.nodes.len();
        let Some(node) = self.nodes.get_mut(place as usize) else {
            return Err(bad::<T>(format!("node {parent} refers to node {place}, and a child comes before its parent")));
        };
        let Some(value) = node.value.take() else {
            return Err(bad::<T>(format!("node {parent} refers to node {place}, which has a parent already")));
        };
        self.below = self.below.max(node.depth);
        self.taken += 1;
        Ok(value)
    }

    /// Adds the node whose children were taken.
    fn add(&mut self, value: T) -> Result<(), AbiError> {
        let depth = std::mem::take(&mut self.below) + 1;
        if depth > MAX_DEPTH {
            return Err(too_deep::<T>());
        }
        self.nodes.push(Node { value: Some(value), depth });
        Ok(())
    }

    /// The last node, whose descendants all others must be.
    fn root(mut self) -> Result<T, AbiError> {
        let Some(root) = self.nodes.pop().and_then(|node| node.value) else {
            return Err(bad::<T>("there is no node".into()));
        };
        match self.nodes.iter().position(|node| node.value.is_some()) {
            Some(place) => Err(bad::<T>(format!("node {place} has no parent, and is not the last node"))),
            None => Ok(root),
        }
    }
}

#[cold]
fn bad<T: Recursive>(message: String) -> AbiError {
    AbiError::Adapted { ty: T::NAME, message }
}

#[cold]
fn too_deep<T: Recursive>() -> AbiError {
    bad::<T>(format!("it is more than {MAX_DEPTH} nodes deep"))
}

/// Lowers a tree to flat values.
pub fn lower_tree<T: Recursive, M: Sink>(root: &T, memory: &mut M, out: &mut [u64]) -> Result<(), M::Error> {
    let (pointer, len) = lower_nodes(root, memory)?;
    out[0] = pointer as u64;
    out[1] = len as u64;
    Ok(())
}

/// Stores a tree: the pointer to its nodes, and their number.
pub fn store_tree<T: Recursive, M: Sink>(root: &T, memory: &mut M, address: usize) -> Result<(), M::Error> {
    let (pointer, len) = lower_nodes(root, memory)?;
    memory.write(address, (pointer as u32).to_le_bytes())?;
    memory.write(address + 4, (len as u32).to_le_bytes())
}

/// Lowers the nodes of a tree, and returns their address and their number.
fn lower_nodes<T: Recursive, M: Sink>(root: &T, memory: &mut M) -> Result<(usize, usize), M::Error> {
    let (nodes, places) = flatten(root, memory)?;
    let Layout { size, align } = Node::<T>::LAYOUT;
    let whole = size.saturating_mul(nodes.len());
    let pointer = memory.allocate(Layout { size: whole, align })?;
    let outer = memory.begin_items(pointer, whole);
    let mut address = pointer;
    for batch in nodes.rchunks(M::BATCH) {
        memory.pace(batch.len())?;
        for (node, first) in batch.iter().rev() {
            node.store_node(&mut Places(&places[*first..]), memory, address)?;
            address += size;
        }
    }
    memory.end_items(outer)?;
    Ok((pointer, nodes.len()))
}

/// The nodes of a tree, each with the index of its first child's place in the list of places.
type Flattened<'a, T> = (Vec<(&'a T, usize)>, Vec<u32>);

/// The nodes of a tree in the reverse order of their places, so each before its children.
fn flatten<'a, T: Recursive, M: Memory>(root: &'a T, memory: &mut M) -> Result<Flattened<'a, T>, M::Error> {
    let (mut nodes, mut places, mut children) = (Vec::new(), Vec::new(), Vec::new());
    // Each node that was seen: the node, its depth, and the index of its place.
    let mut waiting = vec![(root, 1, None)];
    while let Some((node, depth, place)) = waiting.pop() {
        if nodes.len() % M::BATCH == 0 {
            memory.pace(M::BATCH)?;
        }
        if depth > MAX_DEPTH {
            return Err(memory.reject(too_deep::<T>()));
        }
        if let Some(place) = place {
            places[place] = nodes.len();
        }
        nodes.push((node, places.len()));
        node.children(&mut children);
        for child in children.drain(..) {
            waiting.push((child, depth + 1, Some(places.len())));
            places.push(0);
        }
    }
    // No memory of the other side has room for 2^32 nodes.
    let places = places.into_iter().map(|place| (nodes.len() - 1 - place) as u32).collect();
    Ok((nodes, places))
}

/// Lifts a tree from flat values.
pub fn lift_tree<T: Recursive, M: Source>(memory: &mut M, flat: &[u64]) -> Result<T, M::Error> {
    lift_nodes(memory, flat[0] as u32 as usize, flat[1] as u32 as usize)
}

/// Loads a tree: the pointer to its nodes, and their number.
pub fn load_tree<T: Recursive, M: Source>(memory: &mut M, address: usize) -> Result<T, M::Error> {
    let (pointer, len) = load_pair(memory, address)?;
    lift_nodes(memory, pointer, len)
}

/// Lifts the nodes of a tree, and frees the memory that they were in.
fn lift_nodes<T: Recursive, M: Source>(memory: &mut M, pointer: usize, len: usize) -> Result<T, M::Error> {
    let Layout { size, align } = Node::<T>::LAYOUT;
    memory.check::<Paid<T>>(pointer, len)?;
    let mut nodes = Nodes { nodes: Vec::with_capacity(len), below: 0, taken: 0 };
    for i in 0..len {
        if i % M::BATCH == 0 {
            memory.pace((len - i).min(M::BATCH))?;
        }
        let node = T::load_node(memory, pointer + i * size, &mut nodes)?;
        nodes.add(node).map_err(|error| memory.reject(error))?;
    }
    memory.free(pointer, Layout { size: size * len, align });
    nodes.root().map_err(|error| memory.reject(error))
}
