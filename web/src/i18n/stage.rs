//! Nodes, links, replicas and messages: their names, and how each is.

use super::{Lang, Text, messages};
use highwater_core::broker::Role;
use highwater_core::ids::NodeId;
use highwater_core::process::Status;

messages! {
    stage = "The cluster", "集群";
    stage_help =
        "Select anything with a click, a tap, or the arrow keys; Enter opens what it is and what can be done to it.",
        "点击、轻触或用方向键选择任何对象；按 Enter 查看它是什么、能对它做什么。";
    brokers = "Brokers", "Broker";

    controller = "controller", "controller";
    producer_named(n: u8) = "producer {n}", "生产者 {n}";
    consumer_named(n: u8) = "consumer {n}", "消费者 {n}";
    broker_named(n: u8) = "broker {n}", "broker {n}";
    link_between(a: &str, b: &str) = "link between {a} and {b}", "{a} 与 {b} 之间的链路";
    link_title(a: &str, b: &str) = "Link between {a} and {b}", "{a} 与 {b} 之间的链路";
    replica_title(partition: &str, broker: &str) = "Replica of {partition} on {broker}", "{broker} 上 {partition} 的副本";
    replica_of(partition: &str, broker: &str) = "replica of {partition} on {broker}", "{broker} 上 {partition} 的副本";
    message_from_to(kind: &str, from: &str, to: &str) = "{kind} from {from} to {to}", "{kind}：{from} → {to}";
    record_named(id: &str) = "record {id}", "消息 {id}";
    group_title(name: &str) = "Group {name}", "消费组 {name}";
    record_title(id: &str) = "Record {id}", "消息 {id}";

    running = "running", "运行中";
    paused = "paused", "暂停";
    stopped = "stopped", "已停止";
    powered_off = "no power", "断电";
    fenced = "fenced", "被隔离";

    leader = "leader", "leader";
    follower = "follower", "follower";
    idle = "neither", "空闲";
    no_leader = "no leader: offline", "没有 leader：离线";
    in_sync = "in sync", "在 ISR 中";
    out_of_sync = "not in the ISR", "不在 ISR 中";
    link_cut = "cut", "已切断";

    high_watermark = "high watermark", "高水位";
    log_end_offset = "log end offset", "日志末端位移";
    committed = "below the high watermark: committed", "低于高水位：已提交";
    uncommitted = "not committed yet", "尚未提交";
    promise_open = "no answer yet", "尚无应答";
    promise_acked = "acknowledged", "已确认";
    promise_failed = "failed", "发送失败";
    lost_record = "acknowledged, then lost", "已确认却丢失";
}

impl Text {
    /// A node by its name.
    pub(crate) fn node(self, node: NodeId) -> String {
        match node {
            NodeId::Controller => self.controller().to_string(),
            NodeId::Broker(id) => self.broker_named(id.0),
            NodeId::Producer(n) => self.producer_named(n),
            NodeId::Consumer(n) => self.consumer_named(n),
        }
    }

    /// A node at the beginning of a sentence or on a label.
    pub(crate) fn node_title(self, node: NodeId) -> String {
        let name = self.node(node);
        match self.0 {
            Lang::En => capitalized(&name),
            Lang::Zh => name,
        }
    }

    /// What a replica is to its partition.
    pub(crate) fn role(self, role: &Role) -> &'static str {
        match role {
            Role::Leader(_) => self.leader(),
            Role::Follower(_) => self.follower(),
            Role::Idle => self.idle(),
        }
    }

    /// How a process is.
    pub(crate) fn status(self, status: Status) -> &'static str {
        match status {
            Status::Running => self.running(),
            Status::Paused => self.paused(),
            Status::Stopped => self.stopped(),
            Status::PoweredOff => self.powered_off(),
        }
    }
}

/// The text with a capital first letter.
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
