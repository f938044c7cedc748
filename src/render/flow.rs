//! The files of a flow, and its entry among the deployments.

use std::collections::BTreeMap;

use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;

use super::{environment, render, sources};
use crate::error::Result;
use crate::model::{Flow, Schedule, Times};
use crate::tree::{File, RelPath};

/// Where the templates lie that mirror what a flow consists of.
const FILES: &str = "flow/";

/// The template of the entry among the deployments.
const DEPLOYMENT: &str = "snippets/deployment.yaml";

/// What stands for the name of the module in the path of a template.
const PLACEHOLDER: &str = "{flow}";

/// The longest line that `ruff format` leaves alone.
const LINE: usize = 100;

/// Everything that a template of a flow may name.
#[derive(Debug, Serialize)]
pub(super) struct Context {
    flow: View,
}

#[derive(Debug, Serialize)]
struct View {
    name: String,
    module: String,
    task_module: String,
    import_flow: String,
    import_task: String,
    domain: Option<DomainView>,
    schedule: Option<ScheduleView>,
    /// Whether `prefect.yaml` still has the work pool that its deployments share.
    shared_work_pool: bool,
}

#[derive(Debug, Serialize)]
struct DomainView {
    module: String,
    class: String,
    title: String,
    imports: String,
    import_factory: String,
}

#[derive(Debug, Serialize)]
struct ScheduleView {
    cron: Option<String>,
    seconds: Option<u64>,
    timezone: String,
}

impl Context {
    pub(super) fn new(flow: &Flow, class: &str, shared_work_pool: bool) -> Self {
        let module = flow.name.module();
        let task_module = format!("app.workers.tasks.{module}");
        let flow_module = format!("app.workers.flows.{module}");
        Context {
            flow: View {
                name: flow.name.as_str().to_owned(),
                import_flow: import(&flow_module, &flow.name.function()),
                import_task: import(&task_module, &format!("{module}_task")),
                module,
                task_module,
                domain: flow.domain.as_ref().map(|module| DomainView::new(module, class)),
                schedule: flow.schedule.as_ref().map(ScheduleView::new),
                shared_work_pool,
            },
        }
    }
}

impl DomainView {
    fn new(module: &str, class: &str) -> Self {
        let package = format!("app.domains.{module}");
        let mut imports = [
            import("app.domains.base.filters", "BaseFilterParams"),
            import(&format!("{package}.service"), &format!("{class}Service")),
        ];
        imports.sort();
        DomainView {
            module: module.to_owned(),
            class: class.to_owned(),
            title: module.replace('_', " "),
            imports: imports.join("\n"),
            import_factory: import(&format!("{package}.factory"), &format!("{class}Factory")),
        }
    }
}

impl ScheduleView {
    fn new(schedule: &Schedule) -> Self {
        let (cron, seconds) = match &schedule.times {
            Times::Cron(cron) => (Some(cron.clone()), None),
            Times::Interval(seconds) => (None, Some(*seconds)),
        };
        let timezone = schedule.timezone.clone().unwrap_or_else(|| "UTC".to_owned());
        ScheduleView { cron, seconds, timezone }
    }
}

/// Returns the import of one name, as `ruff format` leaves it at any length.
fn import(module: &str, name: &str) -> String {
    let line = format!("from {module} import {name}");
    match line.len() <= LINE {
        true => line,
        false => format!("from {module} import (\n    {name},\n)"),
    }
}

/// Returns the files of `flow`, whose domain, if it has one, names its classes after `class`.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn flow(flow: &Flow, class: &str) -> Result<BTreeMap<RelPath, File>> {
    let (environment, module) = (environment(), flow.name.module());
    let values = Value::from(Serde(&Context::new(flow, class, true)));
    let mut files = BTreeMap::new();
    for (source, template) in &sources()? {
        let Some(path) = source.strip_prefix(FILES) else { continue };
        if flow.tests || !path.starts_with("tests/") {
            let path = path.replace(PLACEHOLDER, &module);
            let file = render(&environment, &path, template, &values)?;
            files.insert(RelPath::parse(&path)?, file);
        }
    }
    Ok(files)
}

