//! A message under way: what kind it is and what it says.

use highwater_core::action::Intervention;
use highwater_core::cluster::Cluster;
use highwater_core::config::Acks;
use highwater_core::error::ErrorCode;
use highwater_core::group::{CommittedOffset, LeaveReason};
use highwater_core::ids::{MessageId, PartitionId};
use highwater_core::network::Envelope;
use highwater_core::protocol::{Body, CommittedIsr, Fetched, ProduceResult};
use highwater_core::record::Record;
use highwater_core::time::SECOND;

use super::card::{Card, Deed, Item};
use crate::i18n::Text;
use crate::session::Selection;

pub(super) fn card(t: Text, cluster: &Cluster, id: MessageId) -> Option<Card> {
    let envelope: &Envelope = cluster.network().find(id)?;
    let kind = envelope.message.body.kind();
    let (from, to) = (t.node(envelope.from), t.node(envelope.to));
    let sentence = match &envelope.message.body {
        Body::ConnectionClosed(_) => t.is_connection_closed(),
        _ if kind.is_response() => t.is_response(),
        _ => t.is_request(),
    };
    let mut card = Card::new(t.message_from_to(kind.name(), &from, &to), sentence);
    card.list(t.sender_label(), vec![Item::go(from, Selection::Node(envelope.from))]);
    card.list(t.receiver_label(), vec![Item::go(to, Selection::Node(envelope.to))]);
    card.fact(t.sent_label(), t.time(envelope.sent_at));
    card.fact(
        t.arrives_label(),
        match (envelope.is_held(), envelope.doomed) {
            (true, _) => t.arrives_held().into(),
            (_, true) => t.arrives_doomed().into(),
            _ => t.time(envelope.arrives_at),
        },
    );
    card.list(
        t.fields_label(),
        fields(cluster, &envelope.message.body).into_iter().map(Item::text).collect(),
    );
    card.deeds = vec![
        Deed::new(cluster, t.do_drop(), t.do_drop_means(), Intervention::Drop(id)),
        Deed::new(cluster, t.do_delay(), t.do_delay_means(), Intervention::Delay { message: id, by: SECOND }),
    ];
    Some(card)
}

/// As the setting writes it.
pub(super) fn acks_word(acks: Acks) -> &'static str {
    match acks {
        Acks::Zero => "0",
        Acks::One => "1",
        Acks::All => "all",
    }
}

/// A committed offset as Kafka writes it: −1 for none.
fn place(committed: Option<&CommittedOffset>) -> String {
    match committed {
        None => "offset -1".into(),
        Some(CommittedOffset { offset, leader_epoch }) => {
            format!("offset {offset}, leader_epoch {}", leader_epoch.unwrap_or(-1))
        }
    }
}

fn error(code: ErrorCode) -> String {
    format!("error: {code}")
}

fn outcome<T>(result: &Result<T, ErrorCode>, say: impl FnOnce(&T) -> Vec<String>) -> Vec<String> {
    result.as_ref().map_or_else(|code| vec![error(*code)], say)
}

fn ids(records: &[Record]) -> String {
    records.iter().map(|record| record.id.to_string()).collect::<Vec<_>>().join(", ")
}

/// The fields under their names in Kafka's protocol, the same in every language.
fn fields(cluster: &Cluster, body: &Body) -> Vec<String> {
    let metadata = cluster.metadata();
    let name = |id: &PartitionId| metadata.partition_name(*id);
    match body {
        Body::ProduceRequest(request) => {
            let acks = format!("acks: {}", acks_word(request.acks));
            let batches = request
                .batches
                .iter()
                .map(|b| format!("{}: {} ({} B)", name(&b.partition), ids(&b.records), b.size));
            std::iter::once(acks).chain(batches).collect()
        }
        Body::ProduceResponse(results) => {
            let result = |r: &ProduceResult| match r.outcome {
                Ok(offset) => format!("{}: base_offset {offset}", name(&r.partition)),
                Err(code) => format!("{}: {}", name(&r.partition), error(code)),
            };
            results.iter().map(result).collect()
        }
        Body::FetchRequest(request) => {
            let who = request.follower.map(|epoch| format!("replica_epoch: {epoch}"));
            let wait = format!("max_wait_ms: {}, min_bytes: {}", request.max_wait / 1000, request.min_bytes);
            let partitions = request.partitions.iter().map(|p| {
                let last = p
                    .last_fetched_epoch
                    .map_or(String::new(), |epoch| format!(", last_fetched_epoch {epoch}"));
                format!(
                    "{}: fetch_offset {}, current_leader_epoch {}{last}",
                    name(&p.partition),
                    p.offset,
                    p.current_leader_epoch
                )
            });
            who.into_iter().chain([wait]).chain(partitions).collect()
        }
        Body::FetchResponse(partitions) => {
            let outcome = |fetched: &Fetched| match fetched {
                Fetched::Data { high_watermark, batches, .. } => {
                    let records: Vec<String> = batches.iter().map(|b| ids(&b.records)).collect();
                    let records = if records.is_empty() { "–".to_string() } else { records.join(" | ") };
                    format!("high_watermark {high_watermark}, records {records}")
                }
                Fetched::Diverging { epoch, end_offset } => {
                    format!("diverging_epoch {epoch}, end_offset {end_offset}")
                }
                Fetched::Error { code, .. } => error(*code),
            };
            partitions.iter().map(|p| format!("{}: {}", name(&p.partition), outcome(&p.outcome))).collect()
        }
        Body::MetadataResponse(image) | Body::MetadataFetchResponse(image) => {
            vec![format!("version: {}", image.version)]
        }
        Body::MetadataFetchRequest { version } => vec![format!("version: {version}")],
        Body::ListOffsetsRequest { partition, earliest, current_leader_epoch } => {
            let timestamp = if *earliest { "EARLIEST" } else { "LATEST" };
            vec![format!("{}: {timestamp}, current_leader_epoch {current_leader_epoch}", name(partition))]
        }
        Body::ListOffsetsResponse { partition, offset } => {
            outcome(offset, |offset| vec![format!("{}: offset {offset}", name(partition))])
        }
        Body::OffsetsForLeaderEpochRequest { partition, leader_epoch, current_leader_epoch } => {
            let name = name(partition);
            vec![format!("{name}: leader_epoch {leader_epoch}, current_leader_epoch {current_leader_epoch}")]
        }
        Body::OffsetsForLeaderEpochResponse { partition, end } => outcome(end, |end| {
            let (epoch, end_offset) = end.unwrap_or((-1, -1));
            vec![format!("{}: leader_epoch {epoch}, end_offset {end_offset}", name(partition))]
        }),
        _ => controller_fields(body, name),
    }
}

