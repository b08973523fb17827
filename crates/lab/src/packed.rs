//! Values as bytes, read by the program they were written for: the page is built with its lessons in this form, so that it
//! need not bring along what reads and checks lesson files. Nothing is checked here but the length.

use crate::text::Text;
use highwater_core::config::{self, Era, Scope, Setting, Settings, TABLE};
use highwater_core::ids::{BrokerId, MessageId, NodeId};
use highwater_core::protocol::MessageKind;
use highwater_core::setup::{
    CommitOrder, ConsumerSetup, LinkSetup, ProducerSetup, Setup, TopicSetup, Workload,
};

/// What can be written as bytes and read back.
pub(crate) trait Packed: Sized {
    fn pack(&self, out: &mut Vec<u8>);
    /// Takes the value off the front.
    fn unpack(from: &mut &[u8]) -> Option<Self>;
}

/// Packs a struct field by field, and an enum as its variant's place in the list and then field by field.
macro_rules! packed {
    (struct $name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::packed::Packed for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                $($crate::packed::Packed::pack(&self.$field, out);)*
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                Some($name { $($field: $crate::packed::Packed::unpack(from)?),* })
            }
        }
    };
    (enum $name:ident { $($variant:ident $(($($item:ident),+))? $({ $($field:ident),+ })?),* $(,)? }) => {
        impl $crate::packed::Packed for $name {
            fn pack(&self, out: &mut Vec<u8>) {
                enum Number { $($variant),* }
                match self {
                    $($name::$variant $(($($item),+))? $({ $($field),+ })? => {
                        out.push(Number::$variant as u8);
                        $($($crate::packed::Packed::pack($item, out);)+)?
                        $($($crate::packed::Packed::pack($field, out);)+)?
                    })*
                }
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                enum Number { $($variant),* }
                let number: u8 = $crate::packed::Packed::unpack(from)?;
                $(if number == Number::$variant as u8 {
                    $($(let $item = $crate::packed::Packed::unpack(from)?;)+)?
                    $($(let $field = $crate::packed::Packed::unpack(from)?;)+)?
                    return Some($name::$variant $(($($item),+))? $({ $($field),+ })?);
                })*
                None
            }
        }
    };
}
pub(crate) use packed;

impl Packed for u64 {
    /// Seven bits a byte, the lowest first.
    fn pack(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest > 0x7f {
            out.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        out.push(rest.to_le_bytes()[0]);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let mut number = 0;
        for place in 0..10 {
            let byte = u8::unpack(from)?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

impl Packed for u8 {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let (first, rest) = from.split_first()?;
        *from = rest;
        Some(*first)
    }
}

macro_rules! packed_numbers {
    ($($number:ty),*) => {
        $(#[allow(clippy::unnecessary_fallible_conversions)] // Not all of them can fail.
        impl Packed for $number {
            fn pack(&self, out: &mut Vec<u8>) {
                u64::try_from(*self).unwrap_or(u64::MAX).pack(out);
            }
            fn unpack(from: &mut &[u8]) -> Option<Self> {
                <$number>::try_from(u64::unpack(from)?).ok()
            }
        })*
    };
}
packed_numbers!(u16, u32, usize);

impl Packed for i64 {
    fn pack(&self, out: &mut Vec<u8>) {
        self.cast_unsigned().pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        u64::unpack(from).map(u64::cast_signed)
    }
}

impl Packed for bool {
    fn pack(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        Some(u8::unpack(from)? != 0)
    }
}

impl Packed for String {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let length = usize::unpack(from)?;
        let (text, rest) = from.split_at_checked(length)?;
        *from = rest;
        String::from_utf8(text.to_vec()).ok()
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.is_some().pack(out);
        if let Some(it) = self {
            it.pack(out);
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        if bool::unpack(from)? { Some(Some(T::unpack(from)?)) } else { Some(None) }
    }
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, out: &mut Vec<u8>) {
        self.len().pack(out);
        for it in self {
            it.pack(out);
        }
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        (0..usize::unpack(from)?).map(|_| T::unpack(from)).collect()
    }
}

impl Packed for BrokerId {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        u8::unpack(from).map(BrokerId)
    }
}

impl Packed for MessageId {
    fn pack(&self, out: &mut Vec<u8>) {
        self.0.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        u64::unpack(from).map(MessageId)
    }
}

impl Packed for &'static Setting {
    fn pack(&self, out: &mut Vec<u8>) {
        self.qualified_name().pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        config::find(&String::unpack(from)?).ok()
    }
}

