//! What happened, told in one plain sentence per event, in both languages.
//!
//! Traces on the command line, golden traces, the page's story panel and its live region all tell the same sentences.

use crate::duration;
use crate::ledger::Fate;
use crate::text::Lang;
use highwater_core::action::Crash;
use highwater_core::config;
use highwater_core::error::ErrorCode;
use highwater_core::event::{
    ElectionRule, Event, EventKind, FenceReason, LossReason, PartitionChoice, PositionSource, ShrinkReason,
    TruncationRule,
};
use highwater_core::group::{GroupState, LeaveReason};
use highwater_core::ids::{BrokerId, BrokerSet, GroupId, NodeId, PartitionId, RecordId, TopicId};
use highwater_core::metadata::MetadataImage;
use highwater_core::protocol::MessageKind;
use highwater_core::record::Record;
use std::sync::Arc;

/// A sentence in one of the two languages; names in braces are variables, as in `format!`.
macro_rules! say {
    ($lang:expr, $en:literal, $zh:literal) => {
        match $lang {
            Lang::En => format!($en),
            Lang::Zh => format!($zh),
        }
    };
}

/// The names that events refer to by number.
#[derive(Clone, Debug, Default)]
pub struct Names {
    topics: Vec<Arc<str>>,
    /// Each partition's name, and whether its topic is internal.
    partitions: Vec<(String, bool)>,
    groups: Vec<Arc<str>>,
}

impl Names {
    /// The names of a cluster.
    pub fn of(metadata: &MetadataImage) -> Self {
        Names {
            topics: metadata.topics.iter().map(|topic| topic.name.clone()).collect(),
            partitions: metadata
                .partition_ids()
                .map(|id| (metadata.partition_name(id), metadata.is_internal(id)))
                .collect(),
            groups: metadata.groups.iter().map(|group| group.name.clone()).collect(),
        }
    }

    /// A partition's name.
    pub fn partition(&self, id: PartitionId) -> &str {
        self.partitions.get(id.index()).map_or("?", |(name, _)| name)
    }

    /// A topic's name.
    pub fn topic(&self, id: TopicId) -> &str {
        self.topics.get(usize::from(id.0)).map_or("?", |name| name)
    }

    /// A group's name.
    pub fn group(&self, id: GroupId) -> &str {
        self.groups.get(usize::from(id.0)).map_or("?", |name| name)
    }

    fn is_internal(&self, id: PartitionId) -> bool {
        self.partitions.get(id.index()).is_some_and(|(_, internal)| *internal)
    }
}

/// A node as a sentence calls it.
pub fn node(node: NodeId, lang: Lang) -> String {
    match node {
        NodeId::Controller => say!(lang, "the controller", "controller "),
        NodeId::Broker(id) => say!(lang, "broker {id}", " broker {id} "),
        NodeId::Producer(n) => say!(lang, "producer {n}", "生产者 {n} "),
        NodeId::Consumer(n) => say!(lang, "consumer {n}", "消费者 {n} "),
    }
    .trim()
    .to_string()
}

/// Records as a sentence lists them: `m1`, `m1 and m2`, `m1 to m4`.
pub fn records(records: &[Record], lang: Lang) -> String {
    let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let consecutive = ids.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
    match (ids.as_slice(), lang) {
        ([first, .., last], Lang::En) if ids.len() > 2 && consecutive => format!("{first} to {last}"),
        ([first, .., last], Lang::Zh) if ids.len() > 2 && consecutive => format!("{first} 到 {last}"),
        ([start @ .., last], Lang::En) if !start.is_empty() => format!("{} and {last}", list(start)),
        ([start @ .., last], Lang::Zh) if !start.is_empty() => format!("{} 和 {last}", list(start)),
        (ids, _) => list(ids),
    }
}

fn list<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn brokers(set: BrokerSet, lang: Lang) -> String {
    let ids: Vec<BrokerId> = set.iter().collect();
    match (ids.as_slice(), lang) {
        ([start @ .., last], Lang::En) if !start.is_empty() => format!("brokers {} and {last}", list(start)),
        (ids, Lang::En) => format!("broker {}", list(ids)),
        (ids, Lang::Zh) => format!("broker {}", list(ids).replace(", ", "、")),
    }
}

