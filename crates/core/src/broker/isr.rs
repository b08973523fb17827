//! Who is in sync (§4.5): followers leave the ISR when they lag, and come back when they have caught up.

use super::Broker;
use crate::action::Timer;
use crate::connection::Channel;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::ids::{BrokerId, BrokerSet, NodeId, PartitionId};
use crate::process::Context;
use crate::protocol::{Body, CommittedIsr, IsrChange, IsrOutcome};
use crate::time::{Micros, SECOND, from_ms};

/// How long a leader waits for the controller's answer (`request.timeout.ms` of its own channel).
const CONTROLLER_TIMEOUT: Micros = 30 * SECOND;

/// ISR changes on their way to the controller; one request at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct IsrChanges {
    /// Not sent yet.
    queued: Vec<PartitionId>,
    /// The request under way, its partitions, and when it is given up.
    in_flight: Option<(u32, Vec<PartitionId>, Micros)>,
}

impl Broker {
    /// Takes note of a follower's fetch, which says: I have everything before `offset`.
    pub(super) fn note_follower_progress(
        &mut self,
        id: PartitionId,
        broker: BrokerId,
        broker_epoch: i64,
        offset: i64,
        context: &mut Context<'_>,
    ) {
        let (disk, memory) = self.parts();
        let leader_end = disk.end(id);
        let Some(leader) = memory.leader_mut(id) else { return };
        let Some(follower) = leader.followers.iter_mut().find(|f| f.broker == broker) else { return };
        // The caught-up clock: it has all there is now, or all there was when it last asked.
        if offset >= leader_end {
            follower.last_caught_up = Some(context.now);
        } else if follower.leader_end_at_fetch.is_some_and(|end| offset >= end) {
            follower.last_caught_up = follower.last_caught_up.max(follower.last_fetch);
        }
        let progressed = follower.log_end != Some(offset);
        follower.log_end = Some(offset);
        follower.broker_epoch = Some(broker_epoch);
        follower.leader_end_at_fetch = Some(leader_end);
        follower.last_fetch = Some(context.now);
        self.maybe_expand_isr(id, broker, context);
        if progressed {
            self.maybe_advance_high_watermark(id, context);
        }
    }

    fn maybe_expand_isr(&mut self, id: PartitionId, broker: BrokerId, context: &mut Context<'_>) {
        let memory = self.memory();
        let Some(replica) = memory.replica(id) else { return };
        let Some(leader) = replica.leader() else { return };
        let Some(follower) = leader.followers.iter().find(|f| f.broker == broker) else { return };
        let needed = replica.high_watermark.max(leader.epoch_start);
        let reaches = follower.log_end.is_some_and(|end| end >= needed);
        let outside = leader.pending_isr.is_none() && !leader.isr.contains(broker);
        if outside && reaches && follower.is_eligible(&memory.image) {
            let isr = leader.isr.with(broker);
            self.request_isr(id, isr, context);
        }
    }

    /// Asks to drop followers that have not caught up for `replica.lag.time.max.ms`.
    pub(super) fn shrink_isrs(&mut self, context: &mut Context<'_>) {
        let lag_max = from_ms(context.settings.broker.replica_lag_time_max_ms);
        let (disk, memory) = self.parts();
        memory.timers.set(Timer::IsrShrink, context.now + (lag_max / 2).max(1));
        let mut smaller = Vec::new();
        for id in memory.replica_ids() {
            let Some(leader) = memory.leader(id).filter(|leader| leader.pending_isr.is_none()) else {
                continue;
            };
            let lagging: BrokerSet = leader
                .followers
                .iter()
                .filter(|f| leader.isr.contains(f.broker))
                .filter(|f| f.log_end != Some(disk.end(id)))
                .filter(|f| f.last_caught_up.is_none_or(|at| context.now.saturating_sub(at) > lag_max))
                .map(|f| f.broker)
                .collect();
            if !lagging.is_empty() {
                smaller.push((id, leader.isr.minus(lagging)));
            }
        }
        for (id, isr) in smaller {
            self.request_isr(id, isr, context);
        }
    }

