//! A module as syntax. Only this file, `pieces.rs`, `endpoints.rs` and `import_scan.rs` know the names
//! of the grammar's nodes.

use tree_sitter::{Node, Parser, Tree};

use super::Registration;

/// A module that is valid Python.
pub struct Module<'a> {
    /// Its text.
    pub source: &'a str,
    tree: Tree,
}

/// A name, or a path of names, by which a module can use what it imported.
#[derive(Clone, Debug)]
pub struct Binding {
    /// What the code writes: `orders_router`, `orders.router`.
    pub expression: String,
    /// Whether the import stands at the top level.
    pub top_level: bool,
    /// Whether the module was imported, and not the thing itself.
    pub is_module: bool,
    /// Where, counted from 1.
    pub line: usize,
    /// Where the import statement stands, in bytes.
    pub statement: std::ops::Range<usize>,
    /// Where the name stands in it.
    pub name: std::ops::Range<usize>,
}

impl<'a> Module<'a> {
    /// Parses a module; fails with the line of the first error.
    pub fn parse(source: &'a str) -> Result<Module<'a>, usize> {
        let mut parser = Parser::new();
        let language = tree_sitter_python::LANGUAGE.into();
        parser.set_language(&language).expect("the grammar fits the library");
        let tree = parser.parse(source, None).expect("there is a language, and no time limit");
        let module = Module { source, tree };
        if !module.tree.root_node().has_error() {
            return Ok(module);
        }
        let broken = module.all().find(|node| node.is_error() || node.is_missing());
        Err(broken.map_or(1, |node| node.start_position().row + 1))
    }

    /// Returns the text of a node.
    pub fn text(&self, node: Node<'_>) -> &'a str {
        &self.source[node.byte_range()]
    }

    /// Returns every node, in the order of the text, without recursion.
    pub fn all(&self) -> impl Iterator<Item = Node<'_>> {
        let (mut cursor, mut done) = (self.tree.walk(), false);
        std::iter::from_fn(move || {
            let node = (!done).then(|| cursor.node())?;
            if !cursor.goto_first_child() {
                while !done && !cursor.goto_next_sibling() {
                    done = !cursor.goto_parent();
                }
            }
            Some(node)
        })
    }

    /// Returns the statements at the top level.
    pub fn statements(&self) -> Vec<Node<'_>> {
        let root = self.tree.root_node();
        let mut cursor = root.walk();
        root.named_children(&mut cursor).filter(|node| node.kind() != "comment").collect()
    }

    /// Tells whether a statement is a docstring, or nothing but a text.
    pub fn is_text(&self, node: Node<'_>) -> bool {
        node.kind() == "expression_statement"
            && node.named_child(0).is_some_and(|child| child.kind() == "string")
    }

    /// Tells whether a statement imports something.
    pub fn is_import(&self, node: Node<'_>) -> bool {
        matches!(
            node.kind(),
            "import_statement" | "import_from_statement" | "future_import_statement"
        )
    }