fn capital(text: String) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}

/// What an error means to the application that gets it.
pub fn error(code: ErrorCode, lang: Lang) -> String {
    use ErrorCode as E;
    let name = code.name();
    match code {
        E::NotLeaderOrFollower => say!(
            lang,
            "{name}: that broker does not lead the partition",
            "{name}：该 broker 不是分区的 leader"
        ),
        E::NotEnoughReplicas => say!(
            lang,
            "{name}: the ISR is smaller than min.insync.replicas, so nothing was written",
            "{name}：ISR 少于 min.insync.replicas，未写入任何消息"
        ),
        E::NotEnoughReplicasAfterAppend => say!(
            lang,
            "{name}: the ISR shrank below min.insync.replicas after the append",
            "{name}：写入之后 ISR 缩到了 min.insync.replicas 以下"
        ),
        E::RequestTimedOut => say!(lang, "{name}: not fulfilled in time", "{name}：未能按时完成"),
        E::NetworkException => say!(lang, "{name}: the connection was closed", "{name}：连接已断开"),
        E::DeliveryTimedOut => {
            say!(lang, "{name}: delivery.timeout.ms has passed", "{name}：超过 delivery.timeout.ms")
        }
        E::BlockedTooLong => say!(lang, "{name}: max.block.ms has passed", "{name}：超过 max.block.ms"),
        E::MessageTooLarge => {
            say!(lang, "{name}: larger than max.message.bytes", "{name}：超过 max.message.bytes")
        }
        E::RecordTooLarge => {
            say!(lang, "{name}: larger than the producer sends", "{name}：超过生产者允许的大小")
        }
        _ => name.to_string(),
    }
}

/// What became of a record, as a sentence.
pub fn fate(record: RecordId, fate: Fate, lang: Lang) -> String {
    match fate {
        Fate::InFlight => say!(lang, "{record} is on its way.", "{record} 正在途中。"),
        Fate::Acked => say!(
            lang,
            "{record} is acknowledged, but only the leader is known to have it.",
            "{record} 已确认，但目前只能确定 leader 上有它。"
        ),
        Fate::Safe => say!(
            lang,
            "{record} is safe: acknowledged, and below the high watermark.",
            "{record} 安全：已确认，并且在高水位以下。"
        ),
        Fate::Lost => {
            say!(lang, "{record} is lost, although it was acknowledged.", "{record} 丢失了，尽管它已被确认。")
        }
        Fate::Rejected => {
            say!(lang, "{record} was rejected, and its application knows.", "{record} 被拒绝，应用已得知。")
        }
        Fate::Ghost => say!(
            lang,
            "{record} is a ghost: reported as failed, yet in the log.",
            "{record} 是幽灵消息：报告失败，却在日志里。"
        ),
    }
}

/// An event as a sentence; none where it does not matter to the story.
pub fn sentence(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    let kind = &event.kind;
    if partition_of(kind).is_some_and(|id| names.is_internal(id)) {
        return None;
    }
    let text = world(event, lang)
        .or_else(|| controller(kind, names, lang))
        .or_else(|| replication(event, names, lang))
        .or_else(|| requests(event, names, lang))
        .or_else(|| producer(event, names, lang))
        .or_else(|| consumer(event, names, lang))
        .or_else(|| group(event, names, lang))?;
    Some(capital(text))
}

/// The partition that an event is about, if it is about one.
fn partition_of(kind: &EventKind) -> Option<PartitionId> {
    use EventKind as E;
    match kind {
        E::LeaderElected { partition, .. }
        | E::PartitionOffline { partition, .. }
        | E::IsrShrunk { partition, .. }
        | E::IsrExpanded { partition, .. }
        | E::AlterPartitionRejected { partition, .. }
        | E::LogRecovered { partition, .. }
        | E::UnflushedLost { partition, .. }
        | E::BecameLeader { partition, .. }
        | E::BecameFollower { partition, .. }
        | E::RecordsAppended { partition, .. }
        | E::SegmentRolled { partition, .. }
        | E::Flushed { partition, .. }
        | E::HighWatermarkChanged { partition, .. }
        | E::Truncated { partition, .. }
        | E::ProduceRefused { partition, .. }
        | E::ProduceParked { partition, .. }
        | E::ProduceAbandoned { partition, .. }
        | E::IsrChangeRequested { partition, .. } => Some(*partition),
        _ => None,
    }
}

