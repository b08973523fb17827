//! What a person did to the cluster, in a few words: the names of branches.

use super::{Text, messages};
use highwater_core::action::{Crash, Intervention};

messages! {
    did_kill(node: &str) = "{node} killed", "杀掉 {node}";
    did_power(node: &str) = "{node} without power", "{node} 断电";
    did_restart(node: &str) = "{node} restarted", "重启 {node}";
    did_pause(node: &str) = "{node} paused", "暂停 {node}";
    did_resume(node: &str) = "{node} resumed", "恢复 {node}";
    did_shut_down(node: &str) = "{node} shut down", "关闭 {node}";
    did_cut(a: &str, b: &str) = "{a} and {b} cut off from each other", "切断 {a} 与 {b}";
    did_cut_one(a: &str, b: &str) = "{a} → {b} cut", "切断 {a} → {b}";
    did_heal(a: &str, b: &str) = "link of {a} and {b} healed", "恢复 {a} 与 {b} 的链路";
    did_heal_one(a: &str, b: &str) = "{a} → {b} healed", "恢复 {a} → {b}";
    did_drop = "a message dropped", "丢弃一个报文";
    did_delay(span: &str) = "a message delayed by {span}", "一个报文延迟 {span}";
    did_slow(node: &str, span: &str) = "{node} waits {span} before each fetch", "{node} 每次拉取前等待 {span}";
    did_latency(a: &str, b: &str, span: &str) = "{span} between {a} and {b}", "{a} 与 {b} 之间延迟 {span}";
    did_send(producer: u8) = "a record sent by producer {producer}", "生产者 {producer} 发送一条消息";
    did_add_partitions(total: u16) = "{total} partitions", "分区增至 {total} 个";
    did_elect_preferred = "preferred leader election", "选举首选 leader";
    did_elect_unclean = "unclean leader election", "unclean leader 选举";
}

impl Text {
    /// What was done.
    pub(crate) fn intervention(self, what: &Intervention) -> String {
        match what {
            Intervention::Crash { node, crash: Crash::Process } => self.did_kill(&self.node(*node)),
            Intervention::Crash { node, crash: Crash::Power } => self.did_power(&self.node(*node)),
            Intervention::Restart(node) => self.did_restart(&self.node(*node)),
            Intervention::Pause(node) => self.did_pause(&self.node(*node)),
            Intervention::Resume(node) => self.did_resume(&self.node(*node)),
            Intervention::Shutdown(node) => self.did_shut_down(&self.node(*node)),
            Intervention::Cut { from, to, both_ways: true } => {
                self.did_cut(&self.node(*from), &self.node(*to))
            }
            Intervention::Cut { from, to, both_ways: false } => {
                self.did_cut_one(&self.node(*from), &self.node(*to))
            }
            Intervention::Heal { from, to, both_ways: true } => {
                self.did_heal(&self.node(*from), &self.node(*to))
            }
            Intervention::Heal { from, to, both_ways: false } => {
                self.did_heal_one(&self.node(*from), &self.node(*to))
            }
            Intervention::Drop(_) => self.did_drop().to_string(),
            Intervention::Delay { by, .. } => self.did_delay(&self.span(*by)),
            Intervention::SlowFollower { broker, by } => {
                self.did_slow(&self.node((*broker).into()), &self.span(*by))
            }
            Intervention::SetLatency { from, to, latency } => {
                self.did_latency(&self.node(*from), &self.node(*to), &self.span(*latency))
            }
            Intervention::Send(send) => self.did_send(send.producer),
            Intervention::AddPartitions { total, .. } => self.did_add_partitions(*total),
            Intervention::SetConfig { name, value, .. } => format!("{name}={value}"),
            Intervention::ElectLeader { unclean: false, .. } => self.did_elect_preferred().to_string(),
            Intervention::ElectLeader { unclean: true, .. } => self.did_elect_unclean().to_string(),
        }
    }
}
