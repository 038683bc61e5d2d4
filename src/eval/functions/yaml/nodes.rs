//! How do the tokens of a YAML document make a value?

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::scalars::resolve;
use super::tokens::{Style, Token};
use super::{Failure, wrong};
use crate::eval::functions::strings::{composed, excerpt};
use crate::eval::types::{NoLookup, Type, convert};
use crate::eval::value::{Kind, Value};

/// Deeper documents are not built.
const DEEPEST: usize = 150;

/// Aliases may make no more values than this.
const LARGEST: usize = 1_000_000;

const MAPPING_TAG: &str = "tag:yaml.org,2002:map";
const SEQUENCE_TAG: &str = "tag:yaml.org,2002:seq";

/// The value of the one document.
pub(super) fn document(tokens: Vec<Token>) -> Result<Value, Failure> {
    let mut nodes = Nodes { tokens: tokens.into_iter().peekable(), anchors: HashMap::new() };
    let explicit = match nodes.tokens.peek() {
        None => return wrong("the YAML has no document"),
        Some(Token::DocumentStart) => true,
        Some(_) => false,
    };
    if explicit {
        nodes.tokens.next();
    }
    let content = match nodes.tokens.peek() {
        None | Some(Token::DocumentStart | Token::DocumentEnd) if explicit => Node::empty(),
        _ => nodes.node(true, false, 0)?,
    };
    while nodes.tokens.peek() == Some(&Token::DocumentEnd) {
        nodes.tokens.next();
    }
    match nodes.tokens.next() {
        None => Ok(content.value),
        Some(Token::DocumentStart) => wrong("the YAML has more than one document"),
        Some(_) => wrong("the YAML goes on after its value"),
    }
}

#[derive(Clone)]
struct Node {
    value: Value,
    /// How many values it is made of.
    size: usize,
}

impl Node {
    fn empty() -> Node {
        Node { value: Value::null(), size: 1 }
    }
}

enum Anchor {
    /// Its own definition is being read.
    Open(usize, Option<Node>),
    Done(Node),
}

struct Nodes {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    anchors: HashMap<String, Anchor>,
}

/// What a node is, before its tag and anchor are considered.
enum Content {
    Scalar(String, Style),
    Sequence(Vec<Node>),
    Mapping(Vec<(Entry, Node)>),
}

enum Entry {
    Key(Arc<str>),
    Merge,
}

impl Nodes {
    fn peek_is(&mut self, any: &[Token]) -> bool {
        match self.tokens.peek() {
            Some(token) => any.contains(token),
            None => false,
        }
    }

    fn eat(&mut self, token: Token) -> bool {
        self.tokens.next_if_eq(&token).is_some()
    }

    fn node(&mut self, block: bool, indentless: bool, depth: usize) -> Result<Node, Failure> {
        if depth > DEEPEST {
            return Err(Failure::Beyond("nesting this deep"));
        }
        if let Some(Token::Alias(name)) = self.tokens.next_if(|token| matches!(token, Token::Alias(_))) {
            return self.alias(&name);
        }
        let (anchor, tag) = self.properties();
        let has_properties = anchor.is_some() || tag.is_some();
        if let Some(name) = &anchor {
            self.open(name);
        }
        let tag = tag.unwrap_or_default();
        let content = if indentless && self.peek_is(&[Token::BlockEntry]) {
            Content::Sequence(self.indentless_sequence(depth)?)
        } else {
            let starts = match self.tokens.peek() {
                Some(Token::Scalar(..) | Token::FlowSequenceStart | Token::FlowMappingStart) => true,
                Some(Token::BlockSequenceStart | Token::BlockMappingStart) => block,
                _ => false,
            };
            match if starts { self.tokens.next() } else { None } {
                Some(Token::Scalar(text, style)) => Content::Scalar(text, style),
                Some(Token::FlowSequenceStart) => Content::Sequence(self.flow_sequence(depth)?),
                Some(Token::FlowMappingStart) => Content::Mapping(self.flow_mapping(depth)?),
                Some(Token::BlockSequenceStart) => Content::Sequence(self.block_sequence(depth)?),
                Some(Token::BlockMappingStart) => Content::Mapping(self.block_mapping(depth)?),
                _ if has_properties => Content::Scalar(String::new(), Style::Plain),
                _ => return wrong("a value is missing in the YAML"),
            }
        };
        let node = build(content, &tag)?;
        if node.size > LARGEST {
            return Err(Failure::Beyond("this many values"));
        }
        if let Some(name) = anchor {
            self.close(name, &node);
        }
        Ok(node)
    }

