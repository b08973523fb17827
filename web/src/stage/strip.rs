//! A replica as a strip of records.

use std::rc::Rc;

use yew::prelude::*;

use super::layout::{Detail, Layout, StripMeasure};
use super::picture::{Cell, Ghost, Standing, StripPicture};
use super::{glyph, name, object, px};
use crate::i18n::Text;
use crate::session::Selection;

#[derive(Clone, PartialEq, Properties)]
pub(crate) struct StripProps {
    pub(crate) picture: Rc<StripPicture>,
    pub(crate) layout: Rc<Layout>,
    /// Its place among the broker's strips.
    pub(crate) place: usize,
    pub(crate) selection: Option<Selection>,
    pub(crate) text: Text,
}

/// One replica: below the high watermark its records are solid, above it dashed.
#[component]
pub(crate) fn Strip(props: &StripProps) -> Html {
    let StripProps { picture, layout, place, selection, text } = props;
    let measure = &layout.strip;
    let corner = layout.strip_corner(picture.broker, *place);
    let replica = Selection::Replica(picture.broker, picture.partition);
    let detail = match measure.detail {
        Detail::Full => "full",
        Detail::Compact => "compact",
        Detail::Heat => "heat",
    };
    let standing = match picture.standing {
        Standing::Leader => "leads",
        Standing::InSync => "in-sync",
        Standing::OutOfSync => "out-of-sync",
    };
    let class = classes!("strip", detail, standing, (!picture.alive).then_some("on-disk"));
    // Records that are seen well keep their place in the log, and the log slides. Places count from a round offset nearby,
    // to stay exact. Where strips are many, each record is set to its place: to a browser, a transform that changes is a
    // reason to look at every layer of the page again.
    let full = measure.detail == Detail::Full;
    let origin = if full { picture.window - picture.window % 256 } else { picture.window };
    let left = if full { 0.0 } else { measure.label };
    let x = |offset: i64| left + (offset - origin) as f64 * measure.cell;
    let slide = full.then(|| format!("transform:translate({:.1}px,0)", measure.label - x(picture.window)));
    let (top, tall) = (measure.lane_y - measure.brim, measure.lane_height + measure.brim * 2.0);
    let lane = measure.lane_width();
    let committed = picture.high_watermark.unwrap_or(picture.log_end);
    let shown_mark = |offset: i64| (picture.window..=picture.window + measure.cells).contains(&offset);
    let watermark = picture.high_watermark.filter(|offset| shown_mark(*offset));
    // A replica whose process is down has no water; when it comes back, it rises in place.
    let full_to = picture.high_watermark.unwrap_or(picture.window);
    let water = (full_to - picture.window).clamp(0, measure.cells) as f64 * measure.cell;

    html! {
        <g {class} style={format!("transform:translate({:.1}px,{:.1}px)", corner.x, corner.y)}>
            <g class={classes!("replica", (*selection == Some(replica)).then_some("selected"))}>
                <g data-object={object::word(replica)}>
                    <rect class="row" width={px(measure.width)} height={px(measure.height)} rx="4" />
                    <rect class="channel" x={px(measure.label)} y={px(top)} width={px(lane)} height={px(tall)} rx="3" />
                </g>
                <g class="plate" data-object={object::word(replica)} role="button" tabindex="-1"
                   aria-label={name::replica(*text, picture)}>
                    <rect width={px(measure.label * 0.97)} height={px(measure.height)} rx="4" />
                    { label(picture, layout, *text) }
                </g>
            </g>
            { water_of(measure, water, top, tall) }
            { outside(picture, layout) }
            <g class="log" style={slide}>
            <g class="records">
                { for picture.cells.iter().map(|cell| record(cell, props, x(cell.offset), cell.offset < committed)) }
            </g>
            <g class="epochs">{ for epochs(&picture.cells).map(|run| epoch(&run, props, x(run.from), x(run.to))) }</g>
            <g class="segments">
                { for picture.segments.iter().map(|base| html! {
                    <path key={*base} d={format!("M{:.1} {:.1}v{:.1}", x(*base), top - tall * 0.1, tall * 1.2)} />
                }) }
            </g>
            <g class="ghosts">{ for picture.ghosts.iter().map(|lost| ghost(lost, props, x(lost.offset))) }</g>
            { log_end(picture, layout, shown_mark(picture.log_end).then(|| x(picture.log_end))) }
            { high_watermark(watermark, layout, x(watermark.unwrap_or(picture.window))) }
            </g>
        </g>
    }
}

