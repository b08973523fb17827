//! From events to lines: how each replica's log end offset and high watermark went.

use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, PartitionId};
use highwater_core::time::Micros;

/// Corners of a line that only goes sideways, up or down.
pub(super) type Steps = Vec<(Micros, i64)>;

/// How one replica's offsets went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Course {
    pub(super) broker: BrokerId,
    pub(super) log_end: Steps,
    pub(super) high_watermark: Steps,
}

fn go(steps: &mut Steps, at: Micros, value: i64) {
    if let Some((_, before)) = steps.last().copied()
        && before != value
    {
        steps.push((at, before));
        steps.push((at, value));
    }
}

/// The lines of one partition's replicas, from the start until now.
pub(super) fn courses<'a>(
    events: impl Iterator<Item = &'a Event>,
    partition: PartitionId,
    replicas: &[BrokerId],
    now: Micros,
) -> Vec<Course> {
    let fresh =
        |broker: &BrokerId| Course { broker: *broker, log_end: vec![(0, 0)], high_watermark: vec![(0, 0)] };
    let mut courses: Vec<Course> = replicas.iter().map(fresh).collect();
    for event in events {
        let Some(course) = courses.iter_mut().find(|course| event.node.broker() == Some(course.broker))
        else {
            continue;
        };
        match &event.kind {
            EventKind::RecordsAppended { partition: p, base_offset, records, .. } if *p == partition => {
                let end = base_offset.saturating_add(i64::try_from(records.len()).unwrap_or(i64::MAX));
                go(&mut course.log_end, event.at, end);
            }
            EventKind::Truncated { partition: p, from, .. }
            | EventKind::UnflushedLost { partition: p, from, .. }
                if *p == partition =>
            {
                go(&mut course.log_end, event.at, *from);
            }
            EventKind::LogRecovered { partition: p, high_watermark, log_end, .. } if *p == partition => {
                go(&mut course.log_end, event.at, *log_end);
                go(&mut course.high_watermark, event.at, *high_watermark);
            }
            EventKind::HighWatermarkChanged { partition: p, to, .. } if *p == partition => {
                go(&mut course.high_watermark, event.at, *to);
            }
            _ => {}
        }
    }
    for course in &mut courses {
        for steps in [&mut course.log_end, &mut course.high_watermark] {
            if let Some((_, last)) = steps.last().copied() {
                steps.push((now, last));
            }
        }
    }
    courses
}

/// The same line with no more corners than can be told apart in so many columns.
pub(super) fn thinned(steps: &[(Micros, i64)], now: Micros, columns: u64) -> Steps {
    let column = |at: Micros| at.saturating_mul(columns) / now.max(1);
    let mut out: Steps = Vec::new();
    for (i, corner) in steps.iter().enumerate() {
        let here = column(corner.0);
        let next = steps.get(i + 1).map(|next| column(next.0));
        let first_here = out.last().is_none_or(|last| column(last.0) != here);
        // Of each column the first and the last corner tell where the line enters and leaves it.
        if first_here || next != Some(here) {
            out.push(*corner);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use highwater_core::event::TruncationRule;
    use highwater_core::ids::{EventId, NodeId};

    const P: PartitionId = PartitionId(0);

    fn event(at: Micros, broker: u8, kind: EventKind) -> Event {
        Event { id: EventId(1), at, node: NodeId::Broker(BrokerId(broker)), cause: EventId::NONE, kind }
    }

    #[test]
    fn a_line_goes_up_with_appends_and_down_with_a_truncation() {
        let moved = |to| EventKind::HighWatermarkChanged { partition: P, from: 0, to, as_leader: true };
        let cut = EventKind::Truncated { partition: P, from: 1, to: 4, rule: TruncationRule::DivergingEpoch };
        let events = [event(10, 1, moved(4)), event(15, 2, moved(9)), event(20, 1, cut)];
        let lines = courses(events.iter(), P, &[BrokerId(1)], 30);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].high_watermark, [(0, 0), (10, 0), (10, 4), (30, 4)]);
        assert_eq!(lines[0].log_end, [(0, 0), (20, 0), (20, 1), (30, 1)]);
    }

    #[test]
    fn a_thinned_line_keeps_its_ends_and_few_corners() {
        let steps: Steps = (0..10_000).map(|i| (i, i64::try_from(i).unwrap())).collect();
        let thin = thinned(&steps, 9_999, 100);
        assert!(thin.len() <= 203, "{}", thin.len());
        assert_eq!((thin.first(), thin.last()), (steps.first(), steps.last()));
    }
}
