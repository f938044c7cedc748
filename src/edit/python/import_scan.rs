//! What a module says of itself, as far as rules ask: what it imports, wherever that stands, what it
//! uses, and what its classes and functions are. Changes nothing.

use std::collections::HashSet;
use std::ops::Range;

use tree_sitter::Node;

use super::syntax::Module;

/// The functions that import by a text.
const DYNAMIC: &[&str] = &["import_module", "__import__"];

/// One imported name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// What it is, dotted and absolute: `app.api.routes.orders.router`.
    pub name: String,
    /// What the code calls it: `orders_router`; empty where it has no name of its own.
    pub bound: String,
    /// Where, counted from 1.
    pub line: usize,
}

/// A class, wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Class {
    /// Its name.
    pub name: String,
    /// What it derives from, as written.
    pub bases: Vec<String>,
    /// Whether it names its table.
    pub has_table: bool,
    /// Where, counted from 1.
    pub line: usize,
}

/// A function at the top level that is a flow by its decorator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its name.
    pub name: String,
    /// Whether another flow of the module uses it.
    pub is_part: bool,
    /// Where, counted from 1.
    pub line: usize,
}

/// A module that is valid Python, to be asked.
pub struct Scan<'a> {
    module: Module<'a>,
    package: String,
}

impl<'a> Scan<'a> {
    /// Reads a module of `package`; fails with the line of the first error.
    pub fn parse(source: &'a str, package: &str) -> Result<Scan<'a>, usize> {
        Ok(Scan { module: Module::parse(source)?, package: package.to_owned() })
    }

    /// Returns what is imported anywhere: in functions, for type checkers, and by a plain text.
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for node in self.module.all() {
            match node.kind() {
                "import_statement" | "import_from_statement" => {
                    self.add_statement(node, &mut imports);
                }
                "call" => imports.extend(self.dynamic(node)),
                _ => {}
            }
        }
        imports
    }

    fn add_statement(&self, node: Node<'_>, imports: &mut Vec<Import>) {
        let origin = self.module.imported_module(node).map(|written| self.origin(written));
        let mut add = |name: &str, bound: &str| {
            let name = without_spaces(name);
            let name = origin.as_ref().map_or(name.clone(), |origin| format!("{origin}.{name}"));
            imports.push(Import { name, bound: without_spaces(bound), line: line(node) });
        };
        let mut cursor = node.walk();
        for child in node.children_by_field_name("name", &mut cursor) {
            let (name, alias) = self.module.imported(child);
            add(name, alias.unwrap_or(name));
        }
        let mut cursor = node.walk();
        if node.children(&mut cursor).any(|child| child.kind() == "wildcard_import") {
            add("*", "");
        }
    }

    /// Returns the absolute name of the module that a `from` names, which may be relative.
    fn origin(&self, written: &str) -> String {
        let written = without_spaces(written);
        let module = written.trim_start_matches('.');
        let level = written.len() - module.len();
        if level == 0 {
            return written;
        }
        let parents: Vec<_> = self.package.split('.').collect();
        let mut parts =
            parents[..(parents.len() + 1).saturating_sub(level).min(parents.len())].to_vec();
        parts.extend((!module.is_empty()).then_some(module));
        parts.join(".")
    }

    /// Returns what `importlib.import_module("…")` and its like import.
    fn dynamic(&self, call: Node<'_>) -> Option<Import> {
        let function = call.child_by_field_name("function")?;
        let name = function.child_by_field_name("attribute").unwrap_or(function);
        let argument = call.child_by_field_name("arguments")?.named_child(0)?;
        if !DYNAMIC.contains(&self.module.text(name)) || argument.kind() != "string" {
            return None;
        }
        let mut cursor = argument.walk();
        let parts: Vec<_> = argument.named_children(&mut cursor).collect();
        let plain = parts.iter().all(|part| part.kind() != "interpolation");
        let text = parts.iter().find(|part| part.kind() == "string_content")?;
        let name = self.module.text(*text).to_owned();
        plain.then(|| Import { name, bound: String::new(), line: line(call) })
    }

