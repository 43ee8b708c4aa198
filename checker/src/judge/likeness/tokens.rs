//! A source as tokens, without what is easily changed: comments, blanks and line breaks, names, and what is in a
//! literal. Two sources that differ in nothing else are the same here. Every source has tokens: it need not compile.

use std::iter::Peekable;
use std::str::Chars;

use ra_ap_rustc_lexer::{self as lexer, FrontmatterAllowed, LiteralKind, TokenKind};

/// What is left of a word, a sign or a literal: a number.
pub type Token = u64;

const NAME: Token = 1;
const LIFETIME: Token = 2;
const NUMBER: Token = 3;
const TEXT: Token = 4;
const BYTES: Token = 5;
const CHARACTER: Token = 6;
/// From here on, a number for each keyword of Rust.
const RUST_KEYWORDS: Token = 100;
/// From here on, a number for each keyword of other languages.
const OTHER_KEYWORDS: Token = 1000;
/// From here on, a number for each sign.
const SIGNS: Token = 10_000;

/// The words of Rust that are not names, sorted.
const RUST: &[&str] = &[
    "Self",
    "as",
    "async",
    "await",
    "break",
    "const",
    "continue",
    "crate",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "fn",
    "for",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro_rules",
    "match",
    "mod",
    "move",
    "mut",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "type",
    "union",
    "unsafe",
    "use",
    "where",
    "while",
    "yield",
];

/// Those of other languages, of all of them together, sorted. A name in one language that is a keyword in another one
/// is told apart from other names: that does little harm.
const OTHERS: &[&str] = &[
    "False",
    "None",
    "True",
    "abstract",
    "and",
    "as",
    "assert",
    "async",
    "auto",
    "await",
    "begin",
    "bool",
    "boolean",
    "break",
    "byte",
    "case",
    "catch",
    "chan",
    "char",
    "class",
    "const",
    "continue",
    "def",
    "default",
    "defer",
    "del",
    "do",
    "double",
    "elif",
    "else",
    "end",
    "enum",
    "except",
    "export",
    "extends",
    "false",
    "final",
    "finally",
    "float",
    "for",
    "from",
    "fun",
    "func",
    "function",
    "global",
    "go",
    "goto",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "int",
    "interface",
    "is",
    "lambda",
    "let",
    "long",
    "loop",
    "map",
    "match",
    "module",
    "mut",
    "new",
    "nil",
    "not",
    "null",
    "object",
    "of",
    "or",
    "package",
    "pass",
    "private",
    "protected",
    "public",
    "raise",
    "range",
    "require",
    "rescue",
    "return",
    "select",
    "self",
    "short",
    "signed",
    "sizeof",
    "static",
    "struct",
    "super",
    "switch",
    "synchronized",
    "template",
    "then",
    "this",
    "throw",
    "throws",
    "true",
    "try",
    "type",
    "typedef",
    "typeof",
    "union",
    "unless",
    "unsigned",
    "until",
    "using",
    "val",
    "var",
    "virtual",
    "void",
    "volatile",
    "when",
    "while",
    "with",
    "yield",
];

/// The ends of file names of languages in which `#` begins a comment, and `//` does not.
const HASH_COMMENTS: &[&str] = &["ex", "exs", "jl", "nim", "pl", "py", "r", "rb", "sh", "tcl"];

/// The tokens of a source. `file`: its name, which tells its language.
pub fn tokens(file: &str, source: &str) -> Vec<Token> {
    let source = source.strip_prefix('\u{feff}').unwrap_or(source); // the mark of UTF-8, as some editors set it
    let language = file.rsplit_once('.').map(|(_, end)| end.to_lowercase()).unwrap_or_default();
    match language.as_str() {
        "rs" => without_what_formats(&rust(source)),
        other => generic(source, HASH_COMMENTS.contains(&other)),
    }
}

fn rust_word(word: &str) -> Token {
    RUST.binary_search(&word).map_or(NAME, |place| RUST_KEYWORDS + place as Token)
}

fn other_word(word: &str) -> Token {
    OTHERS.binary_search(&word).map_or(NAME, |place| OTHER_KEYWORDS + place as Token)
}

