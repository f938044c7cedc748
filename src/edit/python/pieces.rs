//! A module in pieces, as merging needs it: statements by name, their code word by word, imports.

use std::fmt;
use std::ops::Range;

use tree_sitter::Node;

use super::syntax::Module;

/// A name that a module imports at its top level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Where it comes from; nothing for `import name`.
    pub module: Option<String>,
    /// What it is called there.
    pub name: String,
    /// What else it is called here.
    pub alias: Option<String>,
}

impl Import {
    /// Returns what it is called here.
    pub fn called(&self) -> &str {
        let first = self.name.split('.').next().unwrap_or(&self.name);
        self.alias.as_deref().unwrap_or(first)
    }

    /// Returns it as a statement.
    pub fn line(&self) -> String {
        match &self.module {
            Some(module) => format!("from {module} import {self}"),
            None => format!("import {self}"),
        }
    }
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        self.alias.iter().try_for_each(|alias| write!(f, " as {alias}"))
    }
}

/// A piece of code, by its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// A word, a sign or a whole string.
    Code(Range<usize>),
    /// Where statements begin that belong to another.
    BlockStart(usize),
    /// Where they end.
    BlockEnd(usize),
    /// The end of a simple statement.
    LineEnd(usize),
}

impl Part {
    /// Returns where it stands.
    pub fn range(&self) -> Range<usize> {
        match self {
            Part::Code(range) => range.clone(),
            Part::BlockStart(place) | Part::BlockEnd(place) | Part::LineEnd(place) => {
                *place..*place
            }
        }
    }
}

