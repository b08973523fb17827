//! How a message looks: its shape tells the kind, its label what it carries, a sign how an answer turned out.

use highwater_core::cluster::Cluster;
use highwater_core::ids::RecordId;
use highwater_core::network::Envelope;
use highwater_core::protocol::{Body, FetchRequest, Fetched, FetchedPartition};

use crate::playback::is_talk;
use crate::stage::Tone;

/// A message's shape, drawn around the origin in a square of 24.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Records to be written, or the answer to them.
    Block,
    /// The same, with room for a longer label.
    WideBlock,
    /// "What comes next?"
    Ring,
    /// Records that were asked for.
    Pill,
    /// News of a high watermark, and nothing else.
    Drop,
    /// Between brokers and the controller.
    Diamond,
    /// Between a consumer and its group's coordinator.
    Hexagon,
    /// Idle chatter.
    Dot,
}

impl Shape {
    pub(super) fn path(self) -> &'static str {
        match self {
            Shape::Block => "M-8-11H8a3 3 0 0 1 3 3V8a3 3 0 0 1-3 3H-8a3 3 0 0 1-3-3V-8a3 3 0 0 1 3-3z",
            Shape::WideBlock => {
                "M-14-11H14a3 3 0 0 1 3 3V8a3 3 0 0 1-3 3H-14a3 3 0 0 1-3-3V-8a3 3 0 0 1 3-3z"
            }
            Shape::Ring => "M-9.5 0a9.5 9.5 0 1 0 19 0a9.5 9.5 0 1 0-19 0z",
            Shape::Pill => "M-6-11H6a11 11 0 0 1 0 22H-6a11 11 0 0 1 0-22z",
            Shape::Drop => "M0-14C5-7.500 9.500-2 9.500 3A9.500 9.500 0 0 1-9.500 3C-9.500-2-5-7.500 0-14z",
            Shape::Diamond => "M0-11.500 11.500 0 0 11.500-11.500 0z",
            Shape::Hexagon => "M-5.500-9.500H5.500L11 0 5.500 9.500H-5.500L-11 0z",
            Shape::Dot => "M-2.500 0a2.500 2.500 0 1 0 5 0a2.500 2.500 0 1 0-5 0z",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Shape::Block | Shape::WideBlock => "block",
            Shape::Ring => "asks",
            Shape::Pill => "pill",
            Shape::Drop => "drop",
            Shape::Diamond => "diamond",
            Shape::Hexagon => "hexagon",
            Shape::Dot => "chatter",
        }
    }
}

/// How an answer turned out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// As it was asked for.
    Good,
    /// An error.
    Bad,
}

/// How a message looks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) shape: Shape,
    /// The colour of the records it carries; none if it carries none.
    pub(super) tone: Option<Tone>,
    pub(super) label: String,
    pub(super) sign: Option<Sign>,
}

impl Look {
    /// How a message looks on a cluster at the moment it is sent.
    pub(super) fn of(cluster: &Cluster, envelope: &Envelope) -> Self {
        if !is_talk(cluster, envelope) {
            return Look::plain(Shape::Dot);
        }
        match &envelope.message.body {
            Body::ProduceRequest(request) => {
                let records = request.batches.iter().flat_map(|batch| batch.records.iter());
                Look::carrying(Shape::Block, records.map(|record| (record.id, Tone::of_record(record))))
            }
            Body::ProduceResponse(results) => Look {
                sign: Some(sign(results.iter().all(|r| r.outcome.is_ok()))),
                ..Look::plain(Shape::Block)
            },
            Body::FetchRequest(request) => Look::asking(cluster, request),
            Body::FetchResponse(parts) => Look::answering(cluster, parts),
            Body::AlterPartitionResponse(answer) => {
                let good = answer.as_ref().is_ok_and(|parts| parts.iter().all(|(_, part)| part.is_ok()));
                Look { sign: Some(sign(good)), ..Look::plain(Shape::Diamond) }
            }
            Body::BrokerRegistrationResponse(answer) => {
                Look { sign: Some(sign(answer.is_ok())), ..Look::plain(Shape::Diamond) }
            }
            Body::BrokerHeartbeatResponse(answer) => {
                Look { sign: Some(sign(answer.is_ok())), ..Look::plain(Shape::Diamond) }
            }
            Body::AlterPartitionRequest { .. }
            | Body::BrokerRegistrationRequest { .. }
            | Body::BrokerHeartbeatRequest { .. } => Look::plain(Shape::Diamond),
            Body::JoinGroupResponse(answer) => {
                Look { sign: Some(sign(answer.is_ok())), ..Look::plain(Shape::Hexagon) }
            }
            Body::SyncGroupResponse(answer) => {
                Look { sign: Some(sign(answer.is_ok())), ..Look::plain(Shape::Hexagon) }
            }
            Body::HeartbeatResponse(answer)
            | Body::LeaveGroupResponse(answer)
            | Body::OffsetCommitResponse(answer) => {
                Look { sign: Some(sign(answer.is_ok())), ..Look::plain(Shape::Hexagon) }
            }
            _ => Look::plain(Shape::Hexagon),
        }
    }

    fn plain(shape: Shape) -> Self {
        Look { shape, tone: None, label: String::new(), sign: None }
    }

    /// Records on their way: `m5`, `m5–8`, or `×20`.
    fn carrying(shape: Shape, records: impl Iterator<Item = (RecordId, Tone)>) -> Self {
        let records: Vec<(RecordId, Tone)> = records.collect();
        let (Some((first, tone)), Some((last, _))) = (records.first(), records.last()) else {
            return Look::plain(shape);
        };
        let label = match records.len() {
            1 => first.to_string(),
            // Many or long numbers tell less than how many they are.
            n if n > 9 || last.0 > 99 => format!("×{n}"),
            _ => format!("{first}–{}", last.0),
        };
        let shape = if shape == Shape::Block && label.len() > 3 { Shape::WideBlock } else { shape };
        Look { shape, tone: Some(*tone), label, sign: None }
    }

    /// A follower tells how far it has come: the offset it asks for.
    fn asking(cluster: &Cluster, request: &FetchRequest) -> Self {
        let mut seen =
            request.partitions.iter().filter(|part| !cluster.metadata().is_internal(part.partition));
        let label = match (seen.next(), seen.next()) {
            (Some(only), None) => only.offset.to_string(),
            _ => String::new(),
        };
        Look { label, ..Look::plain(Shape::Ring) }
    }

    fn answering(cluster: &Cluster, parts: &[FetchedPartition]) -> Self {
        let (mut watermarks, mut records) = (Vec::new(), Vec::new());
        for part in parts.iter().filter(|part| !cluster.metadata().is_internal(part.partition)) {
            match &part.outcome {
                Fetched::Data { high_watermark, batches, .. } => {
                    watermarks.push(*high_watermark);
                    let carried = batches.iter().flat_map(|batch| batch.records.iter());
                    records.extend(carried.map(|record| (record.id, Tone::of_record(record))));
                }
                Fetched::Diverging { .. } | Fetched::Error { .. } => {
                    return Look { sign: Some(sign(false)), ..Look::plain(Shape::Ring) };
                }
            }
        }
        if !records.is_empty() {
            return Look::carrying(Shape::Pill, records.into_iter());
        }
        let label = match &watermarks[..] {
            [only] => only.to_string(),
            _ => String::new(),
        };
        Look { label, ..Look::plain(Shape::Drop) }
    }
}

fn sign(good: bool) -> Sign {
    if good { Sign::Good } else { Sign::Bad }
}
