//! What refers to what: domains, and the flows that work on them, as lines of a Mermaid flowchart.

use super::{Domain, Field, FieldKind};

/// What a flowchart would take for a word of its own.
const WORDS: &[&str] = &[
    "call",
    "class",
    "click",
    "default",
    "direction",
    "end",
    "flowchart",
    "graph",
    "href",
    "style",
    "subgraph",
];

/// A reference from one domain to another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Reference {
    /// The domain whose rows refer.
    pub from: String,
    /// The domain whose rows they name.
    pub to: String,
    /// The field by which.
    pub field: String,
    /// Whether it may name nothing.
    pub optional: bool,
}

impl Reference {
    /// Returns the reference that `field` of the domain `module` is, if it is one.
    pub fn of(module: &str, field: &Field) -> Option<Reference> {
        let FieldKind::Ref { target } = &field.kind else { return None };
        let to = if target == "self" { module } else { target };
        Some(Reference {
            from: module.to_owned(),
            to: to.to_owned(),
            field: field.name.clone(),
            optional: field.nullable,
        })
    }

    /// Returns it as a line.
    pub fn mermaid(&self) -> String {
        let arrow = if self.optional { "-.->" } else { "-->" };
        format!("{} {arrow}|{}| {}", id(&self.from), self.field, id(&self.to))
    }
}

/// Returns the lines of a domain: itself, and what it refers to.
pub fn domain_lines(domain: &Domain) -> Vec<String> {
    let module = &domain.names.module;
    let references = domain.fields.iter().filter_map(|field| Reference::of(module, field));
    std::iter::once(domain_line(module)).chain(references.map(|one| one.mermaid())).collect()
}

/// Returns the line of a domain by itself.
pub fn domain_line(module: &str) -> String {
    format!("{}[{module}]", id(module))
}

/// Returns the lines of a flow: itself, and the domain that it works on.
pub fn flow_lines(name: &str, domain: Option<&str>) -> Vec<String> {
    let own = format!("flow_{}", name.replace('-', "_"));
    let arrow = domain.map(|domain| format!("{own} ==> {}", id(domain)));
    std::iter::once(format!("{own}([{name}])")).chain(arrow).collect()
}

fn id(module: &str) -> String {
    let is_word = WORDS.contains(&module);
    if is_word { format!("{module}_") } else { module.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_who_refers_to_whom_and_whether_it_must() {
        let line = |word: &str| {
            Reference::of("orders", &Field::parse(word).unwrap()).map(|one| one.mermaid())
        };
        assert_eq!(line("customer:ref=users").unwrap(), "orders -->|customer| users");
        assert_eq!(line("end:ref:nullable").unwrap(), "orders -.->|end| ends");
        assert_eq!(line("parent:ref=self:nullable").unwrap(), "orders -.->|parent| orders");
        assert_eq!(line("name"), None);
        assert_eq!(domain_line("end"), "end_[end]");
        let lines = flow_lines("nightly-report", Some("orders"));
        assert_eq!(
            lines,
            ["flow_nightly_report([nightly-report])", "flow_nightly_report ==> orders"]
        );
    }
}