/// Returns the entry of `flow` among the deployments of `prefect.yaml`, not indented.
///
/// # Errors
/// Fails only where a template is broken, which a test of ours would have found.
pub fn deployment(flow: &Flow, shared_work_pool: bool) -> Result<String> {
    let values = Value::from(Serde(&Context::new(flow, "", shared_work_pool)));
    let file = render(&environment(), DEPLOYMENT, &sources()?[DEPLOYMENT], &values)?;
    Ok(String::from_utf8_lossy(&file.bytes).into_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::model::FlowName;

    fn asked(name: &str, domain: Option<&str>, schedule: Option<Schedule>) -> Flow {
        let domain = domain.map(str::to_owned);
        Flow { name: FlowName::parse(name).unwrap(), domain, schedule, tests: true }
    }

    pub fn context() -> Context {
        let schedule = Schedule::parse(Some("@daily"), None, None).unwrap();
        Context::new(&asked("nightly-report", Some("users"), schedule), "User", true)
    }

    fn texts(flow: &Flow, class: &str) -> BTreeMap<String, String> {
        let files = super::flow(flow, class).unwrap().into_iter();
        let text = |file: File| String::from_utf8(file.bytes).unwrap();
        files.map(|(path, file)| (path.as_str().to_owned(), text(file))).collect()
    }

    #[test]
    fn a_flow_has_a_module_a_step_and_a_test() {
        let mut flow = asked("nightly-report", None, None);
        let paths: Vec<_> = texts(&flow, "").into_keys().collect();
        assert_eq!(
            paths,
            [
                "app/workers/flows/nightly_report.py",
                "app/workers/tasks/nightly_report.py",
                "tests/workers/test_nightly_report.py"
            ]
        );
        flow.tests = false;
        assert!(texts(&flow, "").into_keys().all(|path| path.starts_with("app/")));
    }

    #[test]
    fn every_line_fits_at_every_length_of_name() {
        for length in 1..=32 {
            let name = "n".repeat(length);
            for (domain, class) in [
                (None, String::new()),
                (Some("a".repeat(length)), "A".repeat(length)),
                (Some("z".repeat(length + 27)), "Z".repeat(length + 26)),
            ] {
                for (path, text) in texts(&asked(&name, domain.as_deref(), None), &class) {
                    assert!(!text.contains(['«', '»']) && !text.ends_with("\n\n"), "{path}");
                    let longest = text.lines().map(str::len).max().unwrap();
                    assert!(longest <= LINE, "{path} has a line of {longest}:\n{text}");
                }
            }
        }
    }

    #[test]
    fn imports_are_sorted_whatever_the_domain_is_called() {
        for (domain, first) in [("accounts", "accounts"), ("basement", "base"), ("users", "base")] {
            let texts = texts(&asked("count", Some(domain), None), "Some");
            let step = &texts["app/workers/tasks/count.py"];
            let import = step.lines().find(|line| line.starts_with("from app.domains.")).unwrap();
            assert!(import.starts_with(&format!("from app.domains.{first}.")), "{import}");
        }
    }

    #[test]
    fn a_deployment_has_the_schedule_in_prefects_words() {
        let schedule =
            |cron, interval, timezone| Schedule::parse(cron, interval, timezone).unwrap();
        let cron = schedule(Some("0 2 * * *"), None, Some("Europe/Berlin"));
        let nightly = asked("nightly-report", Some("order_items"), cron);
        insta::assert_snapshot!(deployment(&nightly, true).unwrap(), @r#"
        name: nightly-report-flow
        description: Count the order items; a second run changes nothing.
        entrypoint: app/workers/flows/nightly_report.py:nightly_report_flow
        schedules:
          - cron: "0 2 * * *"
            timezone: Europe/Berlin
            active: true
        work_pool: *work_pool
        "#);
        let every = schedule(None, Some("15m"), None);
        insta::assert_snapshot!(deployment(&asked("sync", None, every), false).unwrap(), @r#"
        name: sync-flow
        description: Work on one day, today unless told otherwise.
        entrypoint: app/workers/flows/sync.py:sync_flow
        schedules:
          - interval: 900
            # Counted from here, so that deploying again does not put off the next run.
            anchor_date: "2020-01-01T00:00:00"
            timezone: UTC
            active: true
        work_pool:
          name: "{{ $WORK_POOL_NAME }}"
          work_queue_name: "{{ $WORK_QUEUE_NAME }}"
          job_variables:
            image: "{{ $WORK_POOL_IMAGE }}"
        "#);
    }
}
