//! Named properties: what Kafka promises, and what people wish it promised.
//!
//! Each is a function of cluster and ledger. Tests, searches and the learner's panel use the same ones. Whether a
//! property must hold depends on settings and faults; sections are those of the project's Kafka reference (§12.1).

use crate::ledger::{Entry, Fate, Ledger};
use crate::text::Lang;
use highwater_core::broker::{Replica, Role};
use highwater_core::cluster::Cluster;
use highwater_core::ids::{EventId, PartitionId};

/// A property that was broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, if it is about one partition.
    pub partition: Option<PartitionId>,
    /// The event that broke it, if one event did.
    pub event: Option<EventId>,
}

impl Violation {
    fn by(event: EventId) -> Self {
        Violation { partition: None, event: Some(event) }
    }

    fn at(partition: PartitionId) -> Self {
        Violation { partition: Some(partition), event: None }
    }
}

/// A property.
#[derive(Debug)]
pub struct Property {
    /// A stable name.
    pub name: &'static str,
    sentence_en: &'static str,
    sentence_zh: &'static str,
    check: fn(&Cluster, &Ledger) -> Option<Violation>,
}

impl Property {
    /// What it says, in one sentence.
    pub fn sentence(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::En => self.sentence_en,
            Lang::Zh => self.sentence_zh,
        }
    }

    /// How it is broken now; none while it holds.
    pub fn violation(&self, cluster: &Cluster, ledger: &Ledger) -> Option<Violation> {
        (self.check)(cluster, ledger)
    }
}

/// The property of this name.
pub fn find(name: &str) -> Option<&'static Property> {
    ALL.iter().find(|property| property.name == name)
}

/// All properties.
pub static ALL: &[Property] = &[
    Property {
        name: "no-acked-record-lost",
        sentence_en: "A record that was acknowledged is never lost.",
        sentence_zh: "已确认的消息绝不丢失。",
        check: |_, ledger| {
            let lost = ledger.entries().find(|entry| entry.fate() == Fate::Lost)?;
            Some(Violation { partition: lost.partition(), event: lost.decided_by() })
        },
    },
    Property {
        name: "leader-has-all-committed",
        sentence_en: "Whoever is elected leader has every record that was below a high watermark before.",
        sentence_zh: "新当选的 leader 拥有此前高水位以下的每一条消息。",
        check: |_, ledger| ledger.breaches().leader_lacks_committed.map(Violation::by),
    },
    Property {
        name: "log-matching",
        sentence_en: "Below the leader's high watermark, the logs of leader and ISR hold the same records.",
        sentence_zh: "在 leader 的高水位以下，leader 与 ISR 成员的日志内容一致。",
        check: log_matching,
    },
    Property {
        name: "high-watermark-within-isr",
        sentence_en: "The high watermark never passes the log end of any member of the ISR.",
        sentence_zh: "高水位不会超过任何 ISR 成员的日志末端。",
        check: high_watermark_within_isr,
    },
    Property {
        name: "high-watermark-never-falls",
        sentence_en: "While a leader is in office, its high watermark only rises.",
        sentence_zh: "同一任期内，leader 的高水位只升不降。",
        check: |_, ledger| ledger.breaches().high_watermark_fell.map(Violation::by),
    },
    Property {
        name: "one-leader-per-epoch",
        sentence_en: "In one leader epoch at most one broker leads a partition.",
        sentence_zh: "每个 leader epoch 内，一个分区最多只有一个 leader。",
        check: |_, ledger| ledger.breaches().two_leaders_in_an_epoch.map(Violation::by),
    },
    Property {
        name: "consumed-content-never-changes",
        sentence_en: "What has been consumed at an offset stays at that offset.",
        sentence_zh: "某个位移上已被消费的内容不会再变。",
        check: |_, ledger| ledger.breaches().consumed_content_changed.map(Violation::by),
    },
    Property {
        name: "no-duplicates",
        sentence_en: "Every record stands in the log at most once.",
        sentence_zh: "每条消息在日志中最多出现一次。",
        check: |_, ledger| first(ledger, Entry::duplicated),
    },
    Property {
        name: "order-kept",
        sentence_en: "Records of one producer stand in their partition in the order in which they were sent.",
        sentence_zh: "同一生产者发往同一分区的消息保持发送顺序。",
        check: |_, ledger| first(ledger, Entry::reordered),
    },
    Property {
        name: "no-record-skipped",
        sentence_en: "No group's committed offset passes a record that the group has not processed.",
        sentence_zh: "消费组提交的位移不会越过它尚未处理的消息。",
        check: |_, ledger| first(ledger, Entry::skipped),
    },
    Property {
        name: "no-record-repeated",
        sentence_en: "No group processes a record twice.",
        sentence_zh: "同一消费组不会重复处理同一条消息。",
        check: |_, ledger| first(ledger, Entry::repeated),
    },
];

fn first(ledger: &Ledger, flag: impl Fn(&Entry) -> Option<EventId>) -> Option<Violation> {
    ledger.entries().find_map(|entry| {
        flag(entry).map(|event| Violation { partition: entry.partition(), event: Some(event) })
    })
}

/// Leaders that the controller knows as such, alive: `(partition, its leader's replica)`.
fn leaders(cluster: &Cluster) -> impl Iterator<Item = (PartitionId, &Replica)> {
    let metadata = cluster.metadata();
    metadata.partition_ids().filter_map(move |id| {
        let partition = metadata.partition(id)?;
        let replica = cluster.broker(partition.leader?)?.replica(id)?;
        match replica.role() {
            Role::Leader(leader) if leader.epoch() == partition.leader_epoch => Some((id, replica)),
            _ => None,
        }
    })
}

fn log_matching(cluster: &Cluster, ledger: &Ledger) -> Option<Violation> {
    leaders(cluster).find_map(|(id, replica)| {
        let partition = cluster.metadata().partition(id)?;
        let leader = partition.leader?;
        let high_watermark = replica.high_watermark();
        let differs = |member| !ledger.logs_match(id, leader, member, high_watermark);
        partition.isr.without(leader).iter().any(differs).then_some(Violation::at(id))
    })
}

fn high_watermark_within_isr(cluster: &Cluster, _: &Ledger) -> Option<Violation> {
    leaders(cluster).find_map(|(id, replica)| {
        let isr = cluster.metadata().partition(id)?.isr;
        let short = |member| {
            let log = cluster.broker(member).and_then(|broker| broker.log(id));
            log.is_some_and(|log| log.end() < replica.high_watermark())
        };
        isr.iter().any(short).then_some(Violation::at(id))
    })
}
