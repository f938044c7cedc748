//! `graph`: what refers to what in a project.

use crate::error::Result;
use crate::model::{Domain, Field, Manifest, Reference, domain_line, flow_lines};
use crate::natural::natural;
use crate::project;
use crate::tree::Tree;

/// Draw the domains, what refers to what, and the flows
///
/// As lines of text on a terminal, as a Mermaid flowchart for anything else. The project's
/// `docs/domains.md` has the same drawing, which every command keeps true.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// How to draw [default: text on a terminal, mermaid elsewhere]
    #[arg(long, value_enum)]
    pub format: Option<Format>,
}

/// How the graph is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Lines for people.
    Text,
    /// A flowchart.
    Mermaid,
}

/// The domains of a project, what they refer to, and its flows.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Graph {
    /// The domains, sorted.
    pub domains: Vec<String>,
    /// What refers to what.
    pub references: Vec<Reference>,
    /// The flows, sorted, each with the domain that it works on.
    pub flows: Vec<Flow>,
}

/// A flow.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// The domain that it works on.
    pub domain: Option<String>,
}

impl Graph {
    /// Reads the graph from the records of a project.
    ///
    /// # Errors
    /// Fails where a record cannot be read.
    pub fn read(manifest: &Manifest, tree: &dyn Tree) -> Result<Graph> {
        let mut graph = Graph { domains: vec!["users".to_owned()], ..Graph::default() };
        for module in project::modules(tree)? {
            graph.references.extend(references(tree, &module)?);
            graph.domains.push(module);
        }
        if manifest.options.features()["prefect"] {
            let flow = |name: &str, domain: Option<&str>| Flow {
                name: name.to_owned(),
                domain: domain.map(str::to_owned),
            };
            graph.flows = vec![flow("create-user", Some("users")), flow("web-scrapper", None)];
        }
        let added = project::flows(tree)?.into_iter();
        graph.flows.extend(added.map(|flow| Flow { name: flow.name, domain: flow.domain }));
        graph.domains.sort_by_cached_key(|name| natural(name));
        graph.flows.sort_by_cached_key(|flow| natural(&flow.name));
        Ok(graph)
    }

    /// Returns the graph as a Mermaid flowchart, as the project's document has it.
    pub fn mermaid(&self) -> String {
        let mut lines: Vec<String> = self.domains.iter().map(|name| domain_line(name)).collect();
        lines.extend(self.references.iter().map(Reference::mermaid));
        lines.extend(
            self.flows.iter().flat_map(|flow| flow_lines(&flow.name, flow.domain.as_deref())),
        );
        lines.sort_by_cached_key(|line| natural(line));
        let lines: String = lines.iter().map(|line| format!("    {line}\n")).collect();
        format!("flowchart LR\n{lines}")
    }

    /// Returns the graph as a line for each domain and flow.
    pub fn text(&self) -> String {
        let of = |domain: &String| {
            let own = self.references.iter().filter(|reference| reference.from == *domain);
            let shown = own.map(|reference| {
                let optional = if reference.optional { ", optional" } else { "" };
                format!("{} ({}{optional})", reference.to, reference.field)
            });
            (domain.clone(), shown.collect::<Vec<_>>().join(", "))
        };
        let domains: Vec<_> = self.domains.iter().map(of).collect();
        let flow = |flow: &Flow| (flow.name.clone(), flow.domain.clone().unwrap_or_default());
        let flows: Vec<_> = self.flows.iter().map(flow).collect();
        let blank = if flows.is_empty() { "" } else { "\nflows\n" };
        format!("{}{blank}{}", table(&domains), table(&flows))
    }
}

/// Returns names with what each points to, the arrows below one another.
fn table(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let line = |(name, to): &(String, String)| match to.is_empty() {
        true => format!("{name}\n"),
        false => format!("{name:<width$}  → {to}\n"),
    };
    rows.iter().map(line).collect()
}

/// Returns what a domain refers to; of its record only the lines that say so are read.
fn references(tree: &dyn Tree, module: &str) -> Result<Vec<Reference>> {
    let path = Domain::path(module);
    let record = project::text(tree, &path)?.unwrap_or_default();
    let words = record.lines().map(|line| line.trim().trim_matches(['"', ',']));
    let fields = words.filter(|word| word.contains(":ref")).map(Field::parse);
    let fields = fields.collect::<Result<Vec<_>>>();
    let fields = fields.map_err(|error| project::broken_record(&path).because(error))?;
    Ok(fields.iter().filter_map(|field| Reference::of(module, field)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let reference =
            |from: &str, word: &str| Reference::of(from, &Field::parse(word).unwrap()).unwrap();
        Graph {
            domains: ["customers", "orders", "users"].map(str::to_owned).to_vec(),
            references: vec![
                reference("orders", "customer:ref"),
                reference("orders", "parent:ref=self:nullable"),
            ],
            flows: vec![
                Flow { name: "sync".to_owned(), domain: Some("orders".to_owned()) },
                Flow { name: "web-scrapper".to_owned(), domain: None },
            ],
        }
    }

    #[test]
    fn people_and_mermaid_see_the_same() {
        insta::assert_snapshot!(graph().text(), @r"
        customers
        orders     → customers (customer), orders (parent, optional)
        users

        flows
        sync          → orders
        web-scrapper
        ");
        insta::assert_snapshot!(graph().mermaid(), @r"
        flowchart LR
            customers[customers]
            flow_sync ==> orders
            flow_sync([sync])
            flow_web_scrapper([web-scrapper])
            orders -->|customer| customers
            orders -.->|parent| orders
            orders[orders]
            users[users]
        ");
    }
}
