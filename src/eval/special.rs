//! The functions that need the evaluator: `try` and `can`, which stop faults, and those that read files or templates.
//!
//! Files are read only within the repository; what lies outside is unknown, not missing.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::expression::rooted;
use super::types::{Type, convert};
use super::value::{Cause, Kind, Value};
use super::{Evaluated, Evaluator, Fault, Frame, Repetition, Scope, fault, functions};
use crate::source::{Span, Trail, Unreadable, What, normalize};
use crate::syntax::{self, Expression, ExpressionKind, Part};

/// How large a file may be that a function reads.
const LARGEST: usize = 10_000_000;

impl Evaluator<'_> {
    pub(crate) fn special(
        &self,
        name: &str,
        arguments: &[Expression],
        expand: bool,
        span: Span,
        scope: &Scope<'_>,
    ) -> Option<Evaluated> {
        let name = name.strip_prefix("core::").unwrap_or(name);
        Some(match name {
            "try" if !expand => self.try_each(arguments, span, scope),
            "can" if !expand => self.can(arguments, span, scope),
            "file" | "fileexists" | "filebase64" | "filemd5" | "filesha1" | "filesha256" | "filesha512"
            | "filebase64sha256" | "filebase64sha512" | "abspath" | "pathexpand" | "fileset" | "templatefile"
            | "templatestring" => {
                if expand {
                    return Some(Ok(Value::unknown(Cause::Unsupported(format!("`{name}` with `...`").into()))));
                }
                self.on_files(name, arguments, span, scope)
            }
            _ => return None,
        })
    }

    fn try_each(&self, arguments: &[Expression], span: Span, scope: &Scope<'_>) -> Evaluated {
        for (at, argument) in arguments.iter().enumerate() {
            let (value, may_fail) = match self.tried(argument, scope) {
                Ok(tried) => tried,
                Err(_) => continue,
            };
            let open = matches!(&value.kind, Kind::Unknown(unknown) if unknown.one_of.is_empty());
            if !may_fail || open {
                return Ok(value);
            }
            // This may still turn out to be a fault, and then another argument counts.
            let cause = self.because.borrow().clone().or_else(|| value.cause()).unwrap_or(Cause::Failed);
            let sensitive = value.sensitive;
            let other = self.try_each(&arguments[at + 1..], span, scope).ok();
            let options = std::iter::once(value).chain(other).flat_map(|one| match &one.kind {
                Kind::Unknown(inner) if !inner.one_of.is_empty() => inner.one_of.clone(),
                _ => vec![one],
            });
            return Ok(Value::one_of(cause, options.collect()).with_trail(Trail::Leaf(span)).mark(sensitive));
        }
        match arguments {
            [] => fault(span, "try: at least one argument is needed"),
            _ => fault(span, "try: none of the arguments has a value"),
        }
    }

    fn can(&self, arguments: &[Expression], span: Span, scope: &Scope<'_>) -> Evaluated {
        let [argument] = arguments else { return fault(span, "can: one argument is needed") };
        Ok(match self.tried(argument, scope) {
            Ok((value, false)) if !value.is_unknown() => Value::bool(true),
            Ok((value, _)) => {
                let cause = self.because.borrow().clone().or_else(|| value.cause()).unwrap_or(Cause::Failed);
                Value::unknown_of(cause, Type::Bool)
            }
            Err(_) => Value::bool(false),
        }
        .with_trail(Trail::Leaf(span)))
    }

    /// Evaluates where a fault is caught, and says whether what came out may yet become one.
    fn tried(&self, argument: &Expression, scope: &Scope<'_>) -> Result<(Value, bool), Box<Fault>> {
        let (passed_over, met) = (self.passed_over.get(), self.met.get());
        self.trying.set(self.trying.get() + 1);
        let evaluated = self.evaluate(argument, scope);
        self.trying.set(self.trying.get() - 1);
        let failed = self.passed_over.get() != passed_over;
        // What names lead to is there, whatever is not known inside of it.
        let made = self.met.get() != met && !is_reference(argument);
        Ok((evaluated?, failed || made))
    }

    fn on_files(&self, name: &str, arguments: &[Expression], span: Span, scope: &Scope<'_>) -> Evaluated {
        let values: Vec<Value> =
            arguments.iter().map(|argument| self.evaluate(argument, scope)).collect::<Result<_, _>>()?;
        let trail = || {
            let from = values.iter().map(|value| value.trail.clone());
            Trail::step(span, What::Function(name.into()), from)
        };
        let sensitive = values.iter().any(Value::is_sensitive_within);
        let result = self.with_files(name, arguments, &values, span, scope)?;
        Ok(rooted(result, trail).mark(sensitive))
    }

    fn with_files(
        &self,
        name: &str,
        arguments: &[Expression],
        values: &[Value],
        span: Span,
        scope: &Scope<'_>,
    ) -> Evaluated {
        let wanted = match name {
            "fileset" | "templatefile" | "templatestring" => 2,
            _ => 1,
        };
        if values.len() != wanted {
            return fault(span, format!("{name}: {wanted} arguments are needed, {} given", values.len()));
        }
        let mut texts: Vec<Arc<str>> = Vec::new();
        let plain = if wanted == 2 && name != "fileset" { 1 } else { wanted };
        for (value, argument) in values[..plain].iter().zip(arguments) {
            if value.is_null() {
                return fault(argument.span, format!("{name}: an argument must not be null"));
            }
            let text = convert(value, &Type::String, self)
                .map_err(|why| super::expression::wrong(argument.span, format!("{name}: {why}")))?;
            match text.as_str() {
                Some(text) => texts.push(text.clone()),
                None => return Ok(Value::unknown(text.cause().unwrap_or(Cause::Failed))),
            }
        }
        match name {
            "abspath" => Ok(Value::string(self.absolute(&texts[0]).to_string_lossy().as_ref())),
            "pathexpand" if texts[0].starts_with('~') => Ok(Value::unknown(Cause::Impure("the home directory".into()))),
            "pathexpand" => Ok(Value::string(texts[0].clone())),
            "templatestring" => {
                let refers = matches!(
                    *arguments[0].kind,
                    ExpressionKind::Variable(_)
                        | ExpressionKind::Attribute { .. }
                        | ExpressionKind::Index { .. }
                        | ExpressionKind::Splat { .. }
                );
                if !refers {
                    return fault(
                        arguments[0].span,
                        "templatestring: the template must be a reference, such as local.x",
                    );
                }
                let path = PathBuf::from(format!("<template>/{}", texts[0]));
                let file = self.repository.files.add(&path, texts[0].as_bytes().to_vec());
                self.render(&file, &values[1], span, scope)
            }
            "fileset" => self.fileset(&texts[0], &texts[1], span),
            "fileexists" => match self.read(&texts[0]) {
                Ok(_) => Ok(Value::bool(true)),
                Err(Reading::Missing) => Ok(Value::bool(false)),
                Err(Reading::Outside(cause)) => Ok(Value::unknown_of(cause, Type::Bool)),
            },
            _ => match self.read(&texts[0]) {
                Err(Reading::Missing) => fault(span, format!("{name}: there is no file \"{}\"", texts[0])),
                Err(Reading::Outside(cause)) => Ok(Value::unknown_of(cause, Type::String)),
                Ok(bytes) if name == "templatefile" => {
                    let file = self.repository.files.add(&self.absolute(&texts[0]), bytes);
                    self.render(&file, &values[1], span, scope)
                }
                Ok(bytes) => file_result(name, bytes, self)
                    .map_err(|why| super::expression::wrong(span, format!("{name}: {why}"))),
            },
        }
    }

    /// A template file with its own variables and nothing else.
    fn render(&self, file: &Arc<crate::source::File>, variables: &Value, span: Span, scope: &Scope<'_>) -> Evaluated {
        let whole = Span::new(file.id, 0, file.text.len());
        let template = match syntax::template(file, whole) {
            Ok(template) => template,
            Err(error) => return fault(span, format!("the template is broken: {}", error.message)),
        };
        let fields = match &variables.kind {
            Kind::Object(fields) | Kind::Map(fields) => fields.clone(),
            _ if variables.is_opaque() => return Ok(Value::unknown(variables.cause().unwrap_or(Cause::Failed))),
            _ => return fault(span, "the variables of a template must be a map"),
        };
        let _ = scope;
        let nowhere = self.nowhere();
        let once = Repetition::once();
        self.bind(&template, &mut fields.iter(), &Scope::of(&nowhere, &once)).map(|value| {
            // Places in the template say less than the call.
            let kind = value.kind.clone();
            Value::from(kind).mark(value.sensitive)
        })
    }

    fn bind<'a>(
        &self,
        template: &Expression,
        fields: &mut dyn Iterator<Item = (&'a Arc<str>, &'a Value)>,
        scope: &Scope<'_>,
    ) -> Evaluated {
        match fields.next() {
            Some((name, value)) => {
                let frame = Frame { name, value: value.clone(), outer: scope.frame };
                self.bind(template, fields, &scope.with(&frame))
            }
            None => match &*template.kind {
                ExpressionKind::Template(parts) if !matches!(parts.as_slice(), [Part::Interpolation(_)]) => {
                    self.template(parts, template.span, scope)
                }
                _ => {
                    let value = self.evaluate(template, scope)?;
                    convert(&value, &Type::String, self)
                        .map_err(|why| super::expression::wrong(template.span, format!("a template makes text: {why}")))
                }
            },
        }
    }

    fn absolute(&self, path: &str) -> PathBuf {
        normalize(&self.root().module.directory.join(path))
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Reading> {
        if path.starts_with('~') {
            return Err(Reading::Outside(Cause::Impure("the home directory".into())));
        }
        let path = self.absolute(path);
        let real = self.repository.sources.real(&path);
        if !self.allowed(&path) || !self.allowed(&real) {
            return Err(Reading::Outside(Cause::Unsupported("files outside of the repository".into())));
        }
        match self.repository.sources.read(&path) {
            Ok(bytes) if bytes.len() > LARGEST => {
                Err(Reading::Outside(Cause::Unsupported("files of more than 10 MB".into())))
            }
            Ok(bytes) => Ok(bytes),
            Err(Unreadable::Missing) if self.repository.is_written(&path) => {
                Err(Reading::Outside(Cause::Impure("a file that another step writes".into())))
            }
            Err(Unreadable::Missing) => Err(Reading::Missing),
            Err(Unreadable::Other(why)) => Err(Reading::Outside(Cause::Unsupported(why.into()))),
        }
    }

    /// Inside the repository; without one, in the root's folder or that of a module it calls.
    fn allowed(&self, path: &Path) -> bool {
        match &self.repository.top {
            Some(top) => path.starts_with(top),
            None => {
                let real = |directory: &Path| path.starts_with(self.repository.sources.real(directory));
                self.modules
                    .borrow()
                    .values()
                    .any(|module| path.starts_with(&module.module.directory) || real(&module.module.directory))
            }
        }
    }

    fn fileset(&self, base: &str, pattern: &str, span: Span) -> Evaluated {
        let Some(pattern) = Glob::new(pattern) else {
            return fault(span, "fileset: this pattern is not valid");
        };
        let base = self.absolute(base);
        if !self.allowed(&base) || !self.allowed(&self.repository.sources.real(&base)) {
            return Ok(Value::unknown(Cause::Unsupported("files outside of the repository".into())));
        }
        let mut found = Vec::new();
        let mut open = vec![(base, String::new(), 0)];
        let mut seen = 0;
        while let Some((directory, shown, depth)) = open.pop() {
            let Ok(entries) = self.repository.sources.list(&directory) else { continue };
            for entry in entries {
                seen += 1;
                if seen > 100_000 {
                    return Ok(Value::unknown(Cause::Unsupported("so many files".into())));
                }
                let name = if shown.is_empty() { entry.name.clone() } else { format!("{shown}/{}", entry.name) };
                if !entry.is_dir {
                    if pattern.matches(&name) {
                        found.push(Value::string(name));
                    }
                } else if depth < 32 {
                    open.push((directory.join(&entry.name), name, depth + 1));
                }
            }
        }
        Ok(Value::set(found))
    }
}

