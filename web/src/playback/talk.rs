//! What is worth watching: messages that say something, and events that are more than routine.

use highwater_core::action::Timer;
use highwater_core::broker::Role;
use highwater_core::cluster::Cluster;
use highwater_core::event::{Event, EventKind};
use highwater_core::ids::{BrokerId, NodeId, PartitionId};
use highwater_core::network::Envelope;
use highwater_core::protocol::{Body, FetchRequest, Fetched, FetchedPartition};

/// Whether a message says something: all but heartbeats, long polls that come back empty, and questions for metadata.
pub(crate) fn is_talk(cluster: &Cluster, envelope: &Envelope) -> bool {
    match &envelope.message.body {
        Body::FetchRequest(request) => tells_progress(cluster, envelope, request),
        Body::FetchResponse(answer) => {
            answer.iter().any(|fetched| brings_news(cluster, envelope.to, fetched))
        }
        Body::HeartbeatResponse(outcome) => outcome.is_err(),
        Body::BrokerHeartbeatResponse(outcome) => outcome.is_err(),
        Body::BrokerHeartbeatRequest { want_shutdown, .. } => *want_shutdown,
        Body::HeartbeatRequest { .. }
        | Body::MetadataRequest
        | Body::MetadataResponse(_)
        | Body::MetadataFetchRequest { .. }
        | Body::MetadataFetchResponse(_)
        | Body::FindCoordinatorRequest(_)
        | Body::FindCoordinatorResponse(_)
        | Body::ListOffsetsRequest { .. }
        | Body::ListOffsetsResponse { .. }
        | Body::OffsetFetchRequest { .. }
        | Body::OffsetFetchResponse(_)
        | Body::ApiVersionsRequest
        | Body::ApiVersionsResponse
        | Body::ConnectionClosed(_) => false,
        _ => true,
    }
}

/// A follower's fetch tells its leader how far it has come: something new, if the leader did not know.
fn tells_progress(cluster: &Cluster, envelope: &Envelope, request: &FetchRequest) -> bool {
    let (Some(follower), Some(leader)) = (envelope.from.broker(), envelope.to.broker()) else { return false };
    request.partitions.iter().any(|asked| {
        !cluster.metadata().is_internal(asked.partition)
            && known_end(cluster, leader, follower, asked.partition).is_some_and(|known| asked.offset > known)
    })
}

/// How far a leader believes a follower to be.
fn known_end(cluster: &Cluster, leader: BrokerId, follower: BrokerId, partition: PartitionId) -> Option<i64> {
    match cluster.broker(leader)?.replica(partition)?.role() {
        Role::Leader(leading) => leading.follower_end(follower),
        _ => None,
    }
}

/// Whether a part of an answer has records, a problem, or a high watermark that a follower has not heard of.
fn brings_news(cluster: &Cluster, to: NodeId, fetched: &FetchedPartition) -> bool {
    if cluster.metadata().is_internal(fetched.partition) {
        return false;
    }
    match &fetched.outcome {
        Fetched::Data { high_watermark, batches, .. } => {
            let replica = to.broker().and_then(|id| cluster.broker(id)?.replica(fetched.partition));
            !batches.is_empty() || replica.is_some_and(|replica| replica.high_watermark() < *high_watermark)
        }
        Fetched::Diverging { .. } | Fetched::Error { .. } => true,
    }
}

/// Whether an event is worth slowing down for.
pub(crate) fn is_news(cluster: &Cluster, event: &Event) -> bool {
    let known = |partition: PartitionId| !cluster.metadata().is_internal(partition);
    match &event.kind {
        EventKind::TimerFired(timer) => *timer == Timer::Workload,
        EventKind::RecordCreated { .. }
        | EventKind::BatchSent { .. }
        | EventKind::Acked { .. }
        | EventKind::BatchRetried { .. } => true,
        EventKind::RecordsAppended { partition, .. }
        | EventKind::HighWatermarkChanged { partition, .. }
        | EventKind::ProduceRefused { partition, .. }
        | EventKind::BecameLeader { partition, .. }
        | EventKind::BecameFollower { partition, .. } => known(*partition),
        kind => kind.is_marker(),
    }
}

/// Whether an event ends an exchange.
pub(crate) fn is_answer(event: &Event) -> bool {
    matches!(event.kind, EventKind::Delivered { kind, .. } if kind.is_response())
}
