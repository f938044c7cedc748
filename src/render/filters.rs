//! Encodes free text for the language it lands in.

/// Returns `text` as a double-quoted string: right in TOML, YAML and JSON.
///
/// Texts hold no control characters, so only two characters need escaping.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns `text` so that Markdown shows it as it is, on one line.
pub fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            // HTML may stand in Markdown, where a backslash would not help.
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            _ => {
                if "\\`*_{}[]()#+-.!|>~$".contains(c) && needs_escape(&escaped, c) {
                    escaped.push('\\');
                }
                escaped.push(c);
            }
        }
    }
    escaped
}

/// Leaves ordinary prose readable: some characters mean something only at the start of a line.
fn needs_escape(before: &str, c: char) -> bool {
    match c {
        '#' | '+' | '-' | '>' | '~' => before.is_empty(),
        '.' | ')' => !before.is_empty() && before.chars().all(|c| c.is_ascii_digit()),
        '(' | '!' | '{' | '}' => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_string_reads_back_equal() {
        for text in ["plain", "\"\\\"", "it's {{7*7}} ${{ github.token }} %s", "📚\\n"] {
            let toml: toml_edit::DocumentMut = format!("x = {}", quoted(text)).parse().unwrap();
            assert_eq!(toml["x"].as_str(), Some(text));
            assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
        }
    }

    #[test]
    fn prose_stays_as_it_is_and_markup_is_escaped() {
        assert_eq!(
            markdown("Sells books (and more). Well-made!"),
            "Sells books (and more). Well-made!"
        );
        assert_eq!(
            markdown("# <b>*x*</b> [a](b) `c`"),
            "\\# &lt;b>\\*x\\*&lt;/b> \\[a\\](b) \\`c\\`"
        );
        assert_eq!(markdown("1. one"), "1\\. one");
    }
}
