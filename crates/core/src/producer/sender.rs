//! The sender: drains ready batches to their leaders, handles answers, retries and time-outs (§2 "Sender loop",
//! "Error handling").

use super::accumulator::ProducerBatch;
use super::{Memory, config};
use crate::action::Timer;
use crate::client::{ClientConfig, ClusterView};
use crate::config::{Acks, ProducerConfig};
use crate::error::ErrorCode;
use crate::event::EventKind;
use crate::ids::{BrokerId, NodeId, PartitionId};
use crate::metadata::MetadataImage;
use crate::process::Context;
use crate::protocol::{Body, ProduceBatch, ProduceRequest, ProduceResult};
use crate::record::Records;
use crate::rng::Rng;
use crate::time::{Micros, NEVER, from_ms};
use std::sync::Arc;

/// A produce request that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InFlight {
    correlation: u32,
    broker: BrokerId,
    deadline: Micros,
    /// The batches it carries; those that ran out of time meanwhile are gone from here.
    pub batches: Vec<(PartitionId, ProducerBatch)>,
}

/// The sender's state.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Sender {
    pub(super) view: ClusterView,
    in_flight: Vec<InFlight>,
    /// Where the next drain of a node begins, so that no partition starves.
    drain_start: u16,
}

impl Sender {
    pub(super) fn new(image: &Arc<MetadataImage>, now: Micros, life: u32) -> Self {
        Sender { view: ClusterView::new(image, now, life), in_flight: Vec::new(), drain_start: 0 }
    }

    pub(super) fn in_flight(&self) -> impl Iterator<Item = (BrokerId, &InFlight)> {
        self.in_flight.iter().map(|f| (f.broker, f))
    }

    pub(super) fn is_idle(&self) -> bool {
        self.in_flight.iter().all(|f| f.batches.is_empty())
    }

    /// The leader to send a partition's batches to.
    pub(super) fn leader(&self, id: PartitionId) -> Option<BrokerId> {
        self.view.leader(id).map(|(broker, _)| broker)
    }

    /// Whether there is room for another request on the connection to a broker.
    fn has_room(&self, broker: BrokerId, config: &ProducerConfig) -> bool {
        let most = usize::try_from(config.max_in_flight_requests_per_connection).unwrap_or(usize::MAX);
        requests_at(&self.in_flight, broker) < most
    }

    /// With one request in flight, a partition's batches are kept strictly in order.
    fn is_muted(&self, id: PartitionId, config: &ProducerConfig) -> bool {
        config.max_in_flight_requests_per_connection == 1
            && self.in_flight.iter().any(|f| f.batches.iter().any(|(other, _)| *other == id))
    }
}

impl Memory {
    /// One round of the sender's loop, and the time of the next.
    pub(super) fn run_sender(&mut self, context: &mut Context<'_>) {
        let config = config(context);
        self.expire(config, context);
        self.unblock(context);
        while let Some(broker) = self.ready_broker(config, context) {
            if !self.drain(broker, config, context) {
                break;
            }
        }
        let Sender { view, in_flight, .. } = &mut self.sender;
        view.refresh(client_config(config), |broker| requests_at(in_flight, broker), context);
        self.timers.set(Timer::Sender, self.next_deadline(config, context.now));
        if self.closing && self.is_drained() {
            context.outbox.exit = true;
        }
    }

    /// A broker that has a partition with a batch to send now, a connection, and room on it. Nothing leaves the
    /// accumulator before there is a connection, which is opened here.
    fn ready_broker(&mut self, config: &ProducerConfig, context: &mut Context<'_>) -> Option<BrokerId> {
        for id in self.accumulator.partitions() {
            let Some(broker) = self.sender.leader(id) else {
                self.sender.view.want_metadata();
                continue;
            };
            if self.ready_at(id, config) > context.now || self.sender.is_muted(id, config) {
                continue;
            }
            if !self.sender.view.is_connected(broker) {
                self.sender.view.connect(broker, context);
            } else if self.sender.has_room(broker, config) {
                return Some(broker);
            }
        }
        None
    }

    /// Until when the head batch of a partition backs off: not at all once its leader has changed since the last
    /// attempt, however this client learnt that (KIP-951).
    fn backs_off_until(&self, id: PartitionId, head: &ProducerBatch) -> Micros {
        let leader_changed = self.sender.view.leader(id).is_some_and(|(_, epoch)| epoch > head.leader_epoch);
        if leader_changed { 0 } else { head.not_before }
    }

