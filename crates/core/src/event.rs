//! Facts: what did happen, in Kafka's words, each with its cause.

use crate::action::{Crash, Timer};
use crate::error::ErrorCode;
use crate::group::{GroupState, LeaveReason, MemberId};
use crate::ids::{BrokerId, BrokerSet, EventId, GroupId, MessageId, NodeId, PartitionId, RecordId, TopicId};
use crate::protocol::MessageKind;
use crate::record::Records;
use crate::time::Micros;
use std::sync::Arc;

/// Something that happened. Following `cause` from event to event leads back to what set it off.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// When, in virtual time.
    pub at: Micros,
    /// Where.
    pub node: NodeId,
    /// The event that led to it directly; none for what people do and for timers.
    pub cause: EventId,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    // --- The world ---
    /// A message arrived at this node.
    Delivered {
        /// Its number.
        message: MessageId,
        /// Its kind.
        kind: MessageKind,
        /// The sender.
        from: NodeId,
        /// When it was sent.
        sent_at: Micros,
    },
    /// A message got lost.
    MessageLost {
        /// Its number.
        message: MessageId,
        /// Its kind.
        kind: MessageKind,
        /// The sender.
        from: NodeId,
        /// Why.
        why: LossReason,
    },
    /// A message is delayed.
    MessageDelayed {
        /// Its number.
        message: MessageId,
        /// Its kind.
        kind: MessageKind,
        /// By how much.
        by: Micros,
    },
    /// A timer went off.
    TimerFired(Timer),
    /// The process died.
    Crashed(Crash),
    /// The process started again.
    Restarted,
    /// The process stands still.
    Paused,
    /// The process goes on.
    Resumed,
    /// An orderly stop began.
    ShutdownStarted,
    /// The process ended in an orderly way.
    ShutdownCompleted,
    /// The link from this node to another was cut.
    LinkCut {
        /// The far end.
        to: NodeId,
    },
    /// The link from this node to another was healed.
    LinkHealed {
        /// The far end.
        to: NodeId,
    },
    /// Messages between this node and another take this long now.
    LatencyChanged {
        /// The far end.
        to: NodeId,
        /// One way.
        latency: Micros,
    },
    /// The follower waits so long before each fetch now.
    FollowerSlowed {
        /// How long.
        by: Micros,
    },
    /// A setting changed.
    ConfigChanged {
        /// The setting's name.
        name: &'static str,
        /// The topic or client, from 0; none: all.
        member: Option<u8>,
        /// The new value.
        value: Arc<str>,
    },

    // --- Controller ---
    /// A broker's new process was registered.
    BrokerRegistered {
        /// The broker.
        broker: BrokerId,
        /// Its broker epoch.
        epoch: i64,
    },
    /// A broker may lead nothing any more.
    BrokerFenced {
        /// The broker.
        broker: BrokerId,
        /// Why.
        why: FenceReason,
    },
    /// A broker may lead again.
    BrokerUnfenced {
        /// The broker.
        broker: BrokerId,
    },
    /// The controller made a replica the leader.
    LeaderElected {
        /// The partition.
        partition: PartitionId,
        /// The new leader.
        leader: BrokerId,
        /// Its epoch.
        epoch: i32,
        /// The ISR it starts with.
        isr: BrokerSet,
        /// By which rule.
        rule: ElectionRule,
    },
    /// No replica may lead: the partition is offline.
    PartitionOffline {
        /// The partition.
        partition: PartitionId,
        /// The epoch of having no leader.
        epoch: i32,
        /// The ISR that is kept.
        isr: BrokerSet,
    },
    /// The controller wrote down a smaller ISR.
    IsrShrunk {
        /// The partition.
        partition: PartitionId,
        /// Who left.
        removed: BrokerSet,
        /// Who stays.
        isr: BrokerSet,
        /// Why.
        why: ShrinkReason,
    },
    /// The controller wrote down a larger ISR.
    IsrExpanded {
        /// The partition.
        partition: PartitionId,
        /// Who came.
        added: BrokerSet,
        /// Who is in it now.
        isr: BrokerSet,
    },
    /// The controller refused a leader's change of an ISR.
    AlterPartitionRejected {
        /// The partition.
        partition: PartitionId,
        /// Why.
        error: ErrorCode,
    },
    /// A topic has more partitions.
    PartitionsAdded {
        /// The topic.
        topic: TopicId,
        /// How many there are now.
        total: u16,
    },

    // --- Broker ---
    /// The broker read its logs after a start.
    LogRecovered {
        /// The partition.
        partition: PartitionId,
        /// The high watermark it starts from: the last one written to disk.
        high_watermark: i64,
        /// The log end offset.
        log_end: i64,
        /// Whether the last stop was orderly.
        clean: bool,
    },
    /// Records that were not flushed are gone from this broker.
    UnflushedLost {
        /// The partition.
        partition: PartitionId,
        /// The log end offset now.
        from: i64,
        /// The log end offset before.
        to: i64,
    },
    /// The broker leads a partition now.
    BecameLeader {
        /// The partition.
        partition: PartitionId,
        /// Its epoch.
        epoch: i32,
        /// The log end offset at that moment, where the epoch begins.
        epoch_start: i64,
    },
    /// The broker follows a leader now.
    BecameFollower {
        /// The partition.
        partition: PartitionId,
        /// The leader.
        leader: BrokerId,
        /// Its epoch.
        epoch: i32,
    },
    /// A batch was appended to this broker's log.
    RecordsAppended {
        /// The partition.
        partition: PartitionId,
        /// The first record's offset.
        base_offset: i64,
        /// The epoch of the leader that appended first.
        epoch: i32,
        /// The records.
        records: Records,
        /// By the leader; otherwise replicated by a follower.
        as_leader: bool,
    },
    /// A new segment was begun, and the previous one flushed.
    SegmentRolled {
        /// The partition.
        partition: PartitionId,
        /// The new segment's base offset, its file's name.
        base_offset: i64,
    },
    /// The log was forced to disk.
    Flushed {
        /// The partition.
        partition: PartitionId,
        /// Everything before this offset is on disk.
        up_to: i64,
    },
    /// This replica's high watermark changed: the leader computed it, a follower was told. A follower's may fall.
    HighWatermarkChanged {
        /// The partition.
        partition: PartitionId,
        /// Before.
        from: i64,
        /// Now.
        to: i64,
        /// On the leader.
        as_leader: bool,
    },
    /// A replica cut off the end of its log.
    Truncated {
        /// The partition.
        partition: PartitionId,
        /// The log end offset now.
        from: i64,
        /// The log end offset before.
        to: i64,
        /// By which rule.
        rule: TruncationRule,
    },
    /// The leader refused a batch: nothing was written.
    ProduceRefused {
        /// The partition.
        partition: PartitionId,
        /// Why.
        error: ErrorCode,
        /// The records.
        records: Records,
    },
    /// An acks=all write waits at the leader for the high watermark.
    ProduceParked {
        /// The partition.
        partition: PartitionId,
        /// The high watermark that ends the wait.
        required: i64,
    },
    /// A parked write was answered with an error: the records are in the leader's log all the same.
    ProduceAbandoned {
        /// The partition.
        partition: PartitionId,
        /// The high watermark it waited for.
        required: i64,
        /// Why.
        error: ErrorCode,
    },
    /// The leader asks the controller for a smaller or larger ISR.
    IsrChangeRequested {
        /// The partition.
        partition: PartitionId,
        /// The ISR wanted.
        isr: BrokerSet,
    },

    // --- Producer ---
    /// The application called `send()`.
    RecordCreated {
        /// The record.
        record: RecordId,
        /// The topic.
        topic: TopicId,
        /// The key.
        key: Option<Arc<[u8]>>,
    },
    /// The partitioner chose.
    PartitionChosen {
        /// The record.
        record: RecordId,
        /// The partition.
        partition: PartitionId,
        /// How.
        how: PartitionChoice,
    },
    /// A batch left the producer.
    BatchSent {
        /// The request it travels in.
        message: MessageId,
        /// The partition.
        partition: PartitionId,
        /// The records.
        records: Records,
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// The producer was told, or with acks=0 assumes, that the records are written.
    Acked {
        /// The partition.
        partition: PartitionId,
        /// The first record's offset; −1 with acks=0.
        base_offset: i64,
        /// The records.
        records: Records,
    },
    /// The batch will be tried again.
    BatchRetried {
        /// The partition.
        partition: PartitionId,
        /// The records.
        records: Records,
        /// What went wrong.
        error: ErrorCode,
    },
    /// The application was told that the records failed.
    BatchFailed {
        /// The partition.
        partition: PartitionId,
        /// The records.
        records: Records,
        /// Why.
        error: ErrorCode,
    },
    /// The application was told that a record failed before it got a partition.
    RecordFailed {
        /// The record.
        record: RecordId,
        /// Why.
        error: ErrorCode,
    },
    /// The producer split a batch that was too large, and tries the parts (KIP-126).
    BatchSplit {
        /// The partition.
        partition: PartitionId,
        /// The records.
        records: Records,
    },

    // --- Consumer and group ---
    /// A consumer knows where to read on.
    PositionSet {
        /// The partition.
        partition: PartitionId,
        /// Next offset to read.
        offset: i64,
        /// How it was found.
        why: PositionSource,
    },
    /// `poll()` returned records of one partition.
    Polled {
        /// The partition.
        partition: PartitionId,
        /// The first one's offset.
        from: i64,
        /// The offset after the last one's: the new position.
        to: i64,
    },
    /// The application finished with a record.
    Processed {
        /// The group.
        group: GroupId,
        /// The partition.
        partition: PartitionId,
        /// The record's offset.
        offset: i64,
        /// The record.
        record: RecordId,
    },
    /// The coordinator wrote down a committed offset, and its ISR has it.
    OffsetCommitted {
        /// The group.
        group: GroupId,
        /// The partition.
        partition: PartitionId,
        /// Next offset to read.
        offset: i64,
    },
    /// A consumer was told that its commit failed.
    CommitFailed {
        /// Why.
        error: ErrorCode,
    },
    /// The consumer owns these partitions from now on.
    PartitionsAssigned {
        /// The generation.
        generation: i32,
        /// The partitions.
        partitions: Arc<[PartitionId]>,
    },
    /// The consumer stopped owning these partitions.
    PartitionsRevoked {
        /// The partitions.
        partitions: Arc<[PartitionId]>,
        /// It did not choose to: its membership is gone.
        lost: bool,
    },
    /// The consumer stopped: the application got an exception it does not handle.
    ConsumerFailed {
        /// Which.
        error: ErrorCode,
    },
    /// A group's state changed at its coordinator.
    GroupStateChanged {
        /// The group.
        group: GroupId,
        /// Before.
        from: GroupState,
        /// Now.
        to: GroupState,
        /// The generation now.
        generation: i32,
    },
    /// A member was let into the group.
    MemberJoined {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
    },
    /// A member left the group.
    MemberLeft {
        /// The group.
        group: GroupId,
        /// The member.
        member: MemberId,
        /// Why.
        why: LeaveReason,
    },
    /// A broker became the group's coordinator and read its offsets.
    CoordinatorLoaded {
        /// The group.
        group: GroupId,
    },
}

