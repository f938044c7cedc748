//! What a module of routes says without being run: its routes, and what each depends on.
//!
//! Knows the grammar's nodes, as [`super::syntax`] does.

use std::collections::HashMap;

use tree_sitter::Node;

use super::pristine::plain_assembly;
use super::syntax::Module;

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its methods; empty where they are computed.
    pub methods: Vec<String>,
    /// Its path after the router's prefix; nothing where it is computed.
    pub path: Option<String>,
    /// Its function.
    pub function: String,
    /// Where it stands, counted from 1.
    pub line: usize,
    /// What it depends on.
    pub needs: Vec<Need>,
}

/// Something that a route, or one of its dependencies, asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// A name whose meaning may be a dependency: `CurrentUser`.
    Name(String),
    /// `Depends(get_user)`: what is called.
    Call(String),
    /// `Security(…)`: credentials.
    Credentials,
}

/// The routes of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// The prefix of its router; nothing where it is computed.
    pub prefix: Option<String>,
    /// What every route of it depends on.
    pub needs: Vec<Need>,
    /// The routes.
    pub endpoints: Vec<Endpoint>,
    /// The line on which another router is included, or a route added by a call, which are not followed.
    pub unread: Option<usize>,
}

/// What the names of a module mean, as far as dependencies go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meanings {
    /// Names that are given a value.
    pub values: HashMap<String, Vec<Need>>,
    /// Functions: what they ask for, and the names that they use.
    pub functions: HashMap<String, (Vec<Need>, Vec<String>)>,
    /// Names that are imported: from which module, and what they are called there.
    pub imports: HashMap<String, (String, String)>,
}

/// How a module puts routers together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assembly {
    /// What it imports: from which module, what it is called there, and here.
    pub imports: Vec<(String, String, String)>,
    /// The elements of its list.
    pub listed: Vec<String>,
    /// What it includes by a call, each with the code of its prefix, if it has one.
    pub included: Vec<(String, Option<String>)>,
}

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// Reads the routes of the router that is called `router` in a module.
///
/// # Errors
/// Fails with the line of the first error where the text is not valid Python.
pub fn endpoints(source: &str, router: &str) -> Result<Endpoints, usize> {
    let module = Module::parse(source)?;
    let mut found = Endpoints { prefix: Some(String::new()), ..Endpoints::default() };
    for statement in module.statements() {
        if let Some(call) = module.value_of(statement, router) {
            let prefix = module.keyword(call, "prefix");
            found.prefix = prefix.map_or(Some(String::new()), |node| module.plain(node));
            let needs = module.keyword(call, "dependencies");
            found.needs = needs.map(|node| module.needs(node)).unwrap_or_default();
        }
        for decorator in module.decorators(statement) {
            let Some((verb, arguments)) = module.method_call(decorator, router) else { continue };
            found.endpoints.extend(endpoint(&module, statement, &verb, arguments));
        }
        let calls = ["include_router", "add_api_route", "mount"];
        if calls.iter().any(|name| module.text(statement).contains(&format!("{router}.{name}("))) {
            found.unread = found.unread.or(Some(statement.start_position().row + 1));
        }
    }
    Ok(found)
}

fn endpoint(
    module: &Module<'_>,
    statement: Node<'_>,
    verb: &str,
    call: Node<'_>,
) -> Option<Endpoint> {
    let methods = match verb {
        "api_route" => match module.keyword(call, "methods") {
            Some(node) => module.plain_list(node),
            None => vec!["GET".to_owned()],
        },
        verb if METHODS.contains(&verb) => vec![verb.to_ascii_uppercase()],
        _ => return None,
    };
    let path = module.keyword(call, "path").or_else(|| module.argument(call));
    let function = module.function_of(statement)?;
    let mut needs =
        module.keyword(call, "dependencies").map(|node| module.needs(node)).unwrap_or_default();
    needs.extend(module.parameters(function).into_iter().flat_map(|node| module.needs(node)));
    Some(Endpoint {
        methods,
        path: path.and_then(|node| module.plain(node)),
        function: module.name_of(function).to_owned(),
        line: statement.start_position().row + 1,
        needs,
    })
}

/// Reads how a module puts together the routers of its list `list`, and others.
///
/// # Errors
/// Fails with the line of the first error where the text is not valid Python.
pub fn assembly(source: &str, list: &str) -> Result<Assembly, usize> {
    // A project may have a thousand routers.
    if let Some(plain) = plain_assembly(source, list) {
        return Ok(plain);
    }
    let module = Module::parse(source)?;
    let imports = module.imports().into_iter().filter_map(|import| {
        let called = import.called().to_owned();
        Some((import.module?, import.name, called))
    });
    let (lists, _) = module.lists(list);
    let elements = lists.into_iter().flat_map(|list| module.elements(list));
    let calls = module.all().filter(|node| module.called(*node) == Some("include_router"));
    let included = calls.filter_map(|call| {
        let prefix = module.keyword(call, "prefix").map(|node| module.text(node).to_owned());
        Some((module.text(module.argument(call)?).to_owned(), prefix))
    });
    Ok(Assembly {
        imports: imports.collect(),
        listed: elements.map(|element| module.text(element).to_owned()).collect(),
        included: included.collect(),
    })
}

