//! Why something is refused, in the page's language.

use super::Text;