/// Why a message got lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LossReason {
    /// Somebody dropped it.
    Dropped,
    /// The receiver's process was not there.
    NobodyListens,
    /// Its connection ended before it arrived.
    ConnectionClosed,
}

/// Why a leader was chosen (§4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElectionRule {
    /// The first live ISR member in the order of the assigned replicas.
    Clean,
    /// The preferred replica is alive and in sync.
    Preferred,
    /// A live replica from outside the ISR.
    Unclean,
}

/// Why a broker may lead nothing any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FenceReason {
    /// No heartbeat for `broker.session.timeout.ms`.
    SessionExpired,
    /// It asked to shut down, and may go.
    ShutDown,
}

/// Why an ISR shrank.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShrinkReason {
    /// The leader saw it lag (§4.5).
    Lagging,
    /// The controller fenced the broker.
    Fenced,
    /// The broker is shutting down.
    ShuttingDown,
    /// A new process registered under the broker's id.
    Restarted,
    /// An unclean election made the leader the only member.
    UncleanElection,
}

/// Why a log was cut (§4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TruncationRule {
    /// The leader's answer named the end of the last epoch in common (KIP-595, after KIP-279).
    DivergingEpoch,
    /// The follower's log was longer than the leader's, or began before it.
    OutOfRange,
}

