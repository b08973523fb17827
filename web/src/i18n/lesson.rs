//! Lessons: captions, the question, the explanation, the challenge.

use super::messages;

messages! {
    lesson = "Lesson", "课程";
    lessons = "Lessons", "课程";
    lessons_help = "Each is the real engine with a setup, a script and a question.",
        "每一课都是真实引擎，配上一个场景、一段剧本和一个问题。";
    lesson_current = "open now", "当前";
    lesson_number(n: usize, of: usize) = "Lesson {n} of {of}", "第 {n} 课，共 {of} 课";
    next_lesson = "Next lesson", "下一课";
    all_lessons = "All lessons", "全部课程";
    restart_lesson = "Start again", "重新开始";

    lesson_away = "The lesson could not be loaded. Try again when you are online.", "课程无法加载。请在联网后重试。";
    lesson_replaced =
        "Highwater has been updated since you opened this page. Reload it to open another lesson.",
        "打开本页之后 Highwater 已更新。重新加载后才能打开其他课程。";

    question = "Predict", "先预测";
    lock_in = "Lock in my answer", "确定我的答案";
    locked_in = "Answer locked in. Press play to see.", "答案已确定。按播放看结果。";
    your_answer = "your answer", "你的答案";
    what_happened = "what happened", "实际结果";
    right = "Right.", "答对了。";
    wrong = "Not what happened.", "实际并非如此。";
    explanation = "Why", "为什么";
    challenge = "Challenge", "挑战";
    challenge_solved = "Solved", "已完成";
    challenge_open = "Change a setting, then play to the end to see.", "改动一项设置，再播放到结尾看结果。";
    challenge_missed = "Not this way: the goal does not hold at the end. Go back and try another setting.",
        "这样不行：结束时没有达到目标。退回去换一项设置再试。";
    challenge_too_many(changed: usize, allowed: u8) =
        "Too much changed: {changed} settings, and {allowed} is allowed. Start again.",
        "改动太多：改了 {changed} 项，只允许 {allowed} 项。请重新开始。";
    challenge_not_allowed(setting: &str) =
        "{setting} may not be changed in this challenge. Start again.",
        "本挑战不允许改动 {setting}。请重新开始。";
    challenge_meddled =
        "Only settings may be changed in this challenge; you did something to the cluster. Start again.",
        "本挑战只允许改设置，而你对集群做了别的操作。请重新开始。";
    show_hint = "Show a hint", "显示提示";
}
