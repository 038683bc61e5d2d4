//! What does a repository ask of alinet? `alinet.toml`, from text to settings, or to an error that says where and what.
//!
//! A file speaks for the roots below it. What `[[paths]]` says comes on top of what the file says in general, in the order
//! in which it is written.

mod elsewhere;
mod schema;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};
use serde::Deserialize;
use toml::Spanned;

use crate::diagnostic::{Severity, nearest};
use crate::facts::{self, Quota, QuotaKind};

pub use elsewhere::{Account, ExternalVpc};
pub use schema::schema;

/// The name of the file.
pub const FILE: &str = "alinet.toml";
/// What `alinet init` writes.
pub const TEMPLATE: &str = include_str!("config/template.toml");

/// A file of settings, and where it lies.
#[derive(Clone, Debug, Default)]
pub struct Config {
    pub file: PathBuf,
    /// What its globs and paths are relative to.
    pub directory: PathBuf,
    pub general: Choice,
    pub paths: Vec<(Globs, Choice)>,
    pub exclude: Globs,
    /// Files of variable values for every root below it.
    pub var_files: Vec<PathBuf>,
    /// Files of variable values for some roots.
    pub roots: Vec<(Globs, Vec<PathBuf>)>,
    /// Quotas with the limits that the account has.
    pub quotas: BTreeMap<String, &'static Quota>,
    pub external: Vec<ExternalVpc>,
    pub accounts: BTreeMap<String, Account>,
}

/// Which rules speak, and how loud.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Choice {
    /// Rules and categories; empty means all.
    pub select: Vec<String>,
    pub ignore: Vec<String>,
    pub severity: BTreeMap<String, Severity>,
}

/// Globs over paths with `/`; one that matches a folder matches everything in it.
#[derive(Clone, Debug, Default)]
pub struct Globs(Vec<GlobMatcher>);

/// Where a file is wrong, and what is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl Config {
    /// Reads a file. `names` are the rules and categories that there are.
    pub fn parse(file: &Path, text: &str, names: &[&str]) -> Result<Config, Wrong> {
        let written: Written =
            toml::from_str(text).map_err(|error| wrong(text, error.span(), &explain(error.message())))?;
        let directory = file.parent().unwrap_or(file).to_owned();
        let reader = Reader { text, directory: &directory, names };
        let mut config = Config {
            general: reader.choice(&written.select, &written.ignore, &written.severity)?,
            exclude: reader.globs(&written.exclude)?,
            var_files: reader.files(&written.var_files),
            quotas: reader.quotas(&written.quotas)?,
            ..Config::default()
        };
        for paths in &written.paths {
            let choice = reader.choice(&paths.select, &paths.ignore, &paths.severity)?;
            config.paths.push((reader.globs(&paths.files)?, choice));
        }
        for (glob, root) in &written.roots {
            config.roots.push((reader.globs(std::slice::from_ref(glob))?, reader.files(&root.var_files)));
        }
        config.accounts = reader.accounts(&written.accounts)?;
        config.external = reader.external(&written.external.vpc, &config.accounts)?;
        config.file = file.to_owned();
        config.directory = directory;
        Ok(config)
    }

    /// What holds in a file of a root: the general choice with those for the paths on top.
    pub fn at(&self, file: Option<&Path>, root: &Path) -> Choice {
        let mut choice = self.general.clone();
        let holds = |globs: &Globs| {
            globs.hold_folder(&self.directory, root) || file.is_some_and(|file| globs.hold(&self.directory, file))
        };
        for (_, more) in self.paths.iter().filter(|(globs, _)| holds(globs)) {
            if !more.select.is_empty() {
                choice.select = more.select.clone();
            }
            choice.ignore.extend(more.ignore.iter().cloned());
            choice.severity.extend(more.severity.iter().map(|(name, severity)| (name.clone(), *severity)));
        }
        choice
    }

    pub fn excludes(&self, file: &Path) -> bool {
        self.exclude.hold(&self.directory, file)
    }

    pub fn excludes_folder(&self, folder: &Path) -> bool {
        self.exclude.hold_folder(&self.directory, folder)
    }

    /// The files of variable values for a root, in the order in which they count.
    pub fn values(&self, root: &Path) -> Vec<PathBuf> {
        let own = self.roots.iter().filter(|(globs, _)| globs.hold_folder(&self.directory, root));
        self.var_files.iter().chain(own.flat_map(|(_, files)| files)).cloned().collect()
    }

    /// The limit that holds for the account.
    pub fn quota(&self, id: &str) -> Option<&'static Quota> {
        self.quotas.get(id).copied().or_else(|| facts::quota(id))
    }

    /// The number of the account in which a provider acts.
    pub fn uid_of(&self, name: &str, alias: &str) -> Option<&Arc<str>> {
        let is = |provider: &String| match alias.is_empty() {
            true => provider == name,
            false => provider.strip_prefix(name).and_then(|rest| rest.strip_prefix('.')) == Some(alias),
        };
        self.accounts.values().find(|account| account.providers.iter().any(is)).map(|account| &account.uid)
    }
}