/// How a partition was chosen (§1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PartitionChoice {
    /// By the application.
    Explicit,
    /// By murmur2 of the key.
    Key,
    /// No key: the sticky partition.
    Sticky,
}

/// How a consumer found its position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PositionSource {
    /// The group's committed offset.
    Committed,
    /// `auto.offset.reset`, for want of a committed offset.
    Reset,
    /// `auto.offset.reset`, for an offset outside the log or an epoch that the leader does not know.
    OutOfRange,
    /// The leader's log ends before it in the epoch of the last record read (KIP-320).
    Truncation,
}

impl EventKind {
    /// Whether this is a moment worth jumping to: a fault, an ISR change, an election, a truncation, a rebalance.
    pub fn is_marker(&self) -> bool {
        use EventKind as E;
        matches!(
            self,
            E::Crashed(_)
                | E::Restarted
                | E::Paused
                | E::Resumed
                | E::ShutdownStarted
                | E::ShutdownCompleted
                | E::LinkCut { .. }
                | E::LinkHealed { .. }
                | E::MessageLost { why: LossReason::Dropped, .. }
                | E::BrokerFenced { .. }
                | E::BrokerUnfenced { .. }
                | E::LeaderElected { .. }
                | E::PartitionOffline { .. }
                | E::IsrShrunk { .. }
                | E::IsrExpanded { .. }
                | E::Truncated { .. }
                | E::UnflushedLost { .. }
                | E::BatchFailed { .. }
                | E::RecordFailed { .. }
                | E::PartitionsAdded { .. }
                | E::PartitionsAssigned { .. }
                | E::ConsumerFailed { .. }
                | E::ConfigChanged { .. }
        )
    }
}