/// Reads what the names of a module mean; of one that is not valid Python, nothing.
pub fn meanings(source: &str) -> Meanings {
    let Ok(module) = Module::parse(source) else { return Meanings::default() };
    let mut found = Meanings::default();
    for import in module.imports() {
        let called = import.called().to_owned();
        if let Some(from) = import.module {
            found.imports.insert(called, (from, import.name));
        }
    }
    for statement in module.statements() {
        if let Some((name, value)) = module.assignment(statement) {
            found.values.insert(name.to_owned(), module.needs(value));
        } else if let Some(function) = module.function_of(statement) {
            let needs = module.parameters(function).into_iter().flat_map(|node| module.needs(node));
            let names = module.names_used(function);
            found.functions.insert(module.name_of(function).to_owned(), (needs.collect(), names));
        }
    }
    found
}

/// The syntax of routes.
impl<'a> Module<'a> {
    /// Returns what a simple name is given at the top level.
    fn assignment<'n>(&self, statement: Node<'n>) -> Option<(&'a str, Node<'n>)> {
        let inner = statement.named_child(0).filter(|inner| inner.kind() == "assignment")?;
        let left = inner.child_by_field_name("left").filter(|left| left.kind() == "identifier")?;
        Some((self.text(left), inner.child_by_field_name("right")?))
    }

    fn value_of<'n>(&self, statement: Node<'n>, name: &str) -> Option<Node<'n>> {
        self.assignment(statement).filter(|(left, _)| *left == name).map(|(_, value)| value)
    }

    fn decorators<'n>(&self, statement: Node<'n>) -> Vec<Node<'n>> {
        let mut cursor = statement.walk();
        let nodes = statement.named_children(&mut cursor);
        nodes
            .filter(|node| node.kind() == "decorator")
            .filter_map(|node| node.named_child(0))
            .collect()
    }

    /// Returns the method and the call of `object.method(…)`.
    fn method_call<'n>(&self, call: Node<'n>, object: &str) -> Option<(String, Node<'n>)> {
        let function = call.child_by_field_name("function").filter(|_| call.kind() == "call")?;
        let owner = function.child_by_field_name("object")?;
        let method = function.child_by_field_name("attribute")?;
        (self.text(owner) == object).then(|| (self.text(method).to_owned(), call))
    }

    /// Returns the value of a keyword argument.
    fn keyword<'n>(&self, call: Node<'n>, name: &str) -> Option<Node<'n>> {
        let arguments = call.child_by_field_name("arguments")?;
        let mut cursor = arguments.walk();
        let found = arguments.named_children(&mut cursor).find(|node| {
            node.kind() == "keyword_argument"
                && node.child_by_field_name("name").is_some_and(|own| self.text(own) == name)
        });
        found?.child_by_field_name("value")
    }

    /// Returns the first argument without a name.
    fn argument<'n>(&self, call: Node<'n>) -> Option<Node<'n>> {
        let arguments = call.child_by_field_name("arguments")?;
        let mut cursor = arguments.walk();
        let mut plain = arguments.named_children(&mut cursor);
        plain.find(|node| !matches!(node.kind(), "keyword_argument" | "comment"))
    }

    /// Returns the text of a string that nothing is put into.
    fn plain(&self, node: Node<'_>) -> Option<String> {
        let text =
            Some(self.text(node)).filter(|text| node.kind() == "string" && !text.contains('\\'))?;
        let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
        inner('"').or_else(|| inner('\'')).map(str::to_owned)
    }

    fn plain_list(&self, node: Node<'_>) -> Vec<String> {
        let texts = self.elements(node).into_iter().map(|element| self.plain(element));
        texts.collect::<Option<Vec<_>>>().unwrap_or_default()
    }

    fn function_of<'n>(&self, statement: Node<'n>) -> Option<Node<'n>> {
        let inner = statement.child_by_field_name("definition").unwrap_or(statement);
        (inner.kind() == "function_definition").then_some(inner)
    }

    fn name_of(&self, function: Node<'_>) -> &'a str {
        function.child_by_field_name("name").map_or("", |name| self.text(name))
    }

    fn parameters<'n>(&self, function: Node<'n>) -> Vec<Node<'n>> {
        let Some(list) = function.child_by_field_name("parameters") else { return Vec::new() };
        let mut cursor = list.walk();
        let parameters: Vec<_> = list.named_children(&mut cursor).collect();
        let part = |node: &Node<'n>, name: &str| node.child_by_field_name(name);
        parameters
            .iter()
            .flat_map(|node| [part(node, "type"), part(node, "value")])
            .flatten()
            .collect()
    }

    /// Returns what an expression asks for.
    fn needs(&self, expression: Node<'_>) -> Vec<Need> {
        let (mut needs, mut waiting) = (Vec::new(), vec![expression]);
        while let Some(node) = waiting.pop() {
            let called = node.child_by_field_name("function").filter(|_| node.kind() == "call");
            match called.map(|called| self.text(called).rsplit('.').next().unwrap_or_default()) {
                Some("Security") => needs.push(Need::Credentials),
                Some("Depends") => {
                    let target = self.keyword(node, "dependency").or_else(|| self.argument(node));
                    needs.extend(target.map(|target| Need::Call(self.text(target).to_owned())));
                }
                _ if node.kind() == "identifier" => {
                    needs.push(Need::Name(self.text(node).to_owned()));
                }
                _ => {
                    let mut cursor = node.walk();
                    let children: Vec<_> = node.named_children(&mut cursor).collect();
                    waiting.extend(children.into_iter().rev());
                }
            }
        }
        needs
    }

    fn names_used(&self, function: Node<'_>) -> Vec<String> {
        let (mut names, mut waiting) = (Vec::new(), vec![function]);
        while let Some(node) = waiting.pop() {
            if node.kind() == "identifier" {
                names.push(self.text(node).to_owned());
            }
            let mut cursor = node.walk();
            waiting.extend(node.named_children(&mut cursor));
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
from fastapi import APIRouter, Depends
from app.api.dependencies import CurrentUser as Caller, NoQuery

router = APIRouter(
    prefix="/orders",
    tags=["orders"], dependencies=[NoQuery],
)
PATH = "/computed"
Service = Annotated[OrderService, Depends(get_service)]

async def get_service(context: CurrentAuthContext, key=Security(header)) -> OrderService:
    return check(context)

@router.get("")
@router.head("/")
async def orders_list(service: Service) -> None: ...

@cached
@router.api_route("/{order_id}", methods=["PUT", "GET"], dependencies=[Depends(limit("1/s"))])
def both(order_id: UUID, user: Caller = None): ...

@router.post(PATH)
def computed(): ...

@other.get("/not-ours")
def not_ours(): ...
router.include_router(more)
"#;

    fn name(text: &str) -> Need {
        Need::Name(text.to_owned())
    }

    #[test]
    fn routes_are_read_however_they_are_written() {
        let read = endpoints(SOURCE, "router").unwrap();
        assert_eq!((read.prefix.as_deref(), read.needs), (Some("/orders"), vec![name("NoQuery")]));
        let shown: Vec<_> = read
            .endpoints
            .iter()
            .map(|each| (each.methods.join(","), each.path.clone(), &*each.function, each.line))
            .collect();
        let path = |text: &str| Some(text.to_owned());
        assert_eq!(
            shown,
            [
                ("GET".to_owned(), path(""), "orders_list", 15),
                ("HEAD".to_owned(), path("/"), "orders_list", 15),
                ("PUT,GET".to_owned(), path("/{order_id}"), "both", 19),
                ("POST".to_owned(), None, "computed", 23),
            ]
        );
        let call = Need::Call("limit(\"1/s\")".to_owned());
        assert_eq!(read.endpoints[2].needs, [call, name("UUID"), name("Caller")]);
        assert_eq!(read.unread, Some(28));
    }

    #[test]
    fn a_router_of_ours_is_read_without_a_parser_and_as_the_parser_would() {
        let ours = include_str!("../../../tests/edits/router/ours.py");
        let plain = plain_assembly(ours, "ROUTERS").expect("it is as we wrote it");
        let parsed = assembly(&format!("{ours}more = 1\n"), "ROUTERS").unwrap();
        assert_eq!((&plain.imports, &plain.listed), (&parsed.imports, &parsed.listed));
        assert!(!plain.listed.is_empty());
    }

    #[test]
    fn names_mean_what_the_module_says() {
        let read = meanings(SOURCE);
        assert_eq!(
            read.values["Service"],
            [name("Annotated"), name("OrderService"), Need::Call("get_service".into())]
        );
        let (needs, names) = &read.functions["get_service"];
        assert_eq!(needs[..], [name("CurrentAuthContext"), Need::Credentials]);
        assert!(names.contains(&"check".to_owned()));
        let caller = ("app.api.dependencies".to_owned(), "CurrentUser".to_owned());
        assert_eq!(read.imports["Caller"], caller);
        assert_eq!(meanings("def ("), Meanings::default());
    }
}
