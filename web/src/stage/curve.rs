//! The ways that messages take.

/// A place on the stage, in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// A place on the stage.
pub(crate) fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// A cubic Bézier curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Curve {
    points: [Point; 4],
}

impl Curve {
    /// From here to there, pulled aside in the middle.
    pub(crate) fn bulging(start: Point, end: Point, pull: Point) -> Self {
        let aside = |at: Point| point(at.x + pull.x, at.y + pull.y);
        Curve { points: [start, aside(start), aside(end), end] }
    }

    /// From here to there, leaving both ends in a given direction.
    pub(crate) fn leaving(start: Point, start_way: Point, end: Point, end_way: Point, reach: f64) -> Self {
        let toward = |at: Point, way: Point| point(at.x + way.x * reach, at.y + way.y * reach);
        Curve { points: [start, toward(start, start_way), toward(end, end_way), end] }
    }

    /// The same way back.
    pub(crate) fn reversed(self) -> Self {
        let [a, b, c, d] = self.points;
        Curve { points: [d, c, b, a] }
    }

    /// The place after this part of the way, 0 to 1.
    pub(crate) fn at(&self, t: f64) -> Point {
        let s = 1.0 - t;
        self.weighted([s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t])
    }

    /// The place after this part of the way, so far to the right of it.
    pub(crate) fn beside(&self, t: f64, aside: f64) -> Point {
        let s = 1.0 - t;
        let way = self.weighted([-s * s, s * s - 2.0 * s * t, 2.0 * s * t - t * t, t * t]);
        let length = way.x.hypot(way.y);
        let here = self.at(t);
        if length < 1e-9 {
            return here;
        }
        point(here.x - way.y / length * aside, here.y + way.x / length * aside)
    }

    fn weighted(&self, weights: [f64; 4]) -> Point {
        let sum = |axis: fn(&Point) -> f64| self.points.iter().zip(weights).map(|(p, w)| axis(p) * w).sum();
        point(sum(|p| p.x), sum(|p| p.y))
    }

    /// The curve as an SVG path.
    pub(crate) fn path(&self) -> String {
        let [a, b, c, d] = self.points;
        format!("M{:.1} {:.1}C{:.1} {:.1} {:.1} {:.1} {:.1} {:.1}", a.x, a.y, b.x, b.y, c.x, c.y, d.x, d.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_begins_and_ends_where_it_should() {
        let curve = Curve::leaving(point(0.0, 0.0), point(1.0, 0.0), point(10.0, 4.0), point(-1.0, 0.0), 3.0);
        assert_eq!(curve.at(0.0), point(0.0, 0.0));
        assert_eq!(curve.at(1.0), point(10.0, 4.0));
        let aside = curve.beside(0.0, 2.0);
        assert!(
            (aside.x).abs() < 1e-9 && (aside.y - 2.0).abs() < 1e-9,
            "right of the way is below it on a screen"
        );
    }
}