/// The water that the committed records stand in.
fn water_of(measure: &StripMeasure, width: f64, top: f64, tall: f64) -> Html {
    if measure.detail == Detail::Full {
        let style =
            format!("transform:translate({:.1}px,{top:.1}px) scale({width:.1},{tall:.1})", measure.label);
        return html! { <rect class="water" width="1" height="1" {style} /> };
    }
    html! { <rect class="water" x={px(measure.label)} y={px(top)} width={px(width)} height={px(tall)} /> }
}

/// What is not in view: earlier records, or how far the replica is behind.
fn outside(picture: &StripPicture, layout: &Layout) -> Html {
    let measure = &layout.strip;
    let y = px(measure.lane_y + measure.lane_height / 2.0 + layout.unit * 0.25);
    if picture.log_end < picture.window {
        let behind = format!("−{}", picture.window + measure.cells - picture.log_end);
        return html! { <text class="outside behind" x={px(measure.label + layout.unit * 0.4)} {y}>{ behind }</text> };
    }
    let words = if picture.window > picture.log_start && measure.detail == Detail::Full { "…" } else { "" };
    html! { <text class="outside" x={px(measure.label - layout.unit * 0.3)} {y}>{ words }</text> }
}

/// What stands left of the records: whose they are, and how the replica stands.
fn label(picture: &StripPicture, layout: &Layout, text: Text) -> Html {
    let measure = &layout.strip;
    let unit = layout.unit;
    let middle = measure.lane_y + measure.lane_height / 2.0;
    let (sign, class) = match picture.standing {
        Standing::Leader => (glyph::CROWN, "sign crown"),
        Standing::InSync => (glyph::RING, "sign ring"),
        Standing::OutOfSync => (glyph::BROKEN_RING, "sign broken-ring"),
    };
    let class = classes!(class, picture.mistaken.then_some("mistaken"));
    let at = |x: f64, y: f64, size: f64| format!("translate({x:.1} {y:.1}) scale({:.3})", size / 16.0);
    match measure.detail {
        Detail::Full if layout.narrow => html! {
            <path {class} d={sign} transform={at(unit * 0.9, middle, unit * 1.3)} />
        },
        Detail::Full => html! {
            <>
                <text class="name" x={px(unit * 0.2)} y={px(middle - unit * 0.5)}>{ &*picture.name }</text>
                <path {class} d={sign} transform={at(unit * 0.75, middle + unit * 0.75, unit * 1.15)} />
                <text class="standing" x={px(unit * 1.65)} y={px(middle + unit * 1.1)}>
                    { name::standing(text, picture) }
                </text>
            </>
        },
        Detail::Compact => html! {
            <>
                <path {class} d={sign} transform={at(unit * 0.6, middle, unit.min(measure.height * 0.9))} />
                <text class="name" x={px(measure.label - unit * 0.4)} y={px(middle + unit * 0.3)}>{ short(&picture.name) }</text>
            </>
        },
        Detail::Heat => html! {
            <path {class} d={sign} transform={at(unit * 0.6, middle, measure.height.min(unit))} />
        },
    }
}

/// The end of a partition's name, where its number is.
fn short(name: &str) -> String {
    const ROOM: usize = 4;
    let count = name.chars().count();
    if count <= ROOM {
        name.to_owned()
    } else {
        name.rsplit('-').next().map(|n| format!("p{n}")).unwrap_or_default()
    }
}

