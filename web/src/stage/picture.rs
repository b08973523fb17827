//! What is to be seen of a cluster at one moment, as plain data: the stage is drawn again where it differs from before.

use std::rc::Rc;

use highwater_core::broker::{Broker, Role};
use highwater_core::cluster::Cluster;
use highwater_core::ids::{BrokerId, NodeId, PartitionId, RecordId};
use highwater_core::process::Status;
use highwater_core::record::Record;
use highwater_lab::ledger::{Entry, Fate, Ledger};
use highwater_lab::timeline::Timeline;

use super::layout::{Cast, Detail, StripMeasure};

/// A moment of a cluster.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Picture {
    pub(crate) controller: Status,
    pub(crate) brokers: Vec<Rc<BrokerPicture>>,
    pub(crate) producers: Vec<Rc<ProducerPicture>>,
    pub(crate) consumers: Vec<Rc<ConsumerPicture>>,
    pub(crate) links: Rc<Vec<LinkPicture>>,
}

/// A broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrokerPicture {
    pub(crate) id: BrokerId,
    pub(crate) status: Status,
    pub(crate) fenced: bool,
    pub(crate) strips: Vec<Rc<StripPicture>>,
}

/// How a replica stands to its partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The controller says that it leads.
    Leader,
    /// In the ISR.
    InSync,
    /// Not in the ISR.
    OutOfSync,
}

/// A replica.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StripPicture {
    pub(crate) broker: BrokerId,
    pub(crate) partition: PartitionId,
    /// `topic-index`.
    pub(crate) name: Rc<str>,
    pub(crate) standing: Standing,
    /// It believes to lead, and does not (any more).
    pub(crate) mistaken: bool,
    /// Its process has memory: a log without one is only what lies on the disk.
    pub(crate) alive: bool,
    /// The first offset in view.
    pub(crate) window: i64,
    pub(crate) log_start: i64,
    pub(crate) log_end: i64,
    pub(crate) high_watermark: Option<i64>,
    /// Everything before this offset is on disk.
    pub(crate) flushed: i64,
    pub(crate) cells: Vec<Cell>,
    /// Base offsets of segments in view.
    pub(crate) segments: Vec<i64>,
    /// Records that were promised, and are gone from here.
    pub(crate) ghosts: Vec<Ghost>,
}

/// A record in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) offset: i64,
    pub(crate) record: RecordId,
    pub(crate) tone: Tone,
    pub(crate) epoch: i32,
}

/// Where an acknowledged record was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ghost {
    pub(crate) offset: i64,
    pub(crate) record: RecordId,
    pub(crate) tone: Tone,
}

/// A producer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProducerPicture {
    pub(crate) number: u8,
    pub(crate) status: Status,
    /// Its last records, the oldest first.
    pub(crate) records: Vec<Sent>,
}

/// A record as its producer knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) record: RecordId,
    pub(crate) tone: Tone,
    pub(crate) promise: Promise,
}

/// What the producer was told of a record, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Promise {
    /// Nothing yet.
    Open,
    /// Acknowledged.
    Kept,
    /// Acknowledged, and lost.
    Broken,
    /// Failed.
    Failed,
}

/// A consumer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConsumerPicture {
    pub(crate) number: u8,
    pub(crate) status: Status,
    pub(crate) group: Rc<str>,
    /// Partitions it owns and where it reads on.
    pub(crate) assigned: Vec<(Rc<str>, Option<i64>)>,
    pub(crate) processing: Option<i64>,
}

/// A link between two nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LinkPicture {
    pub(crate) a: NodeId,
    pub(crate) b: NodeId,
    /// From `a` to `b`.
    pub(crate) cut: bool,
    /// From `b` to `a`.
    pub(crate) cut_back: bool,
}

/// One of the colours that keys have, or the colour of records without a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
    /// No key.
    Plain,
    /// A key's colour.
    Key(u8),
}

/// How many colours there are for keys.
const TONES: u32 = 8;

