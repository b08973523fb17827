//! The page's address: one schema of parameters, and the share link behind the `#`.
//!
//! | parameter | values | meaning |
//! | --- | --- | --- |
//! | `lesson` | a lesson's name | the lesson to start with |
//! | `lang` | `en`, `zh` | the language |
//! | `theme` | `light`, `dark`, `projector` | the colours; otherwise as the system has them |
//! | `embed` | `1`, `0` | stage, verdict and transport only |
//! | `bench` | `1`, `0` | hooks for measurements |
//!
//! What the page does not know, or cannot do, is reported and changes nothing.

use highwater_lab::share;
use highwater_lab::text::Lang;
use highwater_lab::timeline::Timeline;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::session::{Notice, Session};
use crate::{lessons, storage};

/// A set of colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    /// Ink on paper.
    Light,
    /// Light on night.
    Dark,
    /// The strongest contrast and large type, for the last row of a hall.
    Projector,
}

impl Theme {
    /// All themes.
    pub(crate) const ALL: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Projector];

    /// The theme's word in addresses, storage and style sheets.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Projector => "projector",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        Theme::ALL.into_iter().find(|theme| theme.word() == word)
    }
}

/// A language's word in addresses and storage.
pub(crate) fn lang_word(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh",
    }
}

fn lang_from_word(word: &str) -> Option<Lang> {
    let word = word.to_ascii_lowercase();
    match word.split(['-', '_']).next() {
        Some("en") => Some(Lang::En),
        Some("zh") => Some(Lang::Zh),
        _ => None,
    }
}

/// What the page opens with.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Opening {
    pub(crate) lesson: Option<String>,
    pub(crate) lang: Lang,
    pub(crate) theme: Option<Theme>,
    pub(crate) embed: bool,
    pub(crate) bench: bool,
    /// The share link, without its `#`.
    pub(crate) share: Option<String>,
    /// What in the address was ignored.
    pub(crate) problems: Vec<Notice>,
}

impl Opening {
    /// Reads the window's address, then the browser's memory and languages for what it does not say.
    pub(crate) fn from_window() -> Self {
        let location = gloo_utils::window().location();
        let mut opening = Opening::parse(
            &location.search().unwrap_or_default(),
            &location.hash().unwrap_or_default(),
            &preferences(),
        );
        if opening.theme.is_none() {
            opening.theme = storage::get("theme").as_deref().and_then(Theme::from_word);
        }
        opening
    }

    /// Reads a query such as `?lang=zh&embed=1` and a fragment such as `#1.…`. `languages` are words for the languages
    /// a person wants, the dearest first.
    fn parse(query: &str, fragment: &str, languages: &[String]) -> Self {
        let mut opening = Opening {
            lesson: None,
            lang: languages.iter().find_map(|word| lang_from_word(word)).unwrap_or(Lang::En),
            theme: None,
            embed: false,
            bench: false,
            share: Some(fragment.trim_start_matches('#').to_owned()).filter(|text| !text.is_empty()),
            problems: Vec::new(),
        };
        for pair in query.trim_start_matches('?').split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name), decode(value));
            let accepted = match name.as_str() {
                "lesson" => lessons::exists(&value).then(|| opening.lesson = Some(value.clone())),
                "lang" => lang_from_word(&value).map(|lang| opening.lang = lang),
                "theme" => Theme::from_word(&value).map(|theme| opening.theme = Some(theme)),
                "embed" => switch(&value).map(|on| opening.embed = on),
                "bench" => switch(&value).map(|on| opening.bench = on),
                _ => {
                    opening.problems.push(Notice::UnknownParameter { name: shortened(name) });
                    continue;
                }
            };
            if accepted.is_none() {
                opening.problems.push(Notice::BadParameter { name, value: shortened(value) });
            }
        }
        opening
    }
}

/// The words for languages a person wants: the one chosen here before, then the browser's.
fn preferences() -> Vec<String> {
    let browser = gloo_utils::window().navigator().languages();
    storage::get("lang").into_iter().chain(browser.iter().filter_map(|word| word.as_string())).collect()
}

fn switch(value: &str) -> Option<bool> {
    match value {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    }
}