/// Those of messages between brokers and the controller.
fn controller_fields(body: &Body, name: impl Fn(&PartitionId) -> String) -> Vec<String> {
    match body {
        Body::BrokerRegistrationRequest { incarnation } => vec![format!("incarnation: {incarnation}")],
        Body::BrokerRegistrationResponse(epoch) => {
            outcome(epoch, |epoch| vec![format!("broker_epoch: {epoch}")])
        }
        Body::BrokerHeartbeatRequest { broker_epoch, metadata_version, want_shutdown } => vec![
            format!("broker_epoch: {broker_epoch}, current_metadata_offset: {metadata_version}"),
            format!("want_shut_down: {want_shutdown}"),
        ],
        Body::BrokerHeartbeatResponse(standing) => outcome(standing, |standing| {
            vec![format!("is_fenced: {}, should_shut_down: {}", standing.fenced, standing.should_shutdown)]
        }),
        Body::AlterPartitionRequest { broker_epoch, changes } => {
            let all = changes.iter().map(|c| {
                format!(
                    "{}: new_isr {}, leader_epoch {}, partition_epoch {}",
                    name(&c.partition),
                    c.isr,
                    c.leader_epoch,
                    c.partition_epoch
                )
            });
            std::iter::once(format!("broker_epoch: {broker_epoch}")).chain(all).collect()
        }
        Body::AlterPartitionResponse(answers) => outcome(answers, |answers| {
            let answer = |(partition, result): &(PartitionId, Result<CommittedIsr, ErrorCode>)| match result {
                Ok(committed) => format!(
                    "{}: isr {}, partition_epoch {}",
                    name(partition),
                    committed.isr,
                    committed.partition_epoch
                ),
                Err(code) => format!("{}: {}", name(partition), error(*code)),
            };
            answers.iter().map(answer).collect()
        }),
        _ => group_fields(body, name),
    }
}

/// Those of messages between consumers and their coordinator.
fn group_fields(body: &Body, name: impl Fn(&PartitionId) -> String) -> Vec<String> {
    let names = |ids: &[PartitionId]| ids.iter().map(&name).collect::<Vec<_>>().join(", ");
    match body {
        Body::FindCoordinatorResponse(found) => outcome(found, |broker| vec![format!("node_id: {broker}")]),
        Body::JoinGroupRequest(request) => {
            let member = request.member.map_or_else(|| "–".to_string(), |member| member.to_string());
            vec![
                format!("member_id: {member}"),
                format!("session_timeout_ms: {}", request.session_timeout / 1000),
            ]
        }
        Body::JoinGroupResponse(joined) => match joined {
            Ok(joined) => vec![
                format!("generation_id: {}", joined.generation),
                format!("member_id: {}, leader: {}", joined.member, joined.leader),
            ],
            Err(refused) => vec![error(refused.code)],
        },
        Body::SyncGroupRequest { member, generation, assignment, .. } => {
            let all =
                assignment.iter().map(|(member, partitions)| format!("{member}: {}", names(partitions)));
            std::iter::once(format!("member_id: {member}, generation_id: {generation}")).chain(all).collect()
        }
        Body::SyncGroupResponse(assigned) => {
            outcome(assigned, |partitions| vec![format!("assignment: {}", names(partitions))])
        }
        Body::HeartbeatRequest { member, generation, .. } => {
            vec![format!("member_id: {member}, generation_id: {generation}")]
        }
        Body::LeaveGroupRequest { member, why, .. } => {
            let mut fields = vec![format!("member_id: {member}")];
            fields.extend(
                (*why == LeaveReason::NotPolling).then(|| "reason: consumer poll timeout".to_string()),
            );
            fields
        }
        Body::HeartbeatResponse(done) | Body::LeaveGroupResponse(done) | Body::OffsetCommitResponse(done) => {
            outcome(done, |()| vec!["error: NONE".to_string()])
        }
        Body::OffsetCommitRequest { member, generation, offsets, .. } => {
            let all =
                offsets.iter().map(|(id, committed)| format!("{}: {}", name(id), place(Some(committed))));
            std::iter::once(format!("member_id: {member}, generation_id: {generation}")).chain(all).collect()
        }
        Body::OffsetFetchRequest { partitions, .. } => vec![names(partitions)],
        Body::OffsetFetchResponse(fetched) => outcome(fetched, |offsets| {
            offsets
                .iter()
                .map(|(id, committed)| format!("{}: {}", name(id), place(committed.as_ref())))
                .collect()
        }),
        _ => Vec::new(),
    }
}
