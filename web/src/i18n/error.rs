//! Why something is refused.

use super::{Lang, Text, grouped, messages};
use highwater_core::config::{ConfigProblem, Rule, Scope};
use highwater_core::error::Refused;
use highwater_lab::share::{MOST_STEPS, Reason, Rejected, ShareError};

messages! {
    no_such_node(node: &str) = "there is no {node} in this cluster", "这个集群里没有 {node}";
    no_power(node: &str) = "{node} has no power", "{node} 没有电";
    not_running(node: &str) = "{node} is not running", "{node} 没有运行";
    is_running(node: &str) = "{node} is running", "{node} 正在运行";
    is_paused(node: &str) = "{node} is paused", "{node} 处于暂停";
    not_paused(node: &str) = "{node} is not paused", "{node} 没有暂停";
    controller_shutdown = "the controller cannot be shut down here; kill it instead", "这里不能正常关闭 controller，请改为杀掉进程";
    same_node = "a link joins two different nodes", "链路连接的是两个不同的节点";
    already_cut(from: &str, to: &str) = "the link from {from} to {to} is already cut", "{from} → {to} 的链路已经切断";
    not_cut(from: &str, to: &str) = "the link from {from} to {to} is not cut", "{from} → {to} 的链路没有切断";
    not_under_way = "this message is not under way", "这个报文不在途中";
    message_held_back = "a cut link holds this message back", "这个报文被切断的链路阻塞着";
    behind_another = "an earlier message on this connection comes first", "同一连接上更早的报文要先到";
    not_next_timer = "this timer is not the node's next one", "这不是该节点的下一个定时器";
    time_out_of_range = "the time must be at least 1 µs and at most 1 h", "时间须在 1 微秒到 1 小时之间";
    no_such_topic = "there is no such topic", "没有这个主题";
    internal_topic = "this topic is Kafka's own", "这是 Kafka 的内部主题";
    no_such_partition = "there is no such partition", "没有这个分区";
    value_too_large = "a value must be at most 100 MB", "value 不得超过 100 MB";
    key_too_long = "a key must be at most 1000 bytes here", "这里 key 不得超过 1000 字节";
    never_removed(count: usize) =
        "the topic has {count} partitions already; partitions are never removed",
        "主题已有 {count} 个分区，分区数不能减少";
    too_many_partitions = "a topic has at most 24 partitions here", "这里一个主题最多 24 个分区";
    preferred_leads = "ELECTION_NOT_NEEDED: the preferred replica leads", "ELECTION_NOT_NEEDED：首选副本已经是 leader";
    has_leader = "ELECTION_NOT_NEEDED: the partition has a leader", "ELECTION_NOT_NEEDED：分区已有 leader";
    preferred_not_available =
        "PREFERRED_LEADER_NOT_AVAILABLE: the preferred replica is not alive and in sync",
        "PREFERRED_LEADER_NOT_AVAILABLE：首选副本未存活或不在 ISR 中";
    no_replica_alive = "ELIGIBLE_LEADERS_NOT_AVAILABLE: no replica is alive", "ELIGIBLE_LEADERS_NOT_AVAILABLE：没有存活的副本";

    link_part(part: &str, why: &str) = "{part}: {why}", "{part}：{why}";
    link_not_decodable = "it is not written as an address may be", "不符合网址的写法";
    link_unknown = "it is not known", "无法识别";
    link_no_such_lesson = "there is no such lesson", "没有这一课";
    link_too_long = "it is too long", "太长";
    link_not_a_number = "it is not a whole number", "不是整数";
    link_too_many_steps(most: usize) = "it goes beyond {most} steps", "超过 {most} 步";
    link_too_many = "there are too many of its kind", "同类内容太多";
    link_no_colon = "its colon is missing", "缺少冒号";
    link_same_step = "something else is done at this step", "这一步已有别的操作";
    link_newer(version: &str) = "a newer version of Highwater wrote it ({version})", "它由更新版本的 Highwater 生成（{version}）";

    unknown_setting = "this model has no such setting", "模型中没有这个设置";
    ambiguous_setting(one: &str, two: &str) = "two settings have this name; write {one} or {two}", "有两个设置同名，请写 {one} 或 {two}";
    not_a_word(given: &str, words: &str) = "expected one of {words}, not “{given}”", "应为 {words} 之一，而不是“{given}”";
    not_a_number(given: &str, range: &str) = "expected a whole number, {range}, not “{given}”", "应为整数（{range}），而不是“{given}”";
    out_of_range(given: &str, range: &str) = "{given} is out of range ({range})", "{given} 超出范围（{range}）";
    no_such_member(scope: &str) = "there is no {scope} with that number", "没有这个编号的{scope}";
    breaks_delivery_timeout =
        "delivery.timeout.ms must be at least linger.ms + request.timeout.ms",
        "delivery.timeout.ms 不得小于 linger.ms + request.timeout.ms";
    breaks_heartbeat = "heartbeat.interval.ms must be below session.timeout.ms", "heartbeat.interval.ms 必须小于 session.timeout.ms";
    breaks_session_timeout =
        "session.timeout.ms must lie within group.min.session.timeout.ms and group.max.session.timeout.ms",
        "session.timeout.ms 必须在 group.min.session.timeout.ms 与 group.max.session.timeout.ms 之间";
    breaks_broker_heartbeat =
        "broker.heartbeat.interval.ms must be below broker.session.timeout.ms",
        "broker.heartbeat.interval.ms 必须小于 broker.session.timeout.ms";
}

