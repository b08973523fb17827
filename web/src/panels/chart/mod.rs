//! Log end offset and high watermark of each replica over time.

mod draw;
mod series;

use gloo_timers::callback::Timeout;
use highwater_core::broker::Replica;
use highwater_core::cluster::Cluster;
use highwater_core::ids::{BrokerId, EventId, PartitionId};
use highwater_core::log::Log;
use highwater_lab::timeline::Timeline;
use std::rc::Rc;
use web_sys::{Element, HtmlSelectElement};
use yew::prelude::*;

use crate::i18n::Text;
use crate::session::{PanelProps, Selection};
use crate::url::Theme;
use draw::Size;
use series::Courses;

/// The chart is drawn again at most so often: drawing it measures every label in the page.
const REDRAW_MS: u32 = 250;

/// The narrowest chart, and the width until the panel's own is known.
const NARROWEST: u32 = 240;

#[component]
pub(crate) fn Chart(props: &PanelProps) -> Html {
    let t = props.text();
    let view = props.session.view();
    let chosen = use_state(|| None::<PartitionId>);
    let frame = use_node_ref();
    let drawn = use_state(|| props.revision);
    let width = use_state_eq(|| NARROWEST);
    let waiting = use_mut_ref(|| None::<Timeout>);
    let read = use_mut_ref(|| None::<Read>);

    {
        let (frame, width) = (frame.clone(), width.clone());
        use_effect_with(*drawn, move |_| {
            if let Some(frame) = frame.cast::<Element>() {
                width.set(frame.client_width().unsigned_abs().max(NARROWEST));
            }
        });
    }
    // What is behind is drawn after a pause, however many changes come within it.
    {
        let (drawn, waiting, session) = (drawn.clone(), waiting.clone(), props.session.clone());
        use_effect_with(props.revision, move |revision| {
            if *drawn != *revision && waiting.borrow().is_none() {
                let done = waiting.clone();
                let timeout = Timeout::new(REDRAW_MS, move || {
                    done.borrow_mut().take();
                    drawn.set(session.revision());
                });
                *waiting.borrow_mut() = Some(timeout);
            }
        });
    }

    let partitions = props.session.read(|timeline| {
        let metadata = timeline.cluster().metadata();
        let user = metadata.partition_ids().filter(|id| !metadata.is_internal(*id));
        user.map(|id| (id, metadata.partition_name(id))).collect::<Vec<_>>()
    });
    let selected = match view.selection {
        Some(Selection::Replica(_, id) | Selection::Partition(id)) => Some(id),
        _ => None,
    };
    // A cluster has at least one topic, and so a first partition.
    let partition = chosen.or(selected).unwrap_or(PartitionId(0));
    let onchange = {
        let (chosen, ids) = (chosen.clone(), partitions.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        Callback::from(move |event: Event| {
            let at = event.target_unchecked_into::<HtmlSelectElement>().selected_index();
            chosen.set(usize::try_from(at).ok().and_then(|at| ids.get(at)).copied());
        })
    };
    let name = props.session.read(|timeline| timeline.cluster().metadata().partition_name(partition));
    let size = Size { width: *width, height: *width * 5 / 8 };
    let picture = Picture { t, theme: view.theme, partition, size, drawn: *drawn };
    let svg = {
        let session = props.session.clone();
        let read = read.clone();
        use_memo(picture, move |picture| {
            session.read(|timeline| paint(picture, timeline, &mut read.borrow_mut()))
        })
    };
    let (now, rows) =
        props.session.read(|timeline| (t.time(timeline.now()), rows(t, timeline.cluster(), partition)));
    html! {
        <div class="panel chart">
            <div class="chart-of">
                <label for="chart-partition">{ t.chart_partition() }</label>
                <select id="chart-partition" {onchange}>
                    { for partitions.iter().map(|(id, name)| html! {
                        <option key={id.0} selected={*id == partition}>{ name }</option>
                    }) }
                </select>
            </div>
            <figure>
                <figcaption>{ t.chart_title(&name) }</figcaption>
                <div ref={frame} class="plot" role="img" aria-label={t.chart_desc(&name, &now)}>
                    { Html::from_html_unchecked((*svg).clone()) }
                </div>
                <ul class="chart-key" aria-hidden="true">
                    { for rows.iter().enumerate().map(|(i, row)| html! {
                        <li key={row.broker.0} class={format!("line-{}", i % draw::COLOURS + 1)}>{ t.broker_named(row.broker.0) }</li>
                    }) }
                    <li key="leo" class="leo">{ t.chart_leo() }</li>
                    <li key="hw" class="hw">{ t.chart_hw() }</li>
                </ul>
            </figure>
            <details>
                <summary>{ t.chart_table() }</summary>
                <table>
                    <caption>{ &now }</caption>
                    <thead>
                        <tr>
                            <th scope="col">{ t.chart_broker() }</th>
                            <th scope="col">{ t.chart_role() }</th>
                            <th scope="col">{ t.chart_leo() }</th>
                            <th scope="col">{ t.chart_hw() }</th>
                        </tr>
                    </thead>
                    <tbody>
                        { for rows.into_iter().map(|row| html! {
                            <tr key={row.broker.0}>
                                <th scope="row">{ t.broker_named(row.broker.0) }</th>
                                <td>{ row.role }</td>
                                <td>{ row.log_end }</td>
                                <td>{ row.high_watermark.map_or("–".to_string(), |hw| hw.to_string()) }</td>
                            </tr>
                        }) }
                    </tbody>
                </table>
            </details>
        </div>
    }
}

/// All that the drawing depends on, but for the events themselves.
#[derive(Clone, Copy, PartialEq)]
struct Picture {
    t: Text,
    theme: Option<Theme>,
    partition: PartitionId,
    size: Size,
    /// The revision that is drawn.
    drawn: u64,
}

/// What has been read of a branch, so that the next drawing has only the news to read.
struct Read {
    timeline: Rc<()>,
    branch: usize,
    partition: PartitionId,
    /// How many events.
    events: usize,
    courses: Courses,
}

/// Reads on to the position.
fn read_on(read: &mut Option<Read>, timeline: &Timeline, partition: PartitionId) {
    let same = read.as_ref().is_some_and(|read| {
        Rc::ptr_eq(&read.timeline, timeline.identity())
            && (read.branch, read.partition) == (timeline.branch(), partition)
    });
    let kept = read.take().filter(|_| same);
    let read = read.insert(kept.unwrap_or_else(|| {
        let replicas = timeline.cluster().metadata().partition(partition).map(|p| p.replicas.clone());
        Read {
            timeline: Rc::clone(timeline.identity()),
            branch: timeline.branch(),
            partition,
            events: 0,
            courses: Courses::new(partition, &replicas.unwrap_or_default()),
        }
    }));
    let until = timeline.events_until_position();
    read.courses.extend(timeline.events().iter_from(read.events).take(until.saturating_sub(read.events)));
    read.events = read.events.max(until);
}

fn paint(picture: &Picture, timeline: &Timeline, read: &mut Option<Read>) -> AttrValue {
    read_on(read, timeline, picture.partition);
    let last = EventId(timeline.events_until_position() as u64);
    let lines = read.as_ref().map(|read| read.courses.lines(last, timeline.now())).unwrap_or_default();
    draw::draw(picture.t, &lines, timeline.now(), picture.size).into()
}

/// A replica as it is now.
struct Row {
    broker: BrokerId,
    role: &'static str,
    log_end: i64,
    high_watermark: Option<i64>,
}

fn rows(t: Text, cluster: &Cluster, partition: PartitionId) -> Vec<Row> {
    let Some(registered) = cluster.metadata().partition(partition) else { return Vec::new() };
    let row = |id: &BrokerId| {
        let broker = cluster.broker(*id)?;
        let replica = broker.replica(partition);
        Some(Row {
            broker: *id,
            role: replica.map_or(t.chart_process_down(), |replica| t.role(replica.role())),
            log_end: broker.log(partition).map_or(0, Log::end),
            high_watermark: replica.map(Replica::high_watermark),
        })
    };
    registered.replicas.iter().filter_map(row).collect()
}
