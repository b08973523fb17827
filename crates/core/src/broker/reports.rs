//! What a broker tells the controller, one request at a time: that it is there (registration), that it lives
//! (heartbeats), and that it wants to go (controlled shutdown). Kafka's `BrokerLifecycleManager`.

use super::Broker;
use crate::action::Timer;
use crate::connection::Channel;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::ids::NodeId;
use crate::process::Context;
use crate::protocol::{Body, BrokerStanding};
use crate::time::{MS, Micros, SECOND, from_ms};

/// Before a fenced broker reports again.
const WHILE_FENCED: Micros = 500 * MS;
/// The first pause after a report that got no answer, or an error; each one in a row doubles it, up to half a session.
const RESEND: Micros = 100 * MS;
/// How long a report may go unanswered (`controller.socket.timeout.ms`).
const PATIENCE: Micros = 30 * SECOND;
/// How long a broker waits for the controller to let it go (`BrokerServer.shutdown`: 5 minutes).
const SHUTDOWN_PATIENCE: Micros = 300 * SECOND;
/// When a broker asks again after it first heard that its shutdown takes a while.
const SECOND_ASK: Micros = 50 * MS;

/// A broker's standing with the controller, as far as it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Standing {
    /// Asking to be registered.
    Registering,
    /// Registered under this broker epoch.
    Registered {
        /// The epoch.
        epoch: i64,
    },
    /// In controlled shutdown.
    ShuttingDown {
        /// The broker epoch.
        epoch: i64,
        /// The broker ends then, granted or not.
        deadline: Micros,
        /// The controller has answered once that it takes a while.
        noticed: bool,
    },
}

impl Standing {
    /// The broker epoch, once there is one.
    pub(super) fn epoch(self) -> Option<i64> {
        match self {
            Standing::Registering => None,
            Standing::Registered { epoch } | Standing::ShuttingDown { epoch, .. } => Some(epoch),
        }
    }
}

/// The broker's reports.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Reports {
    pub(super) standing: Standing,
    /// Tells this process from earlier ones with the same id.
    incarnation: u32,
    under_way: Option<Report>,
    /// How many in a row have failed.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Report {
    correlation: u32,
    /// Given up then.
    deadline: Micros,
    /// There is more to say as soon as it is answered.
    more: bool,
}

impl Reports {
    pub(super) fn new(incarnation: u32) -> Self {
        Reports { standing: Standing::Registering, incarnation, under_way: None, failures: 0 }
    }
}

impl Broker {
    /// Begins an orderly stop.
    pub(crate) fn begin_shutdown(&mut self, context: &mut Context<'_>) {
        let enabled = context.settings.broker.controlled_shutdown_enable;
        let reports = &mut self.memory().reports;
        match reports.standing {
            Standing::Registered { epoch } if enabled => {
                let deadline = context.now + SHUTDOWN_PATIENCE;
                reports.standing = Standing::ShuttingDown { epoch, deadline, noticed: false };
                self.report_soon(context);
            }
            Standing::ShuttingDown { .. } => {}
            _ => self.complete_shutdown(context),
        }
    }

    /// Forces everything to disk, leaves the marker of an orderly stop, and ends.
    fn complete_shutdown(&mut self, context: &mut Context<'_>) {
        self.checkpoint_high_watermarks(context);
        let (disk, memory) = self.parts();
        for id in memory.replica_ids() {
            if let Some(log) = disk.log_mut(id)
                && log.flushed() < log.end()
            {
                log.flush();
                context.emit(EventKind::Flushed { partition: id, up_to: log.end() });
            }
        }
        disk.clean_shutdown = true;
        context.outbox.exit = true;
    }

    /// Reports now, or as soon as the report under way is answered.
    pub(super) fn report_soon(&mut self, context: &mut Context<'_>) {
        match &mut self.memory().reports.under_way {
            Some(report) => report.more = true,
            None => self.report(context),
        }
    }

    /// A report is due, or has gone unanswered for too long, or the broker has waited long enough to be let go.
    pub(super) fn on_report_timer(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        if let Standing::ShuttingDown { deadline, .. } = memory.reports.standing
            && deadline <= context.now
        {
            return self.complete_shutdown(context);
        }
        match memory.reports.under_way {
            None => self.report(context),
            Some(report) if report.deadline <= context.now => {
                context.close_channel(NodeId::Controller, Channel::Heartbeats);
                self.on_report_lost(context);
            }
            Some(report) => self.report_timer(report.deadline),
        }
    }