    /// When a partition's head batch becomes ready.
    fn ready_at(&self, id: PartitionId, config: &ProducerConfig) -> Micros {
        let Some(head) = self.accumulator.head(id) else { return NEVER };
        let must_go =
            head.is_full() || self.accumulator.queued(id) > 1 || !self.blocked.is_empty() || self.closing;
        if head.attempts > 0 || must_go {
            self.backs_off_until(id, head)
        } else {
            head.created_at.saturating_add(from_ms(config.linger_ms))
        }
    }

    /// Sends one request to a broker with the head batch of each of its partitions, lingering or not. Whether
    /// anything was sent.
    fn drain(&mut self, broker: BrokerId, config: &ProducerConfig, context: &mut Context<'_>) -> bool {
        let most = u64::try_from(config.max_request_size).unwrap_or(0);
        let partitions: Vec<PartitionId> = self.accumulator.partitions().collect();
        let start = partitions.partition_point(|id| id.0 < self.sender.drain_start);
        let mut bytes = 0u64;
        let mut batches: Vec<(PartitionId, ProducerBatch)> = Vec::new();
        for id in partitions[start..].iter().chain(&partitions[..start]).copied() {
            let Some(head) = self.accumulator.head(id) else { continue };
            let Some((leader, epoch)) = self.sender.view.leader(id) else { continue };
            if leader != broker
                || self.backs_off_until(id, head) > context.now
                || self.sender.is_muted(id, config)
            {
                continue;
            }
            if !batches.is_empty() && bytes + u64::from(head.size) > most {
                self.sender.drain_start = id.0;
                break;
            }
            if let Some(mut batch) = self.accumulator.pop(id) {
                bytes += u64::from(batch.size);
                batch.attempts += 1;
                batch.leader_epoch = epoch;
                batches.push((id, batch));
            }
        }
        if batches.is_empty() {
            return false;
        }
        self.send_batches(broker, batches, config, context);
        true
    }

    fn send_batches(
        &mut self,
        broker: BrokerId,
        batches: Vec<(PartitionId, ProducerBatch)>,
        config: &ProducerConfig,
        context: &mut Context<'_>,
    ) {
        let timeout = from_ms(config.request_timeout_ms);
        let correlation = self.sender.view.correlation();
        let payload: Vec<ProduceBatch> = batches
            .iter()
            .map(|(id, b)| ProduceBatch {
                partition: *id,
                records: b.records.as_slice().into(),
                size: b.size,
            })
            .collect();
        let sent: Vec<(PartitionId, Records, u32)> = payload
            .iter()
            .zip(&batches)
            .map(|(p, (_, b))| (p.partition, p.records.clone(), b.attempts))
            .collect();
        let request = ProduceRequest { acks: config.acks, timeout, batches: payload };
        let message = context.send(NodeId::Broker(broker), correlation, Body::ProduceRequest(request));
        for (partition, records, attempt) in &sent {
            let (partition, records, attempt) = (*partition, records.clone(), *attempt);
            context.emit(EventKind::BatchSent { message, partition, records, attempt });
        }
        if config.acks == Acks::Zero {
            // Handed to the socket: as far as the producer is concerned, done.
            for ((_, batch), (partition, records, _)) in batches.iter().zip(sent) {
                self.accumulator.free(batch);
                context.emit(EventKind::Acked { partition, base_offset: -1, records });
            }
        } else {
            let deadline = context.now.saturating_add(timeout);
            self.sender.in_flight.push(InFlight { correlation, broker, deadline, batches });
        }
    }

    pub(super) fn on_response(
        &mut self,
        broker: BrokerId,
        correlation: u32,
        results: &[ProduceResult],
        context: &mut Context<'_>,
    ) {
        let same = |f: &InFlight| f.broker == broker && f.correlation == correlation;
        let Some(at) = self.sender.in_flight.iter().position(same) else { return };
        self.sender.view.on_answer(broker);
        let answered = self.sender.in_flight.remove(at);
        for (id, batch) in answered.batches {
            let Some(result) = results.iter().find(|r| r.partition == id) else { continue };
            match result.outcome {
                Ok(base_offset) => {
                    self.accumulator.free(&batch);
                    let records = batch.records.into();
                    context.emit(EventKind::Acked { partition: id, base_offset, records });
                }
                Err(error) => {
                    if let Some((leader, epoch)) = result.current_leader {
                        self.sender.view.learn_leader(id, leader, epoch);
                    }
                    self.fail_or_retry(id, batch, error, context);
                }
            }
        }
    }

