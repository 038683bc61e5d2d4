//! Terraform addresses: which module instance, which resource, which key.

use std::fmt::{self, Write as _};
use std::sync::Arc;

/// The key of one instance of a module or resource.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Key {
    None,
    Index(u64),
    Name(Arc<str>),
    /// There is an instance, or several, and which is not known.
    Unknown,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Mode {
    Managed,
    Data,
}

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct ModuleStep {
    pub name: Arc<str>,
    pub key: Key,
}

/// The way from the root module to a module instance; empty for the root.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct ModulePath(pub Arc<[ModuleStep]>);

#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Address {
    pub module: ModulePath,
    pub mode: Mode,
    pub kind: Arc<str>,
    pub name: Arc<str>,
    pub key: Key,
}

impl ModulePath {
    pub fn child(&self, name: &Arc<str>, key: Key) -> ModulePath {
        let mut steps: Vec<ModuleStep> = self.0.to_vec();
        steps.push(ModuleStep { name: name.clone(), key });
        ModulePath(steps.into())
    }

    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::None => Ok(()),
            Key::Index(index) => write!(f, "[{index}]"),
            Key::Name(name) => write!(f, "[\"{}\"]", escape(name)),
            Key::Unknown => write!(f, "[?]"),
        }
    }
}

/// Text as it stands between quotes: what cannot be printed is written with an escape, as Terraform does it.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            '\t' => escaped.push_str("\\t"),
            c if c.is_control() || turns(c) => {
                let _ = write!(escaped, "\\u{:04x}", c as u32);
            }
            c => escaped.push(c),
        }
    }
    escaped.replace("${", "$${").replace("%{", "%%{")
}

/// Marks and overrides of the direction of writing, and line ends that only Unicode knows.
pub fn turns(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl fmt::Display for ModulePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            if at > 0 {
                f.write_str(".")?;
            }
            write!(f, "module.{}{}", step.name, step.key)?;
        }
        Ok(())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(f, "{}.", self.module)?;
        }
        if self.mode == Mode::Data {
            f.write_str("data.")?;
        }
        write!(f, "{}.{}{}", self.kind, self.name, self.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_read_as_terraform_writes_them() {
        let module =
            ModulePath::default().child(&"net".into(), Key::Name("a\"b".into())).child(&"x".into(), Key::Index(2));
        let address =
            Address { module, mode: Mode::Data, kind: "alicloud_vpcs".into(), name: "this".into(), key: Key::Unknown };
        assert_eq!(address.to_string(), "module.net[\"a\\\"b\"].module.x[2].data.alicloud_vpcs.this[?]");
    }
}
