//! Links: what is written is read back, and nothing that is read can do harm.

use highwater_core::action::{Crash, Intervention, Send};
use highwater_core::config;
use highwater_core::ids::{BrokerId, MessageId, NodeId, PartitionId, TopicId};
use highwater_lab::command::Command;
use highwater_lab::lessons;
use highwater_lab::share::{self, Shared, Source};
use highwater_lab::timeline::Timeline;
use proptest::prelude::*;
use std::sync::Arc;

fn timeline() -> Timeline {
    let scenario = lessons::ALL[0].scenario().expect("it can be read");
    Timeline::new(Arc::new(scenario), None, &[]).expect("it can be built")
}

fn any_node() -> impl Strategy<Value = NodeId> {
    prop_oneof![
        Just(NodeId::Controller),
        (1..=9u8).prop_map(|n| NodeId::Broker(BrokerId(n))),
        (1..=4u8).prop_map(NodeId::Producer),
        (1..=6u8).prop_map(NodeId::Consumer),
    ]
}

/// Every intervention there is on the first lesson's cluster, with hostile keys and values.
fn any_intervention() -> impl Strategy<Value = Intervention> {
    let span = 0..3_600_000_000u64;
    let settings: Vec<_> = config::TABLE.iter().copied().flatten().collect();
    prop_oneof![
        (any_node(), any::<bool>()).prop_map(|(node, power)| Intervention::Crash {
            node,
            crash: if power { Crash::Power } else { Crash::Process },
        }),
        any_node().prop_map(Intervention::Restart),
        any_node().prop_map(Intervention::Pause),
        any_node().prop_map(Intervention::Resume),
        any_node().prop_map(Intervention::Shutdown),
        (any_node(), any_node(), any::<bool>()).prop_map(|(from, to, both_ways)| Intervention::Cut {
            from,
            to,
            both_ways
        }),
        (any_node(), any_node(), any::<bool>()).prop_map(|(from, to, both_ways)| Intervention::Heal {
            from,
            to,
            both_ways
        }),
        any::<u64>().prop_map(|n| Intervention::Drop(MessageId(n))),
        (any::<u64>(), span.clone()).prop_map(|(n, by)| Intervention::Delay { message: MessageId(n), by }),
        (1..=9u8, span.clone()).prop_map(|(n, by)| Intervention::SlowFollower { broker: BrokerId(n), by }),
        (any_node(), any_node(), span).prop_map(|(from, to, latency)| Intervention::SetLatency {
            from,
            to,
            latency
        }),
        (any::<u8>(), any::<Option<u16>>(), proptest::option::of(".{0,20}"), any::<u32>()).prop_map(
            |(producer, partition, key, value_size)| {
                Intervention::Send(Send { producer, topic: TopicId(0), partition, key, value_size })
            }
        ),
        any::<u16>().prop_map(|total| Intervention::AddPartitions { topic: TopicId(0), total }),
        (proptest::sample::select(settings), proptest::option::of(0..6u8), ".{0,20}").prop_map(
            |(setting, member, value)| Intervention::SetConfig {
                name: setting.qualified_name(),
                member,
                value
            }
        ),
        any::<bool>().prop_map(|unclean| Intervention::ElectLeader { partition: PartitionId(0), unclean }),
    ]
}

