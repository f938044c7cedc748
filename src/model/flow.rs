//! What a flow was asked to be, and its record.

use toml_edit::{DocumentMut, Item, Table, value};

use super::schedule::interval;
use super::{FlowName, Schedule, Times};
use crate::error::{Error, Result};

/// What a flow was asked to be: all that decides its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its name.
    pub name: FlowName,
    /// The domain that its step works with.
    pub domain: Option<String>,
    /// When it runs by itself.
    pub schedule: Option<Schedule>,
    /// Whether it has tests.
    pub tests: bool,
}

impl Flow {
    /// Returns the flags that ask for it, in one order.
    pub fn flags(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut flag = |name: &str, value: &str| words.extend([name.to_owned(), value.to_owned()]);
        if let Some(domain) = &self.domain {
            flag("--domain", domain);
        }
        if let Some(Schedule { times, timezone }) = &self.schedule {
            match times {
                Times::Cron(cron) => flag("--cron", cron),
                Times::Interval(seconds) => flag("--interval", &interval(*seconds)),
            }
            timezone.iter().for_each(|timezone| flag("--timezone", timezone));
        }
        words.extend((!self.tests).then(|| "--no-tests".to_owned()));
        words
    }
}

impl Flow {
    /// Returns the record, with the files as written, each with its hash.
    pub fn to_toml(&self, hashes: Table) -> String {
        let mut table = Table::new();
        let mut set = |key: &str, text: &str| drop(table.insert(key, value(text)));
        set("name", self.name.as_str());
        self.domain.iter().for_each(|domain| set("domain", domain));
        if let Some(Schedule { times, timezone }) = &self.schedule {
            match times {
                Times::Cron(cron) => set("cron", cron),
                Times::Interval(seconds) => set("interval", &interval(*seconds)),
            }
            timezone.iter().for_each(|timezone| set("timezone", timezone));
        }
        table.insert("tests", value(self.tests));
        let mut document = DocumentMut::new();
        document.insert("flow", Item::Table(table));
        document.insert("files", Item::Table(hashes));
        format!(
            "# What `ddd-forge add-flow` was asked for, and the files it wrote with their SHA-256.\n\n{document}"
        )
    }

    /// Reads the record that stands at `path`.
    ///
    /// # Errors
    /// Fails with exit code 4 for one that is not whole.
    pub fn parse(path: &str, text: &str) -> Result<Flow> {
        let broken = |what: &str| {
            Error::not_applied(format!("`{path}` has no usable `{what}`"))
                .at(path)
                .hint(format!("git checkout -- {path}"))
        };
        let document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| broken("TOML").because(error))?;
        let item = |key: &str| document.get("flow").and_then(|table| table.get(key));
        let text = |key: &str| item(key).and_then(Item::as_str);
        let name = FlowName::parse(text("name").unwrap_or_default());
        let schedule = Schedule::parse(text("cron"), text("interval"), text("timezone"));
        Ok(Flow {
            name: name.map_err(|error| broken("name").because(error))?,
            domain: text("domain").map(str::to_owned),
            schedule: schedule.map_err(|error| broken("schedule").because(error))?,
            tests: item("tests").and_then(Item::as_bool).ok_or_else(|| broken("tests"))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(cron: Option<&str>, interval: Option<&str>, timezone: Option<&str>) -> Flow {
        Flow {
            name: FlowName::parse("nightly-report").unwrap(),
            domain: cron.map(|_| "users".to_owned()),
            schedule: Schedule::parse(cron, interval, timezone).unwrap(),
            tests: interval.is_none(),
        }
    }

    #[test]
    fn a_record_reads_back_equal() {
        for flow in [
            flow(None, None, None),
            flow(Some("0 2 * * *"), None, Some("Europe/Berlin")),
            flow(None, Some("90m"), None),
        ] {
            assert_eq!(Flow::parse("x", &flow.to_toml(Table::new())).unwrap(), flow);
        }
    }

    #[test]
    fn a_record_reads_as_its_owner_would_write_it() {
        let flow = flow(Some("0 2 * * *"), None, Some("Europe/Berlin"));
        insta::assert_snapshot!(flow.to_toml(Table::new()), @r#"
        # What `ddd-forge add-flow` was asked for, and the files it wrote with their SHA-256.

        [flow]
        name = "nightly-report"
        domain = "users"
        cron = "0 2 * * *"
        timezone = "Europe/Berlin"
        tests = true

        [files]
        "#);
        assert_eq!(
            flow.flags(),
            ["--domain", "users", "--cron", "0 2 * * *", "--timezone", "Europe/Berlin"]
        );
    }

    #[test]
    fn a_record_that_is_not_whole_is_refused() {
        let whole = flow(Some("@daily"), None, None).to_toml(Table::new());
        for (from, to) in [
            ("name = ", "title = "),
            ("@daily", "@never"),
            ("tests = true", "tests = 1"),
            ("[flow]", "[flow"),
        ] {
            let broken = whole.replacen(from, to, 1);
            let error = Flow::parse("x", &broken).expect_err(&broken);
            assert_eq!(error.kind.exit_code(), 4, "{broken}");
        }
    }
}
