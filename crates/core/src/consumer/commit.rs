//! Committing offsets (§6): the next offset to read, never the last one read.

use super::requests::{CommitKind, Purpose};
use super::{AfterCommit, App, Memory, config, retry_time};
use crate::action::Timer;
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::group::{CommittedOffset, LeaveReason};
use crate::ids::PartitionId;
use crate::process::Context;
use crate::protocol::Body;
use crate::time::{Micros, NEVER, SECOND, from_ms};

/// `default.api.timeout.ms`: how long `commitSync()` tries.
const COMMIT_SYNC_TIMEOUT: Micros = 60 * SECOND;
/// How long `close()` tries to commit.
const CLOSE_TIMEOUT: Micros = 30 * SECOND;

impl Memory {
    /// Positions to commit: of every partition that has a valid one.
    fn positions_to_commit(&self) -> Vec<(PartitionId, CommittedOffset)> {
        self.positions.iter().filter_map(|p| Some((p.partition, p.to_commit()?))).collect()
    }

    /// Sends the positions to the coordinator. Whether there was anything to send, and somebody to send it to.
    pub(super) fn commit(&mut self, kind: CommitKind, context: &mut Context<'_>) -> bool {
        let offsets = self.positions_to_commit();
        let (Some(broker), Some((member, generation))) =
            (self.membership.coordinator(), self.membership.current())
        else {
            return false;
        };
        if offsets.is_empty() {
            return false;
        }
        let body = Body::OffsetCommitRequest { group: self.plan.group, member, generation, offsets };
        self.ask_shortly(broker, body, Purpose::Commit(kind), context);
        true
    }

    /// From within `poll()`, before new records are returned: commits what earlier calls returned. Without a
    /// coordinator `poll()` does not come so far, and the commit stays due.
    pub(super) fn auto_commit_if_due(&mut self, context: &mut Context<'_>) {
        if config(context).enable_auto_commit
            && context.now >= self.next_auto_commit
            && self.membership.coordinator().is_some()
            && self.membership.owns_partitions()
        {
            self.next_auto_commit = context.now + from_ms(config(context).auto_commit_interval_ms);
            self.commit(CommitKind::Auto, context);
        }
    }

    /// The application calls `commitSync()`; `then` is what it does afterwards.
    pub(super) fn begin_commit_sync(&mut self, then: AfterCommit, context: &mut Context<'_>) {
        self.app = App::Committing { then, deadline: context.now + COMMIT_SYNC_TIMEOUT };
        self.commit_sync(context);
    }

    /// `close()`: the last positions, if commits are automatic; then the consumer leaves its group and ends.
    pub(super) fn close(&mut self, context: &mut Context<'_>) {
        self.timers.set(Timer::Poll, NEVER);
        if self.app == App::Polling {
            self.returned_at = context.now;
        }
        let deadline = context.now + CLOSE_TIMEOUT;
        self.app = App::Committing { then: AfterCommit::Leave, deadline };
        if config(context).enable_auto_commit && self.membership.owns_partitions() {
            self.commit_sync(context);
        } else {
            self.end_commit_sync(Ok(()), context);
        }
    }

    /// When `commitSync()` throws.
    pub(super) fn commit_deadline(&self) -> Micros {
        if let App::Committing { deadline, .. } = self.app { deadline } else { NEVER }
    }

    fn commit_sync(&mut self, context: &mut Context<'_>) {
        if !self.membership.owns_partitions() {
            // Thrown out of the group meanwhile, as it knows already: CommitFailedException.
            context.emit(EventKind::CommitFailed { error: ErrorCode::UnknownMemberId });
            self.end_commit_sync(Ok(()), context);
        } else if self.positions_to_commit().is_empty() {
            self.end_commit_sync(Ok(()), context);
        } else if self.find_coordinator(context) {
            self.commit(CommitKind::Sync, context);
        }
    }

    pub(super) fn on_commit(
        &mut self,
        kind: &CommitKind,
        result: Result<(), ErrorCode>,
        context: &mut Context<'_>,
    ) {
        if let Err(error) = result
            && matches!(error, ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable)
        {
            self.forget_coordinator(context);
        }
        match (kind, result) {
            // Tried again after a pause, when the coordinator is known.
            (CommitKind::Sync, Err(error)) if error.is_retriable() => self.retry_later(context),
            (CommitKind::Sync, result) => self.end_commit_sync(result, context),
            // Tried again before joining, for as long as the group waits for this member.
            (CommitKind::BeforeJoin, Err(error)) if error.is_retriable() => self.retry_later(context),
            (CommitKind::BeforeJoin, result) => {
                self.membership.committed_before_join();
                log_failure(result, context);
            }
            (CommitKind::Auto, result) => {
                if result.is_err_and(ErrorCode::is_retriable) {
                    self.next_auto_commit = self.next_auto_commit.min(retry_time(context));
                }
                log_failure(result, context);
            }
        }
    }

    /// An application in `commitSync()` whose request failed retriably tries again, for a time.
    pub(super) fn retry_commit_sync(&mut self, context: &mut Context<'_>) {
        if self.commit_deadline() <= context.now {
            self.requests.forget(|p| *p == Purpose::Commit(CommitKind::Sync));
            self.end_commit_sync(Err(ErrorCode::RequestTimedOut), context);
            return;
        }
        let waiting =
            matches!(self.app, App::Committing { .. }) && self.membership.retry_at(context.now) == NEVER;
        if waiting && !self.requests.any(|p| *p == Purpose::Commit(CommitKind::Sync)) {
            self.commit_sync(context);
        }
    }

    /// `commitSync()` returns or throws, and the application goes on.
    fn end_commit_sync(&mut self, result: Result<(), ErrorCode>, context: &mut Context<'_>) {
        let App::Committing { then, .. } = std::mem::replace(&mut self.app, App::Polling) else {
            return;
        };
        log_failure(result, context);
        if let Err(
            error @ (ErrorCode::UnknownMemberId
            | ErrorCode::IllegalGeneration
            | ErrorCode::RebalanceInProgress),
        ) = result
        {
            self.on_group_error(error, context);
        }
        match then {
            AfterCommit::Leave => {
                self.leave_group(LeaveReason::Closed, context);
                context.outbox.exit = true;
            }
            AfterCommit::Process(records) if result.is_ok() => self.process(records, context),
            AfterCommit::Process(_) | AfterCommit::Poll => self.call_poll(context),
        }
    }
}

/// A failed commit that nobody can do anything about is a line in the client's log.
fn log_failure(result: Result<(), ErrorCode>, context: &mut Context<'_>) {
    if let Err(error) = result {
        context.emit(EventKind::CommitFailed { error });
    }
}
