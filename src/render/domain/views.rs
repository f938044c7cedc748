//! Who may do what with a domain, and what each caller is answered.

use serde::Serialize;

use super::literals::set;
use crate::model::{Domain, Scope, Write};

/// Returns the name of an action: `bulk-create` is `bulk_create`.
fn action(op: &str) -> String {
    op.replace('-', "_")
}

/// Returns every action that anybody may do.
pub fn actions(domain: &Domain) -> Vec<String> {
    let ops = domain.ops.iter().filter(|op| **op != "read").map(|op| action(op));
    std::iter::once("read".to_owned()).chain(ops).collect()
}

/// Returns the actions of callers who are no admins.
pub fn user_actions(domain: &Domain) -> Vec<String> {
    match (domain.scope, domain.write) {
        (Scope::Admin, _) => Vec::new(),
        (_, Write::Admin) => {
            actions(domain).into_iter().filter(|each| matches!(&**each, "read" | "list")).collect()
        }
        _ => actions(domain),
    }
}

/// Returns what only admins may.
pub fn admin_actions(domain: &Domain) -> Vec<String> {
    let users = user_actions(domain);
    actions(domain).into_iter().filter(|each| !users.contains(each)).collect()
}

/// Returns what a caller may do to another's row.
pub fn others_actions(domain: &Domain) -> Vec<String> {
    match (domain.scope, domain.write) {
        (Scope::Public, Write::Owner) => vec!["read".to_owned()],
        (Scope::Public, _) => user_actions(domain),
        _ => Vec::new(),
    }
}

/// Returns a set as a test compares it.
pub fn test_set(words: &[String]) -> String {
    if words.is_empty() { "set()".to_owned() } else { set(words) }
}

/// Returns a set as `frozenset` takes it.
pub fn frozen(words: &[String]) -> String {
    if words.is_empty() { String::new() } else { set(words) }
}

/// Says who may do what, in a sentence.
pub fn rule(domain: &Domain) -> &'static str {
    match (domain.scope, domain.write) {
        (Scope::Owner, Write::Admin) => "Callers see their own; admins see and change all.",
        (Scope::Owner, _) => "Callers keep their own; admins see and change all.",
        (Scope::Public, Write::Any) => "Every caller sees and changes all.",
        (Scope::Public, Write::Owner) => {
            "Every caller sees all; owners change their own, admins all."
        }
        (Scope::Public, _) => "Every caller sees all; admins change them.",
        (Scope::Admin, _) => "For admins alone.",
    }
}

/// What each kind of caller is answered by a route.
#[derive(Debug, Serialize)]
pub struct Policy {
    method: &'static str,
    path: &'static str,
    stranger: String,
    owner: String,
    admin: String,
    body: Option<&'static str>,
}

const DENIED: &str = "403 permission_denied";
const ABSENT: &str = "404 not_found";

/// Returns the policy of every route.
pub fn policies(domain: &Domain) -> Vec<Policy> {
    domain.ops.iter().map(|op| policy(domain, op)).collect()
}

fn policy(domain: &Domain, op: &str) -> Policy {
    let (method, path, success, body) = match op {
        "list" => ("GET", "ALL", "200", None),
        "create" => ("POST", "ALL", "201", Some("_create")),
        "read" => ("GET", "ONE", "200", None),
        "update" => ("PATCH", "ONE", "200", Some("{}")),
        "delete" => ("DELETE", "ONE", "204", None),
        "bulk-create" => ("POST", "BULK", "201", Some("_bulk_create")),
        "bulk-update" => ("PATCH", "BULK", "200", Some("_bulk_update")),
        _ => ("DELETE", "BULK", "204", Some("_bulk_delete")),
    };
    let (stranger, owner) = match op {
        "list" if domain.scope == Scope::Admin => (DENIED, DENIED),
        "list" => (success, success),
        "create" | "bulk-create" => match domain.write {
            Write::Admin => (DENIED, DENIED),
            _ => (success, success),
        },
        "read" => match domain.scope {
            Scope::Owner => (ABSENT, success),
            Scope::Public => (success, success),
            Scope::Admin => (ABSENT, ABSENT),
        },
        _ => match (domain.scope, domain.write) {
            (Scope::Owner, Write::Admin) => (ABSENT, DENIED),
            (Scope::Owner, _) => (ABSENT, success),
            (Scope::Public, Write::Any) => (success, success),
            (Scope::Public, Write::Owner) => (DENIED, success),
            (Scope::Public, _) => (DENIED, DENIED),
            (Scope::Admin, _) => (ABSENT, ABSENT),
        },
    };
    let (stranger, owner) = (stranger.to_owned(), owner.to_owned());
    Policy { method, path, stranger, owner, admin: success.to_owned(), body }
}