fn sign(sign: char) -> Token {
    SIGNS + Token::from(u32::from(sign))
}

fn rust(source: &str) -> Vec<Token> {
    let mut rest = &source[lexer::strip_shebang(source).unwrap_or(0)..];
    let mut tokens = Vec::new();
    for found in lexer::tokenize(rest, FrontmatterAllowed::No) {
        let (text, after) = rest.split_at(found.len as usize);
        rest = after;
        tokens.push(match found.kind {
            TokenKind::Whitespace
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. } => continue,
            TokenKind::Ident => rust_word(text),
            TokenKind::RawIdent | TokenKind::InvalidIdent | TokenKind::UnknownPrefix => NAME,
            TokenKind::Lifetime { .. }
            | TokenKind::RawLifetime
            | TokenKind::UnknownPrefixLifetime => LIFETIME,
            TokenKind::Literal { kind, .. } => match kind {
                LiteralKind::Int { .. } | LiteralKind::Float { .. } => NUMBER,
                LiteralKind::Char { .. } | LiteralKind::Byte { .. } => CHARACTER,
                LiteralKind::Str { .. } | LiteralKind::RawStr { .. } => TEXT,
                LiteralKind::ByteStr { .. } | LiteralKind::RawByteStr { .. } => BYTES,
                LiteralKind::CStr { .. } | LiteralKind::RawCStr { .. } => BYTES,
            },
            _ => text.chars().next().map_or(NAME, sign),
        });
    }
    tokens
}

/// Without what a formatter sets or moves: commas and `use` lines. And a path is one name: `io::Error` and
/// `std::io::Error` are the same.
fn without_what_formats(tokens: &[Token]) -> Vec<Token> {
    let starts =
        [NAME, rust_word("Self"), rust_word("crate"), rust_word("self"), rust_word("super")];
    let (a_use, comma, colon, end) = (rust_word("use"), sign(','), sign(':'), sign(';'));
    let mut left = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((&token, after)) = rest.split_first() {
        rest = after;
        if token == a_use
            && let Some(length) = rest.iter().position(|token| *token == end)
        {
            rest = &rest[length + 1..];
        } else if token != comma {
            if token == NAME
                && let [.., start, first, second] = left[..]
                && (first, second) == (colon, colon)
                && starts.contains(&start)
            {
                left.truncate(left.len() - 3);
            }
            left.push(token);
        }
    }
    left
}

/// The tokens of whatever language: words, numbers, texts, signs.
fn generic(source: &str, has_hash_comments: bool) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = source.chars().peekable();
    while let Some(first) = rest.next() {
        let next = rest.peek().copied();
        if first.is_whitespace() || first == ',' {
            continue;
        }
        if (has_hash_comments && first == '#')
            || (!has_hash_comments && (first, next) == ('/', Some('/')))
        {
            rest.by_ref().take_while(|character| *character != '\n').for_each(drop);
        } else if !has_hash_comments && (first, next) == ('/', Some('*')) {
            skip_to_the_end_of_a_comment(&mut rest);
        } else if first.is_alphabetic() || first == '_' {
            let mut text = String::from(first);
            while let Some(more) =
                rest.next_if(|character| character.is_alphanumeric() || *character == '_')
            {
                text.push(more);
            }
            tokens.push(other_word(&text));
        } else if first.is_numeric() {
            while rest
                .next_if(|character| character.is_alphanumeric() || matches!(character, '_' | '.'))
                .is_some()
            {}
            tokens.push(NUMBER);
        } else if matches!(first, '"' | '\'' | '`') {
            skip_to_the_end_of_a_text(first, &mut rest);
            tokens.push(TEXT);
        } else {
            tokens.push(sign(first));
        }
    }
    tokens
}

fn skip_to_the_end_of_a_comment(rest: &mut Peekable<Chars>) {
    rest.next();
    let mut before = ' ';
    for character in rest.by_ref() {
        if (before, character) == ('*', '/') {
            return;
        }
        before = character;
    }
}