impl Tone {
    /// The colour of a key. Keys that end in a number, as those of workloads do, take turns.
    pub(crate) fn of(key: Option<&[u8]>) -> Self {
        let Some(key) = key else { return Tone::Plain };
        let digits = key.iter().rev().take_while(|byte| byte.is_ascii_digit()).count();
        let number = key[key.len() - digits..]
            .iter()
            .fold(0u32, |n, digit| (n * 10 + u32::from(digit - b'0')) % TONES);
        let spread = key[..key.len() - digits]
            .iter()
            .fold(0u32, |n, byte| n.wrapping_mul(31).wrapping_add(u32::from(*byte)));
        // Below TONES, so it fits.
        Tone::Key(((number + if digits == 0 { spread } else { 0 }) % TONES) as u8)
    }

    /// The colour of a record.
    pub(crate) fn of_record(record: &Record) -> Self {
        Tone::of(record.key.as_deref())
    }

    /// The class in the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Tone::Plain => "tone",
            Tone::Key(0) => "tone tone-0",
            Tone::Key(1) => "tone tone-1",
            Tone::Key(2) => "tone tone-2",
            Tone::Key(3) => "tone tone-3",
            Tone::Key(4) => "tone tone-4",
            Tone::Key(5) => "tone tone-5",
            Tone::Key(6) => "tone tone-6",
            Tone::Key(_) => "tone tone-7",
        }
    }
}

/// The partitions that have a place on the stage: those of topics that people made.
pub(crate) fn on_stage(cluster: &Cluster) -> impl Iterator<Item = PartitionId> {
    cluster.metadata().partition_ids().filter(|id| !cluster.metadata().is_internal(*id))
}

/// What has to find room.
pub(crate) fn cast(cluster: &Cluster) -> Cast {
    let mut strips = [0usize; 10];
    for partition in on_stage(cluster).filter_map(|id| cluster.metadata().partition(id)) {
        for broker in partition.replicas.iter() {
            strips[usize::from(broker.0)] += 1;
        }
    }
    Cast { roster: cluster.roster(), strips: strips.into_iter().max().unwrap_or(1) }
}

impl Picture {
    /// Takes a picture. What has not changed since `before` is shared with it; so is what has to wait for its turn.
    pub(crate) fn take(
        timeline: &Timeline,
        measure: &StripMeasure,
        before: Option<&Picture>,
        turn: &mut Turn,
    ) -> Self {
        let (cluster, ledger) = (timeline.cluster(), timeline.ledger());
        let lost = lost(timeline);
        let partitions: Vec<View> =
            on_stage(cluster).map(|id| View::of(cluster, &lost, id, measure)).collect();
        let mut broker = |broker: &Broker| {
            let old = before.and_then(|picture| picture.brokers.get(broker.id().index()));
            let strips = partitions.iter().filter(|view| view.replicas.contains(&broker.id()));
            let strips = strips.enumerate().map(|(place, view)| {
                let old = old.and_then(|old| old.strips.get(place));
                turn.take(old, |old| view.differs(cluster, broker, old), || view.strip(cluster, broker))
            });
            let new = BrokerPicture {
                id: broker.id(),
                status: broker.status(),
                fenced: cluster.metadata().broker(broker.id()).fenced,
                strips: strips.collect(),
            };
            share(new, old)
        };
        let brokers = cluster.brokers().map(&mut broker).collect();
        let client = |number: u8| usize::from(number) - 1;
        let mut producer = |number: u8| {
            let old = before.and_then(|picture| picture.producers.get(client(number)));
            turn.take(old, |_| true, || producer(cluster, ledger, number))
        };
        let producers = (1..=cluster.roster().producers).map(&mut producer).collect();
        let mut consumer = |number: u8| {
            let old = before.and_then(|picture| picture.consumers.get(client(number)));
            turn.take(old, |_| true, || consumer(cluster, number))
        };
        let consumers = (1..=cluster.roster().consumers).map(&mut consumer).collect();
        turn.end();
        Picture {
            controller: cluster.controller().status(),
            brokers,
            producers,
            consumers,
            links: share(links(cluster), before.map(|picture| &picture.links)),
        }
    }
}

