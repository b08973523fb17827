//! Where everything is on the stage: producers left, brokers in the middle, consumers right; on a narrow stage producers
//! above and consumers below.

use highwater_core::ids::{BrokerId, NodeId};
use highwater_core::roster::Roster;

use super::curve::{Curve, Point, point};

/// A rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Frame {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Frame {
    fn new(x: f64, y: f64, width: f64, height: f64) -> Self {
        Frame { x, y, width: width.max(1.0), height: height.max(1.0) }
    }

    /// The middle.
    pub(crate) fn center(self) -> Point {
        point(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// The right edge.
    pub(crate) fn right(self) -> f64 {
        self.x + self.width
    }

    /// The lower edge.
    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// How much of a strip can be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Labels, offsets, epochs, marks with their numbers.
    Full,
    /// Records with what labels fit, and the marks.
    Compact,
    /// Colours only.
    Heat,
}

/// The measures that all strips share, so that equal offsets of a partition stand below each other.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct StripMeasure {
    pub(crate) detail: Detail,
    /// The whole row.
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// What is left of the records: the partition's name, the crown, the ring.
    pub(crate) label: f64,
    /// The records' lane.
    pub(crate) lane_y: f64,
    pub(crate) lane_height: f64,
    /// How far the water reaches above and below the records.
    pub(crate) brim: f64,
    /// One record.
    pub(crate) cell: f64,
    /// How many records fit.
    pub(crate) cells: i64,
}

impl StripMeasure {
    /// The lane's length.
    pub(crate) fn lane_width(&self) -> f64 {
        self.cell * self.cells as f64
    }
}

/// What has to find room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cast {
    pub(crate) roster: Roster,
    /// The most replicas that one broker has.
    pub(crate) strips: usize,
}

/// The place of everything.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// The size of the base text.
    pub(crate) unit: f64,
    /// Producers above and consumers below, instead of left and right.
    pub(crate) narrow: bool,
    pub(crate) cast: Cast,
    pub(crate) controller: Frame,
    pub(crate) brokers: Vec<Frame>,
    pub(crate) producers: Vec<Frame>,
    pub(crate) consumers: Vec<Frame>,
    /// The part of a broker's frame that tells its name.
    pub(crate) plate: Frame,
    /// The part of a broker's frame that holds its strips, from the frame's corner.
    pub(crate) rack: Frame,
    pub(crate) strip: StripMeasure,
    columns: usize,
    /// The room on both sides of the brokers that links run through.
    gutter: f64,
}

/// The least width at which clients stand beside the brokers.
const WIDE: f64 = 620.0;

impl Layout {
    /// Finds a place for everything on a stage of this size, in CSS pixels.
    pub(crate) fn new(width: f64, height: f64, cast: Cast) -> Self {
        let (width, height) = (width.max(240.0), height.max(200.0));
        let narrow = width < WIDE;
        let unit = if narrow {
            (width / 34.0).clamp(10.5, 16.0)
        } else {
            (width / 66.0).min(height / 36.0).clamp(11.0, 36.0)
        };
        let gap = unit * 0.8;
        let Roster { brokers, producers, consumers } = cast.roster;
        let (brokers, producers, consumers) =
            (usize::from(brokers), usize::from(producers), usize::from(consumers));

        let mut layout = Layout {
            width,
            height,
            unit,
            narrow,
            cast,
            controller: Frame::default(),
            brokers: Vec::new(),
            producers: Vec::new(),
            consumers: Vec::new(),
            plate: Frame::default(),
            rack: Frame::default(),
            strip: StripMeasure {
                detail: Detail::Heat,
                width: 0.0,
                height: 0.0,
                label: 0.0,
                lane_y: 0.0,
                lane_height: 0.0,
                brim: 0.0,
                cell: 1.0,
                cells: 1,
            },
            columns: 1,
            gutter: 0.0,
        };
        let middle = if narrow {
            layout.place_clients_above_and_below(producers, consumers, gap)
        } else {
            layout.place_clients_beside(producers, consumers, gap)
        };
        layout.brokers = stack(middle, brokers, gap, middle.height);
        layout.place_strips();
        layout
    }