    /// An anchor and a tag in either order.
    fn properties(&mut self) -> (Option<String>, Option<String>) {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.tokens.peek() {
                Some(Token::Anchor(_)) if anchor.is_none() => {
                    if let Some(Token::Anchor(name)) = self.tokens.next() {
                        anchor = Some(name);
                    }
                }
                Some(Token::Tag(_)) if tag.is_none() => {
                    if let Some(Token::Tag(name)) = self.tokens.next() {
                        tag = Some(name);
                    }
                }
                _ => return (anchor, tag),
            }
        }
    }

    fn alias(&self, name: &str) -> Result<Node, Failure> {
        match self.anchors.get(name) {
            Some(Anchor::Done(node)) => Ok(node.clone()),
            Some(Anchor::Open(..)) => wrong(format!("the YAML anchor {} refers to itself", excerpt(name))),
            None => wrong(format!("the YAML has no anchor {} before this", excerpt(name))),
        }
    }

    fn open(&mut self, name: &str) {
        let opened = match self.anchors.remove(name) {
            Some(Anchor::Open(count, node)) => Anchor::Open(count + 1, node),
            Some(Anchor::Done(node)) => Anchor::Open(1, Some(node)),
            None => Anchor::Open(1, None),
        };
        self.anchors.insert(name.to_owned(), opened);
    }

    fn close(&mut self, name: String, node: &Node) {
        let closed = match self.anchors.remove(&name) {
            Some(Anchor::Open(count, _)) if count > 1 => Anchor::Open(count - 1, Some(node.clone())),
            _ => Anchor::Done(node.clone()),
        };
        self.anchors.insert(name, closed);
    }

    fn block_sequence(&mut self, depth: usize) -> Result<Vec<Node>, Failure> {
        let mut items = Vec::new();
        while self.eat(Token::BlockEntry) {
            let item = if self.peek_is(&[Token::BlockEntry, Token::BlockEnd]) {
                Node::empty()
            } else {
                self.node(true, false, depth + 1)?
            };
            items.push(item);
        }
        if self.eat(Token::BlockEnd) { Ok(items) } else { wrong("a list element is missing its hyphen in the YAML") }
    }

    fn indentless_sequence(&mut self, depth: usize) -> Result<Vec<Node>, Failure> {
        let mut items = Vec::new();
        while self.eat(Token::BlockEntry) {
            let item = if self.peek_is(&[Token::BlockEntry, Token::Key, Token::Value, Token::BlockEnd]) {
                Node::empty()
            } else {
                self.node(true, false, depth + 1)?
            };
            items.push(item);
        }
        Ok(items)
    }

    fn block_mapping(&mut self, depth: usize) -> Result<Vec<(Entry, Node)>, Failure> {
        let mut entries = Vec::new();
        while self.eat(Token::Key) {
            let ends = [Token::Key, Token::Value, Token::BlockEnd];
            let key = if self.peek_is(&ends) { key("", "", Style::Plain)? } else { self.key(true)? };
            let value = if self.eat(Token::Value) && !self.peek_is(&ends) {
                self.node(true, true, depth + 1)?
            } else {
                Node::empty()
            };
            entries.push((key, value));
        }
        if self.eat(Token::BlockEnd) { Ok(entries) } else { wrong("a key is missing in the YAML") }
    }

    fn flow_sequence(&mut self, depth: usize) -> Result<Vec<Node>, Failure> {
        let mut items = Vec::new();
        while !self.eat(Token::FlowSequenceEnd) {
            if !items.is_empty() {
                if !self.eat(Token::FlowEntry) {
                    return wrong("a list in the YAML lacks a comma or its end");
                }
                if self.eat(Token::FlowSequenceEnd) {
                    break;
                }
            }
            if self.eat(Token::Key) {
                let ends = [Token::Value, Token::FlowEntry, Token::FlowSequenceEnd];
                let key = if self.peek_is(&ends) { key("", "", Style::Plain)? } else { self.key(false)? };
                let value = if self.eat(Token::Value) && !self.peek_is(&ends[1..]) {
                    self.node(false, false, depth + 1)?
                } else {
                    Node::empty()
                };
                items.push(build(Content::Mapping(vec![(key, value)]), "")?);
            } else {
                items.push(self.node(false, false, depth + 1)?);
            }
        }
        Ok(items)
    }

    fn flow_mapping(&mut self, depth: usize) -> Result<Vec<(Entry, Node)>, Failure> {
        let mut entries = Vec::new();
        while !self.eat(Token::FlowMappingEnd) {
            if !entries.is_empty() {
                if !self.eat(Token::FlowEntry) {
                    return wrong("a mapping in the YAML lacks a comma or its end");
                }
                if self.eat(Token::FlowMappingEnd) {
                    break;
                }
            }
            let ends = [Token::Value, Token::FlowEntry, Token::FlowMappingEnd];
            if !self.eat(Token::Key) {
                let key = self.key(false)?;
                entries.push((key, Node::empty()));
                continue;
            }
            let key = if self.peek_is(&ends) { key("", "", Style::Plain)? } else { self.key(false)? };
            let value = if self.eat(Token::Value) && !self.peek_is(&ends[1..]) {
                self.node(false, false, depth + 1)?
            } else {
                Node::empty()
            };
            entries.push((key, value));
        }
        Ok(entries)
    }

    /// A key, whose anchor nobody can refer to.
    fn key(&mut self, block: bool) -> Result<Entry, Failure> {
        let (anchor, tag) = self.properties();
        let has_properties = anchor.is_some() || tag.is_some();
        let tag = tag.unwrap_or_default();
        match self.tokens.next_if(|token| matches!(token, Token::Scalar(..))) {
            Some(Token::Scalar(text, style)) => key(&tag, &text, style),
            _ => match self.tokens.peek() {
                Some(Token::BlockSequenceStart | Token::BlockMappingStart) if !block && has_properties => {
                    key(&tag, "", Style::Plain)
                }
                Some(
                    Token::Alias(_)
                    | Token::FlowSequenceStart
                    | Token::FlowMappingStart
                    | Token::BlockSequenceStart
                    | Token::BlockMappingStart
                    | Token::BlockEntry,
                ) => wrong("a key in the YAML is not text"),
                _ if has_properties => key(&tag, "", Style::Plain),
                _ => wrong("a key is missing in the YAML"),
            },
        }
    }
}