fn world(event: &Event, lang: Lang) -> Option<String> {
    use EventKind as E;
    let here = node(event.node, lang);
    Some(match &event.kind {
        E::MessageLost { kind, from, why, .. } => {
            let (name, from) = (kind.name(), node(*from, lang));
            match why {
                LossReason::Dropped => {
                    say!(
                        lang,
                        "the {name} from {from} to {here} is lost on the way.",
                        "{from} 发给 {here} 的 {name} 在途中丢失。"
                    )
                }
                LossReason::NobodyListens if *kind == MessageKind::ProduceRequest => {
                    say!(
                        lang,
                        "the {name} from {from} finds nobody at {here}.",
                        "{from} 发给 {here} 的 {name} 无人接收。"
                    )
                }
                LossReason::ConnectionClosed
                    if matches!(kind, MessageKind::ProduceRequest | MessageKind::ProduceResponse) =>
                {
                    say!(
                        lang,
                        "the {name} from {from} is lost with its connection to {here}.",
                        "{from} 发给 {here} 的 {name} 随连接一起丢失。"
                    )
                }
                _ => return None,
            }
        }
        E::MessageDelayed { kind, by, .. } => {
            let (name, by) = (kind.name(), duration::format(*by));
            say!(lang, "the {name} to {here} is delayed by {by}.", "发给 {here} 的 {name} 延迟 {by}。")
        }
        E::Crashed(Crash::Process) => {
            say!(
                lang,
                "{here} is killed. Its disk and page cache stay.",
                "{here} 的进程被杀死，磁盘和页缓存仍在。"
            )
        }
        E::Crashed(Crash::Power) => {
            say!(
                lang,
                "{here} loses power. What was not flushed is gone.",
                "{here} 断电，未落盘的数据全部丢失。"
            )
        }
        E::Restarted => say!(lang, "{here} starts again.", "{here} 重新启动。"),
        E::Paused => say!(lang, "{here} stands still.", "{here} 停顿了。"),
        E::Resumed => say!(lang, "{here} goes on.", "{here} 恢复运行。"),
        E::ShutdownStarted => say!(lang, "{here} begins to shut down.", "{here} 开始关闭。"),
        E::ShutdownCompleted => say!(lang, "{here} has shut down.", "{here} 已关闭。"),
        E::LinkCut { to } => {
            let to = node(*to, lang);
            say!(lang, "the link from {here} to {to} is cut.", "{here} 到 {to} 的链路断开。")
        }
        E::LinkHealed { to } => {
            let to = node(*to, lang);
            say!(lang, "the link from {here} to {to} works again.", "{here} 到 {to} 的链路恢复。")
        }
        E::LatencyChanged { to, latency } => {
            let (to, latency) = (node(*to, lang), duration::format(*latency));
            say!(
                lang,
                "messages between {here} and {to} take {latency} now.",
                "{here} 与 {to} 之间的延迟变为 {latency}。"
            )
        }
        E::FollowerSlowed { by: 0 } => {
            say!(lang, "{here} fetches at full speed again.", "{here} 恢复正常的拉取速度。")
        }
        E::FollowerSlowed { by } => {
            let by = duration::format(*by);
            say!(lang, "{here} now waits {by} before each fetch.", "{here} 每次拉取前要等待 {by}。")
        }
        E::ConfigChanged { name, member, value } => {
            let scope = config::find(name).map_or("", |setting| setting.scope.word());
            match member {
                Some(n) => {
                    let n = n + 1;
                    say!(
                        lang,
                        "{name} of {scope} {n} is set to {value}.",
                        "{scope} {n} 的 {name} 改为 {value}。"
                    )
                }
                None => say!(lang, "{name} is set to {value}.", "{name} 改为 {value}。"),
            }
        }
        _ => return None,
    })
}