fn any_shared() -> impl Strategy<Value = Shared> {
    let lessons: Vec<&str> = lessons::ALL.iter().map(|lesson| lesson.id).collect();
    let source = prop_oneof![
        4 => proptest::sample::select(lessons).prop_map(|id| Source::Lesson(id.into())),
        1 => "\\PC{0,200}".prop_map(Source::Text),
    ];
    let settings: Vec<_> = config::TABLE.iter().copied().flatten().collect();
    let change =
        proptest::sample::select(settings).prop_map(|s| (s.qualified_name(), s.default_4.to_string()));
    let acts = proptest::collection::btree_map(0..10_000usize, any_intervention(), 0..8);
    (
        source,
        any::<Option<u64>>(),
        proptest::collection::vec(change, 0..4),
        acts,
        proptest::option::of(0..=share::MOST_STEPS),
    )
        .prop_map(|(scenario, seed, overrides, acts, position)| {
            let timeline = timeline();
            let metadata = timeline.cluster().metadata();
            let acts = acts
                .into_iter()
                .map(|(step, what)| (step, Command::of(&what, metadata).expect("it has words")))
                .collect();
            Shared { scenario, seed, overrides, acts, position }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_encoded_is_decoded(shared in any_shared()) {
        let link = shared.encode();
        prop_assert!(link.is_ascii() && !link.contains([' ', '#', '"', '<', '>', '\\']), "{}", link);
        let (read, rejected) = share::decode(&link).unwrap();
        prop_assert_eq!(rejected, vec![]);
        prop_assert_eq!(read, shared);
    }

    #[test]
    fn an_intervention_in_words_means_the_same(what in any_intervention()) {
        let timeline = timeline();
        let words = Command::of(&what, timeline.cluster().metadata()).unwrap().to_string();
        let command = Command::parse(&words).map_err(|e| TestCaseError::fail(format!("{words}: {e}")))?;
        let back = command.resolve(timeline.cluster(), &|_| None);
        prop_assert_eq!(back, Ok(what));
    }

    #[test]
    fn any_text_is_read_without_harm(text in "\\PC{0,300}") {
        let _ = share::decode(&text);
    }

    #[test]
    fn a_mutilated_link_is_read_without_harm(
        shared in any_shared(),
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..6),
    ) {
        let mut link: Vec<char> = shared.encode().chars().collect();
        for (at, c) in cuts {
            let at = at.index(link.len());
            link[at] = c;
        }
        let link: String = link.into_iter().collect();
        let _ = share::decode(&link);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_link_leads_back_to_the_same_state(
        acts in proptest::collection::vec((1..40usize, any_intervention()), 0..6),
        beyond in 0..200usize,
        lesson in 0..lessons::ALL.len(),
    ) {
        let scenario = Arc::new(lessons::ALL[lesson].scenario().unwrap());
        let mut timeline = Timeline::new(scenario, Some(7), &[]).unwrap();
        timeline.to_opening();
        for (ahead, what) in acts {
            timeline.seek(timeline.position().saturating_sub(ahead / 2));
            // Many are refused; those that are not count.
            let _ = timeline.act(what);
            for _ in 0..ahead {
                timeline.step();
            }
        }
        for _ in 0..beyond {
            timeline.step();
        }
        let (shared, rejected) = share::decode(&share::encode(&timeline)).unwrap();
        prop_assert_eq!(rejected, vec![]);
        let (opened, rejected) = shared.open().unwrap();
        prop_assert_eq!(rejected, vec![]);
        prop_assert_eq!(opened.position(), timeline.position());
        prop_assert!(opened.cluster() == timeline.cluster());
        prop_assert_eq!(opened.ledger().counts(), timeline.ledger().counts());
    }
}

#[test]
fn bad_parts_are_reported_one_by_one() {
    let link = "#v=1&lesson=nothing&seed=x&set=acks:7&set=nonsense:1&do=3:explode+broker+1&do=oops&at=-1&zzz=1&%&set=acks:all";
    let (shared, rejected) = share::decode(link).unwrap();
    assert_eq!(shared.overrides, vec![("acks".to_string(), "all".to_string())]);
    let parts: Vec<&str> = rejected.iter().map(|r| r.part.as_str()).collect();
    assert_eq!(
        parts,
        [
            "lesson=nothing",
            "seed=x",
            "set=acks:7",
            "set=nonsense:1",
            "do=3:explode+broker+1",
            "do=oops",
            "at=-1",
            "zzz=1",
            "%"
        ]
    );
    assert!(rejected.iter().all(|r| !r.reason.to_string().is_empty()));
}

#[test]
fn what_is_possible_is_done_and_the_rest_reported() {
    let link = "v=1&lesson=acks-1-loses-data&do=20:kill+broker+9&do=30:kill+broker+2&at=40";
    let (timeline, rejected) = share::decode(link).unwrap().0.open().unwrap();
    assert_eq!(rejected.len(), 1);
    assert_eq!(timeline.position(), 40);
    assert_eq!(timeline.acts().count(), 1);
}

#[test]
fn links_of_the_future_and_monsters_are_refused() {
    assert!(share::decode("v=2&lesson=acks-1-loses-data").is_err());
    assert!(share::decode(&"a".repeat(share::LONGEST_LINK + 1)).is_err());
    let many = format!("v=1{}", "&do=1:kill+broker+1".repeat(5_000));
    let (shared, rejected) = share::decode(&many).unwrap();
    assert_eq!(shared.acts.len(), 1);
    assert!(!rejected.is_empty());
}
