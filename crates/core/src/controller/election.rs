//! Who leads (§4.6).

use super::Controller;
use crate::event::{ElectionRule, EventKind, ShrinkReason};
use crate::ids::{BrokerId, BrokerSet, PartitionId};
use crate::process::Context;

/// What is changed before a partition's leader is chosen anew.
#[derive(Clone, Copy)]
enum Trigger {
    /// Somebody may be eligible who was not before.
    MoreBrokers,
    /// This broker leaves the ISR, unless it is the last member.
    Leaves(BrokerId, ShrinkReason),
    /// The preferred replica is to lead if it may.
    Prefer,
    /// An administrator accepts any live replica.
    AnyReplica,
}

impl Controller {
    /// Takes a broker out of every ISR it shares, and moves its leaderships.
    pub(super) fn remove_from_isrs(
        &mut self,
        broker: BrokerId,
        why: ShrinkReason,
        context: &mut Context<'_>,
    ) {
        for id in self.image.partition_ids() {
            let p = &self.image.partitions[id.index()];
            if p.isr.contains(broker) || p.leader == Some(broker) {
                self.choose(id, Trigger::Leaves(broker, why), context);
            }
        }
    }

    /// Finds leaders for partitions that have none: a broker has come back, or time has passed.
    pub(super) fn elect_leaderless(&mut self, context: &mut Context<'_>) {
        for id in self.image.partition_ids() {
            if self.image.partitions[id.index()].leader.is_none() {
                self.choose(id, Trigger::MoreBrokers, context);
            }
        }
    }

    /// Moves leadership to every preferred replica that may lead.
    pub(super) fn elect_all_preferred(&mut self, context: &mut Context<'_>) {
        for id in self.image.partition_ids() {
            let p = &self.image.partitions[id.index()];
            if p.leader.is_some() && p.leader != p.replicas.first().copied() {
                self.choose(id, Trigger::Prefer, context);
            }
        }
    }

    /// The first election of a new partition: all its active replicas are in sync.
    pub(super) fn elect_first_leader(&mut self, id: PartitionId, context: &mut Context<'_>) {
        let p = &self.image.partitions[id.index()];
        let active: BrokerSet = p.replicas.iter().copied().filter(|b| self.image.is_active(*b)).collect();
        let isr = if active.is_empty() { p.replicas.iter().copied().collect() } else { active };
        self.image_mut().partitions[id.index()].isr = isr;
        self.choose(id, Trigger::MoreBrokers, context);
    }

    /// What an administrator asked for with `kafka-leader-election.sh`.
    pub(crate) fn elect(&mut self, id: PartitionId, unclean: bool, context: &mut Context<'_>) {
        self.choose(id, if unclean { Trigger::AnyReplica } else { Trigger::Prefer }, context);
        self.publish(context);
    }

    fn choose(&mut self, id: PartitionId, trigger: Trigger, context: &mut Context<'_>) {
        let p = &self.image.partitions[id.index()];
        let (old_isr, old_leader) = (p.isr, p.leader);
        let leaving = match trigger {
            Trigger::Leaves(broker, why) => Some((broker, why)),
            _ => None,
        };
        let stays = |b: BrokerId| leaving.is_none_or(|(gone, _)| gone != b);
        let alive = |b: BrokerId| stays(b) && self.image.is_active(b);
        // The last member stays in the ISR although it is dead: only it may come back as a clean leader.
        let mut isr = match leaving {
            Some((broker, _)) if old_isr.len() > 1 => old_isr.without(broker),
            _ => old_isr,
        };
        let may_lead = |b: BrokerId| alive(b) && isr.contains(b);
        let preferred = p.replicas.first().copied().filter(|b| may_lead(*b));
        let unclean_allowed = matches!(trigger, Trigger::AnyReplica)
            || context.settings.topic(p.topic).unclean_leader_election_enable;
        let kept = old_leader.filter(|b| may_lead(*b));
        let choice = match (trigger, preferred, kept) {
            (Trigger::Prefer, Some(b), _) => Some((b, ElectionRule::Preferred)),
            (_, _, Some(b)) => Some((b, ElectionRule::Clean)),
            _ => {
                let clean = p.replicas.iter().copied().find(|b| may_lead(*b));
                let any = p.replicas.iter().copied().find(|b| alive(*b)).filter(|_| unclean_allowed);
                clean.map(|b| (b, ElectionRule::Clean)).or(any.map(|b| (b, ElectionRule::Unclean)))
            }
        };
        if let Some((leader, ElectionRule::Unclean)) = choice {
            isr = BrokerSet::EMPTY.with(leader);
        }
        let leader = choice.map(|(b, _)| b);
        if leader == old_leader && isr == old_isr {
            return;
        }
        let p = &mut self.image_mut().partitions[id.index()];
        p.isr = isr;
        p.leader = leader;
        p.partition_epoch += 1;
        if leader != old_leader {
            p.leader_epoch += 1;
        }
        let epoch = p.leader_epoch;
        let removed = old_isr.minus(isr);
        if !removed.is_empty() {
            let why = leaving.map_or(ShrinkReason::UncleanElection, |(_, why)| why);
            context.emit(EventKind::IsrShrunk { partition: id, removed, isr, why });
        }
        match choice {
            Some((leader, rule)) if old_leader != Some(leader) => {
                context.emit(EventKind::LeaderElected { partition: id, leader, epoch, isr, rule });
            }
            None if old_leader.is_some() => {
                context.emit(EventKind::PartitionOffline { partition: id, epoch, isr });
            }
            _ => {}
        }
    }
}