impl Text {
    /// Why something is not possible now, without a full stop.
    pub(crate) fn refusal(self, refused: &Refused) -> String {
        let fixed = match refused {
            Refused::NoSuchNode(node) => return self.no_such_node(&self.node(*node)),
            Refused::NoPower(node) => return self.no_power(&self.node(*node)),
            Refused::NotRunning(node) => return self.not_running(&self.node(*node)),
            Refused::IsRunning(node) => return self.is_running(&self.node(*node)),
            Refused::IsPaused(node) => return self.is_paused(&self.node(*node)),
            Refused::NotPaused(node) => return self.not_paused(&self.node(*node)),
            Refused::AlreadyCut { from, to } => return self.already_cut(&self.node(*from), &self.node(*to)),
            Refused::NotCut { from, to } => return self.not_cut(&self.node(*from), &self.node(*to)),
            Refused::PartitionsAreNeverRemoved(count) => return self.never_removed(*count),
            Refused::Config(error) => return self.config_problem(&error.reason),
            Refused::Other(reason) => return reason.clone(),
            Refused::ControllerShutdown => self.controller_shutdown(),
            Refused::SameNode => self.same_node(),
            Refused::NotUnderWay => self.not_under_way(),
            Refused::HeldBack => self.message_held_back(),
            Refused::BehindAnother => self.behind_another(),
            Refused::NotNextTimer => self.not_next_timer(),
            Refused::TimeOutOfRange => self.time_out_of_range(),
            Refused::NoSuchTopic => self.no_such_topic(),
            Refused::InternalTopic => self.internal_topic(),
            Refused::NoSuchPartition => self.no_such_partition(),
            Refused::ValueTooLarge => self.value_too_large(),
            Refused::KeyTooLong => self.key_too_long(),
            Refused::TooManyPartitions => self.too_many_partitions(),
            Refused::PreferredReplicaLeads => self.preferred_leads(),
            Refused::HasLeader => self.has_leader(),
            Refused::PreferredReplicaNotAvailable => self.preferred_not_available(),
            Refused::NoReplicaAlive => self.no_replica_alive(),
        };
        fixed.to_string()
    }

    /// Why a part of a share link is not used, without a full stop.
    pub(crate) fn rejected_part(self, rejected: &Rejected) -> String {
        let why = match &rejected.reason {
            Reason::NotDecodable => self.link_not_decodable().to_string(),
            Reason::Unknown => self.link_unknown().to_string(),
            Reason::NoSuchLesson => self.link_no_such_lesson().to_string(),
            Reason::TooLong => self.link_too_long().to_string(),
            Reason::NotANumber => self.link_not_a_number().to_string(),
            Reason::TooManySteps => self.link_too_many_steps(MOST_STEPS),
            Reason::TooMany => self.link_too_many().to_string(),
            Reason::NoColon => self.link_no_colon().to_string(),
            Reason::SameStepTwice => self.link_same_step().to_string(),
            Reason::Words(words) => words.clone(),
            Reason::Config(error) => self.config_problem(&error.reason),
            Reason::Refused(refused) => self.refusal(refused),
        };
        self.link_part(&rejected.part, &why)
    }

    /// Why a share link is not used at all, without a full stop.
    pub(crate) fn share_error(self, error: &ShareError) -> String {
        match error {
            ShareError::TooLong => self.link_too_long().to_string(),
            ShareError::NewerVersion(version) => self.link_newer(version),
            ShareError::NoSuchLesson(id) => self.link_part(id, self.link_no_such_lesson()),
            ShareError::Scenario(error) => error.to_string(),
        }
    }

    /// What is wrong with a setting, without its name and without a full stop.
    pub(crate) fn config_problem(self, problem: &ConfigProblem) -> String {
        match problem {
            ConfigProblem::Unknown => self.unknown_setting().to_string(),
            ConfigProblem::Ambiguous(one, two) => self.ambiguous_setting(one, two),
            ConfigProblem::NotABool(given) => self.not_a_word(given, "true, false"),
            ConfigProblem::NotAWord { given, words } => self.not_a_word(given, &words.join(", ")),
            ConfigProblem::NotANumber { given, min, max } => {
                self.not_a_number(given, &self.range(*min, *max))
            }
            ConfigProblem::OutOfRange { given, min, max } => {
                self.out_of_range(&given.to_string(), &self.range(*min, *max))
            }
            ConfigProblem::NoSuchMember(scope) => self.no_such_member(match (scope, self.0) {
                (scope, Lang::En) => scope.word(),
                (Scope::Topic, Lang::Zh) => "主题",
                (Scope::Producer, Lang::Zh) => "生产者",
                (Scope::Consumer, Lang::Zh) => "消费者",
                (Scope::Broker, Lang::Zh) => "broker",
            }),
            ConfigProblem::Breaks(rule) => match rule {
                Rule::DeliveryTimeout => self.breaks_delivery_timeout(),
                Rule::HeartbeatInterval => self.breaks_heartbeat(),
                Rule::SessionTimeout => self.breaks_session_timeout(),
                Rule::BrokerHeartbeatInterval => self.breaks_broker_heartbeat(),
            }
            .to_string(),
        }
    }

    /// The numbers a setting takes.
    pub(crate) fn range(self, min: i64, max: i64) -> String {
        let written = |n: i64| match n {
            ..0 => format!("−{}", grouped(n.unsigned_abs())),
            _ => grouped(n.unsigned_abs()),
        };
        if max >= i64::from(i32::MAX) {
            self.at_least(&written(min))
        } else {
            self.range_of(&written(min), &written(max))
        }
    }
}
