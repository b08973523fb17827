//! The settings that decide whether records get lost, in reach at all times.

use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::config::{Acks, TopicConfig};
use highwater_core::error::Refused;
use highwater_core::ids::{BrokerId, PartitionId};
use highwater_lab::timeline::Timeline;
use yew::prelude::*;

use super::name::setting_name;
use super::slider::{Slider, slider};
use crate::i18n::Text;
use crate::session::{PanelProps, Selection};

/// The three settings as the cluster has them, and what they meet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Safety {
    acks: Common<Acks>,
    min_isr: Common<usize>,
    unclean: bool,
    /// The largest replication factor of a topic.
    replication_factor: usize,
    /// The partition whose ISR is shown, and that ISR.
    isr: Option<Isr>,
    /// A change would begin a branch.
    past: bool,
}

/// A setting of several producers or topics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Common<T> {
    /// The first one's.
    value: T,
    /// Not all have that value.
    differs: bool,
}

impl<T: Copy + PartialEq> Common<T> {
    fn of(values: impl Iterator<Item = T> + Clone, otherwise: T) -> Self {
        let value = values.clone().next().unwrap_or(otherwise);
        Common { value, differs: values.into_iter().any(|other| other != value) }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Isr {
    partition: String,
    /// Each assigned replica, and whether it is in sync.
    members: Vec<(BrokerId, bool)>,
}

impl Isr {
    fn len(&self) -> usize {
        self.members.iter().filter(|(_, in_sync)| *in_sync).count()
    }
}

impl Safety {
    fn of(timeline: &Timeline, selection: Option<Selection>) -> Self {
        let cluster = timeline.cluster();
        let settings = cluster.settings();
        let min_isr = |topic: &TopicConfig| usize::try_from(topic.min_insync_replicas).unwrap_or(usize::MAX);
        Safety {
            acks: Common::of(settings.producers.iter().map(|producer| producer.acks), Acks::All),
            min_isr: Common::of(settings.topics.iter().map(min_isr), 1),
            unclean: settings.topics.iter().any(|t| t.unclean_leader_election_enable),
            replication_factor: user_partitions(cluster)
                .filter_map(|id| Some(cluster.metadata().partition(id)?.replicas.len()))
                .max()
                .unwrap_or(1),
            isr: shown_partition(cluster, selection).and_then(|id| isr(cluster, id)),
            past: timeline.position() < timeline.len(),
        }
    }
}

fn user_partitions(cluster: &Cluster) -> impl Iterator<Item = PartitionId> {
    let metadata = cluster.metadata();
    metadata.partition_ids().filter(|id| !metadata.is_internal(*id))
}

/// The selected partition; else the one with the fewest replicas in sync.
fn shown_partition(cluster: &Cluster, selection: Option<Selection>) -> Option<PartitionId> {
    match selection {
        Some(Selection::Replica(_, id) | Selection::Partition(id)) => Some(id),
        _ => user_partitions(cluster).min_by_key(|id| cluster.metadata().partition(*id).map(|p| p.isr.len())),
    }
}

fn isr(cluster: &Cluster, id: PartitionId) -> Option<Isr> {
    let partition = cluster.metadata().partition(id)?;
    Some(Isr {
        partition: cluster.metadata().partition_name(id),
        members: partition.replicas.iter().map(|broker| (*broker, partition.isr.contains(*broker))).collect(),
    })
}

fn min_isr_means(t: Text, n: usize) -> String {
    if n == 1 { t.min_isr_one().to_string() } else { t.min_isr_means(n) }
}

/// What the settings promise, and what they do not.
fn consequences(t: Text, safety: &Safety) -> Vec<String> {
    let (rf, min) = (safety.replication_factor, safety.min_isr.value);
    let mut lines = Vec::new();
    if safety.acks.value == Acks::All {
        if min > rf {
            lines.push(t.follows_never(rf, min));
        }
        lines.push(match rf.saturating_sub(min) {
            0 => t.follows_writes_none(rf, min),
            1 => t.follows_writes_one(rf, min),
            n => t.follows_writes_some(rf, min, n),
        });
        lines.push(match min.min(rf) {
            1 => t.follows_copies_one().to_string(),
            n => t.follows_copies(n),
        });
    } else {
        lines.push(t.follows_acks_0().to_string());
    }
    lines
}

/// What acks can be, from left to right.
const ACKS: [&str; 3] = ["0", "1", "all"];

#[component]
pub(crate) fn Sliders(props: &PanelProps) -> Html {
    let t = props.text();
    let refusal = use_state(|| None::<Refused>);
    let held = use_state(|| None);
    let safety = props.session.read(|timeline| Safety::of(timeline, props.session.view().selection));
    let set = {
        let (session, refusal) = (props.session.clone(), refusal.clone());
        Callback::from(move |(name, value): (&'static str, String)| {
            let change = Intervention::SetConfig { name: name.into(), member: None, value };
            refusal.set(session.act(change).err());
        })
    };

    let meanings = [t.acks_0(), t.acks_1(), t.acks_all()];
    let acks = Slider {
        id: "acks",
        name: "acks",
        question: t.acks_label(),
        positions: ACKS.into_iter().zip(meanings).map(|(word, means)| (word.into(), means.into())).collect(),
        at: match safety.acks.value {
            Acks::Zero => 0,
            Acks::One => 1,
            Acks::All => 2,
        },
    };
    let set_acks = set.reform(|at: usize| ("acks", ACKS.get(at).unwrap_or(&"all").to_string()));
    let min_isr = Slider {
        id: "min-isr",
        name: "min.insync.replicas",
        question: t.min_isr_label(),
        positions: (1..=safety.replication_factor).map(|n| (n.to_string(), min_isr_means(t, n))).collect(),
        at: safety.min_isr.value.clamp(1, safety.replication_factor) - 1,
    };
    let set_min_isr = set.reform(|at: usize| ("min.insync.replicas", (at + 1).to_string()));
    let unclean = safety.unclean;
    let set_unclean =
        set.reform(move |_: MouseEvent| ("unclean.leader.election.enable", (!unclean).to_string()));

    html! {
        <section class="panel sliders" aria-label={t.sliders()}>
            { slider(&acks, &held, set_acks) }
            <div class="min-isr">
                { slider(&min_isr, &held, set_min_isr) }
                { safety.isr.as_ref().map(|isr| isr_now(t, isr, safety.min_isr.value, safety.acks.value == Acks::All)) }
            </div>
            <div class="switch">
                <button id="unclean" type="button" role="switch" aria-checked={unclean.to_string()}
                    aria-describedby="unclean-meaning" onclick={set_unclean}>
                    { setting_name("unclean.leader.election.enable") }
                    <span class="question">{ t.unclean_label() }</span>
                    <span class="knob" aria-hidden="true">{ if unclean { t.on() } else { t.off() } }</span>
                </button>
                <p id="unclean-meaning" class="meaning">
                    { if unclean { t.follows_unclean() } else { t.follows_clean() } }
                </p>
            </div>
            <div class="consequences">
                <h2>{ t.follows() }</h2>
                <ul>{ for consequences(t, &safety).into_iter().map(|line| html! { <li key={line.clone()}>{ line }</li> }) }</ul>
                <p class="note" hidden={!safety.acks.differs}>{ t.acks_mixed() }</p>
                <p class="note" hidden={!safety.min_isr.differs}>{ t.topics_mixed() }</p>
                <p class="note">{ if safety.past { t.grows_branch() } else { t.applies_from_now_on() } }</p>
                <p class="field-error" role="alert" hidden={refusal.is_none()}>
                    { refusal.as_ref().map(|why| t.refused_setting(&t.refusal(why))).unwrap_or_default() }
                </p>
            </div>
        </section>
    }
}

/// The ISR as it is now, beside the minimum it must have. `asked`: a producer asks for all of it.
fn isr_now(t: Text, isr: &Isr, min: usize, asked: bool) -> Html {
    let (n, replicas) = (isr.len(), isr.members.len());
    let below = n < min.min(replicas);
    html! {
        <div class={classes!("isr-now", below.then_some("below"))}>
            <span class="pips" aria-hidden="true">
                { for isr.members.iter().map(|(broker, in_sync)| html! {
                    <span key={broker.0} class={classes!("pip", in_sync.then_some("in-sync"))}>{ broker.0 }</span>
                }) }
            </span>
            <span>{ t.isr_now(&isr.partition, n, replicas) }</span>
            <span class="warning" hidden={!(below && asked)}>{ t.isr_below(&isr.partition, n, min) }</span>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    fn lines(acks: Acks, replication_factor: usize, min_isr: usize) -> Vec<String> {
        let safety = Safety {
            acks: Common { value: acks, differs: false },
            min_isr: Common { value: min_isr, differs: false },
            unclean: false,
            replication_factor,
            isr: None,
            past: false,
        };
        consequences(Text(Lang::En), &safety)
    }

    #[test]
    fn the_settings_say_what_follows_from_them() {
        assert!(lines(Acks::All, 3, 2)[0].contains("one broker may fail and writes go on"));
        assert!(lines(Acks::All, 3, 3)[0].contains("writes stop as soon as one broker fails"));
        assert!(lines(Acks::All, 3, 1)[1].contains("leader alone"));
        assert!(lines(Acks::All, 2, 3)[0].contains("more than RF 2"));
        assert_eq!(lines(Acks::One, 3, 2).len(), 1);
    }
}
