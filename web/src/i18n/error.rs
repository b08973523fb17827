//! Why something is refused, in the page's language.

use super::{Lang, Text};

/// Reasons that the core and the lab give, and what they are in Chinese.
const REASONS: &[(&str, &str)] = &[];

impl Text {
    /// A reason, as the engine gives it in English, in the page's language.
    pub(crate) fn reason(self, reason: &str) -> String {
        match self.0 {
            Lang::En => reason.to_string(),
            Lang::Zh => {
                let known = REASONS.iter().find(|(en, _)| *en == reason);
                known.map_or(reason, |(_, zh)| zh).to_string()
            }
        }
    }
}
