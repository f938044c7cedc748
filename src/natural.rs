//! The order in which people and import sorters put names.

/// A part of a name: its number, or its letters in lower case.
type Part = (bool, u64, String);

/// Returns what names are sorted by: numbers by value, letters without regard to case.
pub fn natural(name: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for c in name.chars() {
        let digit = c.to_digit(10).map(u64::from);
        match (parts.last_mut(), digit) {
            (Some((false, number, _)), Some(digit)) => {
                *number = number.saturating_mul(10).saturating_add(digit);
            }
            (Some((true, _, text)), None) => text.push(c.to_ascii_lowercase()),
            (_, Some(digit)) => parts.push((false, digit, String::new())),
            (_, None) => parts.push((true, 0, c.to_ascii_lowercase().to_string())),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn numbers_count_and_case_does_not() {
        let sorted = ["a2", "A10", "b", "order_items", "orders", "orders2", "orders10"];
        assert!(sorted.windows(2).all(|pair| natural(pair[0]) < natural(pair[1])));
    }
}
