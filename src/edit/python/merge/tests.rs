use super::merge;

const BASE: &str = r#""""Orders."""

from decimal import Decimal

from sqlalchemy import Numeric, String

from app.base import Base


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(String(20))
    total: Mapped[Decimal] = mapped_column(Numeric(10, 2))


FIELDS = ("number", "total")


def shown(order: Order) -> list[object]:
    """Return what is shown."""
    values = [order.number, order.total]
    return values
"#;

const THEIRS: &str = r#""""Orders."""

import datetime as dt
from decimal import Decimal

from sqlalchemy import DateTime, Numeric, String

from app.base import Base
from app.notes import Note


class Order(Base):
    """An order."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(String(20))
    total: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    paid_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))


class Kind(StrEnum):
    """Kind."""

    A = "a"


FIELDS = ("number", "total", "paid_at")


def shown(order: Order) -> list[object]:
    """Return what is shown."""
    values = [order.number, order.total, order.paid_at]
    return values
"#;

fn edited(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn merged(ours: &str) -> String {
    let merged = merge(BASE, ours, THEIRS).unwrap();
    assert_eq!(merged.conflicts, [], "{}", merged.text);
    let again = merge(BASE, &merged.text, THEIRS).unwrap();
    assert_eq!(again.text, merged.text, "a second time changes nothing");
    merged.text
}

#[test]
fn what_nobody_changed_becomes_theirs() {
    assert_eq!(merged(BASE), THEIRS);
}

#[test]
fn what_is_the_users_stays() {
    let ours = edited(&[
        ("    total: Mapped", "    # mine\n    note: Mapped[str]\n\n    total: Mapped"),
        (
            "\n\nFIELDS",
            "\n    @property\n    def is_big(self) -> bool:\n        return self.total > 9  # big\n\n\nFIELDS",
        ),
        ("\"number\", \"total\")", "\"number\", \"total\", \"note\")"),
        ("import Numeric, String", "import Numeric, String, Text"),
    ]);
    let text = merged(&ours);
    for (mine, theirs) in [
        ("    # mine\n    note: Mapped[str]\n\n    total: Mapped", "    paid_at: Mapped"),
        ("    @property\n    def is_big", "class Kind"),
        ("import DateTime, Numeric, String, Text\n", "from app.notes import Note\n"),
        ("FIELDS = (\"number\", \"total\", \"note\", \"paid_at\")", "order.paid_at]"),
    ] {
        assert!(text.contains(mine) && text.contains(theirs), "{text}");
    }
}

/// Merges the way back: what theirs has and base has not goes.
fn taken_out(ours: &str) -> Result<String, Vec<String>> {
    let merged = merge(THEIRS, ours, BASE).unwrap();
    let reasons = merged.conflicts.iter().map(|conflict| conflict.reason.clone()).collect();
    if merged.conflicts.is_empty() { Ok(merged.text) } else { Err(reasons) }
}

fn theirs(from: &str, to: &str) -> String {
    assert!(THEIRS.contains(from), "{from}");
    THEIRS.replacen(from, to, 1)
}

#[test]
fn what_came_goes_again_to_the_byte() {
    assert_eq!(taken_out(THEIRS).unwrap(), BASE);
    let ours =
        edited(&[("    total: Mapped", "    # mine\n    note: Mapped[str]\n    total: Mapped")]);
    assert_eq!(taken_out(&merged(&ours)).unwrap(), ours);
}

#[test]
fn comments_of_the_users_are_never_lost() {
    let beside = theirs("DateTime(timezone=True))", "DateTime(timezone=True))  # when");
    assert_eq!(taken_out(&beside).unwrap_err(), ["a comment of yours belongs to it"]);
    let above = theirs("    paid_at: Mapped", "    # when\n    paid_at: Mapped");
    assert_eq!(taken_out(&above).unwrap_err(), ["a comment of yours belongs to it"]);
    let section = theirs("    paid_at: Mapped", "\n    # Moments\n\n    paid_at: Mapped");
    assert!(taken_out(&section).unwrap().contains("(10, 2))\n\n    # Moments\n"));
    let inside =
        theirs("order.total, order.paid_at]", "order.total,  # all\n        order.paid_at,\n    ]");
    assert!(taken_out(&inside).is_err() || taken_out(&inside).unwrap().contains("# all"));
}

#[test]
fn a_comment_stays_with_its_element() {
    let list = "FIELDS = (\n    \"number\",\n    \"total\",  # with tax\n)";
    let text = merged(&edited(&[("FIELDS = (\"number\", \"total\")", list)]));
    assert!(text.contains("\"total\",  # with tax\n    \"paid_at\",\n)"), "{text}");
    let bare = list.replace("\"total\",", "\"total\"");
    let text = merged(&edited(&[("FIELDS = (\"number\", \"total\")", &bare)]));
    assert!(text.contains("\"total\",  # with tax\n    \"paid_at\",\n)"), "{text}");
}

#[test]
fn elements_of_both_are_kept_in_the_layout_of_the_user() {
    for (own, expected) in [
        ("(\"number\", \"total\", \"x\")", "(\"number\", \"total\", \"x\", \"paid_at\")"),
        ("(\"x\", \"number\", \"total\")", "(\"x\", \"number\", \"total\", \"paid_at\")"),
        ("('number', 'total')", "('number', 'total', \"paid_at\")"),
        ("(\"total\", \"number\")", "(\"total\", \"number\", \"paid_at\")"),
        ("(\n    \"number\", \"total\",\n)", "(\n    \"number\", \"total\",\n    \"paid_at\",\n)"),
        ("(\"number\", \"total\", \"paid_at\")", "(\"number\", \"total\", \"paid_at\")"),
    ] {
        let text = edited(&[("(\"number\", \"total\")", own)]);
        match merge(BASE, &text, THEIRS).unwrap() {
            merged if merged.conflicts.is_empty() => {
                assert!(merged.text.contains(&format!("FIELDS = {expected}\n")), "{}", merged.text);
            }
            // Another order is another text; whoever cannot be sure says so.
            merged => assert_eq!(merged.conflicts[0].reason, "both sides changed it", "{own}"),
        }
    }
}

#[test]
fn a_tuple_of_one_element_stays_a_tuple() {
    let [one, two] = ["A = (\"a\",)\n", "A = (\"a\", \"b\")\n"];
    assert_eq!(merge(two, "A = ('a', \"b\")\n", one).unwrap().text, "A = ('a',)\n");
    assert_eq!(merge(one, "A = ('a',)\n", two).unwrap().text, "A = ('a', \"b\",)\n");
    let both = merge(one, "A = (\"a\", \"mine\")\n", two).unwrap();
    assert_eq!(both.text, "A = (\"a\", \"mine\", \"b\")\n");
}

#[test]
fn what_cannot_be_merged_is_shown_with_its_line_and_marked() {
    let ours = edited(&[("class Order(Base)", "class Purchase(Base)")]);
    let merged = merge(BASE, &ours, THEIRS).unwrap();
    let [conflict] = &merged.conflicts[..] else { panic!("{merged:?}") };
    assert_eq!(conflict.reason, "it is not there any more");
    for marker in ["<<<<<<< yours\n", "||||||| as written\n", "=======\n", ">>>>>>> wanted\n"] {
        assert_eq!(merged.text.matches(marker).count(), 1, "{}", merged.text);
    }
    assert!(!merged.text.contains('\u{1}'));
    let ours = edited(&[("    total:", "    paid_at: Mapped[str]\n    total:")]);
    let merged = merge(BASE, &ours, THEIRS).unwrap();
    assert_eq!((merged.conflicts[0].line, merged.conflicts.len()), (16, 1), "{merged:?}");
    assert!(
        merged.text.contains("<<<<<<< yours\n    paid_at: Mapped[str]\n|||||||"),
        "{}",
        merged.text
    );
}

#[test]
fn imports_follow_what_is_used() {
    // Something of the user's needs what we need no more.
    let ours = theirs("FIELDS =", "NOW = dt.datetime.now()\n\nFIELDS =");
    assert!(taken_out(&ours).unwrap().contains("import datetime as dt\n"));
    // Others of its module, an alias, another place.
    for line in
        ["from app.base import Base\nimport os\n", "import os\n\nfrom app.base import Base\n"]
    {
        let text = merged(&edited(&[("from app.base import Base\n", line)]));
        for import in
            ["import os\n", "import datetime as dt\n", "import Note\n", "import DateTime, "]
        {
            assert_eq!(text.matches(import).count(), 1, "{text}");
        }
    }
}

#[test]
fn whatever_is_cut_or_doubled_nothing_falls_over_and_nothing_is_done_by_halves() {
    let lines: Vec<_> = BASE.split_inclusive('\n').collect();
    for index in 0..lines.len() {
        let without = [&lines[..index], &lines[index + 1..]].concat().concat();
        let doubled = [&lines[..index + 1], &lines[index..]].concat().concat();
        for (ours, is_doubled) in [(without, false), (doubled, true)] {
            let Ok(merged) = merge(BASE, &ours, THEIRS) else { continue };
            if !merged.conflicts.is_empty() {
                continue;
            }
            assert!(merged.text.contains("order.paid_at]"), "line {index}\n{}", merged.text);
            // Which of two that are alike is ours, nobody can tell.
            if !is_doubled {
                let again = merge(BASE, &merged.text, THEIRS).unwrap();
                assert_eq!(again.text, merged.text, "line {index} of\n{ours}");
            }
        }
    }
}