/// Names alone.
fn is_reference(expression: &Expression) -> bool {
    match &*expression.kind {
        ExpressionKind::Variable(_) => true,
        ExpressionKind::Attribute { on, .. } | ExpressionKind::Index { on, .. } => is_reference(on),
        ExpressionKind::Parenthesis(inner) => is_reference(inner),
        _ => false,
    }
}

enum Reading {
    Missing,
    Outside(Cause),
}

fn file_result(name: &str, bytes: Vec<u8>, evaluator: &Evaluator<'_>) -> Result<Value, String> {
    use base64::Engine;
    let function = match name {
        "filebase64" => {
            return Ok(Value::string(base64::engine::general_purpose::STANDARD.encode(bytes)));
        }
        "file" => "",
        hash => hash.strip_prefix("file").unwrap_or(hash),
    };
    if function.is_empty() {
        return match String::from_utf8(bytes) {
            Ok(text) => Ok(Value::string(text)),
            Err(_) => Err("the file is not UTF-8 text; use filebase64".into()),
        };
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => return Ok(Value::unknown_of(Cause::Unsupported("hashes of binary files".into()), Type::String)),
    };
    let function = match function {
        "base64sha256" | "base64sha512" | "md5" | "sha1" | "sha256" | "sha512" => functions::find(function),
        _ => None,
    };
    match function {
        Some(function) => functions::call(function, &[Value::string(text)], evaluator),
        None => Ok(Value::unknown(Cause::Unsupported(format!("`{name}`").into()))),
    }
}

