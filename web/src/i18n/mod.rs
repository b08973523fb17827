//! All that the page says, in English and in Simplified Chinese.
//!
//! A message is a method of [`Text`], so a message that one language lacks does not compile, and nothing is looked up
//! at run time. Kafka's own words stay as Chinese Kafka users write them: leader, follower, ISR, broker.

mod chart;
mod error;
mod event;
mod help;
mod inspector;
mod intervention;
mod lesson;
mod number;
mod page;
mod records;
mod settings;
mod share;
mod stage;
mod story;
mod transport;
mod verdict;

pub(crate) use highwater_lab::text::Lang;

use crate::session::PanelProps;

/// The page's words in one language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Lang);

impl PanelProps {
    /// The words of the language the page is in now.
    pub(crate) fn text(&self) -> Text {
        Text(self.session.view().lang)
    }
}

impl Text {
    /// One of the two.
    pub(crate) fn pick<T>(self, en: T, zh: T) -> T {
        match self.0 {
            Lang::En => en,
            Lang::Zh => zh,
        }
    }

    /// The language's tag, for `lang` attributes.
    pub(crate) fn tag(self) -> &'static str {
        self.pick("en", "zh-Hans")
    }
}

/// Defines messages: `name = "English", "中文";` or, with values to fill in,
/// `name(what: type) = "{what} in English", "中文的 {what}";`.
macro_rules! messages {
    ($($name:ident $(($($arg:ident: $ty:ty),+))? = $en:literal, $zh:literal;)*) => {
        impl $crate::i18n::Text {
            $(messages!(@one $name $(($($arg: $ty),+))? = $en, $zh);)*
        }
    };
    (@one $name:ident = $en:literal, $zh:literal) => {
        pub(crate) fn $name(self) -> &'static str {
            self.pick($en, $zh)
        }
    };
    (@one $name:ident($($arg:ident: $ty:ty),+) = $en:literal, $zh:literal) => {
        pub(crate) fn $name(self, $($arg: $ty),+) -> String {
            match self.0 {
                $crate::i18n::Lang::En => format!($en),
                $crate::i18n::Lang::Zh => format!($zh),
            }
        }
    };
}
pub(crate) use event::Narrator;
use messages;
pub(crate) use number::grouped;
