//! The share dialog.

use super::messages;

messages! {
    share = "Share", "分享";
    share_title = "Share this moment", "分享这一刻";
    share_help =
        "The link carries the scenario, the settings, everything you did, and the moment you are at. Nothing is stored on a server.",
        "链接里包含场景、设置、你做过的一切以及当前时刻。服务器上不保存任何内容。";
    share_link = "Link", "链接";
    share_too_long(n: &str) =
        "The link has {n} characters; some programs cut long links.",
        "链接长达 {n} 个字符；有些程序会截断过长的链接。";
    embed = "Embed in a course page", "嵌入课程页面";
    embed_help =
        "Paste this into the page. It works offline and inside a sandboxed frame.",
        "把下面这段粘贴到课程页面中。离线可用，也可用于沙箱 iframe。";
    embed_code = "HTML", "HTML";
    embed_what = "What to embed", "嵌入内容";
    embed_moment = "This moment, with all I did", "当前时刻，包括我做过的一切";
    embed_lesson = "The lesson from its start", "从头开始的课程";
    embed_mode = "Show", "显示";
    embed_small = "Cluster, verdict and playback only", "仅集群、结论和播放控制";
    embed_full = "The whole page", "整个页面";
    embed_height = "Height", "高度";
    embed_pixels = "pixels", "像素";
    embed_frame_title(title: &str) = "Highwater: {title}", "Highwater：{title}";
}
