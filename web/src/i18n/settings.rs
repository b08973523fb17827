//! Sliders and the table of all settings.

use super::messages;

messages! {
    sliders = "Safety settings", "安全设置";
    applies_from_now_on = "A change applies from now on.", "改动从此刻起生效。";
    grows_branch =
        "You are looking at the past: a change begins a new branch here, and the known future is kept.",
        "你正停留在过去：在这里改动会长出一个新分支，已知的未来会保留。";
    refused_setting(why: &str) = "Not changed: {why}.", "未改动：{why}。";

    acks_label = "When is a record promised?", "什么时候算写入成功？";
    acks_0 = "0: at once. Nobody answers, so any failure loses records silently.",
        "0：立即。没有应答，任何故障都会悄悄丢消息。";
    acks_1 = "1: when the leader has it. If the leader dies before a follower has fetched it, it is lost.",
        "1：leader 写入后。若 leader 在 follower 拉取之前宕机，消息就会丢失。";
    acks_all = "all: when every in-sync replica has it.",
        "all：ISR 中的所有副本都写入后。";
    acks_mixed = "The producers differ; moving the slider sets all of them.",
        "各生产者设置不同；移动滑块会统一设置。";

    min_isr_label = "How many copies at least?", "至少要有几个副本？";
    min_isr_means(n: usize) = "acks=all writes are refused while fewer than {n} replicas, the leader included, are in sync.",
        "同步副本（含 leader）少于 {n} 个时，拒绝 acks=all 的写入。";
    min_isr_one = "acks=all writes are accepted even if the leader is the only replica in sync.", "即使 ISR 只剩 leader，也接受 acks=all 的写入。";
    isr_now(partition: &str, n: usize, rf: usize) =
        "ISR of {partition}: {n} of {rf} replicas are in sync now",
        "{partition} 的 ISR：{rf} 个副本中目前有 {n} 个同步";
    isr_below(partition: &str, n: usize, min: usize) =
        "{partition} has {n} in sync, fewer than {min}: acks=all writes are refused now.",
        "{partition} 只有 {n} 个同步副本，少于 {min}：acks=all 的写入目前会被拒绝。";
    topics_mixed = "The topics differ; moving the slider sets all of them.",
        "各主题设置不同；移动滑块会统一设置。";

    follows = "What follows", "由此可知";
    follows_acks_0 =
        "With acks=0 and acks=1, min.insync.replicas is not asked: a promise says nothing about followers.",
        "acks=0 或 acks=1 时不看 min.insync.replicas：“写入成功”与 follower 无关。";
    follows_writes_none(rf: usize, min: usize) =
        "With RF {rf} and min ISR {min}, writes stop as soon as one broker fails.",
        "RF 为 {rf}、min ISR 为 {min}：只要有一个 broker 故障，写入就会停止。";
    follows_writes_one(rf: usize, min: usize) =
        "With RF {rf} and min ISR {min}, one broker may fail and writes go on.",
        "RF 为 {rf}、min ISR 为 {min}：允许一个 broker 故障，写入照常。";
    follows_writes_some(rf: usize, min: usize, n: usize) =
        "With RF {rf} and min ISR {min}, {n} brokers may fail and writes go on.",
        "RF 为 {rf}、min ISR 为 {min}：允许 {n} 个 broker 故障，写入照常。";
    follows_copies_one =
        "A promised record may exist on the leader alone, if it is the only one in sync: losing its disk loses the record.",
        "如果 ISR 只剩 leader，已确认的消息可能只有这一份：它的磁盘一丢，消息就没了。";
    follows_copies(min: usize) =
        "A promised record is on at least {min} brokers at that moment.",
        "确认的那一刻，消息至少已在 {min} 个 broker 上。";
    follows_never(rf: usize, min: usize) =
        "min ISR {min} is more than RF {rf}: Kafka counts it as {rf}, so every replica must be in sync.",
        "min ISR {min} 大于 RF {rf}：Kafka 按 {rf} 计算，即所有副本都必须同步。";
    follows_clean =
        "Only an in-sync replica may become leader. If none is alive, the partition waits.",
        "只有 ISR 中的副本才能成为 leader；若都不在，分区就等待。";
    follows_unclean =
        "If no in-sync replica is alive, one that lags may lead: writes go on, and what it lacks is lost.",
        "ISR 中没有存活副本时，落后的副本也能成为 leader：写入继续，但它缺的消息就丢了。";
    unclean_label = "Let a replica outside the ISR lead?", "允许 ISR 之外的副本成为 leader？";
    on = "on", "开";
    off = "off", "关";

    settings = "Settings", "设置";
    settings_search = "Find a setting", "查找设置";
    settings_found(n: usize) = "{n} found", "找到 {n} 项";
    settings_none = "No setting matches.", "没有匹配的设置。";
    only_changed = "Only those changed from the default", "只看与默认值不同的";
    scope_broker = "Brokers and controller", "Broker 与 controller";
    scope_topic = "Topics", "主题";
    scope_producer = "Producers", "生产者";
    scope_consumer = "Consumers", "消费者";
    for_which = "Applies to", "作用于";
    for_all = "all", "全部";
    apply = "Apply", "应用";
    apply_name(name: &str) = "Apply {name}", "应用 {name}";
    default_old(value: &str) = "default in 2.1: {value}", "2.1 默认：{value}";
    default_new(value: &str) = "default in 4.x: {value}", "4.x 默认：{value}";
    default_same(value: &str) = "default: {value}", "默认：{value}";
    source(what: &str) = "source: {what}", "出处：{what}";
    unit_ms = "ms", "毫秒";
    unit_bytes = "bytes", "字节";
    range_of(min: &str, max: &str) = "from {min} to {max}", "{min} 到 {max}";
    at_least(min: &str) = "{min} or more", "不小于 {min}";
    same_as(value: &str) = "= {value}", "= {value}";
    max_of_kind = "unlimited", "不限";
}
