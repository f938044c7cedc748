//! What the tests of a domain go through, each text empty where there is nothing to test.

use super::columns::Column;
use super::context::Words;
use super::groups::{Shape, is_created, is_ordered, is_patched};
use super::literals::{list, quoted, tuple, words_tuple};
use super::samples::accepted;
use super::views::{actions, admin_actions, frozen, others_actions, test_set, user_actions};
use crate::model::{Domain, OnDelete, Scope, Unique, Write};

impl Shape<'_> {
    pub fn shown(&self) -> Vec<String> {
        let own = ["id", "created_at", "updated_at", "version"].map(str::to_owned);
        let owner = self.domain.is_owned().then(|| "owner_id".to_owned());
        let mut shown: Vec<_> = own.into_iter().chain(owner).collect();
        shown.extend(self.names(|column| !column.field.secret));
        shown.sort();
        shown
    }

    pub fn texts(&self) -> Words {
        let domain = self.domain;
        let names = |keep: &dyn Fn(&Column<'_>) -> bool| self.names(|column| keep(column));
        let listed =
            |words: Vec<String>| if words.is_empty() { String::new() } else { list(&words) };
        let some = |there: bool| if there { "yes".to_owned() } else { String::new() };
        let fixed = |more: Vec<String>| {
            let mut all: Vec<String> = vec!["id".into(), "created_at".into(), "created_by".into()];
            all.extend(domain.is_owned().then(|| "owner_id".to_owned()));
            all.extend(more);
            list(&all)
        };
        let (writer, reader) = (domain.write == Write::Admin, domain.scope == Scope::Admin);
        let role = |admin: bool| if admin { "admin" } else { "user" }.to_owned();
        let (is_value, is_reference) =
            (|c: &Column<'_>| c.target.is_none(), |c: &Column<'_>| c.target.is_some());
        let hidden = |c: &Column<'_>| {
            c.target.is_some_and(|target| matches!(target.scope, None | Some(Scope::Owner)))
        };
        let gone = |act: OnDelete| listed(names(&|c| is_reference(c) && c.field.on_delete == act));
        let mut taken = vec!["version".to_owned(), "updated_by".to_owned()];
        taken.extend(names(&|c| c.field.readonly));
        let filters: Vec<_> =
            self.filters().iter().map(|filter| filter["parameter"].clone()).collect();
        Words::from([
            ("constraints", tuple(&self.constraints())),
            ("ordering_fields", words_tuple(&self.ordering_fields())),
            ("search_fields", words_tuple(&names(&|c| c.field.search))),
            ("filter_fields", words_tuple(&filters)),
            ("writer", role(writer)),
            ("reader", role(reader)),
            ("actions", test_set(&actions(domain))),
            ("user_actions", frozen(&user_actions(domain))),
            ("admin_actions", frozen(&admin_actions(domain))),
            ("user_actions_test", test_set(&user_actions(domain))),
            ("own_actions", test_set(&user_actions(domain))),
            ("others_actions", test_set(&others_actions(domain))),
            ("refused_update", refused_update(domain)),
            ("ordered", listed(names(&is_ordered))),
            ("searched", listed(names(&|c| c.field.search))),
            (
                "required",
                listed(names(&|c| is_created(c) && !c.field.nullable && c.field.default.is_none())),
            ),
            ("not_taken", fixed(taken)),
            ("not_changed", fixed(names(&|c| !is_patched(c)))),
            (
                "accepted_create",
                some(self.columns.iter().any(|c| is_created(c) && !accepted(c.field).is_empty())),
            ),
            ("refused_create", some(self.columns.iter().any(is_created))),
            ("refused_patch", self.refused_patch()),
            ("changed", listed(names(&|c| is_patched(c) && is_value(c)))),
            ("changed_references", listed(names(&|c| is_patched(c) && is_reference(c)))),
            ("created_references", listed(names(&|c| is_created(c) && is_reference(c)))),
            (
                "hidden_references",
                if writer { String::new() } else { listed(names(&|c| is_created(c) && hidden(c))) },
            ),
            ("unique_create", self.unique_create()),
            (
                "unique_required",
                some(self.columns.iter().any(|c| {
                    is_created(c)
                        && is_value(c)
                        && c.field.unique != Unique::No
                        && !c.field.nullable
                })),
            ),
            ("uniques", listed(names(&|c| c.field.unique != Unique::No))),
            ("scoped_uniques", listed(names(&|c| c.is_scoped()))),
            ("kept_references", gone(OnDelete::Restrict)),
            ("cascading_references", gone(OnDelete::Cascade)),
            ("cleared_references", gone(OnDelete::SetNull)),
        ])
    }

    /// Returns the refused values that a change may be asked for, too.
    fn refused_patch(&self) -> String {
        let created = self.columns.iter().filter(|column| is_created(column));
        let (patched, fixed): (Vec<_>, Vec<_>) = created.partition(|column| is_patched(column));
        match (patched.is_empty(), fixed.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "REFUSED".to_owned(),
            (false, false) => format!("those_of({}Patch, REFUSED)", self.domain.names.class),
        }
    }

    /// Returns the unique fields of a new row, each with the fields that a conflict names.
    fn unique_create(&self) -> String {
        let unique = self.chosen(|column| {
            is_created(column) && column.target.is_none() && column.field.unique != Unique::No
        });
        let pairs: Vec<_> = unique
            .map(|column| {
                let name = column.field.column();
                let named = if column.is_scoped() {
                    vec!["owner_id".to_owned(), name.clone()]
                } else {
                    vec![name.clone()]
                };
                format!("({}, {})", quoted(&name), list(&named))
            })
            .collect();
        if pairs.is_empty() { String::new() } else { format!("[{}]", pairs.join(", ")) }
    }
}

/// Returns how a test makes a row that ordinary callers see and may not change, if there is one.
fn refused_update(domain: &Domain) -> String {
    match (domain.scope, domain.write) {
        (Scope::Public, Write::Owner) => format!("{}Factory.create_async()", domain.names.class),
        (Scope::Owner | Scope::Public, Write::Admin) => "make()".to_owned(),
        _ => String::new(),
    }
}
