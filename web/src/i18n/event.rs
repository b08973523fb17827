//! Events in one sentence each: the story's, and for those that are too small for the story, a short one.

use super::{Text, messages};
use highwater_core::action::Timer;
use highwater_core::event::{Event, EventKind};
use highwater_core::metadata::MetadataImage;
use highwater_lab::story::{self, Names};

messages! {
    event_delivered(kind: &str, from: &str, to: &str) = "{kind} from {from} reaches {to}", "{from} 的 {kind} 到达 {to}";
    event_message_lost(kind: &str, from: &str, to: &str) = "{kind} from {from} to {to} is lost", "{from} 发往 {to} 的 {kind} 丢失";
    event_timer(what: &str, node: &str) = "{node}: {what}", "{node}：{what}";
    event_partition_chosen(record: &str, partition: &str) = "The partitioner puts {record} into {partition}.", "分区器把 {record} 分到 {partition}。";
    event_batch_sent(node: &str, records: &str, partition: &str) = "{node} sends {records} to the leader of {partition}.", "{node} 把 {records} 发往 {partition} 的 leader。";
    event_told_hw(node: &str, partition: &str, to: i64) = "{node} is told the high watermark of {partition}: {to}.", "{node} 得知 {partition} 的高水位：{to}。";
    event_flushed(node: &str, partition: &str, up_to: i64) = "{node} has {partition} on disk up to offset {up_to}.", "{node} 已把 {partition} 刷盘至位移 {up_to}。";
    event_polled(node: &str, partition: &str, from: i64, to: i64) = "{node} polls offsets {from} to {to} of {partition}.", "{node} 拉到 {partition} 的位移 {from} 到 {to}。";
    event_appended(node: &str, partition: &str) = "{node} appends to {partition}.", "{node} 写入 {partition}。";
    event_other(node: &str) = "{node} does its bookkeeping.", "{node} 处理内部事务。";

    timer_replica_fetch = "time to fetch again", "该再次拉取了";
    timer_isr_shrink = "time to look for lagging followers", "该检查落后的 follower 了";
    timer_heartbeat = "time for a heartbeat to the controller", "该向 controller 发送心跳了";
    timer_checkpoint = "time to write high watermarks to disk", "该把高水位写入磁盘了";
    timer_purgatory = "a waiting request runs out of time", "等待中的请求到期";
    timer_group = "a group's deadline passes", "消费组的期限到了";
    timer_session = "a broker's session ran out", "某个 broker 的会话超时";
    timer_preferred = "time to look for preferred leaders", "该检查首选 leader 了";
    timer_unclean = "time to elect for partitions without a leader", "该为没有 leader 的分区选举了";
    timer_metadata_wait = "an idle metadata fetch is answered", "答复空闲的元数据拉取";
    timer_workload = "the application sends a record", "应用发送一条消息";
    timer_sender = "a batch is due", "批次到了该发送的时候";
    timer_poll = "the application polls", "应用调用 poll()";
    timer_group_heartbeat = "time for a heartbeat to the coordinator", "该向组协调者发送心跳了";
    timer_client = "a request may be tried again", "请求可以重试了";
}

/// Tells events of one cluster in one language.
pub(crate) struct Narrator {
    t: Text,
    names: Names,
}

impl Narrator {
    pub(crate) fn new(t: Text, metadata: &MetadataImage) -> Self {
        Narrator { t, names: Names::of(metadata) }
    }

    /// The sentence, if the event matters to the story.
    pub(crate) fn story(&self, event: &Event) -> Option<String> {
        story::sentence(event, &self.names, self.t.0)
    }

    /// A sentence for any event.
    pub(crate) fn any(&self, event: &Event) -> String {
        self.story(event).unwrap_or_else(|| self.small(event))
    }

    fn small(&self, event: &Event) -> String {
        let t = self.t;
        let (here, here_title) = (t.node(event.node), t.node_title(event.node));
        match &event.kind {
            EventKind::Delivered { kind, from, .. } => t.event_delivered(kind.name(), &t.node(*from), &here),
            EventKind::MessageLost { kind, from, .. } => {
                t.event_message_lost(kind.name(), &t.node(*from), &here)
            }
            EventKind::PartitionChosen { record, partition, .. } => {
                t.event_partition_chosen(&record.to_string(), self.names.partition(*partition))
            }
            EventKind::BatchSent { partition, records, .. } => t.event_batch_sent(
                &here_title,
                &story::records(records, t.0),
                self.names.partition(*partition),
            ),
            EventKind::HighWatermarkChanged { partition, to, .. } => {
                t.event_told_hw(&here_title, self.names.partition(*partition), *to)
            }
            EventKind::RecordsAppended { partition, .. } => {
                t.event_appended(&here_title, self.names.partition(*partition))
            }
            EventKind::Flushed { partition, up_to } => {
                t.event_flushed(&here_title, self.names.partition(*partition), *up_to)
            }
            EventKind::Polled { partition, from, to } => {
                t.event_polled(&here_title, self.names.partition(*partition), *from, *to - 1)
            }
            EventKind::TimerFired(timer) => t.event_timer(t.timer(*timer), &here_title),
            // Printing the fact itself would bring along a printer for everything that a fact can hold.
            _ => t.event_other(&here_title),
        }
    }
}

impl Text {
    fn timer(self, timer: Timer) -> &'static str {
        match timer {
            Timer::ReplicaFetch => self.timer_replica_fetch(),
            Timer::IsrShrink => self.timer_isr_shrink(),
            Timer::Heartbeat => self.timer_heartbeat(),
            Timer::HighWatermarkCheckpoint => self.timer_checkpoint(),
            Timer::Purgatory => self.timer_purgatory(),
            Timer::Group => self.timer_group(),
            Timer::Session => self.timer_session(),
            Timer::PreferredElection => self.timer_preferred(),
            Timer::UncleanElection => self.timer_unclean(),
            Timer::MetadataWait => self.timer_metadata_wait(),
            Timer::Workload => self.timer_workload(),
            Timer::Sender => self.timer_sender(),
            Timer::Poll => self.timer_poll(),
            Timer::GroupHeartbeat => self.timer_group_heartbeat(),
            Timer::Client => self.timer_client(),
        }
    }
}