fn controller(kind: &EventKind, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    Some(match kind {
        E::BrokerRegistered { broker, .. } => {
            say!(lang, "the controller registers broker {broker}.", "controller 注册 broker {broker}。")
        }
        E::BrokerFenced { broker, why: FenceReason::SessionExpired } => say!(
            lang,
            "the controller fences broker {broker}: no heartbeat for too long.",
            "controller 隔离 broker {broker}：太久没有心跳。"
        ),
        E::BrokerFenced { broker, why: FenceReason::ShutDown } => say!(
            lang,
            "the controller lets broker {broker} go: it leads nothing any more.",
            "controller 允许 broker {broker} 停机：它已不再领导任何分区。"
        ),
        E::BrokerUnfenced { broker } => {
            say!(
                lang,
                "the controller lets broker {broker} back in.",
                "controller 重新接纳 broker {broker}。"
            )
        }
        E::LeaderElected { partition, leader, epoch, rule, .. } => {
            let name = names.partition(*partition);
            match rule {
                ElectionRule::Clean => say!(
                    lang,
                    "the controller elects broker {leader} from the ISR as leader of {name}, epoch {epoch}.",
                    "controller 从 ISR 中选出 broker {leader} 担任 {name} 的 leader，epoch {epoch}。"
                ),
                ElectionRule::Preferred => say!(
                    lang,
                    "the controller gives {name} back to its preferred leader, broker {leader}, epoch {epoch}.",
                    "controller 将 {name} 的 leader 切回首选副本 broker {leader}，epoch {epoch}。"
                ),
                ElectionRule::Unclean => say!(
                    lang,
                    "unclean election: the controller makes broker {leader}, which is not in the ISR, leader of {name}, epoch {epoch}.",
                    "unclean 选举：controller 让不在 ISR 中的 broker {leader} 担任 {name} 的 leader，epoch {epoch}。"
                ),
            }
        }
        E::PartitionOffline { partition, isr, .. } => {
            let (name, isr) = (names.partition(*partition), brokers(*isr, lang));
            say!(
                lang,
                "{name} is offline: its ISR is {isr}, and nobody in it is alive.",
                "{name} 下线：ISR 为 {isr}，其中没有存活的副本。"
            )
        }
        E::IsrShrunk { partition, removed, isr, why } => {
            let (name, removed) = (names.partition(*partition), brokers(*removed, lang));
            let why = match why {
                ShrinkReason::Lagging => say!(lang, "lagging", "落后太久"),
                ShrinkReason::Fenced => say!(lang, "fenced", "被隔离"),
                ShrinkReason::ShuttingDown => say!(lang, "shutting down", "正在关闭"),
                ShrinkReason::Restarted => say!(lang, "restarted", "已重启"),
                ShrinkReason::UncleanElection => {
                    say!(lang, "left behind by an unclean election", "unclean 选举")
                }
            };
            say!(
                lang,
                "the ISR of {name} loses {removed} ({why}) and is {isr} now.",
                "{name} 的 ISR 移除 {removed}（{why}），现为 {isr}。"
            )
        }
        E::IsrExpanded { partition, added, isr } => {
            let (name, added) = (names.partition(*partition), brokers(*added, lang));
            say!(
                lang,
                "the ISR of {name} takes {added} in and is {isr} now.",
                "{name} 的 ISR 加入 {added}，现为 {isr}。"
            )
        }
        E::AlterPartitionRejected { partition, error } => {
            let (name, error) = (names.partition(*partition), error.name());
            say!(
                lang,
                "the controller refuses a change of the ISR of {name}: {error}.",
                "controller 拒绝修改 {name} 的 ISR：{error}。"
            )
        }
        E::PartitionsAdded { topic, total } => {
            let topic = names.topic(*topic);
            say!(lang, "topic {topic} has {total} partitions now.", "主题 {topic} 现有 {total} 个分区。")
        }
        _ => return None,
    })
}