/// A text ends at its quote, or at three of them if it began with three. One quote alone ends with its line too.
fn skip_to_the_end_of_a_text(quote: char, rest: &mut Peekable<Chars>) {
    let mut opening = 1;
    while opening < 3 && rest.next_if_eq(&quote).is_some() {
        opening += 1;
    }
    if opening == 2 {
        return; // an empty text
    }
    let mut closing = 0;
    while let Some(character) = rest.next() {
        closing = if character == quote { closing + 1 } else { 0 };
        if closing == opening || (character == '\n' && opening == 1 && quote != '`') {
            return;
        }
        if character == '\\' {
            rest.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r##"//! Echoes.
use std::io;
fn talk<'a>(client: &'a TcpStream, n: u8) -> io::Result<()> {
    let text = format!("{n}"); // as text
    if n > 12 { return Err(io::Error::other('x')); }
    send(client, text, r#"a " b"#, b"bytes")
}
"##;

    #[test]
    fn the_words_are_sorted() {
        assert!(RUST.is_sorted() && OTHERS.is_sorted());
    }

    #[test]
    fn other_names_comments_blanks_and_literals_are_the_same_tokens() {
        let others = [
            SOURCE.replace('\n', "\r\n"),
            format!("\u{feff}{SOURCE}"),
            format!("#!/usr/bin/env rust\n{SOURCE}"),
            SOURCE.replace("//! Echoes.", "/* one /* in */ another */"),
            SOURCE.replace("client", "socket").replace("talk", "r#match").replace("'a", "'b"),
            SOURCE
                .replace("12", "1_000u8")
                .replace("'x'", r"'\''")
                .replace("{n}", r#"{n} of \" many"#),
            SOURCE.replace(' ', "  ").replace("n: u8)", "n: u8,\n)"),
            SOURCE.replace("io::Result", "std::io::Result").replace("format!", "std::format!"),
            SOURCE.replace("use std::io;", "use std::{io, thread};\nuse std::net::TcpStream;"),
        ];
        for other in others {
            assert_ne!(other, SOURCE);
            assert_eq!(tokens("a.rs", &other), tokens("a.rs", SOURCE), "{other}");
        }
    }

    #[test]
    fn another_statement_is_another_token() {
        let others = [
            SOURCE.replace("return ", ""),
            SOURCE.replace("> 12", "< 12"),
            SOURCE.replace("if n > 12", "while n > 12"),
            SOURCE.replace("12", "\"12\""),
            SOURCE.replace("&'a ", "&mut "),
        ];
        for other in others {
            assert_ne!(tokens("a.rs", &other), tokens("a.rs", SOURCE), "{other}");
        }
    }

    #[test]
    fn what_does_not_compile_has_tokens_too() {
        let count = |source: &str| tokens("a.rs", source).len();
        assert_eq!(count("fn main() { }}} ]("), 10);
        assert_eq!(count("let x = \"never ended"), 4);
        assert_eq!(count("let x /* never ended"), 2);
        assert_eq!(count("use never::ended"), 2);
        assert_eq!(count("№ \0 \\"), 3);
        assert_eq!(count(""), 0);
    }

    #[test]
    fn other_languages_have_comments_and_texts_of_their_own() {
        let python = r#"def talk(conn):  # echoes
            """It says "end".
            # no comment
            """
            n = 7 // 2
            conn.send(b'it\'s " it')
        "#;
        let renamed = "def f( x ):\n\t'''Other words.'''\n\ty=0x1f//3.5\n\tx.z(b\"\") # other";
        assert_eq!(tokens("server.py", python), tokens("server.py", renamed));
        assert_ne!(
            tokens("server.py", python),
            tokens("server.py", &python.replace("def", "class"))
        );

        let java = "/* Echoes. */ while (true) { out.println(\"// no comment\"); } // forever\n#";
        let renamed = "while(true){a.b(\"\");}/**//*/ */#";
        assert_eq!(tokens("Server.java", java), tokens("Server.java", renamed));
        let cut = "char *text = \"never ended\nint n = 1;";
        assert_eq!(tokens("a.c", cut), tokens("a.C", "char *t = \"\" int n = 1;"));
        assert_eq!(tokens("a", "`one\ntwo` /* never"), tokens("a", "``"));
    }
}