/// The patterns of `fileset`: `*`, `**`, `?`, `[a-z]` and `{a,b}`.
struct Glob(regex::Regex);

impl Glob {
    fn new(pattern: &str) -> Option<Glob> {
        let mut regex = String::from("^");
        let mut rest = pattern.chars().peekable();
        let mut open = 0;
        while let Some(c) = rest.next() {
            match c {
                '*' if rest.peek() == Some(&'*') => {
                    rest.next();
                    if rest.peek() == Some(&'/') {
                        rest.next();
                        regex.push_str("(?:[^/]*/)*");
                    } else {
                        regex.push_str(".*");
                    }
                }
                '*' => regex.push_str("[^/]*"),
                '?' => regex.push_str("[^/]"),
                '[' => {
                    regex.push('[');
                    if matches!(rest.peek(), Some('!' | '^')) {
                        rest.next();
                        regex.push('^');
                    }
                    loop {
                        match rest.next()? {
                            ']' => break,
                            c if c.is_alphanumeric() || c == '-' => regex.push(c),
                            c => regex.push_str(&regex::escape(&c.to_string())),
                        }
                    }
                    regex.push(']');
                }
                '{' => {
                    open += 1;
                    regex.push_str("(?:");
                }
                '}' if open > 0 => {
                    open -= 1;
                    regex.push(')');
                }
                ',' if open > 0 => regex.push('|'),
                '\\' => regex.push_str(&regex::escape(&rest.next()?.to_string())),
                c => regex.push_str(&regex::escape(&c.to_string())),
            }
        }
        regex.push('$');
        regex::Regex::new(&regex).ok().map(Glob)
    }

    fn matches(&self, path: &str) -> bool {
        self.0.is_match(path)
    }
}