impl Choice {
    pub fn wants(&self, rule: &str, category: &str) -> bool {
        let names = |list: &[String]| list.iter().any(|name| name == rule || name == category);
        (self.select.is_empty() || names(&self.select)) && !names(&self.ignore)
    }

    /// What holds when the command line asks for something, too: it narrows, and its choice of rules goes first.
    pub fn under(mut self, flags: &Choice) -> Choice {
        if !flags.select.is_empty() {
            self.select.clone_from(&flags.select);
        }
        self.ignore.extend(flags.ignore.iter().cloned());
        self
    }

    /// The severity that is asked for: that of the rule before that of its category.
    pub fn severity(&self, rule: &str, category: &str) -> Option<Severity> {
        self.severity.get(rule).or_else(|| self.severity.get(category)).copied()
    }
}

impl Globs {
    fn hold(&self, directory: &Path, path: &Path) -> bool {
        let Ok(below) = path.strip_prefix(directory) else { return false };
        self.0.iter().any(|glob| below.ancestors().any(|part| glob.is_match(part)))
    }

    /// Also when they match all that a folder may hold, as `vendor/**` does.
    fn hold_folder(&self, directory: &Path, folder: &Path) -> bool {
        self.hold(directory, &folder.join("file"))
    }
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
struct Written {
    select: Vec<Spanned<String>>,
    ignore: Vec<Spanned<String>>,
    exclude: Vec<Spanned<String>>,
    var_files: Vec<String>,
    severity: BTreeMap<Spanned<String>, Level>,
    paths: Vec<Paths>,
    roots: BTreeMap<Spanned<String>, Root>,
    quotas: BTreeMap<Spanned<String>, Spanned<u64>>,
    external: elsewhere::External,
    accounts: BTreeMap<String, elsewhere::WrittenAccount>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum Level {
    Error,
    Warning,
    Note,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paths {
    files: Vec<Spanned<String>>,
    #[serde(default)]
    select: Vec<Spanned<String>>,
    #[serde(default)]
    ignore: Vec<Spanned<String>>,
    #[serde(default)]
    severity: BTreeMap<Spanned<String>, Level>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Root {
    var_files: Vec<String>,
}

struct Reader<'a> {
    text: &'a str,
    directory: &'a Path,
    names: &'a [&'a str],
}

type Severities = BTreeMap<Spanned<String>, Level>;

impl Reader<'_> {
    fn choice(
        &self,
        select: &[Spanned<String>],
        ignore: &[Spanned<String>],
        severity: &Severities,
    ) -> Result<Choice, Wrong> {
        let mut choice = Choice { select: self.rules(select)?, ignore: self.rules(ignore)?, ..Choice::default() };
        for (name, level) in severity {
            let level = match level {
                Level::Error => Severity::Error,
                Level::Warning => Severity::Warning,
                Level::Note => Severity::Note,
            };
            choice.severity.insert(self.rule(name)?, level);
        }
        Ok(choice)
    }

