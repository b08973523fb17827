//! Play, step, seek, branches.

use super::messages;
use highwater_lab::timeline::MarkerKind;

messages! {
    transport = "Playback", "播放控制";
    play = "Play", "播放";
    pause_playback = "Pause", "暂停";
    play_to_end = "Play again", "重新播放";
    step_forward = "One step forward", "前进一步";
    step_back = "One step back", "后退一步";
    exchange_forward = "To the end of this exchange", "前进到本次请求应答结束";
    previous_marker = "To the previous marker", "上一个标记";
    next_marker = "To the next marker", "下一个标记";
    timeline = "Timeline", "时间线";
    step_of(step: usize, len: usize) = "step {step} of {len}", "第 {step} 步，共 {len} 步";
    step_at(step: usize, time: &str) = "step {step}, {time}", "第 {step} 步，{time}";
    later(span: &str) = "{span} later", "{span}后";
    speed = "Speed", "速度";
    speed_times(times: &str) = "{times}×", "{times}×";
    branch = "Branch", "分支";
    branch_main = "Main branch", "主分支";
    branch_named(number: usize, what: &str) = "Branch {number}: {what}", "分支 {number}：{what}";
    branch_grown(what: &str) =
        "You acted in the past, so a branch began here: {what}. The earlier future is kept.",
        "你在过去做了改动，于是从这里长出一个分支：{what}。原来的未来仍然保留。";
    marker_at(what: &str, time: &str) = "{what} at {time}", "{what}，{time}";
    marker_fault = "fault", "故障";
    marker_repair = "repair", "恢复";
    marker_cluster = "broker or partition out or in", "broker 或分区下线/上线";
    marker_isr = "ISR change", "ISR 变化";
    marker_election = "leader election", "leader 选举";
    marker_truncation = "truncation", "截断";
    marker_loss = "data loss", "数据丢失";
    marker_failure = "failure told to an application", "应用收到失败";
    marker_rebalance = "rebalance", "重平衡";
    marker_change = "setting changed", "设置改动";
}

impl super::Text {
    /// A kind of moment.
    pub(crate) fn marker(self, kind: MarkerKind) -> &'static str {
        match kind {
            MarkerKind::Fault => self.marker_fault(),
            MarkerKind::Repair => self.marker_repair(),
            MarkerKind::Cluster => self.marker_cluster(),
            MarkerKind::Isr => self.marker_isr(),
            MarkerKind::Election => self.marker_election(),
            MarkerKind::Truncation => self.marker_truncation(),
            MarkerKind::Loss => self.marker_loss(),
            MarkerKind::Failure => self.marker_failure(),
            MarkerKind::Rebalance => self.marker_rebalance(),
            MarkerKind::Change => self.marker_change(),
        }
    }
}
