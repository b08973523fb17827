//! Requests of a consumer that wait for an answer, and what each is for.

use super::{Memory, client_config, config};
use crate::error::ErrorCode;
use crate::event::PositionSource;
use crate::ids::{BrokerId, BrokerSet, NodeId, PartitionId};
use crate::process::Context;
use crate::protocol::{Body, FetchPartition, Message};
use crate::time::{Micros, NEVER, from_ms};

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Purpose {
    FindCoordinator,
    Join,
    Sync,
    Heartbeat,
    Leave,
    OffsetFetch,
    Commit(CommitKind),
    Fetch(Vec<FetchPartition>),
    ListOffset(PartitionId, PositionSource),
    /// With the epoch of the leader that is asked.
    Validate(PartitionId, i32),
}

/// Who wants a commit, and so what follows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum CommitKind {
    /// `commitSync()`: retried, the application waits.
    Sync,
    /// Auto-commit from within `poll()`: nobody waits.
    Auto,
    /// Before partitions are given up in a rebalance: joining waits.
    BeforeJoin,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Open {
    broker: BrokerId,
    correlation: u32,
    deadline: Micros,
    purpose: Purpose,
}

/// All open requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Requests(Vec<Open>);

impl Requests {
    /// How many requests are open at a broker.
    pub(super) fn load(&self, broker: BrokerId) -> usize {
        self.0.iter().filter(|open| open.broker == broker).count()
    }

    /// Whether such a request is open.
    pub(super) fn any(&self, is: impl Fn(&Purpose) -> bool) -> bool {
        self.0.iter().any(|open| is(&open.purpose))
    }

    /// Brokers at which a fetch is open.
    pub(super) fn fetching_from(&self) -> BrokerSet {
        self.0
            .iter()
            .filter(|open| matches!(open.purpose, Purpose::Fetch(_)))
            .map(|open| open.broker)
            .collect()
    }

    /// Forgets requests of a kind: their answers will be ignored.
    pub(super) fn forget(&mut self, is: impl Fn(&Purpose) -> bool) {
        self.0.retain(|open| !is(&open.purpose));
    }

    pub(super) fn next_deadline(&self) -> Micros {
        self.0.iter().map(|open| open.deadline).min().unwrap_or(NEVER)
    }
}

impl Memory {
    /// Sends a request and remembers what it is for.
    pub(super) fn ask(
        &mut self,
        broker: BrokerId,
        body: Body,
        purpose: Purpose,
        timeout: Micros,
        context: &mut Context<'_>,
    ) {
        let correlation = self.view.correlation();
        let deadline = context.now.saturating_add(timeout);
        self.requests.0.push(Open { broker, correlation, deadline, purpose });
        context.send(NodeId::Broker(broker), correlation, body);
    }

    /// [`Memory::ask`] with `request.timeout.ms`.
    pub(super) fn ask_shortly(
        &mut self,
        broker: BrokerId,
        body: Body,
        purpose: Purpose,
        context: &mut Context<'_>,
    ) {
        let timeout = from_ms(config(context).request_timeout_ms);
        self.ask(broker, body, purpose, timeout, context);
    }

    pub(super) fn on_answer(&mut self, broker: BrokerId, message: Message, context: &mut Context<'_>) {
        let Message { correlation, body } = message;
        match body {
            Body::ConnectionClosed(_) => return self.on_disconnect(broker, context),
            Body::MetadataResponse(image) => {
                if self.view.on_metadata(correlation, image, client_config(config(context)), context.now) {
                    self.on_new_metadata();
                }
                return;
            }
            _ => {}
        }
        let same = |open: &Open| open.broker == broker && open.correlation == correlation;
        let Some(at) = self.requests.0.iter().position(same) else { return };
        let Open { purpose, .. } = self.requests.0.remove(at);
        self.view.on_answer(broker);
        match (purpose, body) {
            (Purpose::FindCoordinator, Body::FindCoordinatorResponse(result)) => {
                self.on_coordinator(result, context);
            }
            (Purpose::Join, Body::JoinGroupResponse(result)) => self.on_joined(result, context),
            (Purpose::Sync, Body::SyncGroupResponse(result)) => self.on_synced(result, context),
            (Purpose::Heartbeat, Body::HeartbeatResponse(result)) => self.on_heartbeat(result, context),
            (Purpose::OffsetFetch, Body::OffsetFetchResponse(result)) => {
                self.on_committed_offsets(result, context);
            }
            (Purpose::Commit(kind), Body::OffsetCommitResponse(result)) => {
                self.on_commit(&kind, result, context);
            }
            (Purpose::Fetch(asked), Body::FetchResponse(response)) => {
                self.on_fetched(&asked, response, context);
            }
            (Purpose::ListOffset(id, why), Body::ListOffsetsResponse { offset, .. }) => {
                self.on_offset_listed(id, why, offset, context);
            }
            (Purpose::Validate(id, epoch), Body::OffsetsForLeaderEpochResponse { end, .. }) => {
                self.on_validated(id, epoch, end, context);
            }
            _ => {}
        }
    }

    /// A broker's end of the connection is gone, and with it every answer still owed.
    fn on_disconnect(&mut self, broker: BrokerId, context: &mut Context<'_>) {
        self.view.on_failure(broker, context.now);
        let lost: Vec<Open> = self.requests.0.extract_if(.., |open| open.broker == broker).collect();
        self.forget_coordinator_at(broker);
        for open in lost {
            let error = ErrorCode::NetworkException;
            match open.purpose {
                Purpose::FindCoordinator => self.on_coordinator(Err(error), context),
                Purpose::Join => self.on_join_lost(context),
                Purpose::Sync => self.on_synced(Err(error), context),
                Purpose::OffsetFetch => self.on_committed_offsets(Err(error), context),
                Purpose::Commit(kind) => self.on_commit(&kind, Err(error), context),
                Purpose::ListOffset(id, why) => self.on_offset_listed(id, why, Err(error), context),
                Purpose::Validate(id, epoch) => self.on_validated(id, epoch, Err(error), context),
                Purpose::Fetch(asked) => self.on_fetch_lost(&asked, context),
                Purpose::Heartbeat | Purpose::Leave => {}
            }
        }
    }

    /// Gives up on brokers that have not answered in time.
    pub(super) fn expire_requests(&mut self, context: &mut Context<'_>) {
        let now = context.now;
        let late = |open: &&Open| open.deadline <= now;
        while let Some(broker) =
            self.requests.0.iter().find(late).map(|open| open.broker).or(self.view.silent_broker(now))
        {
            context.close_connection(NodeId::Broker(broker));
            self.on_disconnect(broker, context);
        }
    }
}
