//! How a message looks: its shape tells the kind, its colour and label what it carries, a sign how an answer turned out.

use highwater_core::cluster::Cluster;
use highwater_core::ids::RecordId;
use highwater_core::network::Envelope;
use highwater_core::protocol::{Body, FetchRequest, Fetched, FetchedPartition};

use super::list::{Colour, DisplayList, Line, Sprite, Word};
use super::shape::Shape;
use crate::playback::is_talk;
use crate::stage::curve::Point;
use crate::stage::picture::Tone;

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

/// What is the matter with a message, besides its being on its way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Matter {
    /// A cut link holds it back.
    pub(super) held: bool,
    /// It is selected, or a pointer is on it.
    pub(super) marked: bool,
}

impl Look {
    /// Paints the message in a place.
    pub(super) fn paint(&self, list: &mut DisplayList, at: Point, matter: Matter, unit: f64) {
        let (fill, line, ink) = self.colours();
        let line = if matter.marked { Some((Colour::FOCUS, 3.0)) } else { line };
        let chatter = self.shape == Shape::Dot;
        let alpha = match matter {
            Matter { marked: true, .. } => 1.0,
            _ if chatter => 0.45,
            Matter { held: true, .. } => 0.6,
            Matter { .. } => 1.0,
        };
        let size = if self.label.chars().count() > 4 { 9.0 } else { 11.0 };
        let sprite = Sprite {
            alpha,
            fill: Some(fill),
            line: line.map(|(colour, width)| Line { colour, width, dashed: matter.held && !chatter }),
            word: (!self.label.is_empty()).then_some(Word { text: &self.label, ink, size }),
            ..Sprite::shape(at, self.shape)
        };
        list.put(&sprite, unit);
        let sign = match self.sign {
            None => return,
            Some(Sign::Good) => (Shape::Check, Colour::GOOD),
            Some(Sign::Bad) => (Shape::Cross, Colour::ALARM),
        };
        let line = Some(Line { colour: sign.1, width: 2.8, dashed: false });
        list.put(&Sprite { alpha, line, ..Sprite::shape(at, sign.0) }, unit);
    }

    /// What its shape is filled with, the line around it, and the ink of its label.
    fn colours(&self) -> (Colour, Option<(Colour, f64)>, Colour) {
        match (self.tone, self.shape) {
            (Some(tone), _) => (Colour::of(tone), Some((Colour::CARD, 1.5)), Colour::ON_TONE),
            (None, Shape::Dot) => (Colour::EDGE, None, Colour::INK),
            (None, Shape::Drop) => (Colour::WATER, Some((Colour::CARD, 1.75)), Colour::ON_WATER),
            (None, Shape::Diamond | Shape::Hexagon) => {
                (Colour::RAISED, Some((Colour::ACCENT, 2.0)), Colour::INK)
            }
            (None, _) => (Colour::CARD, Some((Colour::INK_2, 1.75)), Colour::INK),
        }
    }

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
