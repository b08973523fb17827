//! Spans of virtual time as people write them: `250us`, `2ms`, `1.5s`.

use highwater_core::setup::LONGEST;
use highwater_core::time::Micros;

const UNITS: [(&str, Micros); 4] = [("us", 1), ("µs", 1), ("ms", 1_000), ("s", 1_000_000)];

/// Reads a span of at most an hour.
///
/// # Errors
/// The text is not a number with a unit, or the span is too long or finer than a microsecond.
pub fn parse(text: &str) -> Result<Micros, String> {
    let bad = || format!("expected a span such as `2ms` or `1.5s`, not `{text}`");
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(bad)?;
    let (number, unit) = text.split_at(split);
    let scale = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(bad)?.1;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    if whole.len() > 12 || fraction.is_empty() || fraction.len() > 6 {
        return Err(bad());
    }
    let whole: Micros = whole.parse().map_err(|_| bad())?;
    let digits: Micros = fraction.parse().map_err(|_| bad())?;
    let parts = 10u64.pow(u32::try_from(fraction.len()).unwrap_or(0));
    if !(digits * scale).is_multiple_of(parts) {
        return Err(format!("`{text}` is finer than a microsecond"));
    }
    let span = whole.saturating_mul(scale).saturating_add(digits * scale / parts);
    if span > LONGEST { Err(format!("`{text}` is longer than an hour")) } else { Ok(span) }
}

/// Writes a span in the largest unit that needs at most three decimals.
pub fn format(span: Micros) -> String {
    let (unit, scale) = match span {
        0..1_000 => ("us", 1),
        1_000..1_000_000 => ("ms", 1_000),
        _ if span.is_multiple_of(1_000) => ("s", 1_000_000),
        _ => ("ms", 1_000),
    };
    let (whole, rest) = (span / scale, span % scale);
    if rest == 0 {
        return format!("{whole}{unit}");
    }
    let width = if scale == 1_000 { 3 } else { 6 };
    let decimals = format!("{rest:0width$}");
    format!("{whole}.{}{unit}", decimals.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spans_are_read_with_their_unit() {
        assert_eq!(parse("250us"), Ok(250));
        assert_eq!(parse("2ms"), Ok(2_000));
        assert_eq!(parse("1.5s"), Ok(1_500_000));
        assert_eq!(parse("3600s"), Ok(LONGEST));
        for wrong in ["", "5", "ms", "-1s", "1 s", "1.s", "3601s", "0.5us", "99999999999999s", "1.1.1s"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(span in 0..=LONGEST) {
            prop_assert_eq!(parse(&format(span)), Ok(span));
        }
    }
}
