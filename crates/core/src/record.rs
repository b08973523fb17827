//! Records, and the batches they travel and are stored in (record format v2, §3).

use crate::ids::RecordId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A record as the application handed it over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Record {
    /// Who it is, for the ledger; not part of what Kafka stores. 0 in records of internal topics.
    pub id: RecordId,
    /// When `send()` was called, in milliseconds of virtual time (CreateTime).
    pub timestamp_ms: i64,
    /// The key's bytes.
    pub key: Option<Arc<[u8]>>,
    /// The value.
    pub value: Value,
}

/// What a record carries.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Value {
    /// An application's value, of which only the size matters.
    User {
        /// Bytes.
        size: u32,
    },
    /// A row of `__consumer_offsets`.
    Group(crate::group::GroupRecord),
}

impl Value {
    fn size(&self) -> u32 {
        match self {
            Value::User { size } => *size,
            Value::Group(row) => row.encoded_size(),
        }
    }
}

/// The bytes of a record batch's header in format v2.
pub const BATCH_HEADER_BYTES: u32 = 61;

/// The bytes of a whole number in zig-zag variable-length encoding.
fn varint_size(n: i64) -> u32 {
    let zigzag = (n.cast_unsigned() << 1) ^ (n >> 63).cast_unsigned();
    (64 - (zigzag | 1).leading_zeros()).div_ceil(7)
}

/// The bytes of a record in a batch, its length field included.
pub fn record_size(record: &Record, offset_delta: i64, timestamp_delta: i64) -> u32 {
    let field = |length: Option<u32>| match length {
        Some(n) => varint_size(i64::from(n)) + n,
        None => varint_size(-1),
    };
    let key = record.key.as_ref().map(|k| u32::try_from(k.len()).unwrap_or(u32::MAX));
    let header_count = 1;
    let body = 1
        + varint_size(timestamp_delta)
        + varint_size(offset_delta)
        + field(key)
        + field(Some(record.value.size()))
        + header_count;
    varint_size(i64::from(body)) + body
}

/// Kafka's conservative guess of what a record adds to a batch, with every length at its longest; a batch
/// closes by this guess, not by the true size (`AbstractRecords.estimateSizeInBytesUpperBound`).
pub fn record_size_upper_bound(record: &Record) -> u32 {
    const MAX_RECORD_OVERHEAD: u32 = 21;
    let key = record.key.as_ref().map_or(1, |k| {
        let n = u32::try_from(k.len()).unwrap_or(u32::MAX);
        varint_size(i64::from(n)) + n
    });
    let value = record.value.size();
    MAX_RECORD_OVERHEAD + key + varint_size(i64::from(value)) + value + 1
}

/// Records of one batch, shared by every copy.
pub type Records = Arc<[Record]>;

/// The true encoded size of a batch of these records, header included, uncompressed.
pub fn batch_size(records: &[Record]) -> u32 {
    let base = records.first().map_or(0, |r| r.timestamp_ms);
    (0i64..)
        .zip(records)
        .map(|(delta, record)| record_size(record, delta, record.timestamp_ms - base))
        .fold(BATCH_HEADER_BYTES, u32::saturating_add)
}

/// A batch in a log: the records, stamped by the leader that appended them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Batch {
    /// The first record's offset.
    pub base_offset: i64,
    /// The epoch of the leader that appended it.
    pub leader_epoch: i32,
    /// Encoded size in bytes.
    pub size: u32,
    /// The records, at consecutive offsets.
    pub records: Records,
}

impl Batch {
    /// The offset after the last record's.
    pub fn next_offset(&self) -> i64 {
        self.base_offset + i64::try_from(self.records.len()).unwrap_or(i64::MAX)
    }

    /// The records with their offsets.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Record)> {
        (self.base_offset..).zip(self.records.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variable_length_numbers_take_as_many_bytes_as_in_kafka() {
        for (n, bytes) in [
            (0, 1),
            (-1, 1),
            (63, 1),
            (64, 2),
            (-64, 1),
            (-65, 2),
            (8191, 2),
            (8192, 3),
            (i64::MAX, 10),
            (i64::MIN, 10),
        ] {
            assert_eq!(varint_size(n), bytes, "{n}");
        }
    }

    #[test]
    fn one_small_record_is_a_header_and_a_few_bytes() {
        let record = Record {
            id: RecordId(1),
            timestamp_ms: 5,
            key: Some(Arc::from(*b"key")),
            value: Value::User { size: 5 },
        };
        // length 1, attributes 1, timestamp delta 1, offset delta 1, key 1+3, value 1+5, header count 1
        assert_eq!(batch_size(&[record]), BATCH_HEADER_BYTES + 15);
    }
}