    /// Returns the names, and the dotted paths of names, that the code uses, its imports aside.
    pub fn used(&self) -> HashSet<&'a str> {
        let used = self.module.all().filter(|node| {
            let around = node.parent();
            let is_named = matches!(node.kind(), "identifier" | "attribute");
            is_named
                && !around.is_some_and(|around| match around.kind() {
                    "dotted_name" | "aliased_import" => true,
                    "keyword_argument" => around.child_by_field_name("name") == Some(*node),
                    _ => false,
                })
        });
        used.map(|node| self.module.text(node)).collect()
    }

    /// Returns the calls of a method of one of these names, each with its line.
    pub fn method_calls(&self, names: &[&str]) -> Vec<(&'a str, usize)> {
        let call = |node: Node<'_>| {
            let name = self.module.called(node).filter(|name| names.contains(name))?;
            Some((name, line(node)))
        };
        self.module.all().filter_map(call).collect()
    }

    /// Returns the lines on which something of `owner`, such as `self.session`, is used.
    pub fn uses_of(&self, owner: &str) -> Vec<usize> {
        let is_it = |node: &Node<'_>| {
            let object = node.child_by_field_name("object").filter(|_| node.kind() == "attribute");
            object.is_some_and(|object| self.module.text(object) == owner)
        };
        self.module.all().filter(is_it).map(line).collect()
    }

    /// Returns the line on which `name` is given a value at the top level.
    pub fn assigns(&self, name: &str) -> Option<usize> {
        let statements = self.module.statements();
        statements.into_iter().find(|node| self.assigned(*node) == Some(name)).map(line)
    }

    /// Tells whether the module itself gives `name` a meaning, at the top level.
    pub fn defines(&self, name: &str) -> bool {
        self.imports().iter().any(|import| import.bound == name)
            || self
                .module
                .statements()
                .into_iter()
                .any(|node| self.assigned(node) == Some(name) || self.defined(node) == Some(name))
    }

    /// Returns the name that a statement makes a function or a class.
    fn defined(&self, statement: Node<'_>) -> Option<&'a str> {
        let node = statement.child_by_field_name("definition").unwrap_or(statement);
        matches!(node.kind(), "function_definition" | "class_definition").then_some(())?;
        Some(self.module.text(node.child_by_field_name("name")?))
    }

    /// Returns the name that a statement gives a value.
    fn assigned(&self, statement: Node<'_>) -> Option<&'a str> {
        let assignment = statement.named_child(0).filter(|node| node.kind() == "assignment")?;
        Some(self.module.text(assignment.child_by_field_name("left")?))
    }

    /// Returns every class.
    pub fn classes(&self) -> Vec<Class> {
        let classes = self.module.all().filter(|node| node.kind() == "class_definition");
        classes.filter_map(|node| self.class(node)).collect()
    }

    fn class(&self, node: Node<'_>) -> Option<Class> {
        let name = self.module.text(node.child_by_field_name("name")?).to_owned();
        let mut bases = Vec::new();
        if let Some(list) = node.child_by_field_name("superclasses") {
            let mut cursor = list.walk();
            bases.extend(list.named_children(&mut cursor).map(|base| self.module.text(base)));
        }
        let bases = bases.into_iter().map(str::to_owned).collect();
        let body = node.child_by_field_name("body")?;
        let mut cursor = body.walk();
        let mut names = body.named_children(&mut cursor).filter_map(|child| self.assigned(child));
        let has_table = names.any(|name| matches!(name, "__tablename__" | "__table__"));
        Some(Class { name, bases, has_table, line: line(node) })
    }

    /// Returns the flows: functions that Prefect's decorator makes one.
    pub fn flows(&self) -> Vec<Flow> {
        let found: Vec<_> =
            self.module.statements().into_iter().filter_map(|node| self.flow(node)).collect();
        let is_part = |name: &str| {
            let inside = |node: &Node<'_>| {
                let mut others = found.iter().filter(|(other, ..)| *other != name);
                others.any(|(_, range, _)| range.contains(&node.start_byte()))
            };
            let mut named = self.module.all().filter(|node| node.kind() == "identifier");
            named.any(|node| self.module.text(node) == name && inside(&node))
        };
        let flow = |(name, _, line): &(&str, Range<usize>, usize)| Flow {
            name: (*name).to_owned(),
            is_part: found.len() > 1 && is_part(name),
            line: *line,
        };
        found.iter().map(flow).collect()
    }

    fn flow(&self, node: Node<'_>) -> Option<(&'a str, Range<usize>, usize)> {
        let definition = node.child_by_field_name("definition")?;
        let mut cursor = node.walk();
        let mut decorators = node.named_children(&mut cursor).filter(|n| n.kind() == "decorator");
        decorators.find(|decorator| {
            let what = decorator.named_child(0);
            let what = what.map(|what| what.child_by_field_name("function").unwrap_or(what));
            let name = what.map(|what| what.child_by_field_name("attribute").unwrap_or(what));
            name.is_some_and(|name| self.module.text(name) == "flow")
        })?;
        let name = definition.child_by_field_name("name")?;
        (definition.kind() == "function_definition")
            .then(|| (self.module.text(name), node.byte_range(), line(definition)))
    }
}

fn line(node: Node<'_>) -> usize {
    node.start_position().row + 1
}