impl Module<'_> {
    /// Returns what makes a statement the same one in another version of the module.
    pub fn key(&self, statement: Node<'_>) -> String {
        let node = self.undecorated(statement);
        let field = |node: Node<'_>, name| node.child_by_field_name(name).map(|it| self.text(it));
        match node.kind() {
            "class_definition" => format!("class {}", field(node, "name").unwrap_or_default()),
            "function_definition" => format!("def {}", field(node, "name").unwrap_or_default()),
            "import_from_statement" => {
                format!("from {}", field(node, "module_name").unwrap_or_default())
            }
            "type_alias_statement" => format!("= {}", field(node, "left").unwrap_or_default()),
            "expression_statement" => match node.named_child(0) {
                Some(inner) if inner.kind() == "assignment" => {
                    format!("= {}", field(inner, "left").unwrap_or_default())
                }
                Some(inner) if inner.kind() == "string" => "text".to_owned(),
                _ => format!("do {}", self.text(node)),
            },
            "import_statement" => self.text(node).to_owned(),
            kind => format!("{kind} {}", self.text(node).lines().next().unwrap_or_default()),
        }
    }

    /// Returns where the statements of a class begin, after its colon, and they; nothing for what
    /// is no class, or one on a single line.
    pub fn class_body<'n>(&self, statement: Node<'n>) -> Option<(usize, Vec<Node<'n>>)> {
        let class = self.undecorated(statement);
        let body = class.child_by_field_name("body").filter(|_| class.kind() == "class_definition");
        let body = body?;
        let (mut cursor, mut colon) = (class.walk(), None);
        for child in class.children(&mut cursor).filter(|child| child.kind() == ":") {
            colon = Some(child.end_byte());
        }
        let start = colon?;
        let own_lines = self.source[start..body.start_byte()].contains('\n');
        let mut cursor = body.walk();
        let statements = body.named_children(&mut cursor).filter(|node| node.kind() != "comment");
        let statements: Vec<_> = statements.collect();
        own_lines.then_some((start, statements))
    }

    /// Returns the code of a statement in pieces, comments and the commas before brackets aside.
    pub fn parts(&self, statement: Node<'_>) -> Vec<Part> {
        let mut parts = Vec::new();
        let (mut cursor, mut depth) = (statement.walk(), 0_usize);
        loop {
            let node = cursor.node();
            if node.kind() == "block" {
                parts.push(Part::BlockStart(node.start_byte()));
            }
            let whole = matches!(node.kind(), "string" | "comment");
            if !whole && cursor.goto_first_child() {
                depth += 1;
                continue;
            }
            if node.kind() != "comment" && !node.byte_range().is_empty() && !is_last_comma(node) {
                parts.push(Part::Code(node.byte_range()));
            }
            loop {
                let node = cursor.node();
                if node.kind() == "block" {
                    parts.push(Part::BlockEnd(node.end_byte()));
                } else if node.kind().ends_with("_statement") {
                    parts.push(Part::LineEnd(node.end_byte()));
                }
                if depth == 0 {
                    return parts;
                }
                if cursor.goto_next_sibling() {
                    break;
                }
                depth -= 1;
                cursor.goto_parent();
            }
        }
    }

    /// Returns the imports at the top level.
    pub fn import_statements(&self) -> Vec<Node<'_>> {
        self.statements().into_iter().filter(|node| self.is_import(*node)).collect()
    }

    /// Returns every name that is imported at the top level.
    pub fn imports(&self) -> Vec<Import> {
        let of = |node| self.names_in(node).into_iter().map(move |name| self.import(node, name));
        self.import_statements().into_iter().flat_map(of).collect()
    }

    /// Returns where the first block of imports stands, from the first one to the last.
    pub fn import_block(&self) -> Option<Range<usize>> {
        let statements = self.statements();
        let mut block = statements.iter().skip_while(|node| !self.is_import(**node));
        let first = block.next()?;
        let last = block.take_while(|node| self.is_import(**node)).last().unwrap_or(first);
        Some(first.start_byte()..last.end_byte())
    }

    /// Returns where an import stands: its statement, its name in it, and the line from 1.
    pub fn import_place(&self, import: &Import) -> Option<(Range<usize>, Range<usize>, usize)> {
        self.import_statements().into_iter().find_map(|node| {
            let name =
                self.names_in(node).into_iter().find(|name| self.import(node, *name) == *import)?;
            Some((node.byte_range(), name.byte_range(), node.start_position().row + 1))
        })
    }

    /// Tells whether a statement has that import.
    pub fn names_import(&self, statement: Node<'_>, import: &Import) -> bool {
        self.names_in(statement).into_iter().any(|name| self.import(statement, name) == *import)
    }

    /// Returns the names of an import statement, each with its alias.
    pub fn names_in<'n>(&self, statement: Node<'n>) -> Vec<Node<'n>> {
        let mut cursor = statement.walk();
        statement.children_by_field_name("name", &mut cursor).collect()
    }

    fn import(&self, statement: Node<'_>, name: Node<'_>) -> Import {
        let (path, alias) = self.imported(name);
        Import {
            module: self.imported_module(statement).map(str::to_owned),
            name: path.to_owned(),
            alias: alias.map(str::to_owned),
        }
    }

    /// Tells whether a name means something outside of imports.
    pub fn is_used(&self, name: &str) -> bool {
        let in_import = |node: Node<'_>| {
            let mut around = node.parent();
            while let Some(parent) = around.filter(|parent| !self.is_import(*parent)) {
                around = parent.parent();
            }
            around.is_some()
        };
        self.all()
            .any(|node| node.kind() == "identifier" && self.text(node) == name && !in_import(node))
    }

    /// Returns the class or function that decorators stand before, or the statement itself.
    fn undecorated<'n>(&self, statement: Node<'n>) -> Node<'n> {
        statement.child_by_field_name("definition").unwrap_or(statement)
    }
}

/// Tells whether a node is a comma before a closing bracket.
fn is_last_comma(node: Node<'_>) -> bool {
    if node.kind() != "," {
        return false;
    }
    let mut next = node.next_sibling();
    while next.is_some_and(|node| node.kind() == "comment") {
        next = next.and_then(|node| node.next_sibling());
    }
    next.is_some_and(|next| matches!(next.kind(), ")" | "]" | "}"))
}
