"""The short words of reports and tables, in both languages, in one place.

Labels and headings only; findings are sentences and live in `sentences`. The module knows
nothing of what the words stand on.
"""

from __future__ import annotations

from mingan.language import Lang, Text

WORDS: dict[str, Text] = {
    "mingan": Text("明暗", "Mingan"),
    "report": Text("评测报告", "Report"),
    "skip": Text("跳到正文", "Skip to the finding"),
    "contents": Text("目录", "Contents"),
    "bank": Text("题库", "Bank"),
    "questions": Text("题", "questions"),
    "models": Text("个模型", "models"),
    "scored_of": Text("道题计分", "questions scored"),
    "interval": Text("区间", "Interval"),
    "rank": Text("名次", "Rank"),
    "model": Text("模型", "Model"),
    "score": Text("得分", "Score"),
    "counts": Text("对 / 错 / 存疑", "Right / wrong / unsure"),
    "right": Text("对", "right"),
    "wrong": Text("错", "wrong"),
    "unsure": Text("存疑", "unsure"),
    "ungraded": Text("未判", "not graded"),
    "mixed": Text("时对时错", "mixed"),
    "missing": Text("未答成", "no answer"),
    "absent": Text("没有问", "not asked"),
    "undecided": Text("没有定论", "undecided"),
    "ok": Text("正常", "ok"),
    "refused": Text("被拒答", "refused"),
    "truncated": Text("被截断", "cut off"),
    "empty": Text("空回答", "empty"),
    "failed": Text("没有要到", "not obtained"),
    "stamp": Text("可比印", "Stamp"),
    "stamp_help": Text(
        "两张表的可比印相同，才能放在一起比。", "Only tables with the same stamp can be compared."
    ),
    "attention": Text("要留意的", "Worth noting"),
    "score_table": Text("得分表", "Scores"),
    "score_caption": Text(
        "每个模型的名次、得分、区间和回答的判定",
        "Rank, score, interval and verdicts of each model",
    ),
    "chart": Text("区间图", "The intervals"),
    "chart_caption": Text(
        "点是得分，粗条是区间；细线从没有定论的回答全算错到全算对。",
        "The dot is the score, the bar its interval; the thin line runs from all undecided "
        "answers wrong to all right.",
    ),
    "pairs": Text("谁高于谁", "Who is better than whom"),
    "pairs_caption": Text(
        "成对检验，各对一起校正（Holm）。「按目前判出的」几列：没有定论的回答若全往不利的一边算，"
        "这些结论就不成立。",
        "Paired tests, corrected over all pairs (Holm). “Going by those decided”: this would not "
        "stand if every undecided answer went against it.",
    ),
    "above": Text("确定高于", "Better than"),
    "above_if": Text("按目前判出的，高于", "Going by those decided, better than"),
    "open": Text("分不出高下", "Cannot tell"),
    "below": Text("确定低于", "Worse than"),
    "below_if": Text("按目前判出的，低于", "Going by those decided, worse than"),
    "none": Text("无", "none"),
    "all_pairs": Text("所有各对的差距", "The difference of every pair"),
    "all_pairs_caption": Text(
        "行减列的分差。▲ 行确定更高，▼ 行确定更低，△ ▽ 要看没有定论的回答，空白是分不出高下。",
        "Row minus column, in points. ▲ row better for certain, ▼ row worse for certain, △ ▽ if "
        "the undecided answers allow, no mark: cannot tell.",
    ),
    "tiers": Text("分层", "By tier"),
    "tier": Text("层级", "Tier"),
    "abilities": Text("按能力", "By ability"),
    "ability": Text("能力", "Ability"),
    "few_abilities": Text(
        "另有 {n} 种能力，每种不到 10 道题：只列个数，不下结论",
        "{n} more abilities with under 10 questions each: counts only, no conclusion",
    ),
    "no_label": Text("未标注", "unlabelled"),
    "part_caption": Text(
        "大字是得分，小字是区间。少于 10 道题的只列答对的个数，灰色，不排名次。",
        "Large: score; small: interval. Under 10 questions only counts are shown, in grey, "
        "and never ranked.",
    ),
    "states": Text("回答的状态", "States of the answers"),
    "states_caption": Text(
        "没有要到、被拒答、被截断的回答不是模型答错，单独列出。",
        "Answers not obtained, refused or cut off are not mistakes; they are counted apart.",
    ),
    "cost_speed": Text("花费与速度", "Cost and speed"),
    "cost_caption": Text(
        "时间写作：中位数 / 90% 的回答不超过。没有记录的写 –。",
        "Times are the median / what 90% of answers stay under. A dash means not recorded.",
    ),
    "no_cost": Text(
        "这些回答没有花费和时间的记录。", "These answers carry no record of cost or time."
    ),
    "cost": Text("花费", "Cost"),
    "per_right": Text("每答对一题", "Per right answer"),
    "tokens_in": Text("输入词元", "Tokens in"),
    "tokens_out": Text("输出词元", "Tokens out"),
    "of_reasoning": Text("其中思考", "reasoning"),
    "of_cached": Text("其中缓存", "cached"),
    "first_token": Text("首字", "First token"),
    "total_time": Text("答完", "Whole answer"),
    "seconds": Text("秒", "s"),
    "source": Text("来源", "Source"),
    "measured": Text("本机实测", "measured here"),
    "recorded": Text("录入的回答", "recorded answers"),
    "who": Text("模型资料", "The models"),
    "released": Text("发布", "Released"),
    "params": Text("参数", "Parameters"),
    "active": Text("激活", "active"),
    "price": Text("价格（每百万词元，入 / 出）", "Price per million tokens, in / out"),
    "licence": Text("许可", "Licence"),
    "charts": Text("图表", "Charts"),
    "numbers": Text("图里的数字", "The numbers"),
    "more_rows": Text("还有 {n} 行没有列出。", "{n} more rows are left out."),
    "method": Text("怎么算的", "How this was done"),
    "graders": Text("判分", "Graders"),
    "rule": Text("规则", "rule"),
    "judge": Text("评审模型", "judge"),
    "person": Text("人", "person"),
    "made_at": Text("生成于", "Made at"),
    "every_question": Text("逐题", "Every question"),
    "question": Text("题目", "Question"),
    "needs_script": Text(
        "看每道题的回答需要打开 JavaScript；上面的表、图和结论都不需要。",
        "Reading the answers needs JavaScript; the tables, charts and findings above do not.",
    ),
    "strip_order": Text("符号从左到右：", "Signs from left to right: "),
    "all": Text("全部", "All"),
    "disagree": Text("有对有错", "Disagreement"),
    "all_wrong": Text("没有人对", "Nobody right"),
    "all_right": Text("全对", "All right"),
    "some_unsure": Text("有存疑", "Some unsure"),
    "search": Text("搜索题目或回答", "Search questions or answers"),
    "any_model": Text("任一模型", "any model"),
    "any_verdict": Text("任一判定", "any verdict"),
    "any_ability": Text("所有能力", "all abilities"),
    "any_tier": Text("所有层级", "all tiers"),
    "and": Text("而", "and"),
    "clear": Text("清除", "Clear"),
    "filter": Text("筛选", "Filter"),
    "shown": Text("显示 {n} / {all} 题", "Showing {n} of {all} questions"),
    "nothing": Text("没有符合的题。", "No question matches."),
    "reference": Text("参考", "Reference"),
    "no_reference": Text("没有参考答案", "no reference answer"),
    "grader": Text("判法", "Grader"),
    "aliases": Text("也算对", "Also right"),
    "permalink": Text("固定链接", "Permalink"),
    "extracted": Text("认作最后答案：", "Taken as the final answer:"),
    "reasoning": Text("思考过程", "Reasoning"),
    "show_all": Text("展开全文", "Show all"),
    "show_less": Text("收起", "Show less"),
    "repeat": Text("第 {n} 遍", "time {n}"),
    "omitted": Text(
        "〔此处略去 {n} 个字符，全文用 mingan export answers 导出〕",
        "[{n} characters left out here; mingan export answers has the whole text]",
    ),
    "no_text": Text("（没有文字）", "(no text)"),
    "drawing": Text("画出来的样子", "The drawing, rendered"),
    "by_model": Text("模型", "Model"),
    "by_user": Text("题目", "Question"),
    "by_user_anew": Text("题目（新的对话）", "Question (a new conversation)"),
    "to_top": Text("回到结论", "Back to the finding"),
    "best_worst": Text("最坏–最好", "Worst–best"),
}


def words(lang: Lang) -> dict[str, str]:
    """Every word in one language."""
    return {key: text.say(lang) for key, text in WORDS.items()}
