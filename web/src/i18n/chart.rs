//! The chart of log end offsets and high watermarks.

use super::messages;

messages! {
    chart = "Offsets", "位移";
    chart_title(partition: &str) = "LEO and high watermark of {partition} over time", "{partition} 的 LEO 与高水位随时间的变化";
    chart_desc(partition: &str, now: &str) =
        "Each replica of {partition} up to {now}: solid line, log end offset; dashed line, high watermark. The table below has the same numbers.",
        "{partition} 各副本截至 {now}：实线是日志末端位移（LEO），虚线是高水位（HW）。下表给出相同的数字。";
    chart_partition = "Partition", "分区";
    chart_time = "virtual time (s)", "虚拟时间（秒）";
    chart_offset = "offset", "位移";
    chart_table = "As a table", "以表格显示";
    chart_broker = "Replica on", "副本所在";
    chart_leo = "LEO", "LEO";
    chart_hw = "HW", "高水位";
    chart_role = "Role", "角色";
    chart_process_down = "process down", "进程不在";
}
