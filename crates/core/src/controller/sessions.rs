//! Which brokers live: registration, heartbeats, fencing, controlled shutdown (§4.6).

use super::{Controller, Registered};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::{EventKind, ShrinkReason};
use crate::ids::BrokerId;
use crate::process::Context;
use crate::protocol::BrokerStanding;
use crate::time::{Micros, from_ms};

/// What the controller remembers of a broker from its heartbeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Session {
    last_heartbeat: Micros,
    /// How far the broker has read the metadata log.
    metadata_version: u64,
    /// In controlled shutdown: the version that everybody must have read before the broker may go.
    shutdown_version: Option<u64>,
}

impl Session {
    pub(super) fn begun(now: Micros) -> Self {
        Session { last_heartbeat: now, metadata_version: 0, shutdown_version: None }
    }
}

impl Controller {
    pub(super) fn register(
        &mut self,
        broker: BrokerId,
        incarnation: u32,
        context: &mut Context<'_>,
    ) -> Result<i64, ErrorCode> {
        let known = *self.image.broker(broker);
        if self.registered[broker.index()].incarnation == incarnation {
            return Ok(known.epoch);
        }
        if !known.fenced {
            // The previous process may still be alive: its session has to expire first.
            return Err(ErrorCode::DuplicateBrokerRegistration);
        }
        let epoch = self.next_broker_epoch;
        self.next_broker_epoch += 1;
        let registration = &mut self.image_mut().brokers[broker.index()];
        registration.epoch = epoch;
        registration.shutting_down = false;
        self.registered[broker.index()] = Registered { incarnation, version: self.image.version + 1 };
        self.memory().sessions[broker.index()] = Session::begun(context.now);
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
        session.last_heartbeat = context.now;
        session.metadata_version = metadata_version;
        let mut should_shutdown = false;
        if want_shutdown {
            should_shutdown = self.shut_down(broker, context);
        } else if self.image.broker(broker).fenced
            && metadata_version >= self.registered[broker.index()].version
        {
            self.image_mut().brokers[broker.index()].fenced = false;
            let deadline = context.now + from_ms(context.settings.broker.broker_session_timeout_ms);
            self.memory().timers.set_earlier(Timer::Session, deadline);
            context.emit_then(EventKind::BrokerUnfenced { broker }, |context| self.elect_leaderless(context));
        }
        Ok(BrokerStanding { fenced: self.image.broker(broker).fenced, should_shutdown })
    }

    /// One step of a controlled shutdown. Whether the broker may go: it leads nothing, and every active broker
    /// knows that.
    fn shut_down(&mut self, broker: BrokerId, context: &mut Context<'_>) -> bool {
        if !self.image.broker(broker).shutting_down {
            self.image_mut().brokers[broker.index()].shutting_down = true;
            self.remove_from_isrs(broker, ShrinkReason::ShuttingDown, context);
            let version = self.image.version + 1;
            self.memory().sessions[broker.index()].shutdown_version = Some(version);
            return false;
        }
        if self.image.broker(broker).fenced {
            return true;
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
            self.image_mut().brokers[broker.index()].fenced = true;
            context.emit(EventKind::BrokerFenced { broker });
        }
        everybody_knows
    }

    /// Fences brokers that have not been heard of for `broker.session.timeout.ms`.
    pub(super) fn expire_sessions(&mut self, context: &mut Context<'_>) {
        let timeout = from_ms(context.settings.broker.broker_session_timeout_ms);
        let mut next = crate::time::NEVER;
        for at in 0..self.image.brokers.len() {
            let broker = BrokerId::at(at);
            if self.image.brokers[at].fenced {
                continue;
            }
            let deadline = self.memory().sessions[at].last_heartbeat + timeout;
            if deadline > context.now {
                next = next.min(deadline);
                continue;
            }
            self.image_mut().brokers[at].fenced = true;
            context.emit_then(EventKind::BrokerFenced { broker }, |context| {
                self.remove_from_isrs(broker, ShrinkReason::Fenced, context);
            });
        }
        self.memory().timers.set(Timer::Session, next);
    }
}