    fn place_clients_beside(&mut self, producers: usize, consumers: usize, gap: f64) -> Frame {
        let (width, height, unit) = (self.width, self.height, self.unit);
        let column = (width * 0.135).clamp(unit * 7.0, unit * 12.0);
        self.gutter = (width * 0.075).clamp(unit * 3.4, unit * 8.0);
        let top = unit * 3.2;
        let left = if producers > 0 { gap + column + self.gutter } else { gap + self.gutter };
        let right = gap + column + self.gutter;
        let middle = Frame::new(left, top, width - left - right, height - top - gap);
        let tallest = unit * 9.0;
        let room = Frame::new(gap, top, column, height - top - gap);
        self.producers = stack(room, producers, gap * 1.5, tallest);
        let (x, top) = (width - gap - column, top + unit * 2.0);
        self.consumers = stack(Frame::new(x, top, column, height - top - gap), consumers, gap, tallest);
        // The controller stands on the consumers' side, so that its links leave the producers' side to replication.
        self.controller = Frame::new(width - gap - column, gap, column, unit * 3.0);
        middle
    }

    fn place_clients_above_and_below(&mut self, producers: usize, consumers: usize, gap: f64) -> Frame {
        let (width, height, unit) = (self.width, self.height, self.unit);
        self.gutter = unit * 2.9;
        let row = unit * 4.6;
        let controller = unit * 7.4;
        let inner = width - gap * 2.0;
        let above = Frame::new(gap, gap, inner - controller - gap, row);
        self.producers = line(above, producers, gap, unit * 15.0);
        self.controller = Frame::new(width - gap - controller, gap, controller, row);
        let below = if consumers > 0 {
            self.consumers = line(Frame::new(gap, height - gap - row, inner, row), consumers, gap, inner);
            row + gap * 2.4
        } else {
            gap
        };
        let top = gap + row + gap * 2.4;
        Frame::new(self.gutter, top, width - self.gutter * 2.0, height - top - below)
    }

    /// Divides a broker's frame into its name plate and its strips.
    fn place_strips(&mut self) {
        let unit = self.unit;
        let Some(frame) = self.brokers.first().copied() else { return };
        let inset = unit * 0.5;
        // The name stands beside the strips where there is room, else above them.
        let beside = !self.narrow && frame.height < frame.width * 0.6;
        let plate_width = unit * 6.8;
        let plate_height = (unit * 1.9).min(frame.height * 0.3);
        (self.plate, self.rack) = if beside {
            (
                Frame::new(0.0, 0.0, plate_width, frame.height),
                Frame::new(plate_width, inset, frame.width - plate_width - inset, frame.height - inset * 2.0),
            )
        } else {
            (
                Frame::new(0.0, 0.0, frame.width, plate_height),
                Frame::new(
                    inset,
                    plate_height,
                    frame.width - inset * 2.0,
                    frame.height - plate_height - inset * 0.6,
                ),
            )
        };
        let strips = self.cast.strips.max(1);
        let measures = (1..=4).map(|columns| (columns, self.measure(strips.div_ceil(columns), columns)));
        let best = measures
            .reduce(|best, next| if score(&next.1, unit) > score(&best.1, unit) { next } else { best });
        if let Some((columns, strip)) = best {
            (self.columns, self.strip) = (columns, strip);
        }
    }

    /// The measures of strips in so many rows and columns.
    fn measure(&self, rows: usize, columns: usize) -> StripMeasure {
        let unit = self.unit;
        let width = self.rack.width / columns as f64 - if columns > 1 { unit * 0.6 } else { 0.0 };
        let height = (self.rack.height / rows as f64).min(unit * 9.0);
        let detail = match height / unit {
            tall if tall >= 5.2 => Detail::Full,
            tall if tall >= 1.0 => Detail::Compact,
            _ => Detail::Heat,
        };
        let label = match detail {
            Detail::Full if self.narrow => unit * 2.2,
            Detail::Full => unit * 7.8,
            Detail::Compact => unit * 3.6,
            Detail::Heat => unit * 1.8,
        };
        let lane = (width - label).max(unit);
        let (lane_y, lane_height) = match detail {
            Detail::Full => (unit * 1.75, (height - unit * 3.6).min(unit * 4.2)),
            Detail::Compact => (height * 0.12, height * 0.76),
            Detail::Heat => (height * 0.15, (height * 0.7).max(1.5)),
        };
        let wanted = match detail {
            Detail::Full => {
                (lane_height * 1.08).clamp(unit * 1.9, unit * 4.2).min(lane / 8.5).max(unit * 1.75)
            }
            Detail::Compact => (lane_height * 1.25).clamp(unit * 0.6, unit * 2.2),
            Detail::Heat => unit * 0.5,
        };
        let cells = (lane / wanted).floor().clamp(4.0, 64.0);
        StripMeasure {
            detail,
            width,
            height,
            label,
            lane_y,
            lane_height,
            brim: if detail == Detail::Full { unit * 0.38 } else { 0.0 },
            cell: lane / cells,
            cells: cells as i64,
        }
    }