    fn fail_or_retry(
        &mut self,
        id: PartitionId,
        mut batch: ProducerBatch,
        error: ErrorCode,
        context: &mut Context<'_>,
    ) {
        let config = config(context);
        if error.invalidates_metadata() {
            self.sender.view.want_metadata();
        }
        let records: Records = batch.records.as_slice().into();
        if error == ErrorCode::MessageTooLarge && batch.records.len() > 1 {
            context.emit(EventKind::BatchSplit { partition: id, records });
            self.accumulator.requeue_split(id, batch, config);
            return;
        }
        let tries_left = i64::from(batch.attempts) <= config.retries;
        if error.is_retriable() && tries_left && batch.deadline(config) > context.now {
            let pause = retry_backoff(batch.attempts, config, &mut self.rng);
            batch.not_before = context.now.saturating_add(pause);
            context.emit(EventKind::BatchRetried { partition: id, records, error });
            self.accumulator.requeue(id, batch);
        } else {
            self.accumulator.free(&batch);
            context.emit(EventKind::BatchFailed { partition: id, records, error });
        }
    }

    /// The connection to a broker is gone, and with it every answer still owed. The requests fail from the oldest to the
    /// newest, and each goes to the front of its queue: so the newest is sent first next time (§A.1).
    pub(super) fn on_disconnect(&mut self, broker: BrokerId, error: ErrorCode, context: &mut Context<'_>) {
        self.sender.view.on_failure(broker, context.now);
        let lost: Vec<InFlight> = self.sender.in_flight.extract_if(.., |f| f.broker == broker).collect();
        for (id, batch) in lost.into_iter().flat_map(|request| request.batches) {
            self.fail_or_retry(id, batch, error, context);
        }
    }

    /// Gives up batches older than `delivery.timeout.ms`, queued or under way, and connections that have not
    /// answered for `request.timeout.ms`.
    fn expire(&mut self, config: &ProducerConfig, context: &mut Context<'_>) {
        let mut expired = self.accumulator.take_expired(config, context.now);
        for request in &mut self.sender.in_flight {
            expired.extend(request.batches.extract_if(.., |(_, b)| b.deadline(config) <= context.now));
        }
        for (partition, batch) in expired {
            self.accumulator.free(&batch);
            let error = ErrorCode::DeliveryTimedOut;
            context.emit(EventKind::BatchFailed { partition, records: batch.records.into(), error });
        }
        while let Some(late) = self.sender.in_flight.iter().find(|f| f.deadline <= context.now) {
            let broker = late.broker;
            context.close_connection(NodeId::Broker(broker));
            self.on_disconnect(broker, ErrorCode::RequestTimedOut, context);
        }
        if let Some(broker) = self.sender.view.silent_broker(context.now) {
            context.close_connection(NodeId::Broker(broker));
            self.on_disconnect(broker, ErrorCode::RequestTimedOut, context);
        }
    }

    /// When the sender has something to do next.
    fn next_deadline(&self, config: &ProducerConfig, now: Micros) -> Micros {
        let sender = &self.sender;
        let mut next = sender.view.next_deadline(client_config(config), now);
        for id in self.accumulator.partitions() {
            let Some(head) = self.accumulator.head(id) else { continue };
            next = next.min(head.deadline(config));
            if let Some(broker) = sender.leader(id)
                && !sender.is_muted(id, config)
            {
                let ready = self.ready_at(id, config).max(sender.view.reachable_at(broker));
                // Ready already, but all requests in flight: the next answer wakes the sender.
                if ready > now {
                    next = next.min(ready);
                }
            }
        }
        for request in &sender.in_flight {
            next = next.min(request.deadline);
            next = request.batches.iter().map(|(_, b)| b.deadline(config)).fold(next, Micros::min);
        }
        self.blocked.iter().map(|b| b.deadline).fold(next, Micros::min)
    }
}

/// How many requests are under way to a broker.
fn requests_at(in_flight: &[InFlight], broker: BrokerId) -> usize {
    in_flight.iter().filter(|f| f.broker == broker).count()
}

/// The settings that concern metadata.
pub(super) fn client_config(config: &ProducerConfig) -> ClientConfig {
    ClientConfig {
        request_timeout_ms: config.request_timeout_ms,
        retry_backoff_ms: config.retry_backoff_ms,
        retry_backoff_max_ms: config.retry_backoff_max_ms,
        metadata_max_age_ms: config.metadata_max_age_ms,
    }
}

/// The pause before the next attempt: doubling from `retry.backoff.ms` to `retry.backoff.max.ms`, ±20 % (KIP-580).
fn retry_backoff(attempts: u32, config: &ProducerConfig, rng: &mut Rng) -> Micros {
    let first = from_ms(config.retry_backoff_ms);
    let longest = from_ms(config.retry_backoff_max_ms).max(first);
    let doubled = first.saturating_mul(1 << attempts.saturating_sub(1).min(20)).min(longest);
    if longest == first {
        return first;
    }
    (doubled / 100).saturating_mul(Micros::from(80 + rng.below(41))).min(longest)
}
