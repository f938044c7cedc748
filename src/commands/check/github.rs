//! Findings as GitHub's workflow commands, which it shows beside the lines.

use super::Finding;

/// Returns the command on one line.
pub fn workflow_command(finding: &Finding) -> String {
    let Finding { path, line, rule, message, fix, .. } = finding;
    let (file, title) = (property(path), property(&format!("ddd-forge: {rule}")));
    format!(
        "::error file={file},line={line},title={title}::{}\n",
        data(&format!("{message}\n{fix}"))
    )
}

/// What would end the line, or be taken for an escape.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What would end a property as well.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_finding_ends_its_command() {
        let finding = Finding::new("layers", "app/a,b:c.py", 3).says("100 %:\r\nx, y::z", "do: it");
        assert_eq!(
            workflow_command(&finding),
            "::error file=app/a%2Cb%3Ac.py,line=3,title=ddd-forge%3A layers::100 %25:%0D%0Ax, y::z%0Ado: it\n"
        );
    }
}