    /// The left upper corner of a broker's n-th strip.
    pub(crate) fn strip_corner(&self, broker: BrokerId, place: usize) -> Point {
        let frame = self.frame(NodeId::Broker(broker));
        let rows = self.cast.strips.max(1).div_ceil(self.columns);
        let (column, row) = (place / rows, place % rows);
        // Few strips stand in the middle of their rack.
        let slack = (self.rack.height - self.strip.height * rows as f64).max(0.0) / 2.0;
        point(
            frame.x + self.rack.x + column as f64 * (self.rack.width / self.columns as f64),
            frame.y + self.rack.y + slack + row as f64 * self.strip.height,
        )
    }

    /// A node's frame; empty for one that is not on stage.
    pub(crate) fn frame(&self, node: NodeId) -> Frame {
        let at = |frames: &[Frame], n: u8| {
            usize::from(n).checked_sub(1).and_then(|place| frames.get(place)).copied().unwrap_or_default()
        };
        match node {
            NodeId::Controller => self.controller,
            NodeId::Broker(id) => at(&self.brokers, id.0),
            NodeId::Producer(n) => at(&self.producers, n),
            NodeId::Consumer(n) => at(&self.consumers, n),
        }
    }

    /// The way from one node to another. There and back are the same way.
    pub(crate) fn link(&self, from: NodeId, to: NodeId) -> Curve {
        let (a, b) = (from.min(to), from.max(to));
        let (fa, fb) = (self.frame(a), self.frame(b));
        let curve = match (a, b) {
            (NodeId::Broker(_), NodeId::Broker(_)) => {
                let (start, end) = (self.left_port(fa), self.left_port(fb));
                let neighbours = (end.y - start.y).abs() / (fa.height + self.unit);
                let widest = self.gutter * if self.narrow { 0.4 } else { 0.95 };
                let bulge = (self.gutter * (0.3 + 0.16 * neighbours)).min(widest);
                Curve::bulging(start, end, point(-bulge * 1.33, 0.0))
            }
            (NodeId::Controller, NodeId::Broker(_)) => {
                let (start, way) = if self.narrow {
                    (point(fa.right() - self.unit, fa.bottom()), point(0.0, 1.0))
                } else {
                    (point(fa.x, fa.center().y), point(-1.0, 0.0))
                };
                Curve::leaving(start, way, self.right_port(fb), point(1.0, 0.0), self.gutter * 0.55)
            }
            (NodeId::Broker(_), NodeId::Producer(_)) => {
                let reach = if self.narrow { self.gutter } else { self.gutter * 0.55 };
                let (end, way) = if self.narrow {
                    (point(fb.x + (fb.width * 0.2).min(self.unit), fb.bottom()), point(0.0, 1.0))
                } else {
                    (point(fb.right(), fb.center().y), point(1.0, 0.0))
                };
                Curve::leaving(self.left_port(fa), point(-1.0, 0.0), end, way, reach)
            }
            (NodeId::Broker(_), NodeId::Consumer(_)) => {
                let reach = if self.narrow { self.gutter } else { self.gutter * 0.55 };
                let (end, way) = if self.narrow {
                    (point(fb.right() - (fb.width * 0.2).min(self.unit), fb.y), point(0.0, -1.0))
                } else {
                    (point(fb.x, fb.center().y), point(-1.0, 0.0))
                };
                Curve::leaving(self.right_port(fa), point(1.0, 0.0), end, way, reach)
            }
            _ => Curve::leaving(fa.center(), point(0.0, 0.0), fb.center(), point(0.0, 0.0), 0.0),
        };
        if a == from { curve } else { curve.reversed() }
    }

