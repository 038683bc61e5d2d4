//! What would exist? Every instance of the resources that somebody asks for, and where something may be missing.

use std::rc::Rc;
use std::sync::Arc;

use crate::eval::{Calls, Cause, Evaluator, ModuleInstance, ResourceInstance};
use crate::source::{Mode, ModulePath, Span};

/// The instances of one root, in the order of modules and names.
#[derive(Debug, Default)]
pub struct Plan {
    pub resources: Vec<Rc<ResourceInstance>>,
    pub data: Vec<Rc<ResourceInstance>>,
    pub modules: Vec<Rc<ModuleInstance>>,
    pub gaps: Vec<Gap>,
    /// How many managed instances of any kind there are.
    pub managed: usize,
}

/// A place where there may be more than is known, so that nothing can be concluded from an absence.
#[derive(Clone, Debug)]
pub struct Gap {
    pub module: ModulePath,
    pub cause: Cause,
    pub place: Option<Span>,
    /// The type of the resources that may be missing; nothing when it can be any.
    pub kind: Option<Arc<str>>,
}

/// All instances whose type is wanted, from the root down.
pub fn plan(evaluator: &Evaluator<'_>, wanted: &dyn Fn(&str) -> bool) -> Plan {
    let mut plan = Plan::default();
    let mut open = vec![evaluator.root().clone()];
    while let Some(module) = open.pop() {
        visit(evaluator, &module, wanted, &mut plan, &mut open);
        plan.modules.push(module);
    }
    plan.resources.sort_by(|a, b| a.address.cmp(&b.address));
    plan.data.sort_by(|a, b| a.address.cmp(&b.address));
    plan
}

fn visit(
    evaluator: &Evaluator<'_>,
    module: &Rc<ModuleInstance>,
    wanted: &dyn Fn(&str) -> bool,
    plan: &mut Plan,
    open: &mut Vec<Rc<ModuleInstance>>,
) {
    let mut gap = |cause: Cause, place: Option<Span>, kind: Option<Arc<str>>| {
        plan.gaps.push(Gap { module: module.path.clone(), cause, place, kind });
    };
    for file in &module.module.broken {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        gap(Cause::Broken(name.into()), None, None);
    }
    for (name, declaration) in &module.module.resources {
        if !wanted(&name.kind) {
            // Their number is only a figure of the summary; an unknown count stands for one.
            plan.managed += usize::from(name.mode == Mode::Managed && declaration.base.labels.len() == 2);
            continue;
        }
        let instances = evaluator.instances(module, name, declaration.header());
        if let Some(cause) = &instances.unknown {
            let gap = Gap {
                module: module.path.clone(),
                cause: cause.clone(),
                place: Some(declaration.header()),
                kind: Some(name.kind.clone()),
            };
            plan.gaps.push(gap);
        }
        match name.mode {
            Mode::Managed => {
                plan.managed += instances.list.len();
                plan.resources.extend(instances.list.iter().cloned());
            }
            Mode::Data => plan.data.extend(instances.list.iter().cloned()),
        }
    }
    for (name, declaration) in &module.module.calls {
        let place = Some(declaration.header());
        match &*evaluator.calls(module, name, declaration.header()) {
            Calls::OnDisk(instances) => {
                if let Some(cause) = &instances.unknown {
                    plan.gaps.push(Gap { module: module.path.clone(), cause: cause.clone(), place, kind: None });
                }
                open.extend(instances.list.iter().rev().cloned());
            }
            Calls::NotOnDisk(cause) => {
                if gets_provider(declaration) {
                    plan.gaps.push(Gap { module: module.path.clone(), cause: cause.clone(), place, kind: None });
                }
            }
            Calls::Wrong => {
                plan.gaps.push(Gap { module: module.path.clone(), cause: Cause::Failed, place, kind: None });
            }
        }
    }
}

/// Whether a called module can make Alibaba Cloud resources: not when it is passed providers and none of them is alicloud.
fn gets_provider(call: &crate::module::Declaration) -> bool {
    use crate::syntax::ExpressionKind;
    let Some(providers) = call.body().attribute("providers") else { return true };
    let ExpressionKind::Object(entries) = &*providers.value.kind else { return true };
    entries.iter().any(|entry| {
        let mut expression = &entry.value;
        while let ExpressionKind::Attribute { on, .. } = &*expression.kind {
            expression = on;
        }
        match &*expression.kind {
            ExpressionKind::Variable(name) => &**name == "alicloud",
            ExpressionKind::String(name) => name.starts_with("alicloud"),
            _ => true,
        }
    })
}
