//! The first picture, drawn when the page is built: what a first visit shows, as it stands in `index.html` until the page
//! has started. It has no words of either language, no names for readers and nothing to press.

use std::error::Error;

use yew::ServerRenderer;

use crate::app::{App, AppProps};
use crate::i18n::Lang;
use crate::lessons;
use crate::session::Session;
use crate::url::Opening;

/// The stage of a window of 1440 by 900; in any other the picture is scaled.
const STAGE: (f64, f64) = (1051.2, 496.9);

/// Attributes that say how something looks; the others are for those who use it.
const LOOKS: [&str; 34] = [
    "class",
    "style",
    "d",
    "x",
    "y",
    "x1",
    "y1",
    "x2",
    "y2",
    "cx",
    "cy",
    "r",
    "rx",
    "width",
    "height",
    "viewBox",
    "fill",
    "stroke",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "transform",
    "points",
    "hidden",
    "type",
    "min",
    "max",
    "value",
    "selected",
    "checked",
    "disabled",
    "aria-selected",
    "aria-pressed",
    "aria-checked",
];

/// Prints the picture as HTML, or says why there is none.
pub(crate) fn print() {
    match draw() {
        Ok(html) => println!("{html}"),
        Err(error) => {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }
}

fn draw() -> Result<String, Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let drawn = |lang| {
        let app = ServerRenderer::<App>::with_props(move || props(lang)).hydratable(false);
        runtime.block_on(app.render())
    };
    let (en, zh) = (drawn(Lang::En), drawn(Lang::Zh));
    // Nobody reads it out or reaches for it.
    let picture = wordless(&en, &zh)?;
    Ok(picture.replacen("class=\"app\"", "class=\"app first\" inert aria-hidden=\"true\"", 1))
}

fn props(lang: Lang) -> AppProps {
    let timeline = lessons::first().expect("the tests play the first lesson");
    let opening = Opening { lang, ..Opening::default() };
    AppProps { session: Session::open(opening, timeline, Vec::new()), stage: Some(STAGE) }
}

/// A piece of HTML.
#[derive(Debug, PartialEq)]
enum Piece<'a> {
    Tag(&'a str),
    Text(&'a str),
}

fn pieces(mut html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    while !html.is_empty() {
        let end = if html.starts_with('<') {
            let mut quoted = false;
            let close = |c: char| {
                quoted ^= c == '"';
                c == '>' && !quoted
            };
            html.find(close).map_or(html.len(), |end| end + 1)
        } else {
            html.find('<').unwrap_or(html.len())
        };
        let (piece, rest) = html.split_at(end);
        pieces.push(if piece.starts_with('<') { Piece::Tag(piece) } else { Piece::Text(piece) });
        html = rest;
    }
    pieces
}

/// The English picture; its words keep their room, but are not seen.
fn wordless(en: &str, zh: &str) -> Result<String, String> {
    let (en, zh) = (pieces(en), pieces(zh));
    if en.len() != zh.len() {
        return Err(format!("the picture has {} pieces in English and {} in Chinese", en.len(), zh.len()));
    }
    let mut html = String::new();
    let mut inside = "";
    for (en, zh) in en.iter().zip(&zh) {
        match (en, zh) {
            (Piece::Tag(tag), Piece::Tag(other)) => {
                inside = tag.trim_start_matches('<').split([' ', '>']).next().unwrap_or_default();
                html.push_str(&looks(tag, other));
            }
            (Piece::Tag(tag), Piece::Text(_)) => return Err(format!("there is no {tag} in Chinese")),
            (Piece::Text(text), Piece::Text(other)) if text == other => html.push_str(text),
            (Piece::Text(_), _) if inside == "option" => {}
            (Piece::Text(text), _) if ["text", "tspan"].contains(&inside) => {
                html.push_str(&format!("<tspan class=\"w\">{text}</tspan>"));
            }
            (Piece::Text(text), _) => html.push_str(&format!("<i class=\"w\">{text}</i>")),
        }
    }
    Ok(html)
}

/// A tag with those of its attributes that can be seen and are the same in the other language.
fn looks(tag: &str, other: &str) -> String {
    let Some((name, mut rest)) = tag.strip_suffix('>').and_then(|tag| tag.split_once(' ')) else {
        return tag.to_owned();
    };
    let mut seen = name.to_owned();
    while let Some((attribute, after)) = rest.trim_start().split_once("=\"") {
        let (value, after) = after.split_once('"').unwrap_or((after, ""));
        let whole = format!(" {attribute}=\"{value}\"");
        if LOOKS.contains(&attribute) && other.contains(&whole) {
            seen.push_str(&whole);
        }
        rest = after;
    }
    seen.push('>');
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_room_and_nothing_can_be_pressed() {
        let en = "<p class=\"a\" value=\"en\" title=\"a > b\" tabindex=\"0\">five</p><text x=\"1\">two</text><b>m1</b>";
        let zh = en.replace("five", "五").replace("en", "zh").replace("two", "二");
        assert_eq!(
            wordless(en, &zh).unwrap(),
            "<p class=\"a\"><i class=\"w\">five</i></p><text x=\"1\"><tspan class=\"w\">two</tspan></text><b>m1</b>"
        );
        assert!(wordless(en, "<p>").is_err());
    }
}
