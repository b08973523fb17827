//! Numbers, times and sizes.

use super::Text;
use highwater_core::time::{MS, Micros, SECOND};

/// A number with a comma before every third digit from the right, as both languages write it.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `whole` and up to so many digits after the point, without trailing zeros.
fn decimal(value: u64, unit: u64, digits: u32) -> String {
    let scale = 10u64.pow(digits);
    let rounded = value / unit * scale + (value % unit * scale + unit / 2) / unit;
    let fraction = format!("{:0width$}", rounded % scale, width = digits as usize);
    match fraction.trim_end_matches('0') {
        "" => grouped(rounded / scale),
        rest => format!("{}.{rest}", grouped(rounded / scale)),
    }
}

impl Text {
    /// An instant of virtual time, to the millisecond: `12.345 s`.
    pub(crate) fn time(self, at: Micros) -> String {
        let ms = at / MS;
        let (seconds, rest) = (grouped(ms / 1000), ms % 1000);
        self.pick(format!("{seconds}.{rest:03} s"), format!("{seconds}.{rest:03} 秒"))
    }

    /// A span of virtual time in the unit that suits it: `0.8 ms`, `350 ms`, `28 s`, `5 min`.
    pub(crate) fn span(self, span: Micros) -> String {
        match span {
            0..SECOND => {
                let ms = decimal(span, MS, 1);
                self.pick(format!("{ms} ms"), format!("{ms} 毫秒"))
            }
            SECOND..120_000_000 => {
                let s = decimal(span, SECOND, 1);
                self.pick(format!("{s} s"), format!("{s} 秒"))
            }
            _ => {
                let min = decimal(span, 60 * SECOND, 1);
                self.pick(format!("{min} min"), format!("{min} 分钟"))
            }
        }
    }

    /// A size: `812 B`, `16 KiB`, `1.5 MiB`.
    pub(crate) fn bytes(self, n: u64) -> String {
        match n {
            0..1024 => self.pick(format!("{n} B"), format!("{n} 字节")),
            1024..1_048_576 => format!("{} KiB", decimal(n, 1024, 1)),
            1_048_576..1_073_741_824 => format!("{} MiB", decimal(n, 1_048_576, 1)),
            _ => format!("{} GiB", decimal(n, 1_073_741_824, 1)),
        }
    }

    /// `1 record`, `3 records`, `3 条消息`.
    pub(crate) fn records(self, n: u64) -> String {
        let number = grouped(n);
        self.pick(format!("{number} record{}", if n == 1 { "" } else { "s" }), format!("{number} 条消息"))
    }

    /// Things after one another: `a, b, c`, `a、b、c`.
    pub(crate) fn list<T: ToString>(self, items: impl IntoIterator<Item = T>) -> String {
        let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
        items.join(self.pick(", ", "、"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Lang;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            [grouped(0), grouped(999), grouped(1000), grouped(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        let (en, zh) = (Text(Lang::En), Text(Lang::Zh));
        assert_eq!(en.time(12_345_678), "12.345 s");
        assert_eq!(zh.time(1_000), "0.001 秒");
        assert_eq!([en.span(800), en.span(28 * SECOND), en.span(300 * SECOND)], ["0.8 ms", "28 s", "5 min"]);
        assert_eq!([en.bytes(68), en.bytes(1536), en.bytes(1 << 30)], ["68 B", "1.5 KiB", "1 GiB"]);
        assert_eq!([en.records(1), en.records(2), zh.records(2)], ["1 record", "2 records", "2 条消息"]);
    }
}