/// Whose turn it is to be drawn anew. While time runs, strips and clients that have changed wait for each other, so that
/// no frame has to draw many.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turn {
    /// All may be drawn at once.
    all: bool,
    /// The first whose turn it is, and how many have been looked at.
    first: usize,
    looked: usize,
    /// How many have been drawn anew, and the last of them.
    drawn: usize,
    last: usize,
    /// Some have to wait for the next frame.
    waiting: bool,
}

impl Turn {
    /// As many can be drawn anew in one frame without its being late.
    const AT_ONCE: usize = 2;

    /// Another turn: all of them, or those that have waited longest.
    pub(crate) fn begin(&mut self, all: bool) {
        let first = if all { 0 } else { self.first };
        *self = Turn { all, first, ..Turn::default() };
    }

    /// Whether some have to wait for the next turn.
    pub(crate) fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// The new picture of the next one, if it is its turn and it may differ; else the old one.
    fn take<T: PartialEq>(
        &mut self,
        old: Option<&Rc<T>>,
        differs: impl FnOnce(&T) -> bool,
        new: impl FnOnce() -> T,
    ) -> Rc<T> {
        let place = self.looked;
        self.looked += 1;
        let waits = !self.all && (place < self.first || self.drawn == Turn::AT_ONCE);
        let Some(old) = old else { return Rc::new(new()) };
        if waits || !(self.all || differs(old)) {
            return Rc::clone(old);
        }
        let new = share(new(), Some(old));
        if !Rc::ptr_eq(&new, old) {
            (self.drawn, self.last) = (self.drawn + 1, place);
        }
        new
    }

    fn end(&mut self) {
        let full = self.drawn == Turn::AT_ONCE;
        self.waiting = !self.all && (full || self.first > 0);
        self.first = if full && !self.all { self.last + 1 } else { 0 };
    }
}

fn share<T: PartialEq>(new: T, old: Option<&Rc<T>>) -> Rc<T> {
    match old {
        Some(old) if **old == new => Rc::clone(old),
        _ => Rc::new(new),
    }
}

/// What all replicas of a partition share.
struct View<'a> {
    id: PartitionId,
    name: Rc<str>,
    replicas: &'a [BrokerId],
    leader: Option<BrokerId>,
    isr: highwater_core::ids::BrokerSet,
    window: i64,
    cells: i64,
    lost: Vec<Ghost>,
}

impl<'a> View<'a> {
    fn of(
        cluster: &'a Cluster,
        lost: &[(PartitionId, Ghost)],
        id: PartitionId,
        measure: &StripMeasure,
    ) -> Self {
        let metadata = cluster.metadata();
        let (replicas, leader, isr) = match metadata.partition(id) {
            Some(partition) => (&*partition.replicas, partition.leader, partition.isr),
            None => (&[][..], None, highwater_core::ids::BrokerSet::EMPTY),
        };
        let logs = cluster.brokers().filter_map(|broker| broker.log(id));
        let end = logs.map(highwater_core::log::Log::end).max().unwrap_or(0);
        let lost: Vec<Ghost> =
            lost.iter().filter(|(partition, _)| *partition == id).map(|(_, ghost)| *ghost).collect();
        let end = lost.iter().map(|ghost| ghost.offset + 1).fold(end, i64::max);
        let spare = i64::from(measure.detail == Detail::Full);
        let window = (end + spare - measure.cells).max(0);
        View {
            id,
            name: metadata.partition_name(id).into(),
            replicas,
            leader,
            isr,
            window,
            cells: measure.cells,
            lost,
        }
    }

