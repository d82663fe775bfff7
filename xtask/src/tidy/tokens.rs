//! Just enough of a Rust lexer: words, strings and punctuation with their lines, without comments.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier, a keyword or a number.
    Word,
    /// The inside of a string literal, escapes as written.
    Text,
    /// One character of punctuation.
    Sign,
}

/// One token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    /// The line on which it starts, from 1.
    pub line: usize,
}

impl Token {
    /// Whether it is this punctuation character or this word.
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// Splits a source file into tokens.
pub fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: source,
        line: 1,
        tokens: Vec::new(),
    };
    while !lexer.rest.is_empty() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self) {
        let rest = self.rest;
        let first = rest.chars().next().unwrap_or_default();
        if rest.starts_with("//") {
            self.skip(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.skip(block_comment(rest));
        } else if let Some((prefix, hashes)) = raw_string(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = &rest[prefix..];
            let length = inside.find(&end).unwrap_or(inside.len());
            self.text(prefix, length, end.len());
        } else if let Some(prefix) = ["\"", "b\"", "c\""]
            .iter()
            .find(|prefix| rest.starts_with(**prefix))
        {
            self.text(prefix.len(), string(&rest[prefix.len()..]), 1);
        } else if let Some(length) = character(rest) {
            self.skip(length);
        } else if first == '_' || first.is_alphanumeric() {
            let word = rest.strip_prefix("r#").unwrap_or(rest);
            let prefix = rest.len() - word.len();
            let length = word
                .find(|c: char| c != '_' && !c.is_alphanumeric())
                .unwrap_or(word.len());
            self.push(Kind::Word, &word[..length]);
            self.skip(prefix + length.max(1));
        } else {
            if !first.is_whitespace() {
                self.push(Kind::Sign, &rest[..first.len_utf8()]);
            }
            self.skip(first.len_utf8());
        }
    }

    /// A string: `prefix` bytes of opening, `length` of content, `suffix` of closing.
    fn text(&mut self, prefix: usize, length: usize, suffix: usize) {
        let rest = self.rest;
        self.push(Kind::Text, &rest[prefix..prefix + length]);
        self.skip((prefix + length + suffix).min(rest.len()));
    }

    fn push(&mut self, kind: Kind, text: &str) {
        let (text, line) = (text.to_owned(), self.line);
        self.tokens.push(Token { kind, text, line });
    }

    fn skip(&mut self, length: usize) {
        let (gone, rest) = self.rest.split_at(length);
        self.line += gone.matches('\n').count();
        self.rest = rest;
    }
}

/// The length of a block comment; they nest.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// The length of the opening of a raw string and its number of hashes.
fn raw_string(text: &str) -> Option<(usize, usize)> {
    let prefix = ["br", "cr", "r"]
        .into_iter()
        .find(|prefix| text.starts_with(prefix))?;
    let opening = &text[prefix.len()..];
    let hashes = opening.len() - opening.trim_start_matches('#').len();
    opening[hashes..]
        .starts_with('"')
        .then_some((prefix.len() + hashes + 1, hashes))
}

/// The length of the inside of an ordinary string.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    text.len()
}

/// The length of a character literal or of a lifetime's tick, which starts the same way.
fn character(text: &str) -> Option<usize> {
    let quoted = text
        .strip_prefix("b'")
        .or_else(|| text.strip_prefix('\''))?;
    let prefix = text.len() - quoted.len();
    let mut characters = quoted.char_indices();
    let (_, first) = characters.next()?;
    if first == '\\' {
        // The character after the backslash may itself be a quote.
        let (after, _) = characters.nth(1)?;
        return Some(prefix + after + quoted[after..].find('\'')? + 1);
    }
    match characters.next() {
        Some((after, '\'')) => Some(prefix + after + 1),
        _ => Some(prefix),
    }
}

/// The tokens without test code: items under `#[cfg(test)]`, `#[test]`, `#[tokio::test]` and the like.
pub fn production(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if let Some(length) = test_attribute(&tokens[at..]) {
            at = end_of_item(tokens, at + length);
        } else {
            kept.push(tokens[at].clone());
            at += 1;
        }
    }
    kept
}

/// The number of tokens of an attribute that marks test code, if one starts here.
fn test_attribute(tokens: &[Token]) -> Option<usize> {
    if !(tokens.first()?.is("#") && tokens.get(1)?.is("[")) {
        return None;
    }
    let length = 2 + closing(&tokens[1..])?;
    let inside = &tokens[2..length - 1];
    let has = |word: &str| inside.iter().any(|token| token.is(word));
    let path_ends_in_test = inside
        .iter()
        .take_while(|token| !token.is("("))
        .last()
        .is_some_and(|token| token.is("test"));
    let condition = inside.first()?.is("cfg") && has("test") && !has("not");
    (path_ends_in_test || condition).then_some(length)
}

/// The place after the item that starts at `at`: after its body, or after its semicolon.
fn end_of_item(tokens: &[Token], at: usize) -> usize {
    let mut at = at;
    while at < tokens.len() {
        if tokens[at].is(";") {
            return at + 1;
        }
        let opens = ["{", "(", "["].iter().any(|sign| tokens[at].is(sign));
        if opens {
            let body = tokens[at].is("{");
            at += closing(&tokens[at..]).unwrap_or(tokens.len() - at);
            if body {
                return (at + 1).min(tokens.len());
            }
        }
        at += 1;
    }
    tokens.len()
}

/// The index of the bracket that closes the one at the start.
pub fn closing(tokens: &[Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "(" | "[" if token.kind == Kind::Sign => depth += 1,
            "}" | ")" | "]" if token.kind == Kind::Sign => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        tokens(source).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn comments_vanish_and_strings_stay_whole() {
        let source = "let a = \"x // \\\" y\"; // z\n/* a /* b */ c */ let r = r#\"{\"}\"#;";
        assert_eq!(
            words(source),
            [
                "let",
                "a",
                "=",
                "x // \\\" y",
                ";",
                "let",
                "r",
                "=",
                "{\"}",
                ";"
            ]
        );
    }

    #[test]
    fn a_lifetime_is_not_a_character() {
        assert_eq!(words("&'a str"), ["&", "a", "str"]);
        assert_eq!(
            words(r"['{', '\'', b'}', '\u{7d}', 'ä']"),
            ["[", ",", ",", ",", ",", "]"]
        );
    }

    #[test]
    fn lines_are_counted_through_strings() {
        let found = tokens("a\n\"b\nc\"\nd");
        assert_eq!(found.last().map(|token| token.line), Some(4));
    }

    #[test]
    fn test_code_is_left_out() {
        let source = "fn a() {} #[cfg(test)] #[expect(x)] mod tests { fn b() {} } #[cfg(not(test))] fn c() {} \
            #[tokio::test(flavor = \"x\")] async fn d() { [1; 2] } #[cfg(test)] use e::f; fn g() {}";
        let kept = production(&tokens(source));
        let names: Vec<_> = kept
            .windows(2)
            .filter(|pair| pair[0].is("fn"))
            .map(|pair| pair[1].text.as_str())
            .collect();
        assert_eq!(names, ["a", "c", "g"]);
        assert!(!kept.iter().any(|token| token.is("use")));
    }
}
