//! Links between nodes.

use std::rc::Rc;

use yew::prelude::*;

use super::layout::Layout;
use super::picture::LinkPicture;
use super::{glyph, name, object};
use crate::i18n::Text;
use crate::session::Selection;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct LinksProps {
    pub(crate) links: Rc<Vec<LinkPicture>>,
    pub(crate) layout: Rc<Layout>,
    pub(crate) selection: Option<Selection>,
    pub(crate) text: Text,
}

/// More links than this are drawn only where something is the matter with them.
const MANY: usize = 20;

/// All links.
#[component]
pub(crate) fn Links(props: &LinksProps) -> Html {
    let LinksProps { links, layout, selection, text } = props;
    let class = classes!("links", (links.len() > MANY).then_some("many"));
    html! { <g {class}>{ for links.iter().map(|link| draw(link, layout, *selection, *text)) }</g> }
}

fn draw(link: &LinkPicture, layout: &Layout, selection: Option<Selection>, text: Text) -> Html {
    let this = Selection::link(link.a, link.b);
    let curve = layout.link(link.a, link.b);
    let path = curve.path();
    let cut = link.cut || link.cut_back;
    let class = classes!("link", cut.then_some("cut"), (selection == Some(this)).then_some("selected"));
    let word = object::word(this);
    let middle = curve.at(0.5);
    let scale = layout.unit * 0.07;
    // A link that is cut one way only shows which way is closed.
    let one_way = match (link.cut, link.cut_back) {
        (true, false) => Some(curve.at(0.62)),
        (false, true) => Some(curve.at(0.38)),
        _ => None,
    };
    html! {
        <g key={word.clone().unwrap_or_default()} {class} data-object={word} role="button" tabindex="-1" aria-label={name::link(text, link)}>
            <path class="hit" d={path.clone()} />
            <path class="line" d={path} />
            if cut {
                <path class="cut-mark" d={glyph::CUT} transform={mark(one_way.unwrap_or(middle), scale)} />
            } else {
                <path class="cut-mark" />
            }
        </g>
    }
}

fn mark(at: super::curve::Point, scale: f64) -> String {
    format!("translate({:.1} {:.1}) scale({scale:.3})", at.x, at.y)
}
