//! Lessons: captions, the question, the explanation, the challenge.

use super::messages;

messages! {
    lesson = "Lesson", "课程";
    lessons = "Lessons", "课程";
    lessons_help = "Each is the real engine with a setup, a script and a question.",
        "每一课都是真实引擎，配上一个场景、一段剧本和一个问题。";
    lesson_open(title: &str) = "Open: {title}", "打开：{title}";
    lesson_current = "open now", "当前";
    lesson_number(n: usize, of: usize) = "Lesson {n} of {of}", "第 {n} 课，共 {of} 课";
    next_lesson = "Next lesson", "下一课";
    next_lesson_named(title: &str) = "Next lesson: {title}", "下一课：{title}";
    all_lessons = "All lessons", "全部课程";
    restart_lesson = "Start again", "重新开始";

    happening_now = "What is happening", "正在发生";
    question = "Predict", "先预测";
    question_help = "Answer before the run; the engine judges.", "先作答再运行，由引擎评判。";
    lock_in = "Lock in my answer", "确定我的答案";
    choose_first = "Choose an answer first.", "请先选择一个答案。";
    locked_in = "Answer locked in. Press play to see.", "答案已确定。按播放看结果。";
    too_late = "The run has passed the moment of the question; start again to answer it.",
        "运行已经越过提问的时刻；重新开始后可以作答。";
    your_answer = "your answer", "你的答案";
    what_happened = "what happened", "实际结果";
    right = "Right.", "答对了。";
    wrong = "Not what happened.", "实际并非如此。";
    not_judged_yet = "The run is not over yet.", "运行尚未结束。";
    explanation = "Why", "为什么";
    explanation_after = "The explanation comes after the run.", "运行结束后给出解释。";
    challenge = "Challenge", "挑战";
    challenge_solved = "Solved", "已完成";
    challenge_open = "Not solved yet", "尚未完成";
    challenge_failed = "Not this way", "这样不行";
    show_hint = "Show a hint", "显示提示";
    hint = "Hint", "提示";
    play_now = "Play", "播放";
}