    fn left_port(&self, frame: Frame) -> Point {
        point(frame.x, frame.y + self.port_height(frame))
    }

    fn right_port(&self, frame: Frame) -> Point {
        point(frame.right(), frame.y + self.port_height(frame))
    }

    fn port_height(&self, frame: Frame) -> f64 {
        if self.plate.height < frame.height { self.plate.height / 2.0 } else { frame.height / 2.0 }
    }
}

/// What makes one arrangement of strips better than another: tall enough to read, and long enough to tell a story.
fn score(strip: &StripMeasure, unit: f64) -> f64 {
    let (tall, cells) = (strip.height / unit, strip.cells as f64);
    match strip.detail {
        Detail::Full => 1000.0 + tall.min(8.0) * 20.0 + cells.min(12.0) * 10.0,
        Detail::Compact => tall.min(1.6) * 150.0 + cells.min(14.0) * 30.0,
        Detail::Heat => tall * 100.0 + cells.min(14.0) * 10.0,
    }
}

/// Frames below each other, in the middle of the room.
fn stack(room: Frame, count: usize, gap: f64, tallest: f64) -> Vec<Frame> {
    let n = count.max(1) as f64;
    let height = ((room.height - gap * (n - 1.0)) / n).min(tallest);
    let top = room.y + (room.height - height * n - gap * (n - 1.0)) / 2.0;
    (0..count).map(|i| Frame::new(room.x, top + i as f64 * (height + gap), room.width, height)).collect()
}

/// Frames beside each other.
fn line(room: Frame, count: usize, gap: f64, widest: f64) -> Vec<Frame> {
    let n = count.max(1) as f64;
    let width = ((room.width - gap * (n - 1.0)) / n).min(widest);
    (0..count).map(|i| Frame::new(room.x + i as f64 * (width + gap), room.y, width, room.height)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layouts() -> impl Iterator<Item = Layout> {
        let sizes = [(360.0, 320.0), (390.0, 420.0), (704.0, 530.0), (1040.0, 668.0), (2600.0, 1700.0)];
        sizes.into_iter().flat_map(|(width, height)| {
            [(1, 1), (3, 1), (3, 3), (5, 8), (9, 24)].into_iter().map(move |(brokers, strips)| {
                let roster = Roster { brokers, producers: 4, consumers: 6 };
                Layout::new(width, height, Cast { roster, strips })
            })
        })
    }

    #[test]
    fn everything_stays_on_the_stage() {
        for layout in layouts() {
            for node in layout.cast.roster.iter() {
                let frame = layout.frame(node);
                assert!(frame.x >= 0.0 && frame.y >= 0.0, "{node} {frame:?}");
                assert!(
                    frame.right() <= layout.width + 0.5 && frame.bottom() <= layout.height + 0.5,
                    "{node} {frame:?}"
                );
            }
        }
    }

    #[test]
    fn strips_stay_inside_their_broker() {
        for layout in layouts() {
            for broker in layout.cast.roster.broker_ids() {
                let frame = layout.frame(broker.into());
                for place in 0..layout.cast.strips {
                    let corner = layout.strip_corner(broker, place);
                    assert!(
                        corner.y + layout.strip.height <= frame.bottom() + 0.5,
                        "{place} {:?}",
                        layout.strip
                    );
                    assert!(
                        corner.x + layout.strip.width <= frame.right() + 0.5,
                        "{place} {:?}",
                        layout.strip
                    );
                    assert!(layout.strip.label + layout.strip.lane_width() <= layout.strip.width + 0.5);
                }
            }
        }
    }

    #[test]
    fn there_and_back_are_the_same_way() {
        for layout in layouts() {
            let (a, b) = (NodeId::Broker(BrokerId(1)), NodeId::Producer(1));
            let (there, back) = (layout.link(a, b), layout.link(b, a));
            for t in [0.0, 0.25, 0.5, 1.0] {
                let (p, q) = (there.at(t), back.at(1.0 - t));
                assert!((p.x - q.x).abs() < 1e-6 && (p.y - q.y).abs() < 1e-6);
            }
        }
    }
}