    fn request_isr(&mut self, id: PartitionId, isr: BrokerSet, context: &mut Context<'_>) {
        let memory = self.memory();
        if let Some(leader) = memory.leader_mut(id) {
            leader.pending_isr = Some(isr);
        }
        memory.isr_changes.queued.push(id);
        context.emit_then(EventKind::IsrChangeRequested { partition: id, isr }, |context| {
            self.send_isr_changes(context);
        });
    }

    fn send_isr_changes(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        let Some(broker_epoch) = memory.reports.standing.epoch() else { return };
        if memory.isr_changes.in_flight.is_some() {
            return;
        }
        let queued = std::mem::take(&mut memory.isr_changes.queued);
        let changes: Vec<IsrChange> = queued
            .iter()
            .filter_map(|id| {
                let leader = memory.leader(*id)?;
                let isr = leader.pending_isr?;
                let members = leader.followers.iter().filter(|f| isr.contains(f.broker));
                Some(IsrChange {
                    partition: *id,
                    leader_epoch: leader.epoch,
                    partition_epoch: leader.partition_epoch,
                    isr,
                    epochs: members.filter_map(|f| Some((f.broker, f.broker_epoch?))).collect(),
                })
            })
            .collect();
        if changes.is_empty() {
            return;
        }
        let correlation = memory.correlation();
        let deadline = context.now + CONTROLLER_TIMEOUT;
        memory.isr_changes.in_flight =
            Some((correlation, changes.iter().map(|c| c.partition).collect(), deadline));
        memory.timers.set_earlier(Timer::Purgatory, deadline);
        context.send(NodeId::Controller, correlation, Body::AlterPartitionRequest { broker_epoch, changes });
    }

    pub(super) fn on_alter_partition_response(
        &mut self,
        correlation: u32,
        result: Result<Vec<IsrOutcome>, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        let in_flight = &mut self.memory().isr_changes.in_flight;
        if in_flight.take_if(|(sent, ..)| *sent == correlation).is_none() {
            return;
        }
        // An error for the whole request: another process has registered with this broker's id. What was asked
        // for may or may not be written down, so it stays pending (see `settle_isr`).
        for (id, outcome) in result.unwrap_or_default() {
            self.settle_isr(id, outcome, context);
        }
        self.send_isr_changes(context);
    }

    fn settle_isr(
        &mut self,
        id: PartitionId,
        outcome: Result<CommittedIsr, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        let Some(leader) = self.memory().leader_mut(id) else { return };
        match outcome {
            Ok(committed) if committed.leader_epoch == leader.epoch => {
                leader.pending_isr = None;
                if committed.partition_epoch > leader.partition_epoch {
                    leader.isr = committed.isr;
                    leader.partition_epoch = committed.partition_epoch;
                    self.maybe_advance_high_watermark(id, context);
                }
            }
            // Certainly not written down: the committed ISR stands.
            Err(ErrorCode::IneligibleReplica) => leader.pending_isr = None,
            // Any other refusal says that the controller's state has moved on, perhaps by this very change,
            // whose answer was lost. The change stays pending, and so counts for the maximal ISR, until newer
            // metadata replaces it; otherwise the high watermark could pass a member of the ISR.
            Ok(_) | Err(_) => {}
        }
    }

    /// The controller did not answer, or its process is gone: ask again.
    pub(super) fn retry_isr_changes(&mut self, lost: bool, context: &mut Context<'_>) {
        let changes = &mut self.memory().isr_changes;
        match changes.in_flight.take() {
            Some((_, asked, deadline)) if lost || deadline <= context.now => {
                changes.queued.extend(asked);
                if !lost {
                    context.close_channel(NodeId::Controller, Channel::AlterPartition);
                    self.send_isr_changes(context);
                }
            }
            Some(waiting) => {
                let deadline = waiting.2;
                changes.in_flight = Some(waiting);
                self.memory().timers.set_earlier(Timer::Purgatory, deadline);
            }
            None if !lost => self.send_isr_changes(context),
            None => {}
        }
    }
}
