//! The inspector: what is selected, in one sentence; its state; what can be done to it.

use super::messages;

messages! {
    inspector = "Selected", "选中对象";
    inspector_empty = "Select a broker, a replica, a record, a link or a message in the cluster to see what it is and what can be done to it.",
        "在集群中选择 broker、副本、消息、链路或报文，查看它是什么、能对它做什么。";
    inspector_gone = "What was selected does not exist at this moment.", "选中的对象此刻不存在。";
    state = "State", "状态";
    actions = "What you can do", "可以做什么";
    unselect = "Select nothing", "取消选择";

    is_controller = "The controller decides who leads each partition and who is in its ISR, and writes it down for everybody.",
        "controller 决定每个分区由谁担任 leader、谁在 ISR 中，并把结果公布给所有节点。";
    is_broker = "A broker keeps replicas of partitions in log files: it leads some and follows others.",
        "broker 以日志文件保存分区副本：对一些分区是 leader，对另一些是 follower。";
    is_producer = "A producer gathers records into batches and sends each to the leader of its partition.",
        "生产者把消息攒成批次，发送给所属分区的 leader。";
    is_consumer = "A consumer polls leaders for records below the high watermark and commits how far it got.",
        "消费者向 leader 拉取高水位以下的消息，并提交消费进度。";
    is_link = "A link carries messages in order, as a TCP connection does; a cut link holds them back.",
        "链路像 TCP 连接一样按序传送报文；被切断时，报文会被阻塞。";
    is_leader_replica = "The leader replica: all writes and reads of the partition go through it, and it computes the high watermark.",
        "leader 副本：该分区的读写都经过它，高水位也由它计算。";
    is_follower_replica = "A follower replica: it fetches from the leader like a consumer; each fetch tells the leader how far it has got.",
        "follower 副本：像消费者一样从 leader 拉取；每次拉取也告诉 leader 自己复制到了哪里。";
    is_idle_replica = "This replica neither leads nor follows at the moment.", "这个副本目前既不是 leader 也不是 follower。";
    is_down_replica = "The process is down; what you see is the log on its disk.", "进程不在；这里显示的是它磁盘上的日志。";
    is_record = "A record: a key, a value and a timestamp; its place in a partition is its offset.",
        "一条消息：key、value 和时间戳；它在分区中的位置就是位移。";
    is_request = "A request on its way.", "途中的请求。";
    is_response = "A response on its way.", "途中的响应。";
    is_connection_closed = "The network stack tells that the other end of the connection is gone.",
        "网络协议栈通知：连接的另一端已经不在了。";
    is_group = "A consumer group shares the partitions among its members; its coordinator keeps the committed offsets.",
        "消费组把分区分给各成员；组协调者保存已提交位移。";
    is_partition = "A partition is one ordered log, kept in several replicas.", "分区是一个有序日志，保存在多个副本中。";

    event_title(n: u64) = "Event {n}", "事件 {n}";
    happened_at = "When", "时间";
    happened_on = "Where", "地点";
    status_label = "Process", "进程";
    role_label = "Role", "角色";
    leads = "Leads", "担任 leader";
    follows_list = "Follows", "担任 follower";
    none_of_them = "none", "无";
    partition_label = "Partition", "分区";
    leader_label = "Leader", "Leader";
    broker_epoch = "Broker epoch", "Broker epoch";
    leader_epoch = "Leader epoch", "Leader epoch";
    epoch_starts_at(epoch: i32, offset: i64) = "{epoch} (from offset {offset})", "{epoch}（自位移 {offset} 起）";
    epochs_label = "Epochs in the log", "日志中的 epoch";
    registration = "At the controller", "controller 的记录";
    active = "active", "正常";
    shutting_down = "shutting down", "正在关闭";
    metadata_version = "Metadata version", "元数据版本";
    metadata_behind(mine: u64, newest: u64) = "{mine} (newest: {newest})", "{mine}（最新：{newest}）";
    log_range = "Log", "日志";
    log_start_to_end(start: i64, end: i64) = "offsets {start} to {end}", "位移 {start} 到 {end}";
    leo_label = "LEO", "LEO";
    hw_label = "High watermark", "高水位";
    isr_label = "ISR", "ISR";
    isr_pending(isr: &str) = "{isr} asked for", "已请求改为 {isr}";
    replicas_label = "Replicas", "副本";
    follower_ends = "Followers' LEO as the leader knows it", "leader 所知的 follower LEO";
    unknown_end = "not known yet", "尚不知道";
    parked_writes = "Writes waiting for the high watermark", "等待高水位的写入";
    segments_label = "Segments", "日志段";
    segment_named(base: i64, size: &str) = "{base:020}.log, {size}", "{base:020}.log，{size}";
    unflushed_label = "Not flushed to disk", "尚未刷盘";
    unflushed_none = "nothing", "无";
    unflushed_from(from: i64, records: &str) = "{records}, from offset {from}: a power loss takes them", "{records}，自位移 {from} 起：断电即丢失";
    latency_label = "One-way latency", "单向延迟";
    link_state_label = "State", "状态";
    link_open = "open both ways", "双向畅通";
    link_cut_both = "cut both ways", "双向切断";
    link_cut_from(from: &str, to: &str) = "cut from {from} to {to}", "{from} → {to} 被切断";
    in_flight_label = "Messages under way", "途中的报文";
    waiting_in_inbox = "Waiting for the paused process", "等待暂停进程处理";
    sender_label = "From", "来自";
    receiver_label = "To", "发往";
    sent_label = "Sent", "发出";
    arrives_label = "Arrives", "到达";
    arrives_held = "held back by a cut link", "被切断的链路阻塞";
    arrives_doomed = "never: the other end of its connection is gone", "不会到达：连接的另一端已经不在了";
    fields_label = "Fields", "字段";
    key_label = "Key", "Key";
    offset_label = "Offset", "位移";
    fate_label = "Fate", "命运";
    acked_label = "Acknowledged", "已确认";
    yes = "yes", "是";
    no = "no", "否";
    holders_label = "Copies on", "副本所在";
    sent_by = "Sent by", "发送者";
    flags_label = "Also", "此外";
    queued_label = "Batches waiting", "等待发送的批次";
    producer_in_flight = "Requests under way", "在途请求";
    batch_of(partition: &str, records: &str, attempt: u32) = "{partition}: {records}, attempt {attempt}", "{partition}：{records}，第 {attempt} 次";
    group_label = "Group", "消费组";
    member_label = "Member", "成员";
    not_a_member = "not in the group", "不在组中";
    member_in_generation(member: &str, generation: i32) = "{member}, generation {generation}", "{member}，第 {generation} 代";
    assigned_label = "Assigned partitions", "分到的分区";
    position_of(partition: &str, position: &str, committed: &str, lag: &str) =
        "{partition}: position {position}, committed {committed}, lag {lag}",
        "{partition}：消费位置 {position}，已提交 {committed}，滞后 {lag}";
    processing_label = "Working on", "正在处理";
    record_at(partition: &str, offset: i64) = "{partition}, offset {offset}", "{partition}，位移 {offset}";
    coordinator_label = "Coordinator", "组协调者";
    group_leader = " (leader)", "（组 leader）";
    group_empty = "no members", "没有成员";
    group_preparing = "waiting for members to join", "等待成员加入";
    group_completing = "waiting for the leader's assignment", "等待组 leader 给出分配方案";
    group_stable = "everybody has partitions", "分配完成";
    group_state_label = "State", "状态";
    generation_label = "Generation", "代（generation）";
    members_label = "Members", "成员";
    committed_label = "Committed offsets", "已提交位移";
    not_known = "not known", "未知";

    do_kill = "Kill the process", "杀掉进程";
    do_kill_means = "kill -9: the memory is gone, the page cache stays with the machine.", "kill -9：内存没了，页缓存还在机器上。";
    do_power = "Cut the power", "断电";
    do_power_means = "What was not flushed to disk is gone as well.", "尚未刷盘的数据也会丢失。";
    do_restart = "Start again", "重新启动";
    do_restart_means = "The process reads its log from disk and registers again.", "进程从磁盘读取日志并重新注册。";
    do_pause = "Pause (long GC)", "暂停（长时间 GC）";
    do_pause_means = "The process stands still; its connections stay open.", "进程静止不动，连接保持打开。";
    do_resume = "Resume", "恢复运行";
    do_resume_means = "What was sent to it meanwhile arrives now.", "暂停期间发给它的报文现在到达。";
    do_shutdown = "Shut down in order", "正常关闭";
    do_shutdown_means = "A broker first hands its leaderships over.", "broker 会先移交 leader。";
    do_close = "Close in order", "正常关闭（close）";
    do_close_means = "close(): it finishes what it has begun, then its process ends.", "close()：先把手头的事做完，再退出进程。";
    do_cut = "Cut both ways", "双向切断";
    do_cut_means = "What is sent is held back, as TCP does, until the link heals or a timeout closes the connection.",
        "发出的报文像 TCP 那样被阻塞，直到链路恢复，或超时断开连接。";
    do_cut_one(from: &str, to: &str) = "Cut {from} → {to}", "切断 {from} → {to}";
    do_heal = "Heal both ways", "双向恢复";
    do_heal_one(from: &str, to: &str) = "Heal {from} → {to}", "恢复 {from} → {to}";
    do_drop = "Drop this message", "丢弃此报文";
    do_drop_means = "It is lost, and with it its connection.", "它会丢失，连接也随之断开。";
    do_delay = "Delay by 1 s", "延迟 1 秒";
    do_delay_means = "This message, and all behind it on its connection, arrive later.", "它以及同一连接上排在后面的报文都会晚到。";
    do_slow = "Slow its fetches", "放慢拉取";
    do_slow_means = "It waits this long before each fetch, as with an overloaded disk.", "每次拉取前等待这么久，如同磁盘过载。";
    do_slow_set = "Set", "设置";
    do_isolate = "Isolate", "隔离网络";
    do_isolate_means = "All its links are cut, both ways.", "切断它的所有链路（双向）。";
    do_rejoin = "Reconnect", "恢复网络";
    do_rejoin_means = "All its links are healed, both ways.", "恢复它的所有链路（双向）。";
    do_elect_preferred = "Elect the preferred leader", "选举首选 leader";
    do_elect_preferred_means = "The first assigned replica leads again, if it is in sync.", "分配列表中的第一个副本若在 ISR 中，则重新成为 leader。";
    do_elect_unclean = "Elect any live replica (unclean)", "选举任意存活副本（unclean）";
    do_elect_unclean_means = "What the new leader does not have is lost.", "新 leader 没有的消息会丢失。";
    do_add_partitions_means = "Existing records stay where they are; keys may go elsewhere from now on. The number never falls.",
        "已有消息不动，但同一个 key 以后可能去别的分区。分区数只增不减。";
    add_partitions_total = "Partitions in all", "分区总数";
    do_send = "Send a record", "发送一条消息";
    send_topic = "Topic", "主题";
    send_partition = "Partition", "分区";
    send_partition_auto = "let the partitioner choose", "由分区器选择";
    send_key = "Key", "Key";
    send_key_help = "empty: no key", "留空：无 key";
    send_size = "Value size", "value 大小";
    send_now = "Send", "发送";
    not_now(why: &str) = "Not now: {why}", "现在不行：{why}";
}