fn record(cell: &Cell, props: &StripProps, x: f64, committed: bool) -> Html {
    let StripProps { picture, layout, selection, text, .. } = props;
    let measure = &layout.strip;
    let this = Selection::Record(cell.record);
    let class = classes!(
        "record",
        cell.tone.class(),
        if committed { "committed" } else { "uncommitted" },
        (*selection == Some(this)).then_some("selected"),
    );
    let gap = (measure.cell * 0.065).clamp(0.5, 4.5);
    let (width, height) = (px(measure.cell - gap * 2.0), px(measure.lane_height));
    let style = format!("transform:translate({:.1}px,{:.1}px)", x + gap, measure.lane_y);
    let key = format!("{} {}", cell.record.0, cell.offset);
    if measure.detail == Detail::Full {
        let (cx, cy) = (px(measure.cell / 2.0 - gap), measure.lane_height / 2.0 + layout.unit * 0.38);
        return html! {
            <g {key} {class} {style} data-object={object::word(this)} role="button" tabindex="-1"
               aria-label={name::record(*text, picture, cell, committed)}>
                <rect {width} {height} rx="4" />
                <text class="id" x={cx.clone()} y={px(cy)}>{ cell.record.to_string() }</text>
                <text class="offset" x={cx} y={px(measure.lane_height + layout.unit * 1.5)}>{ cell.offset }</text>
            </g>
        };
    }
    let labelled = has_room_for_labels(layout);
    let rx = px((measure.lane_height * 0.15).min(3.0));
    let object = object::word(this);
    if !labelled {
        let (x, y) = (px(x + gap), px(measure.lane_y));
        return html! { <rect {key} {class} data-object={object} {x} {y} {width} {height} {rx} /> };
    }
    let baseline = measure.lane_y + measure.lane_height / 2.0 + layout.unit * 0.28;
    html! {
        <g {key} {class} data-object={object}>
            <rect x={px(x + gap)} y={px(measure.lane_y)} {width} {height} {rx} />
            <text class="id" x={px(x + measure.cell / 2.0)} y={px(baseline)}>{ cell.record.to_string() }</text>
        </g>
    }
}

/// Whether compact records are large enough for their names.
fn has_room_for_labels(layout: &Layout) -> bool {
    layout.strip.cell > layout.unit * 1.7 && layout.strip.lane_height > layout.unit * 0.95
}

/// A run of records of one leader epoch.
struct Run {
    epoch: i32,
    from: i64,
    to: i64,
}

fn epochs(cells: &[Cell]) -> impl Iterator<Item = Run> + '_ {
    cells.chunk_by(|a, b| a.epoch == b.epoch).filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some(Run { epoch: first.epoch, from: first.offset, to: last.offset + 1 })
    })
}

fn epoch(run: &Run, props: &StripProps, from: f64, to: f64) -> Html {
    let measure = &props.layout.strip;
    let unit = props.layout.unit;
    let thick = match measure.detail {
        Detail::Full => unit * 0.28,
        _ => (measure.lane_height * 0.14).clamp(0.75, 2.5),
    };
    let class = if run.epoch % 2 == 0 { "epoch even" } else { "epoch odd" };
    let top = measure.lane_y
        + measure.lane_height
        + if measure.detail == Detail::Full { unit * 0.05 } else { -thick };
    let key = format!("{} {}", run.epoch, run.from);
    let band = html! { <rect x={px(from + 1.0)} y={px(top)} width={px(to - from - 2.0)} height={px(thick)} rx="1" /> };
    if measure.detail != Detail::Full {
        return html! { <g {key} {class}>{ band }</g> };
    }
    let (wide, tall) = (unit * 1.5, unit * 0.92);
    let middle = top + thick / 2.0;
    html! {
        <g {key} {class}>
            { band }
            <rect class="tag" x={px(from + 1.0)} y={px(middle - tall / 2.0)} width={px(wide)} height={px(tall)} rx={px(tall / 2.0)} />
            <text x={px(from + 1.0 + wide / 2.0)} y={px(middle + unit * 0.25)}>{ format!("e{}", run.epoch) }</text>
        </g>
    }
}

