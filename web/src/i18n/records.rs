//! The list of records behind a number of the verdict.

use super::messages;

messages! {
    records_title(name: &str, n: &str) = "Records: {name} ({n})", "消息：{name}（{n}）";
    records_none = "No record is here at this moment.", "此刻没有这样的消息。";
    records_help = "Choose a record to see what decided its fate.", "选择一条消息，查看是什么决定了它的命运。";
    column_record = "Record", "消息";
    column_key = "Key", "Key";
    column_partition = "Partition", "分区";
    column_offset = "Offset", "位移";
    column_fate = "Fate", "命运";
    column_copies = "Copies on", "副本所在";
    no_key = "no key", "无 key";
    no_partition_yet = "not chosen yet", "尚未选定";
    no_copies = "nowhere", "无";
    why_this = "Why?", "为什么？";
    records_more(n: &str) = "and {n} more", "还有 {n} 条";
}
