//! The signs of the stage's visual language, drawn around the origin in a square of 16.

use highwater_core::process::Status;

use super::px;

/// A leader.
pub(crate) const CROWN: &str = "M-6.5 5.5-7.5-3.2-3.4-.2 0-6.5 3.4-.2 7.5-3.2 6.5 5.5z";
/// In the ISR.
pub(crate) const RING: &str = "M-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z";
/// Not in the ISR.
pub(crate) const BROKEN_RING: &str = "M-1.6-5.3A5.5 5.5 0 0 0-5.3 1.6M1.6 5.3A5.5 5.5 0 0 0 5.3-1.6M-6 6 6-6";
/// A record's check mark.
pub(crate) const CHECK: [&[(f64, f64)]; 1] = [&[(-4.0, 0.5), (-1.2, 3.3), (4.2, -3.2)]];
/// A cross.
pub(crate) const CROSS: [&[(f64, f64)]; 2] = [&[(-4.0, -4.0), (4.0, 4.0)], &[(4.0, -4.0), (-4.0, 4.0)]];
/// The two strokes across a cut link.
pub(crate) const CUT: &str = "M-6 7-1-7M1 7 6-7";

/// How a process is, where it does not simply run.
pub(crate) fn status(status: Status) -> Option<&'static str> {
    match status {
        Status::Running => None,
        Status::Paused => Some("M-3-5V5M3-5V5"),
        Status::Stopped => Some("M-5-5 5 5M5-5-5 5"),
        Status::PoweredOff => Some("M0-6.5V0M-4.2-3.6a5.6 5.6 0 1 0 8.4 0"),
    }
}

/// The path of strokes in a place, so many times their size: without a transform, for signs that come and go.
pub(crate) fn strokes(strokes: &[&[(f64, f64)]], (x, y): (f64, f64), scale: f64) -> String {
    let mut path = String::new();
    for stroke in strokes {
        for (place, (dx, dy)) in stroke.iter().enumerate() {
            path.push(if place == 0 { 'M' } else { 'L' });
            path.push_str(&px(x + dx * scale));
            path.push(' ');
            path.push_str(&px(y + dy * scale));
        }
    }
    path
}

/// The class in the style sheet for how a process is.
pub(crate) fn status_class(status: Status) -> &'static str {
    match status {
        Status::Running => "running",
        Status::Paused => "paused",
        Status::Stopped => "stopped",
        Status::PoweredOff => "powered-off",
    }
}

/// The high watermark: the surface of water, seen from the side, along so much height.
pub(crate) fn surface(height: f64, wave: f64) -> String {
    let waves = (height / (wave * 4.0)).round().max(1.0);
    let step = height / (waves * 2.0);
    let half_wave = |i: u32| {
        let side = if i.is_multiple_of(2) { wave } else { -wave };
        format!("q{side:.2} {:.2} 0 {step:.2}", step / 2.0)
    };
    let surface: Vec<String> = (0..waves as u32 * 2).map(half_wave).collect();
    format!("M0 0{}", surface.concat())
}
