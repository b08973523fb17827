//! The verdict bar: what was promised, and what came of it.

use super::messages;
use highwater_lab::ledger::Fate;

messages! {
    verdict = "Verdict", "结论";

    promised = "promised", "已确认";
    promised_means =
        "Records the producer was told are written: acknowledged the way its acks setting asks for.",
        "生产者已被告知“写入成功”的消息，即按其 acks 设置得到了确认。";
    safe = "safe", "安全";
    safe_means =
        "Acknowledged records below the leader's high watermark: every in-sync replica has them.",
        "已确认且位于 leader 高水位以下的消息：ISR 中的每个副本都有。";
    lost = "lost", "丢失";
    lost_means =
        "Acknowledged records that are gone: the producer was told they are written, and no leader has them any more.",
        "已确认却消失的消息：生产者被告知写入成功，但已没有 leader 拥有它们。";
    lost_alarm(records: &str) = "Data loss: {records} acknowledged, then lost", "数据丢失：{records}已确认却丢失";
    fate_lost = "acknowledged, then lost", "已确认却丢失";
    at_risk = "promised, not yet safe", "已确认，尚未安全";
    duplicated = "duplicated", "重复写入";
    duplicated_means =
        "Records that are in the log more than once, because a retry was appended again.",
        "在日志里出现不止一次的消息：重试时又被追加了一遍。";
    reordered = "reordered", "乱序";
    reordered_means =
        "Records that are in the log after one that was sent later.",
        "在日志里排到了更晚发送的消息之后的消息。";
    skipped = "skipped", "漏消费";
    skipped_means =
        "Records that a group's committed offset passed without any member having processed them.",
        "消费组的已提交位移越过了它，却没有任何成员处理过的消息。";
    repeated = "repeated", "重复消费";
    repeated_means =
        "Records that a group processed more than once.",
        "被同一个消费组处理了不止一次的消息。";
    rejected = "rejected", "被拒绝";
    rejected_means =
        "Records that failed, and the producer knows: nothing was promised.",
        "发送失败、且生产者知道失败的消息：没有作出任何承诺。";
    ghost = "ghost", "幽灵";
    ghost_means =
        "Records that were reported as failed and are in the log all the same; a retry by the application would write them twice.",
        "报告为失败、实际却在日志里的消息；应用若自行重发，就会写入两份。";
    in_flight = "in flight", "在途";
    in_flight_means =
        "Records whose outcome is open: the producer does not know yet.",
        "结果未定的消息：生产者还不知道成败。";
}

impl super::Text {
    /// What became of a record, in a word or two.
    pub(crate) fn fate(self, fate: Fate) -> &'static str {
        match fate {
            Fate::InFlight => self.in_flight(),
            Fate::Acked => self.at_risk(),
            Fate::Safe => self.safe(),
            Fate::Lost => self.fate_lost(),
            Fate::Rejected => self.rejected(),
            Fate::Ghost => self.ghost(),
        }
    }
}