/// Undoes percent encoding; what is not encoded well stays as it is.
fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let code = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) if *first == b'%' => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or(text)
}

/// At most so much of a text as a notice has room for.
fn shortened(text: String) -> String {
    const ROOM: usize = 40;
    if text.chars().count() <= ROOM { text } else { text.chars().take(ROOM).chain(['…']).collect() }
}

/// The name under which the window keeps the share link of what is shown, for when the engine is gone.
pub(crate) const SHARE: &str = "highwaterShare";

/// Keeps the share link of a timeline where it outlives the engine.
pub(crate) fn remember(timeline: &Timeline) {
    let link = share::encode(timeline);
    // The window is an ordinary object: this cannot fail.
    let _ = js_sys::Reflect::set(&gloo_utils::window(), &JsValue::from_str(SHARE), &JsValue::from_str(&link));
}

/// Opens a share link that is put into the address of an open page, by starting over: also after the engine has failed.
pub(crate) fn follow() {
    let start_over = Closure::<dyn FnMut()>::new(|| drop(gloo_utils::window().location().reload()));
    gloo_utils::window().set_onhashchange(Some(start_over.as_ref().unchecked_ref()));
    // For as long as the page is open.
    start_over.forget();
}

/// Loads the page anew where its timeline is now.
pub(crate) fn reload_here(session: &Session) {
    let location = gloo_utils::window().location();
    // A changed fragment alone reloads the page, as `follow` has it; the same one does not.
    let link = session.read(share::encode);
    let same = location.hash().is_ok_and(|now| now.trim_start_matches('#') == link);
    let _ = if same { location.reload() } else { location.set_hash(&link) };
}

/// The page's address without query and fragment.
fn base() -> String {
    let location = gloo_utils::window().location();
    format!("{}{}", location.origin().unwrap_or_default(), location.pathname().unwrap_or_default())
}

/// A link that opens the page where a timeline is now.
pub(crate) fn share_link(timeline: &Timeline) -> String {
    format!("{}#{}", base(), share::encode(timeline))
}

/// The address for an `iframe`: where a timeline is now, or the start of its lesson.
pub(crate) fn embed_link(
    timeline: &Timeline,
    moment: bool,
    small: bool,
    lang: Lang,
    theme: Option<Theme>,
) -> String {
    let mut query = Vec::new();
    if !moment {
        query.push(format!("lesson={}", timeline.scenario().id));
    }
    if small {
        query.push("embed=1".to_owned());
    }
    query.push(format!("lang={}", lang_word(lang)));
    query.extend(theme.map(|theme| format!("theme={}", theme.word())));
    let fragment = if moment { format!("#{}", share::encode(timeline)) } else { String::new() };
    format!("{}?{}{fragment}", base(), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(query: &str) -> Opening {
        Opening::parse(query, "", &["fr".to_owned(), "zh-TW".to_owned(), "en".to_owned()])
    }

    #[test]
    fn the_address_decides_before_the_browser() {
        assert_eq!(parse("").lang, Lang::Zh);
        let opening = parse("?lang=en&theme=projector&embed=1");
        assert_eq!((opening.lang, opening.theme, opening.embed), (Lang::En, Some(Theme::Projector), true));
        assert!(opening.problems.is_empty());
        let shared = Opening::parse("", "#v=1&at=3", &[]);
        assert_eq!((shared.share.as_deref(), shared.lang), (Some("v=1&at=3"), Lang::En));
    }

    #[test]
    fn what_is_not_known_is_reported_and_changes_nothing() {
        let opening = parse("?theme=pink&embed=yes&colour=red&&lesson=%zz");
        let plain = parse("");
        assert_eq!(
            (opening.theme, opening.embed, &opening.lesson),
            (plain.theme, plain.embed, &plain.lesson)
        );
        let bad = |name: &str, value: &str| Notice::BadParameter { name: name.into(), value: value.into() };
        assert_eq!(
            opening.problems,
            [
                bad("theme", "pink"),
                bad("embed", "yes"),
                Notice::UnknownParameter { name: "colour".into() },
                bad("lesson", "%zz")
            ]
        );
    }

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decode("a%20b+c%E4%B8%AD"), "a b c中");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%ff"), "%ff");
    }
}