/// What brokers do with their logs.
fn replication(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    let here = node(event.node, lang);
    Some(match &event.kind {
        E::LogRecovered { partition, high_watermark, log_end, .. } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} reads its log of {name}: it ends at {log_end}, the high watermark on disk is {high_watermark}.",
                "{here} 读取 {name} 的日志：末端位移 {log_end}，磁盘上的高水位 {high_watermark}。"
            )
        }
        E::UnflushedLost { partition, from, to } => {
            let (name, last) = (names.partition(*partition), to - 1);
            say!(
                lang,
                "{here} has lost offsets {from} to {last} of {name}: they were only in memory.",
                "{here} 丢失了 {name} 的位移 {from} 到 {last}：它们只在内存中。"
            )
        }
        E::BecameLeader { partition, epoch, epoch_start } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} leads {name} now, epoch {epoch}; its log ends at {epoch_start}.",
                "{here} 开始担任 {name} 的 leader，epoch {epoch}，日志末端位移 {epoch_start}。"
            )
        }
        E::BecameFollower { partition, leader, .. } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} follows broker {leader} for {name}.",
                "{here} 开始跟随 {name} 的 leader broker {leader}。"
            )
        }
        E::RecordsAppended { partition, base_offset, records: batch, as_leader, .. } => {
            let (name, what) = (names.partition(*partition), records(batch, lang));
            if *as_leader {
                say!(
                    lang,
                    "{here}, the leader, appends {what} to {name} at offset {base_offset}.",
                    "leader {here} 将 {what} 写入 {name}，位移 {base_offset}。"
                )
            } else {
                say!(
                    lang,
                    "{here} replicates {what} of {name} at offset {base_offset}.",
                    "{here} 复制 {name} 的 {what}，位移 {base_offset}。"
                )
            }
        }
        E::SegmentRolled { partition, base_offset } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} begins segment {base_offset:020}.log of {name}.",
                "{here} 为 {name} 新建段文件 {base_offset:020}.log。"
            )
        }
        E::HighWatermarkChanged { partition, from, to, as_leader: true } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "the high watermark of {name} goes from {from} to {to}.",
                "{name} 的高水位从 {from} 变为 {to}。"
            )
        }
        E::Truncated { partition, from, to, rule } => {
            let (name, last) = (names.partition(*partition), to - 1);
            let why = match rule {
                TruncationRule::DivergingEpoch => {
                    say!(lang, "the leader's log parts ways there", "与 leader 的日志在此分叉")
                }
                TruncationRule::OutOfRange => {
                    say!(lang, "the leader's log ends there", "leader 的日志到此为止")
                }
            };
            if *to - *from == 1 {
                say!(
                    lang,
                    "{here} truncates offset {from} of {name}: {why}.",
                    "{here} 截断 {name} 的位移 {from}：{why}。"
                )
            } else {
                say!(
                    lang,
                    "{here} truncates offsets {from} to {last} of {name}: {why}.",
                    "{here} 截断 {name} 的位移 {from} 到 {last}：{why}。"
                )
            }
        }
        _ => return None,
    })
}

/// What brokers answer, ask for and take over.
fn requests(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    let here = node(event.node, lang);
    Some(match &event.kind {
        E::ProduceRefused { partition, error: code, records: batch } => {
            let (name, what, why) = (names.partition(*partition), records(batch, lang), error(*code, lang));
            say!(
                lang,
                "{here} refuses {what} for {name}: {why}.",
                "{here} 拒绝将 {what} 写入 {name}：{why}。"
            )
        }
        E::ProduceParked { partition, required } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} does not answer until the high watermark of {name} reaches {required}.",
                "{here} 暂不应答，等待 {name} 的高水位到达 {required}。"
            )
        }
        E::ProduceAbandoned { partition, error: code, .. } => {
            let (name, why) = (names.partition(*partition), error(*code, lang));
            say!(
                lang,
                "{here} gives up waiting for {name}: {why}. The records stay in its log.",
                "{here} 不再等待 {name}：{why}。消息仍留在它的日志中。"
            )
        }
        E::IsrChangeRequested { partition, isr } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} asks for the ISR {isr} for {name}.",
                "{here} 请求将 {name} 的 ISR 改为 {isr}。"
            )
        }
        E::CoordinatorLoaded { group } => {
            let group = names.group(*group);
            say!(lang, "{here} coordinates group {group} now.", "{here} 开始担任消费组 {group} 的协调者。")
        }
        _ => return None,
    })
}

