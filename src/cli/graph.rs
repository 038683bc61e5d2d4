//! `alinet graph`: the topology as a picture, or as text that other programs draw.

use clap::ArgMatches;

use super::arguments::{Graph as Flags, GraphFormat};
use super::root::Root;
use super::{Disk, Failure, print, with_threads};
use crate::eval::Evaluator;
use crate::network::network;
use crate::plan::plan;
use crate::report::{Mask, graph};
use crate::rule;

pub fn run(flags: &Flags, matches: &ArgMatches) -> Result<u8, Failure> {
    let disk = Disk;
    let root = Root::open(&disk, flags.path.as_deref(), &flags.variables, matches)?;
    with_threads(|| {
        let picture = draw(&root)?;
        print(&match flags.format {
            GraphFormat::Svg => graph::svg(&picture),
            GraphFormat::Mermaid => graph::mermaid(&picture),
            GraphFormat::Dot => graph::dot(&picture),
            GraphFormat::Json => graph::json(&picture),
        })?;
        Ok(0)
    })?
}

fn draw(root: &Root<'_>) -> Result<graph::Picture, Failure> {
    let module = root
        .repository
        .module(&root.directory)
        .ok_or_else(|| format!("there is no Terraform file in {}", root.directory.display()))?;
    let evaluator = Evaluator::new(&root.repository, module, &root.surroundings);
    let plan = plan(&evaluator, &|kind| kind.starts_with("alicloud_"));
    let network = network(&evaluator, &plan);
    let (findings, _) = rule::judge(&network);
    let mask = Mask::new(&root.repository.files, &evaluator.secrets(), &evaluator.hidden());
    Ok(graph::picture(&network, &findings, &mask))
}