    fn rules(&self, names: &[Spanned<String>]) -> Result<Vec<String>, Wrong> {
        names.iter().map(|name| self.rule(name)).collect()
    }

    fn rule(&self, name: &Spanned<String>) -> Result<String, Wrong> {
        let text = name.get_ref();
        if self.names.contains(&text.as_str()) {
            return Ok(text.clone());
        }
        Err(self
            .wrong(name, &unknown("rule or category", text, self.names.iter().copied(), "`alinet rules` lists them")))
    }

    fn globs(&self, globs: &[Spanned<String>]) -> Result<Globs, Wrong> {
        let compile = |glob: &Spanned<String>| {
            let text = glob.get_ref().trim_start_matches("./").trim_end_matches('/');
            let built = GlobBuilder::new(text).literal_separator(true).build();
            built.map(|glob| glob.compile_matcher()).map_err(|error| self.wrong(glob, &error.to_string()))
        };
        globs.iter().map(compile).collect::<Result<_, _>>().map(Globs)
    }

    fn files(&self, files: &[String]) -> Vec<PathBuf> {
        files.iter().map(|file| crate::source::normalize(&self.directory.join(file))).collect()
    }

    fn quotas(
        &self,
        raised: &BTreeMap<Spanned<String>, Spanned<u64>>,
    ) -> Result<BTreeMap<String, &'static Quota>, Wrong> {
        let mut quotas = BTreeMap::new();
        for (id, limit) in raised {
            let name = id.get_ref();
            let Some(quota) = facts::quota(name) else {
                let known = facts::quotas().iter().map(|quota| &*quota.id);
                return Err(self.wrong(id, &unknown("quota", name, known, "the page of `quota-exceeded` names them")));
            };
            if quota.kind == QuotaKind::Hard || quota.adjustable == Some(false) {
                return Err(self.wrong(id, &format!("`{name}` is {}, and cannot be raised", quota.limit)));
            }
            let limit = limit.get_ref();
            // Kept as long as the table that it stands beside.
            quotas.insert(name.clone(), &*Box::leak(Box::new(Quota { limit: *limit, ..quota.clone() })));
        }
        Ok(quotas)
    }

