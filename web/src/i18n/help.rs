//! The help dialog.

use super::messages;

messages! {
    help_open = "Help and keys", "帮助与快捷键";
    help_intro =
        "Highwater is a model of Apache Kafka that runs in your browser. Every picture is the engine's own state, nothing is a canned animation. Play, step back, break things, and ask why.",
        "Highwater 是运行在浏览器里的 Apache Kafka 模型。你看到的每个画面都是引擎的真实状态，没有预录的动画。播放、后退、制造故障，然后问一句“为什么”。";
    keys = "Keys", "快捷键";
    keys_note =
        "Keys work while the focus is in this page and not in a text field.",
        "焦点在本页面内、且不在输入框中时，快捷键有效。";
    key_play = "play or pause", "播放或暂停";
    key_steps = "one step back or forward", "后退或前进一步";
    key_markers = "previous or next marker", "上一个或下一个标记";
    key_exchange = "to the end of this exchange", "前进到本次请求应答结束";
    key_ends = "to the start or end of what is known", "到已知时间线的开头或末尾";
    key_speed = "slower or faster", "减速或加速";
    key_tab_does = "to the next control; into and out of the cluster", "到下一个控件；进入或离开集群";
    key_select = "in the cluster: move between objects, open what is selected", "在集群中：在对象间移动，打开选中的对象";
    key_kill = "kill the selected process", "杀掉选中的进程";
    key_close = "close a dialog, or select nothing", "关闭对话框，或取消选择";
    key_help = "this help", "打开本帮助";
    key_home = "Home", "Home";
    key_end = "End", "End";
    key_space = "Space", "空格";
    key_arrows = "Arrow keys", "方向键";
    key_enter = "Enter", "Enter";
    key_tab = "Tab", "Tab";
    key_escape = "Esc", "Esc";

    legend = "What the picture shows", "图例";
    legend_strip = "A replica is a strip of records; the colour is the record's key, the bottom edge its leader epoch.",
        "一个副本是一条由消息组成的带子；颜色表示消息的 key，底边表示 leader epoch。";
    legend_hw = "Solid records are below the high watermark: committed, and visible to consumers. Dashed ones are not yet.",
        "实心消息低于高水位：已提交，消费者可见；虚线消息尚未提交。";
    legend_leo = "The tick at the end is the log end offset: the offset the next record will get.",
        "末端的刻度是日志末端位移（LEO）：下一条消息将得到的位移。";
    legend_crown = "A crown marks the leader, a ring the members of the ISR.",
        "皇冠标记 leader，圆环标记 ISR 成员。";
    legend_message = "What moves on a link is a real request or response; its shape is its type, a sign marks an answer.",
        "链路上移动的是真实的请求或响应；形状表示类型，带记号的是响应。";
    about = "About", "关于";
    about_independent =
        "Highwater is an independent project. Apache Kafka is a trademark of the Apache Software Foundation.",
        "Highwater 是独立项目。Apache Kafka 是 Apache 软件基金会的商标。";
    about_model = "What the model leaves out is written down in docs/model.md.",
        "模型省略了什么，见 docs/model.md。";
    about_version(version: &str) = "Version {version}", "版本 {version}";
}