    /// Sets the timer, which goes off no later than a shutdown's patience ends.
    fn report_timer(&mut self, at: Micros) {
        let memory = self.memory();
        let at = match memory.reports.standing {
            Standing::ShuttingDown { deadline, .. } => at.min(deadline),
            _ => at,
        };
        memory.timers.set(Timer::Heartbeat, at);
    }

    fn report(&mut self, context: &mut Context<'_>) {
        let memory = self.memory();
        let correlation = memory.correlation();
        let metadata_version = memory.image.version;
        let reports = &mut memory.reports;
        let body = match reports.standing {
            Standing::Registering => Body::BrokerRegistrationRequest { incarnation: reports.incarnation },
            Standing::Registered { epoch: broker_epoch } => {
                Body::BrokerHeartbeatRequest { broker_epoch, metadata_version, want_shutdown: false }
            }
            Standing::ShuttingDown { epoch: broker_epoch, .. } => {
                Body::BrokerHeartbeatRequest { broker_epoch, metadata_version, want_shutdown: true }
            }
        };
        let deadline = context.now + PATIENCE;
        reports.under_way = Some(Report { correlation, deadline, more: false });
        self.report_timer(deadline);
        context.send(NodeId::Controller, correlation, body);
    }

    /// Takes the report that an answer is for. Whether there is more to say at once; none if the answer is for no report
    /// that this process waits for.
    fn take_report(&mut self, correlation: u32) -> Option<bool> {
        let under_way = &mut self.memory().reports.under_way;
        under_way.take_if(|report| report.correlation == correlation).map(|report| report.more)
    }

    pub(super) fn on_registered(
        &mut self,
        correlation: u32,
        result: Result<i64, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        if self.take_report(correlation).is_none() {
            return;
        }
        let reports = &mut self.memory().reports;
        reports.failures = 0;
        if let Ok(epoch) = result {
            reports.standing = Standing::Registered { epoch };
            self.report(context);
            self.fetch_metadata(context);
        } else {
            // DUPLICATE_BROKER_REGISTRATION: the session of the process before has not run out.
            let interval = from_ms(context.settings.broker.broker_heartbeat_interval_ms);
            self.report_timer(context.now + interval);
        }
    }

    pub(super) fn on_heartbeat_answer(
        &mut self,
        correlation: u32,
        result: Result<BrokerStanding, ErrorCode>,
        context: &mut Context<'_>,
    ) {
        let Some(more) = self.take_report(correlation) else { return };
        let interval = from_ms(context.settings.broker.broker_heartbeat_interval_ms);
        let reports = &mut self.memory().reports;
        let pause = match (result, &mut reports.standing) {
            (Err(ErrorCode::StaleBrokerEpoch), standing @ Standing::Registered { .. }) => {
                // The controller knows a later process with this id, which is gone again: register anew.
                *standing = Standing::Registering;
                0
            }
            (Err(_), _) => return self.on_report_lost(context),
            (Ok(BrokerStanding { should_shutdown: true, .. }), Standing::ShuttingDown { .. }) => {
                return self.complete_shutdown(context);
            }
            (Ok(_), Standing::ShuttingDown { noticed, .. }) => {
                if std::mem::replace(noticed, true) {
                    interval
                } else {
                    SECOND_ASK
                }
            }
            (Ok(BrokerStanding { fenced: true, .. }), _) => interval.min(WHILE_FENCED),
            (Ok(_), _) => interval,
        };
        self.memory().reports.failures = 0;
        if more || pause == 0 {
            self.report(context);
        } else {
            self.report_timer(context.now + pause);
        }
    }

    /// A report failed: the next one comes after a pause.
    pub(super) fn on_report_lost(&mut self, context: &mut Context<'_>) {
        let longest = from_ms(context.settings.broker.broker_session_timeout_ms) / 2;
        let reports = &mut self.memory().reports;
        let pause = RESEND.saturating_mul(1 << reports.failures.min(20)).min(longest);
        reports.failures += 1;
        reports.under_way = None;
        self.report_timer(context.now + pause.max(1));
    }
}