/// Names may be written with spaces and line ends between their parts.
fn without_spaces(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(source: &str) -> Scan<'_> {
        Scan::parse(source, "app.domains.users").unwrap()
    }

    fn found(source: &str) -> Vec<(String, String, usize)> {
        let imports = scan(source).imports().into_iter();
        imports.map(|import| (import.name, import.bound, import.line)).collect()
    }

    #[test]
    fn no_way_of_importing_is_overlooked() {
        for (source, name, bound, line) in [
            ("import fastapi", "fastapi", "fastapi", 1),
            ("import a.b", "a.b", "a.b", 1),
            ("import a.b as c", "a.b", "c", 1),
            ("x = 1; import a . b", "a.b", "a.b", 1),
            ("from app import api", "app.api", "api", 1),
            ("from a.b import c as d", "a.b.c", "d", 1),
            ("from a import (\n    b,\n)", "a.b", "b", 1),
            ("from a import *", "a.*", "", 1),
            ("def late():\n    from a.b import C", "a.b.C", "C", 2),
            ("async def late():\n    with x:\n        import a", "a", "a", 3),
            ("class A:\n    import a", "a", "a", 2),
            ("if TYPE_CHECKING:\n    from fastapi import FastAPI", "fastapi.FastAPI", "FastAPI", 2),
            ("try:\n    import a\nexcept ImportError:\n    pass", "a", "a", 2),
            ("from . import models", "app.domains.users.models", "models", 1),
            ("from .models import User", "app.domains.users.models.User", "User", 1),
            ("from .. import orders", "app.domains.orders", "orders", 1),
            ("from ..orders.models import O", "app.domains.orders.models.O", "O", 1),
            ("from ... import api", "app.api", "api", 1),
            ("from .... import x", ".x", "x", 1),
            ("importlib.import_module('app.api.routes')", "app.api.routes", "", 1),
            ("\nimport_module(\"a.b\", package=x)", "a.b", "", 2),
            ("__import__('fastapi')", "fastapi", "", 1),
        ] {
            assert_eq!(found(source), [(name.to_owned(), bound.to_owned(), line)], "{source}");
        }
    }

    #[test]
    fn what_is_no_import_is_none() {
        for source in [
            "\"\"\"import fastapi\"\"\"",
            "# import fastapi",
            "x = 'from fastapi import FastAPI'",
            "import_module(name)",
            "import_module(f'{a}.b')",
            "load('a')",
            "from __future__ import annotations",
        ] {
            assert_eq!(found(source), [], "{source}");
        }
        assert_eq!(Scan::parse("x = 1\nimport (\n", "").err(), Some(2));
    }

    #[test]
    fn several_names_are_several_imports() {
        let names = found("import a, b.c as d\nfrom x import (y, z as w)\n");
        let names: Vec<_> = names.iter().map(|(name, bound, _)| (&**name, &**bound)).collect();
        assert_eq!(names, [("a", "a"), ("b.c", "d"), ("x.y", "y"), ("x.z", "w")]);
    }

    #[test]
    fn what_is_only_imported_named_or_said_is_not_used() {
        let source =
            "from a import b, c\nimport d.e\n__all__ = ['b']\nf(x=c, b=1)\ng = d.e.h\n# b\n";
        let scan = scan(source);
        let used = scan.used();
        for (name, expected) in [("b", false), ("c", true), ("d.e", true), ("d.e.h", true)] {
            assert_eq!(used.contains(name), expected, "{name}");
        }
    }

    #[test]
    fn calls_attributes_and_names_at_the_top_level_have_their_lines() {
        let source = "router: R = make()\n\ndef f(self):\n    router2 = 1\n    self.session.add(1)\n    x.commit()\n";
        let scan = scan(source);
        assert_eq!(scan.method_calls(&["commit", "rollback"]), [("commit", 6)]);
        assert_eq!(scan.uses_of("self.session"), [5]);
        assert_eq!(scan.assigns("router"), Some(1));
        assert_eq!(scan.assigns("router2"), None);
        assert!(scan.defines("f") && scan.defines("router") && !scan.defines("router2"));
    }

    #[test]
    fn classes_say_what_they_derive_from_and_whether_they_are_tables() {
        let source = "class A(x.Base, metaclass=M):\n    __tablename__ = 'a'\n\nclass B: ...\n";
        let [a, b] = &scan(source).classes()[..] else { panic!("there are two") };
        assert_eq!((&*a.name, a.has_table, a.line), ("A", true, 1));
        assert_eq!(a.bases, ["x.Base", "metaclass=M"]);
        assert_eq!((&*b.name, b.has_table, &*b.bases), ("B", false, &[][..]));
    }

    #[test]
    fn a_module_cut_anywhere_is_asked_without_falling_over() {
        let source = "from . import (a as b)\n@flow\ndef f(x=import_module('y')): ...\nclass C(D):\n    E = 1\n    __table__ = F\nrouter: R = g.h.commit()\n";
        let asked = (0..source.len()).filter_map(|end| Scan::parse(&source[..end], "app").ok());
        let counts = asked.map(|scan| {
            let found = scan.imports().len() + scan.used().len() + scan.flows().len();
            found + scan.classes().len() + scan.method_calls(&["commit"]).len()
        });
        assert!(counts.max() > Some(10));
    }

    #[test]
    fn flows_are_what_the_decorator_makes_one() {
        let source = "\
@flow
def a(): ...
@task
@prefect.flow(name='b')
async def b():
    await c()
@flow(name='c')
def c(): ...
@task
def d(): ...
def e(): ...
";
        let flows = scan(source).flows();
        let flows: Vec<_> = flows.iter().map(|f| (&*f.name, f.is_part, f.line)).collect();
        assert_eq!(flows, [("a", false, 2), ("b", false, 5), ("c", true, 8)]);
    }
}