    /// Returns the module of a `from … import …`.
    pub fn imported_module(&self, node: Node<'_>) -> Option<&'a str> {
        match node.kind() {
            "import_from_statement" => Some(self.text(node.child_by_field_name("module_name")?)),
            _ => None,
        }
    }

    /// Returns the ways in which the module calls `module.name`.
    pub fn bindings(&self, module: &str, name: &str) -> Vec<Binding> {
        let (parent, last) = module.rsplit_once('.').unwrap_or(("", module));
        let mut bindings = Vec::new();
        // Most files say nothing of it, and have many nodes.
        if !self.source.contains(last) {
            return bindings;
        }
        for statement in self.all().filter(|node| self.is_import(*node)) {
            let from = self.imported_module(statement);
            let mut cursor = statement.walk();
            for child in statement.children_by_field_name("name", &mut cursor) {
                let (path, alias) = self.imported(child);
                let (expression, is_module) = match from {
                    Some(from) if same(from, module) && path == name => {
                        (alias.unwrap_or(path).to_owned(), false)
                    }
                    Some(from) if same(from, parent) && path == last => {
                        (format!("{}.{name}", alias.unwrap_or(path)), true)
                    }
                    None if path == module => (format!("{}.{name}", alias.unwrap_or(path)), true),
                    _ => continue,
                };
                bindings.push(Binding {
                    expression,
                    is_module,
                    top_level: statement.parent() == Some(self.tree.root_node()),
                    line: statement.start_position().row + 1,
                    statement: statement.byte_range(),
                    name: child.byte_range(),
                });
            }
        }
        bindings
    }

    /// Returns what is imported, and what it is called here.
    pub fn imported(&self, node: Node<'_>) -> (&'a str, Option<&'a str>) {
        match (node.child_by_field_name("name"), node.child_by_field_name("alias")) {
            (Some(name), Some(alias)) => (self.text(name), Some(self.text(alias))),
            _ => (self.text(node), None),
        }
    }

    /// Tells whether `expression` stands in the list, or is given to the call.
    pub fn is_listed(&self, expression: &str, registration: &Registration<'_>) -> bool {
        !self.listed(expression, registration).is_empty()
    }

    /// Returns the elements and the calls that register `expression`.
    pub fn listed(&self, expression: &str, registration: &Registration<'_>) -> Vec<Node<'_>> {
        let is_it = |node: &Node<'_>| {
            matches!(node.kind(), "identifier" | "attribute") && self.text(*node) == expression
        };
        let found = self.all().filter(is_it).filter_map(|node| {
            let parent = node.parent()?;
            match parent.kind() {
                "list" | "tuple" | "set" if self.list_of(parent) == Some(registration.list) => {
                    Some(node)
                }
                "argument_list" => {
                    let call = parent.parent()?;
                    let method = self.called(call)?;
                    let added = matches!(method, "append" | "insert")
                        && self.list_of(node) == Some(registration.list);
                    (added || Some(method) == registration.call).then_some(call)
                }
                _ => None,
            }
        });
        found.collect()
    }

    /// Returns the name of the variable that a list, or what it is a part of, is given to.
    fn list_of(&self, list: Node<'_>) -> Option<&'a str> {
        let mut node = list;
        loop {
            node = node.parent()?;
            match node.kind() {
                "assignment" | "augmented_assignment" => {
                    return Some(self.text(node.child_by_field_name("left")?));
                }
                "binary_operator"
                | "parenthesized_expression"
                | "list"
                | "tuple"
                | "list_splat"
                | "conditional_expression" => {}
                // `ROUTERS.extend([…])` and `ROUTERS.append(…)`
                "argument_list" => {
                    let function = node.parent()?.child_by_field_name("function")?;
                    return Some(self.text(function.child_by_field_name("object")?));
                }
                _ => return None,
            }
        }
    }

    /// Returns the method that a call is to.
    pub fn called(&self, call: Node<'_>) -> Option<&'a str> {
        let function = call.child_by_field_name("function").filter(|_| call.kind() == "call")?;
        Some(self.text(function.child_by_field_name("attribute")?))
    }

    /// Returns where `expression` is used, its imports aside.
    pub fn uses(&self, expression: &str) -> Vec<Node<'_>> {
        let used = self.all().filter(|node| {
            matches!(node.kind(), "identifier" | "attribute")
                && self.text(*node) == expression
                && !node.parent().is_some_and(|parent| {
                    matches!(parent.kind(), "aliased_import" | "dotted_name" | "keyword_argument")
                        && parent.child_by_field_name("value") != Some(*node)
                })
        });
        used.collect()
    }

    /// Returns the line on which `name` is given a meaning, or used.
    pub fn line_of(&self, name: &str) -> Option<usize> {
        if !self.source.contains(name) {
            return None;
        }
        let found = self.all().find(|node| node.kind() == "identifier" && self.text(*node) == name);
        found.map(|node| node.start_position().row + 1)
    }

    /// Returns the lists and tuples that are given to `name` at the top level, and how many other
    /// things are, anywhere.
    pub fn lists(&self, name: &str) -> (Vec<Node<'_>>, Vec<usize>) {
        let (mut lists, mut others) = (Vec::new(), Vec::new());
        for node in
            self.all().filter(|node| matches!(node.kind(), "assignment" | "augmented_assignment"))
        {
            if node.child_by_field_name("left").map(|left| self.text(left)) != Some(name) {
                continue;
            }
            let top_level =
                node.parent().and_then(|parent| parent.parent()) == Some(self.tree.root_node());
            let right = node.child_by_field_name("right");
            match right.filter(|right| matches!(right.kind(), "list" | "tuple")) {
                Some(right) if top_level && node.kind() == "assignment" => lists.push(right),
                _ => others.push(node.start_position().row + 1),
            }
        }
        (lists, others)
    }

    /// Returns the statements that call the method `name` on something, and do nothing else.
    pub fn calls(&self, name: &str) -> Vec<Node<'_>> {
        let calls = self.all().filter(|node| self.called(*node) == Some(name));
        calls
            .filter_map(|call| {
                call.parent().filter(|parent| parent.kind() == "expression_statement")
            })
            .collect()
    }

    /// Tells whether a statement runs once, whenever what is around it does.
    pub fn is_unconditional(&self, statement: Node<'_>) -> bool {
        let around = statement.parent();
        let block = around.and_then(|around| around.parent());
        around == Some(self.tree.root_node())
            || block.is_some_and(|block| block.kind() == "function_definition")
    }

    /// Returns what a method is called on: `api_router` in `api_router.include_router(x)`.
    pub fn callee(&self, statement: Node<'_>) -> Option<&'a str> {
        let function = statement.named_child(0)?.child_by_field_name("function")?;
        Some(self.text(function))
    }

    /// Returns the elements of a list or a tuple.
    pub fn elements<'n>(&self, list: Node<'n>) -> Vec<Node<'n>> {
        let mut cursor = list.walk();
        list.named_children(&mut cursor).filter(|node| node.kind() != "comment").collect()
    }