fn producer(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    let here = node(event.node, lang);
    Some(match &event.kind {
        E::RecordCreated { record, topic, key } => {
            let topic = names.topic(*topic);
            match key.as_ref().map(|key| String::from_utf8_lossy(key)) {
                Some(key) => {
                    say!(
                        lang,
                        "{here} sends {record}, key {key}, to {topic}.",
                        "{here} 向 {topic} 发送 {record}，key 为 {key}。"
                    )
                }
                None => say!(
                    lang,
                    "{here} sends {record}, without a key, to {topic}.",
                    "{here} 向 {topic} 发送无 key 的 {record}。"
                ),
            }
        }
        E::PartitionChosen { record, partition, how: PartitionChoice::Sticky } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{record} goes to {name}, the sticky partition.",
                "{record} 进入当前的粘性分区 {name}。"
            )
        }
        E::BatchSent { partition, records: batch, attempt, .. } if *attempt > 1 => {
            let (name, what) = (names.partition(*partition), records(batch, lang));
            say!(
                lang,
                "{here} sends {what} to the leader of {name}, attempt {attempt}.",
                "{here} 第 {attempt} 次将 {what} 发往 {name} 的 leader。"
            )
        }
        E::Acked { base_offset: -1, records: batch, .. } => {
            let what = records(batch, lang);
            say!(
                lang,
                "{here} takes {what} for written as soon as it is on the wire: acks=0.",
                "acks=0：{what} 一发出，{here} 就当作已写入。"
            )
        }
        E::Acked { base_offset, records: batch, .. } => {
            let what = records(batch, lang);
            say!(
                lang,
                "{here} gets the answer for {what}: written, at offset {base_offset}.",
                "{here} 收到确认：{what} 已写入，位移 {base_offset}。"
            )
        }
        E::BatchRetried { records: batch, error: code, .. } => {
            let (what, why) = (records(batch, lang), error(*code, lang));
            say!(lang, "{here} will send {what} again: {why}.", "{here} 将重发 {what}：{why}。")
        }
        E::BatchFailed { records: batch, error: code, .. } => {
            let (what, why) = (records(batch, lang), error(*code, lang));
            say!(
                lang,
                "{here} tells its application that {what} failed: {why}.",
                "{here} 告知应用 {what} 发送失败：{why}。"
            )
        }
        E::RecordFailed { record, error: code } => {
            let why = error(*code, lang);
            say!(
                lang,
                "{here} tells its application that {record} failed: {why}.",
                "{here} 告知应用 {record} 发送失败：{why}。"
            )
        }
        E::BatchSplit { records: batch, .. } => {
            let what = records(batch, lang);
            say!(lang, "{here} splits the batch of {what}.", "{here} 拆分包含 {what} 的批次。")
        }
        _ => return None,
    })
}

