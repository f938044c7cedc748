//! The routes of a project, read from its files: no Python is started.
//!
//! A domain's routes that are as we wrote them follow from its record; all others are parsed, and what
//! they depend on is followed through the project's own modules.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::rc::Rc;

use serde::Serialize;

use super::text;
use crate::edit::python::{Assembly, Endpoint, Meanings, Need, assembly, endpoints, meanings};
use crate::error::Result;
use crate::tree::Tree;

/// Where modules of routes lie.
pub const ROUTES: &str = "app/api/routes";

/// What lists them, and the list in it.
pub const ROUTER: &str = "app/api/router.py";
const LIST: &str = "ROUTERS";

/// What includes the list, under this name, and others.
const MAIN: &str = "app/api/main.py";
const API: &str = "api_router";

const PACKAGE: &str = "app.api.routes.";

/// What has the prefix of all.
const SETTINGS: &str = "app/infrastructure/config.py";

/// Who gets past the door of a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Everyone.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Admins.
    Admins,
    /// Whoever can sign a webhook.
    Signature,
    /// It depends on something that cannot be read without running it.
    Unknown,
}

impl Access {
    /// Returns the words for it.
    pub fn words(self) -> &'static str {
        match self {
            Access::Public => "public",
            Access::SignedIn => "signed in",
            Access::Admins => "admins",
            Access::Signature => "signature",
            Access::Unknown => "?",
        }
    }
}

/// A route.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Route {
    /// Its method; nothing where it is computed.
    pub method: Option<String>,
    /// Its path, from the root; nothing where it is computed.
    pub path: Option<String>,
    /// Who gets past the door.
    pub access: Access,
    /// The domain whose rows it is about, where that is known.
    pub domain: Option<String>,
    /// Who sees which rows of it: `owner`, `public` or `admin`.
    pub scope: Option<&'static str>,
    /// What is done to them: `list`, `create`, …
    pub action: Option<&'static str>,
    /// Who may: `owner`, `everyone` or `admins`.
    pub allowed: Option<&'static str>,
    /// Where it stands.
    pub file: String,
    /// The line, counted from 1; nothing where the file did not have to be read.
    pub line: Option<usize>,
    /// Its function.
    #[serde(skip)]
    pub function: String,
}

/// A module of routes, and the prefix under which it is mounted.
pub type Mount = (String, String);

/// The modules of a project, each read once.
pub struct Modules<'t> {
    tree: &'t dyn Tree,
    read: RefCell<HashMap<String, Rc<Meanings>>>,
}

/// What was found on the way from a route to what it depends on.
#[derive(Clone, Copy, Debug, Default)]
struct Doors {
    credentials: bool,
    admin: bool,
    signature: bool,
    unknown: bool,
}

/// The functions of a project that open doors, as its contract names them.
const ADMIN: &str = "get_current_admin_user";
const SIGNATURE: &str = "verify_webhook";

impl<'t> Modules<'t> {
    /// Looks at the modules of the project whose files are `tree`.
    pub fn new(tree: &'t dyn Tree) -> Self {
        Modules { tree, read: RefCell::default() }
    }

    /// Returns the modules of routes that are mounted, each with its prefix, and what could not be
    /// followed.
    ///
    /// # Errors
    /// Fails where a file cannot be read.
    pub fn mounts(&self) -> Result<(Vec<Mount>, Vec<String>)> {
        let read = |path: &str| -> Result<(Assembly, Option<String>)> {
            let source = text(self.tree, path)?.unwrap_or_default();
            Ok(match assembly(&source, LIST) {
                Ok(assembly) => (assembly, None),
                Err(line) => {
                    (Assembly::default(), Some(format!("{path}:{line}: not valid Python")))
                }
            })
        };
        let ((router, bad), (main, worse)) = (read(ROUTER)?, read(MAIN)?);
        let mut warnings: Vec<_> = bad.into_iter().chain(worse).collect();
        let listed: HashSet<&String> = router.listed.iter().collect();
        let mut mounts = Vec::new();
        for (from, name, called) in &router.imports {
            let (module, code) = match from.strip_prefix(PACKAGE) {
                Some(module) if name == "router" => (module, called.clone()),
                None if *from == PACKAGE[..PACKAGE.len() - 1] => {
                    (&**name, format!("{called}.router"))
                }
                _ => continue,
            };
            let inner = router.included.iter().find(|(router, _)| *router == code);
            let outer = main.included.iter().find(|(router, _)| *router == code);
            let api = main.included.iter().find(|(router, _)| router == API);
            let prefixes = match (listed.contains(&code) || inner.is_some(), outer) {
                (true, _) => [
                    api.and_then(|(_, prefix)| prefix.as_ref()),
                    inner.and_then(|(_, p)| p.as_ref()),
                ],
                (false, Some((_, prefix))) => [prefix.as_ref(), None],
                (false, None) => {
                    warnings
                        .push(format!("{ROUTES}/{module}.py: its router is not included anywhere"));
                    continue;
                }
            };
            let prefixes: Result<Vec<_>> =
                prefixes.into_iter().flatten().map(|code| self.prefix(code)).collect();
            match prefixes?.into_iter().collect::<Option<String>>() {
                Some(prefix) => mounts.push((module.to_owned(), prefix)),
                None => warnings.push(format!("{ROUTES}/{module}.py: its prefix is computed")),
            }
        }
        Ok((mounts, warnings))
    }

