//! From lines to an SVG, in the theme's colours.

use highwater_core::time::{Micros, SECOND};
use plotters::prelude::*;

use super::series::{Lines, thinned};
use crate::i18n::Text;

/// How many colours of lines there are.
pub(super) const COLOURS: usize = 5;

/// In pixels.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The page's colours, as the style sheets have them.
struct Palette {
    ink: RGBColor,
    grid: RGBColor,
    lines: [RGBColor; COLOURS],
}

impl Palette {
    fn of_the_page() -> Self {
        let root = gloo_utils::document().document_element();
        let style = root.and_then(|root| gloo_utils::window().get_computed_style(&root).ok().flatten());
        let value = |name: &str| style.as_ref()?.get_property_value(name).ok();
        let colour = |name: &str, otherwise: u32| {
            value(name).and_then(|value: String| hex(&value)).unwrap_or_else(|| rgb(otherwise))
        };
        Palette {
            ink: colour("--ink-2", 0x006b_7785),
            grid: colour("--line", 0x00d5_dce3),
            lines: [
                colour("--tone-0", 0x001f_6fb2),
                colour("--tone-1", 0x00b3_5c00),
                colour("--tone-2", 0x002a_7d4f),
                colour("--tone-3", 0x008a_3fa0),
                colour("--tone-5", 0x00a0_3050),
            ],
        }
    }
}

fn rgb(hex: u32) -> RGBColor {
    let [_, r, g, b] = hex.to_be_bytes();
    RGBColor(r, g, b)
}

/// A colour written as `#1f6fb2`.
fn hex(text: &str) -> Option<RGBColor> {
    let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6)?;
    u32::from_str_radix(digits, 16).ok().map(rgb)
}

#[allow(clippy::cast_precision_loss)] // Pixels are coarser than that.
fn seconds(at: Micros) -> f64 {
    at as f64 / SECOND as f64
}

/// The chart; empty where it could not be drawn.
pub(super) fn draw(t: Text, lines: &[Lines], now: Micros, size: Size) -> String {
    let mut svg = String::new();
    let backend = SVGBackend::with_string(&mut svg, (size.width, size.height));
    let drawn = plot(t, lines, now, backend, &Palette::of_the_page());
    if drawn.is_ok() { svg } else { String::new() }
}

fn plot<'a>(
    t: Text,
    lines: &[Lines],
    now: Micros,
    backend: SVGBackend<'a>,
    palette: &Palette,
) -> Result<(), DrawingAreaErrorKind<<SVGBackend<'a> as DrawingBackend>::ErrorType>> {
    let area = backend.into_drawing_area();
    let (width, _) = area.dim_in_pixel();
    let highest = lines.iter().flat_map(|l| l.log_end.iter().chain(&l.high_watermark)).map(|(_, o)| *o).max();
    let top = highest.unwrap_or(0).max(4) + 1;
    // In the SVG, plotters makes letters a fifth smaller than it is told.
    let font = ("sans-serif", 15).into_font().color(&palette.ink);
    let mut chart = ChartBuilder::on(&area)
        .margin(6)
        .margin_right(14)
        .x_label_area_size(38)
        .y_label_area_size(44)
        .build_cartesian_2d(0.0..seconds(now).max(0.001), 0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(palette.grid)
        .axis_style(palette.ink)
        .label_style(font.clone())
        .axis_desc_style(font)
        .x_desc(t.chart_time())
        .y_desc(t.chart_offset())
        .x_labels(5)
        .y_labels(5)
        .draw()?;
    // Where lines lie on one another, the earlier ones look out from behind.
    let widths = (1..=u32::try_from(lines.len()).unwrap_or(1)).rev().map(|rank| 2 * rank);
    for ((of_replica, colour), width_of_line) in lines.iter().zip(palette.lines.iter().cycle()).zip(widths) {
        let line = |steps: &[(Micros, i64)]| {
            let steps = thinned(steps, now, u64::from(width)).into_iter();
            steps.map(|(at, offset)| (seconds(at), offset)).collect::<Vec<_>>()
        };
        chart.draw_series(LineSeries::new(line(&of_replica.log_end), colour.stroke_width(width_of_line)))?;
        let dashes = line(&of_replica.high_watermark);
        chart.draw_series(DashedLineSeries::new(dashes, 5, 4, colour.stroke_width(2)))?;
    }
    area.present()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_as_style_sheets_write_them() {
        assert_eq!(hex(" #1f6fb2"), Some(RGBColor(0x1f, 0x6f, 0xb2)));
        assert_eq!(hex("rgb(1, 2, 3)"), None);
        assert_eq!(hex("#12345"), None);
    }
}