fn consumer(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    let here = node(event.node, lang);
    let partitions =
        |ids: &[PartitionId]| list(&ids.iter().map(|id| names.partition(*id)).collect::<Vec<_>>());
    Some(match &event.kind {
        E::PositionSet { partition, offset, why } => {
            let name = names.partition(*partition);
            let why = match why {
                PositionSource::Committed => say!(lang, "the committed offset", "已提交的位移"),
                PositionSource::Reset => say!(
                    lang,
                    "auto.offset.reset: nothing was committed",
                    "无已提交位移，按 auto.offset.reset"
                ),
                PositionSource::OutOfRange => {
                    say!(
                        lang,
                        "auto.offset.reset: the offset is outside the log",
                        "位移越界，按 auto.offset.reset"
                    )
                }
                PositionSource::Truncation => {
                    say!(lang, "the log was truncated below its position", "日志被截断到了它的位移之前")
                }
            };
            say!(
                lang,
                "{here} reads {name} from offset {offset} ({why}).",
                "{here} 从位移 {offset} 开始读 {name}（{why}）。"
            )
        }
        E::Processed { partition, offset, record, .. } => {
            let name = names.partition(*partition);
            say!(
                lang,
                "{here} has processed {record}, offset {offset} of {name}.",
                "{here} 处理完 {record}（{name} 位移 {offset}）。"
            )
        }
        E::OffsetCommitted { group, partition, offset } => {
            let (group, name) = (names.group(*group), names.partition(*partition));
            say!(
                lang,
                "group {group} has committed offset {offset} of {name}.",
                "消费组 {group} 已提交 {name} 的位移 {offset}。"
            )
        }
        E::CommitFailed { error: code } => {
            let why = error(*code, lang);
            say!(lang, "{here} could not commit: {why}.", "{here} 提交位移失败：{why}。")
        }
        E::PartitionsAssigned { generation, partitions: ids } if ids.is_empty() => say!(
            lang,
            "{here} gets no partition in generation {generation}.",
            "{here} 在第 {generation} 代没有分到分区。"
        ),
        E::PartitionsAssigned { generation, partitions: ids } => {
            let ids = partitions(ids);
            say!(
                lang,
                "{here} gets {ids} in generation {generation}.",
                "{here} 在第 {generation} 代分到 {ids}。"
            )
        }
        E::PartitionsRevoked { partitions: ids, .. } if ids.is_empty() => return None,
        E::PartitionsRevoked { partitions: ids, lost } => {
            let ids = partitions(ids);
            if *lost {
                say!(lang, "{here} has lost {ids}.", "{here} 失去了 {ids}。")
            } else {
                say!(lang, "{here} gives up {ids}.", "{here} 交出 {ids}。")
            }
        }
        E::ConsumerFailed { error: code } => {
            let why = error(*code, lang);
            say!(lang, "{here} stops: {why}.", "{here} 停止：{why}。")
        }
        _ => return None,
    })
}

/// What happens to a consumer group.
fn group(event: &Event, names: &Names, lang: Lang) -> Option<String> {
    use EventKind as E;
    Some(match &event.kind {
        E::GroupStateChanged { group, to, generation, .. } => {
            let group = names.group(*group);
            let state = group_state(*to);
            say!(
                lang,
                "group {group} is {state}, generation {generation}.",
                "消费组 {group} 进入 {state} 状态，第 {generation} 代。"
            )
        }
        E::MemberJoined { group, member } => {
            let group = names.group(*group);
            say!(lang, "{member} joins group {group}.", "{member} 加入消费组 {group}。")
        }
        E::MemberLeft { group, member, why } => {
            let group = names.group(*group);
            match why {
                LeaveReason::Closed => {
                    say!(lang, "{member} leaves group {group}.", "{member} 离开消费组 {group}。")
                }
                LeaveReason::NotPolling => say!(
                    lang,
                    "{member} leaves group {group}: its application has not called poll() for too long.",
                    "{member} 离开消费组 {group}：应用太久没有调用 poll()。"
                ),
                LeaveReason::SessionExpired => say!(
                    lang,
                    "{member} is removed from group {group}: no heartbeat for too long.",
                    "{member} 被移出消费组 {group}：太久没有心跳。"
                ),
                LeaveReason::MissedJoin => say!(
                    lang,
                    "{member} is removed from group {group}: it did not rejoin in time for the rebalance.",
                    "{member} 被移出消费组 {group}：没有在重平衡期限内重新加入。"
                ),
                LeaveReason::MissedSync => say!(
                    lang,
                    "{member} is removed from group {group}: it did not ask for its assignment in time.",
                    "{member} 被移出消费组 {group}：没有在期限内领取分配结果。"
                ),
            }
        }
        _ => return None,
    })
}

fn group_state(state: GroupState) -> &'static str {
    match state {
        GroupState::Empty => "Empty",
        GroupState::PreparingRebalance => "PreparingRebalance",
        GroupState::CompletingRebalance => "CompletingRebalance",
        GroupState::Stable => "Stable",
    }
}
