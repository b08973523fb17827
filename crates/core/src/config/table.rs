//! The table of settings. A row is a field of a typed struct, so the model reads `config.linger_ms` while the
//! page, the command line and the docs read the row.

use super::{Documentation, Era, Kind, Scope, Setting, Unit, Value};
use serde::{Deserialize, Serialize};

/// A type that a setting can have.
trait SettingType: Copy {
    fn to_value(self) -> Value;
    fn from_value(value: Value) -> Option<Self>;
}

impl SettingType for bool {
    fn to_value(self) -> Value {
        Value::Bool(self)
    }
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Bool(b) = value { Some(b) } else { None }
    }
}

impl SettingType for i64 {
    fn to_value(self) -> Value {
        Value::Int(self)
    }
    fn from_value(value: Value) -> Option<Self> {
        if let Value::Int(n) = value { Some(n) } else { None }
    }
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* $variant),* }

        impl $name {
            const WORDS: Kind = Kind::Word(&[$($word),*]);
        }

        impl SettingType for $name {
            fn to_value(self) -> Value {
                Value::Word(match self { $($name::$variant => $word),* })
            }
            fn from_value(value: Value) -> Option<Self> {
                match value { $(Value::Word($word) => Some($name::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// How many acknowledgements a producer asks for.
    Acks {
        /// None: no answer exists.
        Zero = "0",
        /// The leader's own append.
        One = "1",
        /// Every in-sync replica.
        All = "all"
    }
}

words! {
    /// Where a consumer starts without a valid committed offset.
    AutoOffsetReset {
        /// At the log start offset.
        Earliest = "earliest",
        /// At the high watermark of that moment.
        Latest = "latest",
        /// Nowhere: an error for the application.
        None = "none"
    }
}

const INT_MAX: i64 = i32::MAX as i64;
const BOOL: Kind = Kind::Bool;

const fn int(min: i64, max: i64) -> Kind {
    Kind::Int { min, max }
}

macro_rules! config {
    ($(#[$doc:meta])* $name:ident, $rows:ident, $docs:ident, $scope:ident {
        $($field:ident: $ty:ident = $key:literal, $kind:expr, $unit:ident, $old:expr, $new:expr, $en:literal, $zh:literal, $source:literal;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name { $(#[doc = concat!("`", $key, "`: ", $en)] pub $field: $ty),* }

        impl $name {
            /// The defaults of an era.
            pub fn defaults(era: Era) -> Self {
                match era {
                    Era::V2_1 => $name { $($field: $old),* },
                    Era::V4 => $name { $($field: $new),* },
                }
            }

            pub(super) fn get(&self, name: &str) -> Option<Value> {
                match name { $($key => Some(self.$field.to_value()),)* _ => None }
            }

            /// Sets a value that [`Setting::parse`] has accepted; any other is ignored.
            pub(super) fn set(&mut self, name: &str, value: Value) {
                match name {
                    $($key => if let Some(v) = <$ty>::from_value(value) { self.$field = v },)*
                    _ => {}
                }
            }
        }

        static $rows: &[Setting] = &[$(Setting {
            name: $key,
            scope: Scope::$scope,
            kind: $kind,
            unit: Unit::$unit,
            default_2_1: const_value!($ty, $old),
            default_4: const_value!($ty, $new),
        }),*];

        static $docs: &[Documentation] =
            &[$(Documentation { meaning_en: $en, meaning_zh: $zh, source: $source }),*];
    };
}

/// `SettingType::to_value` for use in a static.
macro_rules! const_value {
    (bool, $e:expr) => {
        Value::Bool($e)
    };
    (i64, $e:expr) => {
        Value::Int($e)
    };
    (Acks, $e:expr) => {
        Value::Word(match $e {
            Acks::Zero => "0",
            Acks::One => "1",
            Acks::All => "all",
        })
    };
    (AutoOffsetReset, $e:expr) => {
        Value::Word(match $e {
            AutoOffsetReset::Earliest => "earliest",
            AutoOffsetReset::Latest => "latest",
            AutoOffsetReset::None => "none",
        })
    };
}

config! {
    /// Settings of the brokers and the controller.
    BrokerConfig, BROKER, BROKER_DOCS, Broker {
        replica_lag_time_max_ms: i64 = "replica.lag.time.max.ms", int(1, INT_MAX), Ms, 10_000, 30_000,
            "A follower that has not caught up for this long is dropped from the ISR.",
            "副本落后超过这段时间就会被移出 ISR。",
            "ReplicationConfigs; KIP-537";
        replica_fetch_wait_max_ms: i64 = "replica.fetch.wait.max.ms", int(1, INT_MAX), Ms, 500, 500,
            "How long a leader parks a follower's fetch that finds no new data.",
            "没有新数据时，leader 最多让 follower 的拉取请求等待多久。",
            "ReplicationConfigs";
        replica_fetch_min_bytes: i64 = "replica.fetch.min.bytes", int(0, INT_MAX), Bytes, 1, 1,
            "A parked follower fetch is answered once this many bytes are there.",
            "等待中的 follower 拉取请求在积累到这么多字节时立即返回。",
            "ReplicationConfigs";
        replica_fetch_max_bytes: i64 = "replica.fetch.max.bytes", int(0, INT_MAX), Bytes, 1_048_576, 1_048_576,
            "The most bytes a follower fetches of one partition at a time; a larger first batch still comes whole.",
            "follower 每次从一个分区最多拉取的字节数；首个批次更大时仍会完整返回。",
            "ReplicationConfigs";
        replica_fetch_backoff_ms: i64 = "replica.fetch.backoff.ms", int(0, INT_MAX), Ms, 1000, 1000,
            "How long a follower waits after a failed fetch.",
            "follower 拉取失败后等待多久再试。",
            "ReplicationConfigs";
        replica_socket_timeout_ms: i64 = "replica.socket.timeout.ms", int(1, INT_MAX), Ms, 30_000, 30_000,
            "How long a follower waits for any answer before it closes the connection.",
            "follower 等不到任何响应时，多久之后关闭连接。",
            "ReplicationConfigs";
        replica_high_watermark_checkpoint_interval_ms: i64 = "replica.high.watermark.checkpoint.interval.ms", int(1, INT_MAX), Ms, 5000, 5000,
            "How often a broker writes its high watermarks to disk; after a crash it starts from the last ones written.",
            "broker 把高水位写入磁盘的间隔；崩溃后从最近一次写入的值开始。",
            "ReplicationConfigs";
        broker_heartbeat_interval_ms: i64 = "broker.heartbeat.interval.ms", int(1, INT_MAX), Ms, 2000, 2000,
            "How often a broker reports to the controller.",
            "broker 向 controller 发送心跳的间隔。",
            "KRaftConfigs (absent before KRaft)";
        broker_session_timeout_ms: i64 = "broker.session.timeout.ms", int(1, INT_MAX), Ms, 9000, 9000,
            "Without a heartbeat for this long, the controller fences the broker and moves its leaderships.",
            "超过这段时间没有心跳，controller 就会隔离该 broker 并迁走它的 leader。",
            "KRaftConfigs (absent before KRaft)";
        controlled_shutdown_enable: bool = "controlled.shutdown.enable", BOOL, None, true, true,
            "A broker that is stopped first hands its leaderships over.",
            "停止 broker 时先移交它的 leader。",
            "ServerConfigs";
        leader_imbalance_check_interval_ms: i64 = "leader.imbalance.check.interval.ms", int(1, INT_MAX), Ms, 300_000, 300_000,
            "How often the controller moves leadership back to preferred replicas (Kafka's setting counts in seconds).",
            "controller 多久检查一次并把 leader 移回首选副本（Kafka 中此项以秒计）。",
            "ReplicationConfigs: leader.imbalance.check.interval.seconds";
        auto_leader_rebalance_enable: bool = "auto.leader.rebalance.enable", BOOL, None, true, true,
            "Whether the controller moves leadership back to preferred replicas by itself.",
            "controller 是否自动把 leader 移回首选副本。",
            "ReplicationConfigs";
        group_initial_rebalance_delay_ms: i64 = "group.initial.rebalance.delay.ms", int(0, INT_MAX), Ms, 3000, 3000,
            "How long the coordinator of an empty group waits for more members before the first assignment.",
            "空消费组在首次分配前等待更多成员加入的时间。",
            "GroupCoordinatorConfig";
        group_min_session_timeout_ms: i64 = "group.min.session.timeout.ms", int(1, INT_MAX), Ms, 6000, 6000,
            "The least session.timeout.ms a member may ask for.",
            "成员可以请求的最小 session.timeout.ms。",
            "GroupCoordinatorConfig";
        group_max_session_timeout_ms: i64 = "group.max.session.timeout.ms", int(1, INT_MAX), Ms, 300_000, 1_800_000,
            "The greatest session.timeout.ms a member may ask for.",
            "成员可以请求的最大 session.timeout.ms。",
            "GroupCoordinatorConfig; KAFKA-7904";
        offsets_topic_num_partitions: i64 = "offsets.topic.num.partitions", int(1, 1000), None, 50, 50,
            "How many partitions __consumer_offsets has; the group's name picks one, and its leader coordinates the group.",
            "__consumer_offsets 的分区数；由组名决定落在哪个分区，该分区的 leader 就是组协调者。",
            "GroupCoordinatorConfig";
        offsets_topic_replication_factor: i64 = "offsets.topic.replication.factor", int(1, 5), None, 3, 3,
            "How many copies of __consumer_offsets there are; at most one a broker.",
            "__consumer_offsets 的副本数；每个 broker 最多一份。",
            "GroupCoordinatorConfig";
        offsets_commit_timeout_ms: i64 = "offsets.commit.timeout.ms", int(1, INT_MAX), Ms, 5000, 5000,
            "How long an offset commit may wait to be replicated.",
            "位移提交等待复制完成的最长时间。",
            "GroupCoordinatorConfig";
    }
}

config! {
    /// Settings of a topic.
    TopicConfig, TOPIC, TOPIC_DOCS, Topic {
        min_insync_replicas: i64 = "min.insync.replicas", int(1, INT_MAX), None, 1, 1,
            "With acks=all, writes are refused while fewer replicas than this, the leader included, are in sync.",
            "acks=all 时，同步副本（含 leader）少于这个数就拒绝写入。",
            "TopicConfig, ServerLogConfigs; KIP-966 for the frozen high watermark";
        unclean_leader_election_enable: bool = "unclean.leader.election.enable", BOOL, None, false, false,
            "Whether a replica outside the ISR may lead when no member of the ISR is alive: available again, at the price of data.",
            "ISR 中没有存活成员时，是否允许 ISR 之外的副本成为 leader：恢复可用，但可能丢数据。",
            "TopicConfig; KIP-106";
        max_message_bytes: i64 = "max.message.bytes", int(0, INT_MAX), Bytes, 1_000_012, 1_048_588,
            "The largest record batch the topic accepts.",
            "主题接受的最大消息批次。",
            "TopicConfig (brokers: message.max.bytes)";
        segment_bytes: i64 = "segment.bytes", int(14, INT_MAX), Bytes, 1_073_741_824, 1_073_741_824,
            "A segment file is closed before it would grow beyond this (Kafka 4 asks for at least 1 MiB; here small values keep a roll visible).",
            "段文件超过这个大小之前就会滚动（Kafka 4 要求至少 1 MiB；这里允许更小，便于观察）。",
            "TopicConfig (brokers: log.segment.bytes); KIP-1030";
        flush_messages: i64 = "flush.messages", int(1, i64::MAX), None, i64::MAX, i64::MAX,
            "After so many unflushed records the log is forced to disk; by default never.",
            "积累这么多条未落盘消息后强制刷盘；默认从不。",
            "TopicConfig (brokers: log.flush.interval.messages)";
    }
}

config! {
    /// Settings of a producer.
    ProducerConfig, PRODUCER, PRODUCER_DOCS, Producer {
        acks: Acks = "acks", Acks::WORDS, None, Acks::One, Acks::All,
            "Which copies must exist before the producer is told the record is written: none, the leader's, or every in-sync replica's.",
            "在告诉生产者“已写入”之前必须有哪些副本：不等、只等 leader，还是等所有同步副本。",
            "ProducerConfig; KIP-679";
        retries: i64 = "retries", int(0, INT_MAX), None, INT_MAX, INT_MAX,
            "How often a failed batch is sent again; delivery.timeout.ms ends it earlier.",
            "批次失败后最多重发几次；实际通常先受 delivery.timeout.ms 限制。",
            "ProducerConfig; KIP-91";
        max_in_flight_requests_per_connection: i64 = "max.in.flight.requests.per.connection", int(1, INT_MAX), None, 5, 5,
            "How many requests may be under way to one broker; above 1, a retry can overtake and reorder.",
            "对同一 broker 同时在途的请求数；大于 1 时重试可能造成乱序。",
            "ProducerConfig";
        batch_size: i64 = "batch.size", int(0, INT_MAX), Bytes, 16_384, 16_384,
            "A batch is full at this size.",
            "批次达到这个大小就算满。",
            "ProducerConfig";
        linger_ms: i64 = "linger.ms", int(0, INT_MAX), Ms, 0, 5,
            "How long a batch waits for more records before it is sent.",
            "批次发送前等待更多消息的时间。",
            "ProducerConfig; KIP-1030";
        buffer_memory: i64 = "buffer.memory", int(0, i64::MAX), Bytes, 33_554_432, 33_554_432,
            "Memory for records not yet sent; when it is full, send() blocks.",
            "待发送消息的缓冲内存；用满后 send() 阻塞。",
            "ProducerConfig";
        max_block_ms: i64 = "max.block.ms", int(0, i64::MAX), Ms, 60_000, 60_000,
            "How long send() may block for metadata or memory before it fails.",
            "send() 等待元数据或内存的最长时间，超时即失败。",
            "ProducerConfig";
        max_request_size: i64 = "max.request.size", int(0, INT_MAX), Bytes, 1_048_576, 1_048_576,
            "The largest request, and so the largest record, the producer sends.",
            "生产者单个请求（也即单条消息）的最大字节数。",
            "ProducerConfig";
        request_timeout_ms: i64 = "request.timeout.ms", int(0, INT_MAX), Ms, 30_000, 30_000,
            "How long the producer waits for an answer before it tries again; also how long an acks=all write may wait at the broker.",
            "等待响应的最长时间，超时后重试；也是 acks=all 写入在 broker 端等待的上限。",
            "ProducerConfig";
        delivery_timeout_ms: i64 = "delivery.timeout.ms", int(0, INT_MAX), Ms, 120_000, 120_000,
            "From send() on, the time after which a record is reported failed, whatever became of it.",
            "从 send() 起算，超过这个时间就报告失败，不论消息实际结果如何。",
            "ProducerConfig; KIP-91";
        retry_backoff_ms: i64 = "retry.backoff.ms", int(0, i64::MAX), Ms, 100, 100,
            "The pause before the first retry.",
            "首次重试前的等待。",
            "ProducerConfig";
        retry_backoff_max_ms: i64 = "retry.backoff.max.ms", int(0, i64::MAX), Ms, 100, 1000,
            "The longest pause between retries; the pause doubles up to it.",
            "重试等待的上限；每次翻倍直到这个值。",
            "ProducerConfig; KIP-580 (in 2.1 the pause is fixed)";
        metadata_max_age_ms: i64 = "metadata.max.age.ms", int(0, i64::MAX), Ms, 300_000, 300_000,
            "After this long the producer asks for leaders and partitions again even if nothing failed.",
            "即使没有出错，也每隔这么久刷新一次元数据。",
            "ProducerConfig";
        partitioner_ignore_keys: bool = "partitioner.ignore.keys", BOOL, None, false, false,
            "Treat records with a key as if they had none.",
            "忽略消息的 key 来选分区。",
            "ProducerConfig; KIP-794 (3.3)";
        partitioner_adaptive_partitioning_enable: bool = "partitioner.adaptive.partitioning.enable", BOOL, None, true, true,
            "Give partitions with a shorter queue more of the records without a key.",
            "无 key 消息更多地分给队列较短的分区。",
            "ProducerConfig; KIP-794 (3.3)";
    }
}

config! {
    /// Settings of a consumer.
    ConsumerConfig, CONSUMER, CONSUMER_DOCS, Consumer {
        auto_offset_reset: AutoOffsetReset = "auto.offset.reset", AutoOffsetReset::WORDS, None, AutoOffsetReset::Latest, AutoOffsetReset::Latest,
            "Where to start when there is no committed offset or it is outside the log.",
            "没有已提交位移，或位移越界时，从哪里开始。",
            "ConsumerConfig";
        enable_auto_commit: bool = "enable.auto.commit", BOOL, None, true, true,
            "Commit positions from within poll(), every auto.commit.interval.ms.",
            "在 poll() 中按 auto.commit.interval.ms 自动提交位移。",
            "ConsumerConfig";
        auto_commit_interval_ms: i64 = "auto.commit.interval.ms", int(0, INT_MAX), Ms, 5000, 5000,
            "The least time between two automatic commits.",
            "两次自动提交之间的最短间隔。",
            "ConsumerConfig";
        session_timeout_ms: i64 = "session.timeout.ms", int(1, INT_MAX), Ms, 10_000, 45_000,
            "Without a heartbeat for this long, the coordinator removes the member and rebalances.",
            "超过这段时间没有心跳，协调者就移除该成员并重平衡。",
            "ConsumerConfig; KIP-735";
        heartbeat_interval_ms: i64 = "heartbeat.interval.ms", int(1, INT_MAX), Ms, 3000, 3000,
            "How often a member reports to the group's coordinator.",
            "成员向组协调者发送心跳的间隔。",
            "ConsumerConfig";
        max_poll_interval_ms: i64 = "max.poll.interval.ms", int(1, INT_MAX), Ms, 300_000, 300_000,
            "A member that does not call poll() for this long leaves the group; also how long a rebalance waits for members.",
            "超过这段时间不调用 poll()，成员就会离组；重平衡也最多等这么久。",
            "ConsumerConfig; KIP-62";
        max_poll_records: i64 = "max.poll.records", int(1, INT_MAX), None, 500, 500,
            "The most records one poll() returns.",
            "一次 poll() 最多返回的消息数。",
            "ConsumerConfig";
        fetch_min_bytes: i64 = "fetch.min.bytes", int(0, INT_MAX), Bytes, 1, 1,
            "A broker parks a fetch until this many bytes are there.",
            "broker 积累到这么多字节才返回拉取请求。",
            "ConsumerConfig";
        fetch_max_wait_ms: i64 = "fetch.max.wait.ms", int(0, INT_MAX), Ms, 500, 500,
            "How long a broker parks a fetch for fetch.min.bytes.",
            "为凑够 fetch.min.bytes，broker 最多让拉取请求等待多久。",
            "ConsumerConfig";
        max_partition_fetch_bytes: i64 = "max.partition.fetch.bytes", int(0, INT_MAX), Bytes, 1_048_576, 1_048_576,
            "The most bytes of one partition in one answer; a larger first batch still comes whole.",
            "一次响应中单个分区最多的字节数；首个批次更大时仍会完整返回。",
            "ConsumerConfig";
        fetch_max_bytes: i64 = "fetch.max.bytes", int(0, INT_MAX), Bytes, 52_428_800, 52_428_800,
            "The most bytes in one answer; a larger first batch still comes whole.",
            "一次响应最多的字节数；首个批次更大时仍会完整返回。",
            "ConsumerConfig";
        request_timeout_ms: i64 = "request.timeout.ms", int(0, INT_MAX), Ms, 30_000, 30_000,
            "How long the consumer waits for an answer before it closes the connection and tries again.",
            "等待响应的最长时间，超时后断开并重试。",
            "ConsumerConfig";
        retry_backoff_ms: i64 = "retry.backoff.ms", int(0, i64::MAX), Ms, 100, 100,
            "The pause before a failed request is tried again.",
            "请求失败后重试前的等待。",
            "ConsumerConfig";
        metadata_max_age_ms: i64 = "metadata.max.age.ms", int(0, i64::MAX), Ms, 300_000, 300_000,
            "After this long the consumer asks for leaders and partitions again even if nothing failed.",
            "即使没有出错，也每隔这么久刷新一次元数据。",
            "ConsumerConfig";
    }
}

/// Every setting the model knows, by scope: brokers, topics, producers, consumers.
pub static TABLE: [&[Setting]; 4] = [BROKER, TOPIC, PRODUCER, CONSUMER];

/// What each of them means, in the same order.
pub(super) static DOCUMENTATION: [&[Documentation]; 4] =
    [BROKER_DOCS, TOPIC_DOCS, PRODUCER_DOCS, CONSUMER_DOCS];