    /// Whether a strip looks different now, by all but its records: a log that ends elsewhere has others.
    fn differs(&self, cluster: &Cluster, broker: &Broker, old: &StripPicture) -> bool {
        let now = self.frame(cluster, broker);
        let records = |strip: &StripPicture| (strip.log_start, strip.log_end, strip.flushed, strip.window);
        let standing = |strip: &StripPicture| (strip.standing, strip.mistaken, strip.alive);
        (records(&now), standing(&now), now.high_watermark)
            != (records(old), standing(old), old.high_watermark)
    }

    fn strip(&self, cluster: &Cluster, broker: &Broker) -> StripPicture {
        let mut strip = self.frame(cluster, broker);
        let last = self.window + self.cells;
        if let Some(log) = broker.log(self.id) {
            for batch in log.batches_from(self.window) {
                for (offset, record) in
                    batch.iter().filter(|(offset, _)| (self.window..last).contains(offset))
                {
                    let (record, tone) = (record.id, Tone::of_record(record));
                    strip.cells.push(Cell { offset, record, tone, epoch: batch.leader_epoch });
                }
            }
            let bases = log.segments().map(|segment| segment.base_offset);
            strip.segments = bases.filter(|base| (self.window + 1..last).contains(base)).collect();
        }
        let gone = self.lost.iter().filter(|ghost| (self.window..last).contains(&ghost.offset));
        let gone = gone.filter(|ghost| strip.cells.iter().all(|cell| cell.record != ghost.record));
        strip.ghosts = gone.copied().collect();
        strip
    }

    /// A strip without its records.
    fn frame(&self, cluster: &Cluster, broker: &Broker) -> StripPicture {
        let id = broker.id();
        let log = broker.log(self.id);
        let replica = broker.replica(self.id);
        StripPicture {
            broker: id,
            partition: self.id,
            name: Rc::clone(&self.name),
            standing: match self.leader {
                Some(leader) if leader == id => Standing::Leader,
                _ if self.isr.contains(id) => Standing::InSync,
                _ => Standing::OutOfSync,
            },
            mistaken: self.leader != Some(id) && replica.is_some_and(|r| matches!(r.role(), Role::Leader(_))),
            alive: cluster.status(NodeId::Broker(id)) != Some(Status::Stopped) && replica.is_some(),
            window: self.window,
            log_start: log.map_or(0, highwater_core::log::Log::start),
            log_end: log.map_or(0, highwater_core::log::Log::end),
            high_watermark: replica.map(highwater_core::broker::Replica::high_watermark),
            flushed: log.map_or(0, highwater_core::log::Log::flushed),
            cells: Vec::new(),
            segments: Vec::new(),
            ghosts: Vec::new(),
        }
    }
}

/// How many lost records are marked, the newest ones.
const MARKED: usize = 64;

/// Acknowledged records that are lost, where they were.
fn lost(timeline: &Timeline) -> Vec<(PartitionId, Ghost)> {
    let ledger = timeline.ledger();
    if ledger.counts().lost == 0 {
        return Vec::new();
    }
    let lost = ledger.entries().rev().filter(|entry| entry.fate() == Fate::Lost).take(MARKED);
    lost.filter_map(|entry| {
        let ghost = Ghost { offset: entry.promised_offset()?, record: entry.record(), tone: tone_of(entry) };
        Some((entry.partition()?, ghost))
    })
    .collect()
}

fn tone_of(entry: &Entry) -> Tone {
    Tone::of(entry.key().map(AsRef::as_ref))
}

/// How many of a producer's records are in view.
const RECENT: usize = 4;
/// How far back they are looked for, among the records of all producers.
const LOOK_BACK: u32 = 64;

