//! From events to lines: how each replica's log end offset and high watermark went.

use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, EventId, PartitionId};
use highwater_core::time::Micros;

/// Corners of a line that only goes sideways, up or down.
pub(super) type Steps = Vec<(Micros, i64)>;

/// How an offset changed: the number of the event, when, and to what.
type Changes = Vec<(EventId, Micros, i64)>;

/// How one replica's offsets went.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Course {
    broker: BrokerId,
    log_end: Changes,
    high_watermark: Changes,
}

/// How the offsets of one partition's replicas went, as far as it has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Courses {
    partition: PartitionId,
    all: Vec<Course>,
}

fn go(changes: &mut Changes, event: &Event, value: i64) {
    if changes.last().map_or(0, |(.., before)| *before) != value {
        changes.push((event.id, event.at, value));
    }
}

/// The line that changes make: from 0 at the start until now, when the last event has this number.
fn line(changes: &Changes, last: EventId, now: Micros) -> Steps {
    let mut steps = vec![(0, 0)];
    let mut value = 0;
    for (_, at, next) in changes.iter().take_while(|(event, ..)| *event <= last) {
        steps.push((*at, value));
        steps.push((*at, *next));
        value = *next;
    }
    steps.push((now, value));
    steps
}

/// One replica's lines.
pub(super) struct Lines {
    pub(super) log_end: Steps,
    pub(super) high_watermark: Steps,
}

impl Courses {
    /// Nothing read yet.
    pub(super) fn new(partition: PartitionId, replicas: &[BrokerId]) -> Self {
        let fresh =
            |broker: &BrokerId| Course { broker: *broker, log_end: Vec::new(), high_watermark: Vec::new() };
        Courses { partition, all: replicas.iter().map(fresh).collect() }
    }

    /// Each replica's lines until an event.
    pub(super) fn lines(&self, last: EventId, now: Micros) -> Vec<Lines> {
        let lines = |course: &Course| Lines {
            log_end: line(&course.log_end, last, now),
            high_watermark: line(&course.high_watermark, last, now),
        };
        self.all.iter().map(lines).collect()
    }

    /// Reads on.
    pub(super) fn extend(&mut self, events: impl Iterator<Item = Event>) {
        let mine = self.partition;
        for event in events {
            let Some(course) = self.all.iter_mut().find(|course| event.node.broker() == Some(course.broker))
            else {
                continue;
            };
            match &event.kind {
                EventKind::RecordsAppended { partition, base_offset, records, .. } if *partition == mine => {
                    let end = base_offset.saturating_add(i64::try_from(records.len()).unwrap_or(i64::MAX));
                    go(&mut course.log_end, &event, end);
                }
                EventKind::Truncated { partition, from, .. }
                | EventKind::UnflushedLost { partition, from, .. }
                    if *partition == mine =>
                {
                    go(&mut course.log_end, &event, *from);
                }
                EventKind::LogRecovered { partition, high_watermark, log_end, .. } if *partition == mine => {
                    go(&mut course.log_end, &event, *log_end);
                    go(&mut course.high_watermark, &event, *high_watermark);
                }
                EventKind::HighWatermarkChanged { partition, to, .. } if *partition == mine => {
                    go(&mut course.high_watermark, &event, *to);
                }
                _ => {}
            }
        }
    }
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
    use highwater_core::ids::NodeId;

    const P: PartitionId = PartitionId(0);

    fn event(id: u64, at: Micros, broker: u8, kind: EventKind) -> Event {
        Event { id: EventId(id), at, node: NodeId::Broker(BrokerId(broker)), cause: EventId::NONE, kind }
    }

    #[test]
    fn a_line_goes_up_with_appends_and_down_with_a_truncation() {
        let moved = |to| EventKind::HighWatermarkChanged { partition: P, from: 0, to, as_leader: true };
        let cut = EventKind::Truncated { partition: P, from: 1, to: 4, rule: TruncationRule::DivergingEpoch };
        let mut courses = Courses::new(P, &[BrokerId(1)]);
        courses.extend([event(1, 10, 1, moved(4)), event(2, 15, 2, moved(9))].into_iter());
        courses.extend(std::iter::once(event(3, 20, 1, cut)));
        let lines = courses.lines(EventId(3), 30);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].high_watermark, [(0, 0), (10, 0), (10, 4), (30, 4)]);
        assert_eq!(lines[0].log_end, [(0, 0), (20, 0), (20, 1), (30, 1)]);
        assert_eq!(courses.lines(EventId(2), 20)[0].log_end, [(0, 0), (20, 0)], "before it was cut");
    }

    #[test]
    fn a_thinned_line_keeps_its_ends_and_few_corners() {
        let steps: Steps = (0..10_000).map(|i| (i, i64::try_from(i).unwrap())).collect();
        let thin = thinned(&steps, 9_999, 100);
        assert!(thin.len() <= 203, "{}", thin.len());
        assert_eq!((thin.first(), thin.last()), (steps.first(), steps.last()));
    }
}