    fn wrong<T>(&self, at: &Spanned<T>, message: &str) -> Wrong {
        wrong(self.text, Some(at.span()), message)
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>, list: &str) -> String {
    match nearest(name, known) {
        Some(near) => format!("there is no {what} `{name}`; did you mean `{near}`?"),
        None => format!("there is no {what} `{name}`; {list}"),
    }
}

/// The parser's message; where a key is unknown, with the known one that is nearest.
fn explain(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    match (message.strip_prefix("unknown field "), words.next()) {
        (Some(_), Some(key)) => {
            let known: Vec<&str> = words.collect();
            match nearest(key, known.iter().copied()) {
                Some(near) => format!("unknown key `{key}`; did you mean `{near}`?"),
                None => format!("unknown key `{key}`; known are {}", known.join(", ")),
            }
        }
        _ => message.lines().next().unwrap_or(message).to_owned(),
    }
}

fn wrong(text: &str, at: Option<Range<usize>>, message: &str) -> Wrong {
    let before = text.get(..at.map_or(0, |at| at.start)).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").encode_utf16().count() + 1;
    Wrong { line, column, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 3] = ["peering", "peering-self", "vswitch-overlap"];

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("/r/alinet.toml"), text, &NAMES)
            .map_err(|wrong| format!("{}:{} {}", wrong.line, wrong.column, wrong.message))
    }

    #[test]
    fn settings_add_up_from_the_general_to_the_path() {
        let config = parse(
            "ignore = [\"peering-self\"]\nexclude = [\"vendor/\", \"**/old*\"]\nvar-files = [\"common.tfvars\"]\n\
             [severity]\npeering = \"note\"\n[roots.\"stacks/*\"]\nvar-files = [\"../x.tfvars\"]\n\
             [[paths]]\nfiles = [\"stacks/legacy/**\"]\nselect = [\"peering\"]\nseverity = { vswitch-overlap = \"note\" }\n",
        )
        .unwrap();
        let general = config.at(Some(Path::new("/r/stacks/prod/main.tf")), Path::new("/r/stacks/prod"));
        assert!(!general.wants("peering-self", "peering") && general.wants("vswitch-overlap", "addressing"));
        assert_eq!(general.severity("peering-self", "peering"), Some(Severity::Note));
        assert_eq!(general.severity("vswitch-overlap", "addressing"), None);
        let legacy = config.at(Some(Path::new("/r/modules/main.tf")), Path::new("/r/stacks/legacy"));
        assert!(!legacy.wants("vswitch-overlap", "addressing"));
        assert_eq!(legacy.severity("vswitch-overlap", "addressing"), Some(Severity::Note));
        assert!(config.excludes_folder(Path::new("/r/vendor")) && config.excludes(Path::new("/r/a/older/b")));
        assert!(!config.excludes(Path::new("/r/a/vendor")) && !config.excludes(Path::new("/vendor")));
        let files = [Path::new("/r/common.tfvars"), Path::new("/x.tfvars")];
        assert_eq!(config.values(Path::new("/r/stacks/prod")), files);
        assert_eq!(config.values(Path::new("/r")), files[..1]);
    }

    #[test]
    fn what_is_not_in_the_files_is_told() {
        let config = parse(
            "[quotas]\npeer-intra-region-per-vpc = 30\n[[external.vpc]]\nid = \"vpc-1\"\ncidrs = [\"10.0.0.0/8\"]\n\
             region = \"cn-hangzhou\"\naccount = \"net\"\n[accounts]\nnet = { uid = \"1234\", providers = [\"alicloud.net\"] }\n",
        )
        .unwrap();
        assert_eq!(config.quotas["peer-intra-region-per-vpc"].limit, 30);
        assert_eq!(config.external[0].cidrs, ["10.0.0.0/8".parse().unwrap()]);
        assert_eq!(&*config.accounts["net"].uid, "1234");
        assert_eq!(config.external[0].account, config.uid_of("alicloud", "net").cloned());
        assert_eq!(config.uid_of("alicloud", ""), None);
    }

    #[test]
    fn errors_say_where_and_what_to_write() {
        let said = |text: &str| parse(text).unwrap_err();
        assert_eq!(said("ignore = []\nslect = []\n"), "2:1 unknown key `slect`; did you mean `select`?");
        assert_eq!(
            said("ignore = [\"vswitch-overlop\"]"),
            "1:11 there is no rule or category `vswitch-overlop`; did you mean `vswitch-overlap`?"
        );
        assert_eq!(
            said("[quotas]\npeer-intra-region-per-vcp = 3"),
            "2:1 there is no quota `peer-intra-region-per-vcp`; did you mean `peer-intra-region-per-vpc`?"
        );
        assert!(said("[severity]\npeering = \"loud\"").starts_with("2:11 unknown variant `loud`"));
        assert!(said("exclude = [\"a[\"]").starts_with("1:12 "));
        assert_eq!(said("[[paths]]\nfile = []"), "2:1 unknown key `file`; did you mean `files`?");
        assert!(
            said("[[external.vpc]]\nid = \"vpc-x\"\ncidrs = [\"10.0.0/8\"]").starts_with("3:10 `10.0.0/8` is no block")
        );
        let vpc = |rest: &str| said(&format!("[[external.vpc]]\nid = \"vpc-x\"\n{rest}"));
        assert_eq!(vpc("cidrs = []"), "3:9 a VPC has at least one block; write all it has, as in [\"10.0.0.0/16\"]");
        assert_eq!(
            vpc("cidrs = [\"10.0.0.1/8\"]"),
            "3:10 bits beyond the mask of `10.0.0.1/8` are set; write \"10.0.0.0/8\""
        );
        assert_eq!(
            vpc("cidrs = [\"10.0.0.0/8\"]\nregion = \"cn-hangzou\""),
            "4:10 there is no region `cn-hangzou`; did you mean `cn-hangzhou`?"
        );
        assert_eq!(
            vpc("cidrs = [\"10.0.0.0/8\"]\naccount = \"netwrk\"\n[accounts.network]\nuid = \"1\""),
            "4:11 there is no account `netwrk`; did you mean `network`?"
        );
        assert_eq!(
            vpc("cidrs = [\"10.0.0.0/8\"]\n[[external.vpc]]\nid = \"vpc-x\"\ncidrs = [\"10.0.0.0/8\"]"),
            "5:6 `vpc-x` is described twice; leave one of the two out"
        );
        assert!(
            said("[[external.vpc]]\nid = \"x\"\ncidrs = [\"10.0.0.0/8\"]")
                .starts_with("2:6 `x` is not the id of a VPC")
        );
        assert_eq!(
            said("[accounts.a]\nuid = \"me\""),
            "2:7 `me` is no account; write its number, as in \"1234567890123456\""
        );
        assert_eq!(
            said("[accounts.a]\nuid = \"1\"\nproviders = [\"net\"]"),
            "3:14 `net` is no provider; write \"alicloud\" or \"alicloud.net\""
        );
        assert_eq!(
            said(
                "[accounts]\na = { uid = \"1\", providers = [\"alicloud\"] }\nb = { uid = \"2\", providers = [\"alicloud\"] }"
            ),
            "3:31 `alicloud` acts in `a` already; a provider acts in one account"
        );
        assert!(said("select = [").starts_with("1:"));
    }

    #[test]
    fn the_template_says_nothing_until_it_is_uncommented() {
        let config = parse(TEMPLATE).unwrap();
        assert_eq!(config.general, Choice::default());
        let names: Vec<&str> = schema::names_in(TEMPLATE);
        let uncommented: String = TEMPLATE
            .lines()
            .map(|line| {
                line.strip_prefix("# ").filter(|line| line.contains('=') || line.starts_with('[')).unwrap_or("")
            })
            .map(|line| format!("{line}\n"))
            .collect();
        let config = Config::parse(Path::new("/r/alinet.toml"), &uncommented, &names).unwrap();
        assert!(!config.quotas.is_empty() && !config.external.is_empty() && !config.paths.is_empty());
    }

    #[test]
    fn the_schema_has_the_keys_that_are_read() {
        let schema = schema(&NAMES);
        let keys = |at: &str| {
            let properties = schema.pointer(at).unwrap()["properties"].as_object().unwrap();
            properties.keys().cloned().collect::<Vec<_>>()
        };
        for (text, at) in [
            ("{} = 1", ""),
            ("[[paths]]\nfiles = []\n{} = 1", "/properties/paths/items"),
            ("[roots.a]\nvar-files = []\n{} = 1", "/properties/roots/additionalProperties"),
            ("[external]\n{} = 1", "/properties/external"),
            ("[[external.vpc]]\nid = \"\"\ncidrs = []\n{} = 1", "/properties/external/properties/vpc/items"),
            ("[accounts.a]\nuid = \"\"\n{} = 1", "/properties/accounts/additionalProperties"),
        ] {
            let said = parse(&text.replace("{}", "zzzzzzzzzzzzzzzzzzzzzzzz")).unwrap_err();
            let mut known: Vec<&str> = match said.split_once("known are ") {
                Some((_, known)) => known.split(", ").collect(),
                None => panic!("{said}"),
            };
            let mut written = keys(at);
            known.sort_unstable();
            written.sort_unstable();
            assert_eq!(written, known, "{at}");
        }
    }
}
