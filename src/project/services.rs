//! What a flow needs to know of a domain: the names of its classes.

use super::{domain, text};
use crate::error::{Error, Result};
use crate::model::nearest;
use crate::tree::{RelPath, Tree};

/// Where domains lie.
const DOMAINS: &str = "app/domains";

/// What is among the domains and is none.
const NO_DOMAINS: &[&str] = &["base", "__init__.py", "__pycache__"];

/// Returns the class of the domain `module`, as `Order` of `orders`: what comes before `Service` and `Factory`.
///
/// # Errors
/// Fails with exit code 4 where there is no such domain, or one that cannot be listed.
pub fn domain_class(tree: &dyn Tree, module: &str) -> Result<String> {
    let path = format!("{DOMAINS}/{module}/service.py");
    let Some(service) = text(tree, &path)? else { return Err(missing(tree, module)?) };
    let recorded = domain(tree, module)?.map(|domain| domain.names.class);
    let Some(class) = recorded.or_else(|| service_class(&service).map(str::to_owned)) else {
        let message = format!("`{path}` has no class whose name ends in `Service`");
        return Err(Error::not_applied(message).hint("leave `--domain` out"));
    };
    if !service.contains("ListServiceMixin") && !service.contains("def get_paginated(") {
        let message = format!("the service of `{module}` has no lists, which the flow would count");
        return Err(Error::not_applied(message).hint("leave `--domain` out"));
    }
    Ok(class)
}

fn missing(tree: &dyn Tree, domain: &str) -> Result<Error> {
    let mut domains = tree.entries(&RelPath::parse(DOMAINS)?)?;
    domains.retain(|name| !NO_DOMAINS.contains(&&**name));
    let error = Error::not_applied(format!("there is no domain `{domain}`"));
    Ok(match nearest(domain, domains.iter().map(String::as_str)) {
        Some(name) => error.hint(format!("did you mean `{name}`?")),
        None => error.hint(format!("there are {}", domains.join(", "))),
    })
}

/// Returns what the first class `…Service` of a module is called before that.
fn service_class(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let rest = line.strip_prefix("class ")?;
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_')?;
        rest[..end].strip_suffix("Service").filter(|class| !class.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{File, MemoryTree};

    fn tree(files: &[(&str, &str)]) -> MemoryTree {
        let file = |(path, text): &(&str, &str)| (RelPath::parse(path).unwrap(), File::text(*text));
        MemoryTree(files.iter().map(file).collect())
    }

    #[test]
    fn a_class_is_that_of_the_service_where_none_is_recorded() {
        let tree = tree(&[(
            "app/domains/users/service.py",
            "class _Key: ...\nclass UserService(ListServiceMixin[\n",
        )]);
        assert_eq!(domain_class(&tree, "users").unwrap(), "User");
    }

    #[test]
    fn a_domain_that_is_not_there_is_guessed() {
        let tree = tree(&[
            ("app/domains/__init__.py", ""),
            ("app/domains/base/service.py", "class BaseService[\n"),
            ("app/domains/users/service.py", "class UserService("),
            ("app/domains/jobs/service.py", "def run(): ..."),
        ]);
        for (name, hint) in [
            ("user", "did you mean `users`?"),
            ("orders", "there are jobs, users"),
            ("users", "leave `--domain` out"),
            ("jobs", "leave `--domain` out"),
        ] {
            let error = domain_class(&tree, name).unwrap_err();
            assert_eq!((error.kind.exit_code(), &*error.hints[0]), (4, hint));
        }
    }
}
