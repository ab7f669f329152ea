//! How deep JSON of files is nested: what is kept of it is read by JavaScript's functions, which call themselves for each level.

/// How deep JSON may be nested that is kept as it is: deeper than any that a tracker was given.
pub(super) const MOST_DEPTH: usize = 20_000;

/// Whether this JSON is nested deeper than [`MOST_DEPTH`].
pub(super) fn is_too_deep(json: &str) -> bool {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    json.bytes().any(|byte| {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_quoted => is_escaped = true,
            b'"' => is_quoted = !is_quoted,
            b'[' | b'{' if !is_quoted => depth += 1,
            b']' | b'}' if !is_quoted => depth -= 1,
            _ => {}
        }
        depth > MOST_DEPTH
    })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn only_brackets_that_nest_count() {
        let nested = |depth: usize| {
            format!("{}{}", "[{\"a\":".repeat(depth / 2), "1".to_owned() + &"}]".repeat(depth / 2))
        };
        assert!(!is_too_deep(&nested(MOST_DEPTH)));
        assert!(is_too_deep(&nested(MOST_DEPTH + 2)));
        assert!(!is_too_deep(&"[],{},".repeat(MOST_DEPTH)));
        assert!(!is_too_deep(&format!("\"\\\"{}\"", "[".repeat(MOST_DEPTH + 1))));
    }
}