    /// Returns what the code of a prefix means: a text, or a setting with its default.
    fn prefix(&self, code: &str) -> Result<Option<String>> {
        let quoted = |text: &str| {
            let rest = &text[text.find(['"', '\''])?..];
            let quote = &rest[..1];
            rest[1..].split_once(quote).map(|(inner, _)| inner.to_owned())
        };
        let Some(setting) = code.strip_prefix("settings.") else {
            return Ok(quoted(code).filter(|_| code.starts_with(['"', '\''])));
        };
        let source = text(self.tree, SETTINGS)?.unwrap_or_default();
        let line = source.lines().map(str::trim).find(|line| {
            line.strip_prefix(setting).is_some_and(|rest| rest.starts_with([':', ' ', '=']))
        });
        Ok(line.and_then(quoted))
    }

    /// Reads the routes of a module, mounted under `prefix`, and says what could not be followed.
    ///
    /// # Errors
    /// Fails where the file cannot be read.
    pub fn routes(&self, path: &str, prefix: &str) -> Result<(Vec<Route>, Option<String>)> {
        let source = text(self.tree, path)?.unwrap_or_default();
        let found = match endpoints(&source, "router") {
            Ok(found) => found,
            Err(line) => return Ok((Vec::new(), Some(format!("{path}:{line}: not valid Python")))),
        };
        let module = path.trim_end_matches(".py").replace('/', ".");
        let warning =
            found.unread.map(|line| format!("{path}:{line}: routes of others are not followed"));
        let start = found.prefix.map(|own| format!("{prefix}{own}"));
        let mut routes = Vec::new();
        for endpoint in found.endpoints {
            let needs = found.needs.iter().chain(&endpoint.needs);
            let access = self.access(&module, needs)?;
            routes.extend(mounted(&endpoint, start.as_deref(), access, path));
        }
        Ok((routes, warning))
    }

    fn access<'n>(&self, module: &str, needs: impl Iterator<Item = &'n Need>) -> Result<Access> {
        let (mut doors, mut seen) = (Doors::default(), BTreeSet::new());
        let mut waiting: Vec<(String, Need)> =
            needs.map(|need| (module.to_owned(), need.clone())).collect();
        while let Some((module, need)) = waiting.pop() {
            let (name, is_call) = match need {
                Need::Credentials => {
                    doors.credentials = true;
                    continue;
                }
                Need::Name(name) => (name, false),
                Need::Call(name) => (name, true),
            };
            if seen.insert((module.clone(), name.clone())) {
                let found = self.follow(&module, &name, is_call, &mut doors, &mut waiting)?;
                // A name may be a type; what is called is something to be known.
                doors.unknown |= is_call && !found;
            }
        }
        Ok(match doors {
            Doors { admin: true, .. } => Access::Admins,
            Doors { credentials: true, .. } => Access::SignedIn,
            Doors { signature: true, .. } => Access::Signature,
            Doors { unknown: true, .. } => Access::Unknown,
            _ => Access::Public,
        })
    }

    /// Adds what a name of a module asks for to what is to be looked at; tells whether it is known.
    fn follow(
        &self,
        module: &str,
        name: &str,
        is_call: bool,
        doors: &mut Doors,
        waiting: &mut Vec<(String, Need)>,
    ) -> Result<bool> {
        let meanings = self.module(module)?;
        if let Some((from, name)) = meanings.imports.get(name) {
            let is_ours = from.starts_with("app.api.") || from.starts_with("app.infrastructure.");
            let need = if is_call { Need::Call(name.clone()) } else { Need::Name(name.clone()) };
            waiting.extend(is_ours.then(|| (from.clone(), need)));
            return Ok(is_ours);
        }
        let mut add = |needs: &[Need]| {
            waiting.extend(needs.iter().map(|need| (module.to_owned(), need.clone())));
        };
        if let Some(needs) = meanings.values.get(name) {
            add(needs);
            return Ok(!is_call);
        }
        if let Some((needs, names)) = meanings.functions.get(name).filter(|_| is_call) {
            doors.admin |= name == ADMIN;
            doors.signature |= names.iter().any(|used| used == SIGNATURE);
            add(needs);
            return Ok(true);
        }
        Ok(false)
    }

    fn module(&self, name: &str) -> Result<Rc<Meanings>> {
        if let Some(known) = self.read.borrow().get(name) {
            return Ok(Rc::clone(known));
        }
        let path = name.replace('.', "/");
        let source = match text(self.tree, &format!("{path}.py"))? {
            Some(source) => Some(source),
            None => text(self.tree, &format!("{path}/__init__.py"))?,
        };
        let read = Rc::new(meanings(&source.unwrap_or_default()));
        self.read.borrow_mut().insert(name.to_owned(), Rc::clone(&read));
        Ok(read)
    }
}

/// Returns the route of each method.
fn mounted(endpoint: &Endpoint, prefix: Option<&str>, access: Access, file: &str) -> Vec<Route> {
    let path = prefix.zip(endpoint.path.as_deref()).map(|(prefix, path)| format!("{prefix}{path}"));
    let route = |method: Option<String>| Route {
        method,
        path: path.clone(),
        access,
        domain: None,
        scope: None,
        action: None,
        allowed: None,
        file: file.to_owned(),
        line: Some(endpoint.line),
        function: endpoint.function.clone(),
    };
    match &*endpoint.methods {
        [] => vec![route(None)],
        methods => methods.iter().map(|method| route(Some(method.clone()))).collect(),
    }
}