    /// Tells whether there are comments in a list.
    pub fn has_comments(&self, list: Node<'_>) -> bool {
        let mut cursor = list.walk();
        list.named_children(&mut cursor).any(|node| node.kind() == "comment")
    }

    /// Tells whether an element is a name, or a path of names.
    pub fn is_name(&self, node: Node<'_>) -> bool {
        matches!(node.kind(), "identifier" | "attribute")
    }

    /// Tells whether a node is a tuple.
    pub fn is_tuple(&self, node: Node<'_>) -> bool {
        node.kind() == "tuple"
    }

    /// Returns the comma after an element, if there is one.
    pub fn comma_after<'n>(&self, element: Node<'n>) -> Option<Node<'n>> {
        let mut next = element.next_sibling();
        while next.is_some_and(|node| node.kind() == "comment") {
            next = next.and_then(|node| node.next_sibling());
        }
        next.filter(|node| node.kind() == ",")
    }

    /// Returns the comma before an element, if there is one.
    pub fn comma_before<'n>(&self, element: Node<'n>) -> Option<Node<'n>> {
        let mut before = element.prev_sibling();
        while before.is_some_and(|node| node.kind() == "comment") {
            before = before.and_then(|node| node.prev_sibling());
        }
        before.filter(|node| node.kind() == ",")
    }

    /// Returns the list around an element, if it stands in one.
    pub fn around<'n>(&self, element: Node<'n>) -> Option<Node<'n>> {
        element.parent().filter(|parent| matches!(parent.kind(), "list" | "tuple"))
    }

    /// Returns the statement that a call is, if it is one.
    pub fn statement_of<'n>(&self, call: Node<'n>) -> Option<Node<'n>> {
        call.parent()
            .filter(|parent| call.kind() == "call" && parent.kind() == "expression_statement")
    }

    /// Tells how many names an import has.
    pub fn names_of(&self, statement: &std::ops::Range<usize>) -> usize {
        let found = self.tree.root_node().descendant_for_byte_range(statement.start, statement.end);
        let Some(node) = found else { return 0 };
        let mut cursor = node.walk();
        node.children_by_field_name("name", &mut cursor).count()
    }
}

/// Tells whether an import of `written` is one of `module`; a relative one is compared by its end.
fn same(written: &str, module: &str) -> bool {
    match written.strip_prefix('.').map(|rest| rest.trim_start_matches('.')) {
        None => written == module,
        Some("") => false,
        Some(rest) => module.ends_with(&format!(".{rest}")),
    }
}
