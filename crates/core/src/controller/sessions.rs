//! Which brokers live: registration, heartbeats, fencing, controlled shutdown (§4.6, §G). Kafka's
//! `BrokerHeartbeatManager` and `ClusterControlManager`.

use super::{Controller, Registered};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::{EventKind, FenceReason, ShrinkReason};
use crate::ids::BrokerId;
use crate::process::Context;
use crate::protocol::BrokerStanding;
use crate::time::{Micros, from_ms};

/// What the controller remembers of a broker from its heartbeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Session {
    /// None: the broker has been silent since this controller took office fenced.
    last_heartbeat: Option<Micros>,
    /// How far the broker has read the metadata log.
    metadata_version: u64,
    /// In controlled shutdown: the version that everybody must have read before the broker may go.
    shutdown_version: Option<u64>,
}

impl Session {
    /// The session of a broker that a new controller finds written down.
    pub(super) fn found(fenced: bool, now: Micros) -> Self {
        Session { last_heartbeat: (!fenced).then_some(now), metadata_version: 0, shutdown_version: None }
    }

    /// Whether the broker's last heartbeat is recent enough. Fencing, after a shutdown say, does not end a session.
    fn is_valid(&self, now: Micros, timeout: Micros) -> bool {
        self.last_heartbeat.is_some_and(|at| at.saturating_add(timeout) >= now)
    }
}

/// How often the controller looks for stale brokers: so fencing comes 1 to 1.125 sessions after the last heartbeat.
pub(super) fn stale_check_interval(session_timeout_ms: i64) -> Micros {
    (from_ms(session_timeout_ms) / 8).max(1)
}

impl Controller {
    pub(super) fn register(
        &mut self,
        broker: BrokerId,
        incarnation: u32,
        context: &mut Context<'_>,
    ) -> Result<i64, ErrorCode> {
        if self.registered[broker.index()].incarnation == incarnation {
            return Ok(self.image.broker(broker).epoch);
        }
        let timeout = from_ms(context.settings.broker.broker_session_timeout_ms);
        if self.memory().sessions[broker.index()].is_valid(context.now, timeout) {
            // The previous process may still be alive, however it went: its session has to run out first (4.0).
            return Err(ErrorCode::DuplicateBrokerRegistration);
        }
        let epoch = self.next_broker_epoch;
        self.next_broker_epoch += 1;
        let registration = &mut self.image_mut().brokers[broker.index()];
        registration.epoch = epoch;
        registration.fenced = true;
        registration.shutting_down = false;
        self.registered[broker.index()] = Registered { incarnation, version: self.image.version + 1 };
        self.memory().sessions[broker.index()] = Session::found(false, context.now);
        context.emit_then(EventKind::BrokerRegistered { broker, epoch }, |context| {
            self.remove_from_isrs(broker, ShrinkReason::Restarted, context);
        });
        Ok(epoch)
    }

    pub(super) fn heartbeat(
        &mut self,
        broker: BrokerId,
        epoch: i64,
        metadata_version: u64,
        want_shutdown: bool,
        context: &mut Context<'_>,
    ) -> Result<BrokerStanding, ErrorCode> {
        if self.image.broker(broker).epoch != epoch {
            return Err(ErrorCode::StaleBrokerEpoch);
        }
        let session = &mut self.memory().sessions[broker.index()];
        session.last_heartbeat = Some(context.now);
        session.metadata_version = metadata_version;
        let mut should_shutdown = false;
        if want_shutdown {
            should_shutdown = self.shut_down(broker, context);
        } else if self.image.broker(broker).fenced
            && metadata_version >= self.registered[broker.index()].version
        {
            self.image_mut().brokers[broker.index()].fenced = false;
            context.emit_then(EventKind::BrokerUnfenced { broker }, |context| self.elect_leaderless(context));
        }
        Ok(BrokerStanding { fenced: self.image.broker(broker).fenced, should_shutdown })
    }

    /// One step of a controlled shutdown. Whether the broker may go: it leads nothing, and every active broker
    /// knows that. A broker that led nothing in the first place may go at once.
    fn shut_down(&mut self, broker: BrokerId, context: &mut Context<'_>) -> bool {
        let known = *self.image.broker(broker);
        if known.fenced {
            return true;
        }
        let leads = self.image.partitions.iter().any(|p| p.leader == Some(broker));
        if !known.shutting_down && !leads {
            self.fence(broker, FenceReason::ShutDown, context);
            return true;
        }
        if !known.shutting_down {
            self.image_mut().brokers[broker.index()].shutting_down = true;
            self.remove_from_isrs(broker, ShrinkReason::ShuttingDown, context);
            let version = self.image.version + 1;
            self.memory().sessions[broker.index()].shutdown_version = Some(version);
            return false;
        }
        let committed = self.image.version;
        // A controller that has just started takes what it finds written down.
        let session = &mut self.memory().sessions[broker.index()];
        let version = *session.shutdown_version.get_or_insert(committed);
        let image = std::sync::Arc::clone(&self.image);
        let everybody_knows =
            self.memory().sessions.iter().enumerate().all(|(at, session)| {
                !image.is_active(BrokerId::at(at)) || session.metadata_version >= version
            });
        if everybody_knows {
            self.fence(broker, FenceReason::ShutDown, context);
        }
        everybody_knows
    }

    fn fence(&mut self, broker: BrokerId, why: FenceReason, context: &mut Context<'_>) {
        self.image_mut().brokers[broker.index()].fenced = true;
        let shrink = match why {
            FenceReason::SessionExpired => ShrinkReason::Fenced,
            FenceReason::ShutDown => ShrinkReason::ShuttingDown,
        };
        context.emit_then(EventKind::BrokerFenced { broker, why }, |context| {
            self.remove_from_isrs(broker, shrink, context);
        });
    }

    /// Fences brokers that have not been heard of for `broker.session.timeout.ms`.
    pub(super) fn fence_stale_brokers(&mut self, context: &mut Context<'_>) {
        let timeout_ms = context.settings.broker.broker_session_timeout_ms;
        self.memory().timers.set(Timer::Session, context.now + stale_check_interval(timeout_ms));
        for at in 0..self.image.brokers.len() {
            let valid = self.memory().sessions[at].is_valid(context.now, from_ms(timeout_ms));
            if !self.image.brokers[at].fenced && !valid {
                self.fence(BrokerId::at(at), FenceReason::SessionExpired, context);
            }
        }
    }
}