/// Where an acknowledged record was.
fn ghost(ghost: &Ghost, props: &StripProps, x: f64) -> Html {
    let StripProps { picture, layout, text, selection, .. } = props;
    let measure = &layout.strip;
    let this = Selection::Record(ghost.record);
    let taken = picture.cells.iter().any(|cell| cell.offset == ghost.offset);
    let class = classes!(
        "ghost",
        ghost.tone.class(),
        taken.then_some("displaced"),
        (*selection == Some(this)).then_some("selected"),
    );
    let full = measure.detail == Detail::Full;
    let labelled = full || (!taken && has_room_for_labels(layout));
    let word = if labelled { ghost.record.to_string() } else { String::new() };
    // Where another record stands in its place, it shows above, beside the sign of the high watermark.
    let (left, top, wide, tall) = if taken && full {
        let tall = layout.unit * 1.25;
        (
            x + measure.cell * 0.52,
            measure.lane_y - measure.brim - tall - layout.unit * 0.12,
            layout.unit * 2.1,
            tall,
        )
    } else if taken {
        let tall = measure.lane_height * 0.24;
        (x + 1.0, measure.lane_y - tall, measure.cell - 2.0, tall)
    } else {
        (x + 2.0, measure.lane_y, measure.cell - 4.0, measure.lane_height)
    };
    html! {
        <g key={ghost.record.0} {class} style={format!("transform:translate({left:.1}px,{top:.1}px)")}
           data-object={object::word(this)} role="button" tabindex="-1" aria-label={name::ghost(*text, ghost)}>
            <rect width={px(wide)} height={px(tall)} rx="4" />
            <text class="id" x={px(wide / 2.0)} y={px(tall / 2.0 + layout.unit * 0.36)}>{ word }</text>
            <path d={format!("M{:.1} {:.1}L{:.1} {:.1}", wide * 0.12, tall * 0.85, wide * 0.88, tall * 0.15)} />
        </g>
    }
}

fn high_watermark(offset: Option<i64>, layout: &Layout, x: f64) -> Html {
    let measure = &layout.strip;
    let unit = layout.unit;
    // Out of view it waits where it comes into view again.
    let away = offset.is_none().then_some("away");
    let offset = offset.unwrap_or_default();
    let class = classes!("watermark", away);
    if measure.detail != Detail::Full {
        let d = format!("M{x:.1} {:.1}v{:.1}", measure.lane_y - 1.0, measure.lane_height + 2.0);
        return html! { <g {class}><path {d} /></g> };
    }
    let style = format!("transform:translate({x:.1}px,{:.1}px)", measure.lane_y);
    let reach = measure.brim + unit * 0.12;
    let (wide, tall) = (unit * 3.1, unit * 1.25);
    html! {
        <g {class} {style}>
            <path d={glyph::surface(measure.lane_height + reach * 2.0, unit * 0.16)} transform={format!("translate(0 {:.1})", -reach)} />
            <rect x={px(-wide / 2.0)} y={px(-tall - reach)} width={px(wide)} height={px(tall)} rx={px(tall / 2.0)} />
            <text y={px(-reach - tall * 0.26)}>{ "HW " }{ offset }</text>
        </g>
    }
}

fn log_end(picture: &StripPicture, layout: &Layout, x: Option<f64>) -> Html {
    let measure = &layout.strip;
    let unit = layout.unit;
    let Some(x) = x.filter(|_| measure.detail == Detail::Full) else {
        return html! { <g class="log-end" /> };
    };
    let style = format!("transform:translate({x:.1}px,{:.1}px)", measure.lane_y + measure.lane_height);
    html! {
        <g class="log-end" {style}>
            <path d={format!("M0 {:.1}V{:.1}", -measure.lane_height * 0.3, unit * 1.5)} />
            <text x={px(unit * 0.3)} y={px(unit * 1.5)}>{ "LEO " }{ picture.log_end }</text>
        </g>
    }
}