fn producer(cluster: &Cluster, ledger: &Ledger, number: u8) -> ProducerPicture {
    let newest = cluster.records_created();
    let ids = (newest.saturating_sub(LOOK_BACK) + 1..=newest).rev().map(RecordId);
    let entries = ids.filter_map(|id| ledger.record(id)).filter(|entry| entry.producer() == number);
    let mut records: Vec<Sent> = entries
        .take(RECENT)
        .map(|entry| Sent {
            record: entry.record(),
            tone: tone_of(entry),
            promise: match (entry.fate(), entry.acked().is_some()) {
                (Fate::Lost, _) => Promise::Broken,
                (Fate::Rejected | Fate::Ghost, _) => Promise::Failed,
                (_, true) => Promise::Kept,
                (_, false) => Promise::Open,
            },
        })
        .collect();
    records.reverse();
    let status = cluster.status(NodeId::Producer(number)).unwrap_or(Status::Stopped);
    ProducerPicture { number, status, records }
}

fn consumer(cluster: &Cluster, number: u8) -> ConsumerPicture {
    let node = NodeId::Consumer(number);
    let status = cluster.status(node).unwrap_or(Status::Stopped);
    let metadata = cluster.metadata();
    let Some(consumer) = cluster.consumers().nth(usize::from(number) - 1) else {
        return ConsumerPicture { number, status, group: "".into(), assigned: Vec::new(), processing: None };
    };
    let group = metadata.groups.get(usize::from(consumer.group().0)).map_or("", |group| &*group.name);
    let assigned = consumer.assigned().map(|id| (metadata.partition_name(id).into(), consumer.position(id)));
    ConsumerPicture {
        number,
        status,
        group: group.into(),
        assigned: assigned.collect(),
        processing: consumer.processing().map(|(_, offset)| offset),
    }
}

/// All links that messages can take.
fn links(cluster: &Cluster) -> Vec<LinkPicture> {
    let roster = cluster.roster();
    let nodes: Vec<NodeId> = roster.iter().collect();
    let speak = |a: NodeId, b: NodeId| {
        matches!(a, NodeId::Broker(_)) || matches!((a, b), (NodeId::Controller, NodeId::Broker(_)))
    };
    let mut links = Vec::new();
    for (place, a) in nodes.iter().enumerate() {
        for b in &nodes[place + 1..] {
            if speak(*a, *b) {
                let network = cluster.network();
                links.push(LinkPicture {
                    a: *a,
                    b: *b,
                    cut: network.is_cut(*a, *b),
                    cut_back: network.is_cut(*b, *a),
                });
            }
        }
    }
    links
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks once at things that should be as old as `now`, and returns how many are drawn anew.
    fn look(turn: &mut Turn, all: bool, things: &mut [Rc<u32>], now: &[u32]) -> usize {
        turn.begin(all);
        let mut drawn = 0;
        for (thing, now) in things.iter_mut().zip(now) {
            let new = turn.take(Some(thing), |old| old != now, || *now);
            drawn += usize::from(!Rc::ptr_eq(&new, thing));
            *thing = new;
        }
        turn.end();
        drawn
    }

    #[test]
    fn what_has_changed_takes_turns_and_nothing_is_forgotten() {
        let mut turn = Turn::default();
        let mut things: Vec<Rc<u32>> = (0..9).map(|_| Rc::new(0)).collect();
        // All change all the time: each is drawn in its turn.
        for round in 1..=20 {
            let drawn = look(&mut turn, false, &mut things, &[round; 9]);
            assert!((1..=Turn::AT_ONCE).contains(&drawn), "{drawn} in round {round}");
        }
        let oldest = things.iter().map(|thing| **thing).min();
        assert!(oldest.is_some_and(|oldest| oldest >= 20 - 9 / Turn::AT_ONCE as u32 - 1), "{things:?}");
        // Then all is still: what has waited is drawn, and after that nothing waits.
        let still = [20; 9];
        let mut looks = 0;
        while turn.is_waiting() {
            look(&mut turn, false, &mut things, &still);
            looks += 1;
            assert!(looks < 12, "it comes to an end");
        }
        assert!(things.iter().all(|thing| **thing == 20), "{things:?}");
        assert_eq!(look(&mut turn, false, &mut things, &still), 0);
        // At rest all are drawn at once.
        assert_eq!(look(&mut turn, true, &mut things, &[21; 9]), 9);
        assert!(!turn.is_waiting());
    }
}
