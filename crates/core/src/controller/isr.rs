//! Changes of an ISR that leaders ask for: AlterPartition (KIP-497, §4.5).

use super::Controller;
use crate::error::ErrorCode;
use crate::event::{EventKind, ShrinkReason};
use crate::ids::BrokerId;
use crate::process::Context;
use crate::protocol::{CommittedIsr, IsrChange, IsrOutcome};

impl Controller {
    pub(super) fn alter_partitions(
        &mut self,
        leader: BrokerId,
        broker_epoch: i64,
        changes: &[IsrChange],
        context: &mut Context<'_>,
    ) -> Result<Vec<IsrOutcome>, ErrorCode> {
        if self.image.broker(leader).epoch != broker_epoch {
            return Err(ErrorCode::StaleBrokerEpoch);
        }
        Ok(changes
            .iter()
            .map(|change| (change.partition, self.alter_partition(leader, change, context)))
            .collect())
    }

    fn alter_partition(
        &mut self,
        leader: BrokerId,
        change: &IsrChange,
        context: &mut Context<'_>,
    ) -> Result<CommittedIsr, ErrorCode> {
        let id = change.partition;
        if let Err(error) = self.check_isr_change(leader, change) {
            context.emit(EventKind::AlterPartitionRejected { partition: id, error });
            return Err(error);
        }
        let before = self.image.partitions[id.index()].isr;
        if before != change.isr {
            let p = &mut self.image_mut().partitions[id.index()];
            p.isr = change.isr;
            p.partition_epoch += 1;
        }
        let (removed, added, isr) = (before.minus(change.isr), change.isr.minus(before), change.isr);
        if !removed.is_empty() {
            context.emit(EventKind::IsrShrunk { partition: id, removed, isr, why: ShrinkReason::Lagging });
        }
        if !added.is_empty() {
            context.emit(EventKind::IsrExpanded { partition: id, added, isr });
        }
        let p = &self.image.partitions[id.index()];
        Ok(CommittedIsr { isr, leader_epoch: p.leader_epoch, partition_epoch: p.partition_epoch })
    }

    fn check_isr_change(&self, leader: BrokerId, change: &IsrChange) -> Result<(), ErrorCode> {
        let p = self.image.partition(change.partition).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        if change.leader_epoch < p.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        if p.leader != Some(leader) || change.leader_epoch > p.leader_epoch {
            return Err(ErrorCode::InvalidRequest);
        }
        if change.partition_epoch != p.partition_epoch {
            return Err(ErrorCode::InvalidUpdateVersion);
        }
        if !change.isr.contains(leader) || change.isr.iter().any(|b| !p.replicas.contains(&b)) {
            return Err(ErrorCode::InvalidRequest);
        }
        // What the leader saw may have been a process that is gone, and its successor may have lost its log (KIP-903).
        let restarted = change.epochs.iter().any(|(b, epoch)| self.image.broker(*b).epoch != *epoch);
        if restarted || change.isr.iter().any(|b| !self.image.is_active(b)) {
            return Err(ErrorCode::IneligibleReplica);
        }
        Ok(())
    }
}
