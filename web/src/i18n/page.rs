//! The frame around everything: header, tabs, language and theme, notices, trouble.

use super::messages;

messages! {
    tagline = "A Kafka cluster in a browser tab", "浏览器标签页里的 Kafka 集群";
    page_title(lesson: &str) = "{lesson} · Highwater", "{lesson} · Highwater";
    skip_to_stage = "Skip to the cluster", "跳到集群";
    panels = "Panels", "面板";
    close = "Close", "关闭";
    copy = "Copy", "复制";
    copied = "Copied", "已复制";
    copy_failed = "Could not copy: select the text and copy it yourself", "无法复制：请选中文字自行复制";

    part_coming = "Loading …", "正在加载……";
    part_failed = "This part of the page could not be loaded.", "页面的这一部分无法加载。";
    part_again = "Try again", "重试";
    part_replaced =
        "Highwater has been updated since you opened this page, and this part is only in the new version. Reload: you come back to this moment.",
        "打开本页之后 Highwater 已更新，这一部分只在新版本里。重新加载后会回到此刻。";

    language = "Language", "语言";
    language_english = "English", "English";
    language_chinese = "中文", "中文";
    theme = "Theme", "主题";
    theme_system = "System", "跟随系统";
    theme_light = "Light", "浅色";
    theme_dark = "Dark", "深色";
    theme_projector = "Projector", "投影";

    notices = "Notices", "提示";
    dismiss(what: &str) = "Dismiss: {what}", "关闭提示：{what}";
    dismiss_short = "Dismiss", "知道了";
    unknown_parameter(name: &str) =
        "The address has a parameter “{name}” that this page does not know; it was ignored.",
        "网址中的参数“{name}”无法识别，已忽略。";
    bad_parameter(name: &str, value: &str) =
        "The address says {name}={value}, which is not possible; it was ignored.",
        "网址中的 {name}={value} 无效，已忽略。";
    bad_share_link(why: &str) =
        "Part of the share link could not be used: {why}.",
        "分享链接有一部分无法使用：{why}。";
    refused(why: &str) = "Not possible now: {why}.", "现在不能这样做：{why}。";

    crashed_title = "Highwater stopped because of an error of its own", "Highwater 因自身错误而停止";
    crashed_body =
        "This is a fault in Highwater, not in Kafka and not in what you did. The link below leads back to where it happened; please report it.",
        "这是 Highwater 自身的缺陷，与 Kafka 和你的操作无关。下面的链接可以回到出错之前，欢迎报告。";
    crashed_link = "Link to what led there", "重现链接";
    reload = "Reload", "重新加载";
}
