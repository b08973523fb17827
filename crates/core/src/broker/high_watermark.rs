//! How far the partition is replicated (§4.4): the leader computes it, followers are told one fetch later.

use super::{Broker, Disk, Memory, topic_config};
use crate::action::Timer;
use crate::event::EventKind;
use crate::ids::PartitionId;
use crate::metadata::MetadataImage;
use crate::process::Context;
use crate::time::{Micros, from_ms};

use super::replica::{FollowerProgress, Leader};

/// Whether a follower outside the ISR counts: it has caught up lately, and may enter the ISR.
fn is_about_to_join(
    follower: &FollowerProgress,
    leader_end: i64,
    now: Micros,
    lag_max: Micros,
    image: &MetadataImage,
) -> bool {
    let lately = follower.last_caught_up.is_some_and(|at| now.saturating_sub(at) <= lag_max);
    (lately || follower.log_end == Some(leader_end)) && follower.is_eligible(image)
}

/// The high watermark that a leader may announce, given what it knows of its followers.
fn candidate(leader: &Leader, leader_end: i64, now: Micros, lag_max: Micros, image: &MetadataImage) -> i64 {
    let maximal_isr = leader.maximal_isr();
    leader
        .followers
        .iter()
        .filter(|f| maximal_isr.contains(f.broker) || is_about_to_join(f, leader_end, now, lag_max, image))
        .map(|f| f.log_end.unwrap_or(-1))
        .fold(leader_end, i64::min)
}

impl Broker {
    /// Raises the high watermark if the rule allows it, and answers whoever waited for that. Called after an
    /// append, a follower's progress, a committed ISR change, and on taking office.
    pub(super) fn maybe_advance_high_watermark(&mut self, id: PartitionId, context: &mut Context<'_>) {
        let (disk, memory) = self.parts();
        let Some((from, to)) = next_high_watermark(disk, memory, id, context) else { return };
        if let Some(replica) = memory.replica_mut(id) {
            replica.high_watermark = to;
        }
        let fact = EventKind::HighWatermarkChanged { partition: id, from, to, as_leader: true };
        context.emit_then(fact, |context| {
            self.complete_writes(id, context);
            self.complete_consumer_fetches(id, context);
        });
    }

    /// Writes all high watermarks to disk.
    pub(super) fn checkpoint_high_watermarks(&mut self, context: &mut Context<'_>) {
        let interval = from_ms(context.settings.broker.replica_high_watermark_checkpoint_interval_ms);
        let (disk, memory) = self.parts();
        memory.timers.set(Timer::HighWatermarkCheckpoint, context.now + interval);
        for id in memory.replica_ids() {
            if let Some(replica) = memory.replica(id) {
                disk.high_watermarks[id.index()] = replica.high_watermark;
            }
        }
    }
}

fn next_high_watermark(
    disk: &Disk,
    memory: &Memory,
    id: PartitionId,
    context: &Context<'_>,
) -> Option<(i64, i64)> {
    let replica = memory.replica(id)?;
    let leader = replica.leader()?;
    let min_isr = leader.effective_min_isr(topic_config(&memory.image, id, context).min_insync_replicas);
    if leader.isr.len() < min_isr {
        return None; // Frozen below min.insync.replicas (since 3.7, KIP-966).
    }
    let lag_max = from_ms(context.settings.broker.replica_lag_time_max_ms);
    let to = candidate(leader, disk.end(id), context.now, lag_max, &memory.image);
    (to > replica.high_watermark).then_some((replica.high_watermark, to))
}
