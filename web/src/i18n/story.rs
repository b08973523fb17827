//! The story panel and the why panel.

use super::messages;

messages! {
    story = "Story", "事件";
    story_help = "The newest event is at the bottom of what has happened. Choose one to go there.",
        "最新的事件在最下面。选择一条即可跳到那一刻。";
    story_empty = "Nothing has happened yet. Press play.", "还没有发生任何事。按播放开始。";
    story_quiet(n: usize) = "{n} routine events", "{n} 个例行事件";
    story_quiet_one = "1 routine event", "1 个例行事件";
    story_unfold = "Show routine events", "显示例行事件";
    story_earlier(n: usize) = "Show {n} earlier", "显示更早的 {n} 条";
    go_there = "Go there", "跳到此处";
    ask_why = "Why?", "为什么？";
    ask_why_of(what: &str) = "Why: {what}", "为什么：{what}";
    loss_marker = "Data loss", "数据丢失";

    why = "Why", "为什么";
    why_record(record: &str, fate: &str) = "Record {record}: {fate}", "消息 {record}：{fate}";
    why_title(what: &str) = "Why: {what}", "为什么：{what}";
    why_help = "Choose an event in the story, or a record, and its causes are listed here, oldest first.",
        "在“事件”里选一条，或选一条消息，这里就会从最早的原因开始列出来龙去脉。";
    why_chain = "Causes, oldest first", "因果链（从最早开始）";
    why_diagram = "Space–time diagram", "时空图";
    why_diagram_desc(events: usize, nodes: &str) =
        "{events} events of the chain on the lifelines of {nodes}, time running down; slanted lines are messages.",
        "因果链上的 {events} 个事件，分布在 {nodes} 的时间轴上；时间向下，斜线是网络报文。";
    why_later(span: &str) = "{span} later", "{span}后";
    why_decided = "this decided it", "由此定局";
}