fn key(tag: &str, text: &str, style: Style) -> Result<Entry, Failure> {
    if tag.is_empty() && text == "<<" {
        return Ok(Entry::Merge);
    }
    let value = resolve(tag, text, style)?;
    match convert(&value, &Type::String, &NoLookup).map(|value| value.kind) {
        Ok(Kind::String(text)) => Ok(Entry::Key(text)),
        _ => wrong("a key in the YAML is null"),
    }
}

fn build(content: Content, tag: &str) -> Result<Node, Failure> {
    match content {
        Content::Scalar(text, style) => {
            let value = match (tag, style) {
                // What a block holds may be read as a number, but is text again in the end.
                ("", Style::Block) => {
                    convert(&resolve("", &text, style)?, &Type::String, &NoLookup).map_err(Failure::Wrong)?
                }
                (tag, style) => resolve(tag, &text, style)?,
            };
            Ok(Node { value, size: 1 })
        }
        Content::Sequence(items) => {
            if !tag.is_empty() && tag != SEQUENCE_TAG {
                return wrong(format!("a list in the YAML has the tag {}", excerpt(tag)));
            }
            let size = items.iter().fold(1_usize, |size, item| size.saturating_add(item.size));
            Ok(Node { value: Value::tuple(items.into_iter().map(|item| item.value).collect()), size })
        }
        Content::Mapping(entries) => {
            if !tag.is_empty() && tag != MAPPING_TAG {
                return wrong(format!("a mapping in the YAML has the tag {}", excerpt(tag)));
            }
            let mut fields = BTreeMap::new();
            let mut size = 1_usize;
            for (entry, node) in entries {
                size = size.saturating_add(node.size);
                match entry {
                    Entry::Key(name) => {
                        fields.insert(composed(name), node.value);
                    }
                    Entry::Merge => merge(&mut fields, &node.value)?,
                }
            }
            Ok(Node { value: Value::object(fields), size })
        }
    }
}

/// Puts the fields of a mapping into another. Several mappings are merged by some versions of Terraform only.
fn merge(fields: &mut BTreeMap<Arc<str>, Value>, from: &Value) -> Result<(), Failure> {
    match &from.kind {
        Kind::Object(others) => {
            fields.extend(others.iter().map(|(name, other)| (name.clone(), other.clone())));
            Ok(())
        }
        Kind::Tuple(_) => Err(Failure::Beyond("a merge of a list")),
        _ => wrong("the YAML merges something that is not a mapping"),
    }
}