packed!(
    enum NodeId {
        Controller,
        Broker(id),
        Producer(n),
        Consumer(n),
    }
);
packed!(
    enum MessageKind {
        ProduceRequest,
        ProduceResponse,
        FetchRequest,
        FetchResponse,
        MetadataRequest,
        MetadataResponse,
        ListOffsetsRequest,
        ListOffsetsResponse,
        OffsetsForLeaderEpochRequest,
        OffsetsForLeaderEpochResponse,
        FindCoordinatorRequest,
        FindCoordinatorResponse,
        JoinGroupRequest,
        JoinGroupResponse,
        SyncGroupRequest,
        SyncGroupResponse,
        HeartbeatRequest,
        HeartbeatResponse,
        LeaveGroupRequest,
        LeaveGroupResponse,
        OffsetCommitRequest,
        OffsetCommitResponse,
        OffsetFetchRequest,
        OffsetFetchResponse,
        BrokerRegistrationRequest,
        BrokerRegistrationResponse,
        BrokerHeartbeatRequest,
        BrokerHeartbeatResponse,
        AlterPartitionRequest,
        AlterPartitionResponse,
        MetadataFetchRequest,
        MetadataFetchResponse,
        ApiVersionsRequest,
        ApiVersionsResponse,
        ConnectionClosed,
    }
);
packed!(
    enum CommitOrder {
        AfterProcessing,
        BeforeProcessing,
        Never,
    }
);
packed!(struct TopicSetup { name, partitions, replication_factor });
packed!(struct Workload { topic, keys, value_size, interval, count });
packed!(struct ProducerSetup { workload });
packed!(struct ConsumerSetup { group, topics, processing, poll_interval, commit });
packed!(struct LinkSetup { a, b, latency });
packed!(struct Setup { seed, brokers, topics, producers, consumers, latency, jitter, links, settings });
packed!(struct Text { en, zh });
/// A setting that differs from its default.
struct Changed {
    setting: &'static Setting,
    member: Option<usize>,
    value: String,
}
packed!(struct Changed { setting, member, value });

/// Settings are written as what differs from the defaults, in an order in which each can be set.
impl Packed for Settings {
    fn pack(&self, out: &mut Vec<u8>) {
        let (topics, producers, consumers) = (self.topics.len(), self.producers.len(), self.consumers.len());
        for count in [topics, producers, consumers] {
            count.pack(out);
        }
        let members = |scope| match scope {
            Scope::Broker => None,
            Scope::Topic => Some(topics),
            Scope::Producer => Some(producers),
            Scope::Consumer => Some(consumers),
        };
        let mut defaults = Settings::defaults(Era::V4, topics, producers, consumers);
        let mut changed = Vec::new();
        for setting in TABLE.iter().copied().flatten() {
            let places = members(setting.scope).map_or(vec![None], |count| (0..count).map(Some).collect());
            for member in places {
                if let Some(value) =
                    self.get(setting, member).filter(|v| defaults.get(setting, member) != Some(*v))
                {
                    changed.push((setting, member, value));
                }
            }
        }
        let mut ordered = Vec::new();
        while let Some(next) = changed.iter().position(|it| defaults.set(it.0, it.1, it.2).is_ok()) {
            let (setting, member, value) = changed.remove(next);
            ordered.push(Changed { setting, member, value: value.to_string() });
        }
        ordered.pack(out);
    }

    fn unpack(from: &mut &[u8]) -> Option<Self> {
        let [topics, producers, consumers] =
            [usize::unpack(from)?, usize::unpack(from)?, usize::unpack(from)?];
        let mut settings = Settings::defaults(Era::V4, topics, producers, consumers);
        for Changed { setting, member, value } in Vec::unpack(from)? {
            let value = setting.parse(&value).ok()?;
            settings.set(setting, member, value).ok()?;
        }
        Some(settings)
    }
}
