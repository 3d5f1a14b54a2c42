"""What a judge is told, turn by turn, and what its opinions come to."""

from __future__ import annotations

import pytest

from mingan.errors import UsageError
from mingan.grading import judging
from mingan.grading.judging import Case, Panel, opinions, schemas, templates
from mingan.grading.judging.criteria import GENERAL, SETS, faults_in, rubric_of
from mingan.grading.judging.replies import NOTHING, Kind, Reading, read
from mingan.grading.rules.judge import JudgeGrader
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question

CARD = ModelCard(name="裁判", kind="scripted")
OTHER = ModelCard(name="另一个", kind="scripted")
WITH = Question(id="w", prompt="一加一等于几？", answer="2", aliases=("二",))
WITHOUT = Question(id="o", prompt="水在一个大气压下多少度沸腾？")
POEM = Question(id="p", prompt="写一首关于雨的诗。", tags=("写作",))


def given(question: Question, text: str = "答案是 2。", model: str = "甲") -> Answer:
    return Answer(
        question=question.id, asked=question.asked, model=model, model_hash=model, text=text
    )


def replied(*said: str, state: str = "ok", cost: float | None = None) -> Answer:
    return Answer(
        question="c", asked="c", model="裁判", model_hash="h", text=said[-1], state=state,  # type: ignore[arg-type]
        meta={"turns": list(said[:-1])}, cost=cost, currency="CNY",
        error=Text("断网了。", "No network."),
    )  # fmt: skip


def case(question: Question, kind: Kind, *texts: str) -> Case:
    return Case.of(question, [given(question, t) for t in texts or ("答案是 2。",)], kind)


def test_a_reference_is_shown_with_its_other_forms_and_the_model_is_not_named() -> None:
    prompt = case(WITH, "reference").asked.prompt
    assert "┃ 2\n" in prompt
    assert "┃ 二\n" in prompt
    assert "甲" not in prompt


def test_the_judge_commits_itself_before_it_sees_the_answer() -> None:
    asked = case(WITHOUT, "rubric", "九十度。")
    assert asked.works_it_out
    assert "九十度" not in asked.asked.prompt
    move = asked.after(["一个大气压下是 100 度。\n我的答案：100 度"])
    assert move is not None
    assert "九十度" in move.text
    assert not move.fresh
    opinion = judging.opinion(
        asked, CARD, 0, replied("我的答案：100 度", '{"理由": "不同", "得分": [0, 0, 1]}')
    )
    assert opinion.verdict == "wrong"
    assert "100 度" in opinion.reason.zh


@pytest.mark.parametrize(
    ("question", "kind", "wanted"),
    [
        (WITHOUT, "rubric", True),
        (WITH, "reference", False),
        (WITH, "rubric", False),
        (POEM, "rubric", False),
        (Question(id="x", prompt="Which planet is the largest?"), "rubric", True),
        (Question(id="x", prompt="Explain which planet you like and why."), "rubric", False),
        (Question(id="x", prompt="选一个", choices=("一", "二")), "rubric", True),
        (Question(id="x", prompt="说说看。", tags=("逻辑推理",)), "rubric", True),
        (Question(id="x", prompt="谁？", params={"own_answer": False}), "rubric", False),
        (Question(id="x", prompt="写诗。", params={"own_answer": True}), "rubric", True),
        (Question(id="x", prompt="几？", turns=("真的？",)), "rubric", False),
        (WITHOUT, "pair", False),
    ],
)
def test_only_where_there_is_one_right_answer_and_nobody_wrote_it_down(
    question: Question, kind: Kind, wanted: bool
) -> None:
    texts = ("一", "二") if kind == "pair" else ("一",)
    assert case(question, kind, *texts).works_it_out is wanted


def test_an_unreadable_reply_is_asked_for_again_so_often_and_no_more() -> None:
    asked = case(WITH, "reference")
    said: list[str] = []
    for _ in range(asked.most):
        said.append("[[90]]")
        move = asked.after(said)
    assert move is None
    assert len(said) == asked.most == 3
    opinion = judging.opinion(asked, CARD, 0, replied(*said))
    assert opinion.verdict == "ungraded"
    assert opinion.score is None
    assert "不算模型答错" in opinion.reason.zh
    again = asked.after(["嗯"])
    assert again is not None
    assert '"判定"' in again.text
    assert asked.after(["嗯", "判定：对"]) is None


def test_a_pair_is_judged_in_both_orders_by_judges_that_know_nothing_of_each_other() -> None:
    asked = case(WITH, "pair", "甲说是二", "乙说是三")
    assert asked.asked.prompt.index("甲说是二") < asked.asked.prompt.index("乙说是三")
    move = asked.after(["更好：甲"])
    assert move is not None
    assert move.fresh
    assert move.text.index("乙说是三") < move.text.index("甲说是二")
    assert asked.after(["更好：甲", "更好：乙"]) is None
    assert asked.most == 6
    assert asked.after(["?", "?", "?"]) is None  # the first order was never readable


@pytest.mark.parametrize(
    ("first", "second", "choice", "flipped"),
    [
        ("甲", "乙", "a", False),
        ("乙", "甲", "b", False),
        ("甲", "甲", "tie", True),
        ("乙", "乙", "tie", True),
        ("一样好", "一样好", "tie", False),
        ("都不好", "都不好", "both bad", False),
        ("甲", "一样好", "tie", True),
    ],
)
def test_a_choice_that_hangs_on_the_order_is_a_tie(
    first: str, second: str, choice: str, flipped: bool
) -> None:
    asked = case(WITH, "pair", "二", "三")
    vote = judging.vote(asked, CARD, 0, replied(f"更好：{first}", f"更好：{second}", cost=0.5))
    assert vote is not None
    assert (vote.choice, judging.inconsistent(vote)) == (choice, flipped)
    assert (vote.authority, vote.by, vote.cost, vote.currency) == ("judge", "裁判", 0.5, "CNY")
    assert (vote.answer_a, vote.answer_b) == tuple(a.content for a in asked.answers)


def test_half_a_pair_is_no_vote() -> None:
    asked = case(WITH, "pair", "二", "三")
    assert judging.vote(asked, CARD, 0, replied("更好：甲", "?", "?", "?")) is None
    assert judging.vote(asked, CARD, 0, replied("更好：甲")) is None


def test_the_reason_of_a_hidden_vote_is_not_kept() -> None:
    hidden = Question(id="h", prompt="几？", answer="2", hidden="sealed")
    asked = case(hidden, "pair", "二", "三")
    said = ['{"理由": "甲写的是二", "更好": "甲"}', "更好：乙"]
    vote = judging.vote(asked, CARD, 0, replied(*said))
    assert vote is not None
    assert vote.reason == ""
    assert asked.asked.hidden == "sealed"


@pytest.mark.parametrize("state", ["failed", "refused", "truncated"])
def test_a_judge_that_fails_is_not_the_models_mistake(state: str) -> None:
    asked = case(WITH, "reference")
    opinion = judging.opinion(asked, CARD, 0, replied("判定：对", state=state))
    assert opinion.verdict == "ungraded"
    assert "不算模型答错" in opinion.reason.zh
    verdict = judging.verdict(asked, Panel(judges=(CARD,)), [opinion])
    assert verdict.verdict == "ungraded"
    later = judging.opinion(asked, CARD, 0, replied('{"判定": "对"}'))
    assert opinion.key != later.key


def test_a_whole_object_counts_even_if_the_reply_was_cut_off_behind_it() -> None:
    said = replied('{"理由": "一样", "判定": "对"}\n补充一点', state="truncated")
    assert judging.opinion(case(WITH, "reference"), CARD, 0, said).verdict == "right"


def opinion(verdict: str, score: float | None = None, cost: float | None = 0.1) -> Grade:
    return Grade(
        answer="a", question_hash="q", verdict=verdict, grader="judge-rubric",  # type: ignore[arg-type]
        score=score, cost=cost, currency="CNY", authority="judge", opinion=True,
        reason=Text(f"理由 {verdict}", f"because {verdict}"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "least", "wanted"),
    [
        (["right", "right", "wrong"], None, "right"),
        (["right", "wrong", "ungraded"], None, "unsure"),
        (["right", "unsure", "wrong"], None, "unsure"),
        (["right", "ungraded", "ungraded"], None, "ungraded"),
        (["right", "ungraded", "ungraded"], 1, "right"),
        (["right", "right", "ungraded"], 3, "ungraded"),
        (["unsure", "unsure", "right"], None, "unsure"),
    ],
)
def test_the_majority(said: list[str], least: int | None, wanted: str) -> None:
    panel = Panel(judges=(CARD,), repeats=3, least=least)
    panel.check()
    verdict = judging.verdict(case(WITH, "reference"), panel, [opinion(v) for v in said])
    assert verdict.verdict == wanted
    assert verdict.cost == pytest.approx(0.3)
    assert not verdict.opinion


def test_the_mean_of_scores() -> None:
    panel = Panel(judges=(CARD, OTHER), rule="mean")
    asked = case(POEM, "rubric", "雨。")

    def combined(*scores: float) -> Grade:
        said = [opinion("right" if score >= 0.6 else "wrong", score) for score in scores]
        return judging.verdict(asked, panel, said)

    assert combined(0.8, 0.5).verdict == "right"
    assert combined(0.5, 0.6).verdict == "wrong"
    assert combined(1.0, 0.3).verdict == "unsure"
    assert combined(0.8, 0.5).score == pytest.approx(0.65)
    assert combined(0.8, 0.5).by == "另一个+裁判"


def test_a_panel_that_cannot_decide_is_refused() -> None:
    with pytest.raises(UsageError):
        Panel(judges=(CARD,), least=2).check()
    with pytest.raises(UsageError):
        Panel(judges=(CARD,), rule="median").check()  # type: ignore[arg-type]


def test_the_version_names_the_words_the_judge_and_the_rule(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = judging.opinion_version(CARD)
    assert templates.template_hash() in first
    assert first != judging.opinion_version(OTHER)
    assert first != judging.opinion_version(CARD, 1)
    assert judging.verdict_version(Panel(judges=(CARD,))) == first
    two = judging.verdict_version(Panel(judges=(CARD, OTHER)))
    assert two == judging.verdict_version(Panel(judges=(OTHER, CARD)))
    assert two != judging.verdict_version(Panel(judges=(CARD, OTHER), rule="mean"))
    templates.template_hash.cache_clear()
    monkeypatch.setattr(templates, "OWN", Text("先做。", "Do it."))
    assert judging.opinion_version(CARD) != first
    templates.template_hash.cache_clear()


@pytest.mark.parametrize("kind", ["reference", "rubric", "pair"])
def test_the_version_names_the_form_that_endpoints_hold_a_judge_to(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = templates.template_hash()
    key = ("理由", "评语", ["对", "错"])
    monkeypatch.setitem(schemas.WORDS, kind, {**schemas.WORDS[kind], "zh": key})
    templates.template_hash.cache_clear()
    assert templates.template_hash() != first
    monkeypatch.undo()
    templates.template_hash.cache_clear()
    assert templates.template_hash() == first


def test_the_mark_of_a_rubric_is_weighed() -> None:
    question = Question(
        id="r", prompt="写诗。", grader="judge",
        params={"criteria": ["扣题", {"what": "押韵", "weight": 3}], "pass": 0.7},
    )  # fmt: skip
    assert rubric_of(question).score([2, 0]) == pytest.approx(0.25)
    assert JudgeGrader().faults(question) == []
    asked = case(question, "rubric", "雨。")
    assert "┃ 1. 扣题\n┃ 2. 押韵\n" in asked.asked.prompt
    assert judging.opinion(asked, CARD, 0, replied('{"得分": [0, 2]}')).verdict == "right"
    assert judging.opinion(asked, CARD, 0, replied('{"得分": [2, 1]}')).verdict == "wrong"


def test_the_ability_chooses_the_criteria() -> None:
    assert rubric_of(POEM).criteria == SETS["writing"][1]
    assert rubric_of(Question(id="x", prompt="x")).criteria == GENERAL
    assert rubric_of(Question(id="x", prompt="x", tags=("写代码",))).criteria == SETS["code"][1]


@pytest.mark.parametrize(
    "params",
    [
        {"criteria": "扣题"},
        {"criteria": []},
        {"criteria": [1]},
        {"criteria": [{"what": ""}]},
        {"criteria": [{"what": "扣题", "weight": 0}]},
        {"criteria": [{"what": "扣题", "weight": float("nan")}]},
        {"criteria": [{"what": "扣题", "wieght": 1}]},
        {"criteria": ["x"] * 13},
        {"pass": 0},
        {"pass": "多"},
        {"pass": True},
    ],
)
def test_criteria_that_make_no_sense_are_said_so(params: dict[str, object]) -> None:
    question = Question(id="x", prompt="x", params=params)
    assert faults_in(question)
    assert rubric_of(question).criteria == GENERAL


@pytest.mark.parametrize("kind", ["reference", "rubric", "pair"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_form_that_a_judge_is_shown_says_nothing_until_it_is_filled_in(
    kind: Kind, lang: str
) -> None:
    import jsonschema
    import msgspec

    shown = templates.form(kind, lang, 2)["form"]  # type: ignore[arg-type]
    assert read(shown, kind, criteria=["一", "二"]) == Reading(fault=NOTHING)
    for choices in {"0/1/2", "对/错/说不准", "right/wrong/unsure", "甲/乙/一样好/都不好",
                    "A/B/tie/both bad"}:  # fmt: skip
        for choice in choices.split("/"):
            value = choice if choices == "0/1/2" else f'"{choice}"'
            filled = shown.replace(f'"{choices}"', value)
            if filled == shown:
                continue
            assert read(filled, kind, criteria=["一", "二"]).verdict
            assert read(f"{shown}\n{filled}", kind, criteria=["一", "二"]).verdict
            schema = schemas.of(kind, lang, 2)  # type: ignore[arg-type]
            jsonschema.validate(msgspec.json.decode(filled), schema)


def test_an_english_question_is_judged_in_english() -> None:
    english = Question(id="e", prompt="What is two plus two?", answer="4")
    asked = case(english, "reference", "4")
    assert asked.asked.system is not None
    assert asked.asked.system.isascii() is False  # the bar and the quotation marks
    assert "examiner" in asked.asked.system
    assert "阅卷" not in asked.asked.system + asked.asked.prompt


def test_every_turn_of_a_conversation_is_shown() -> None:
    question = Question(id="t", prompt="记住 7。", turns=("再加 1 是几？",), answer="8")
    answer = Answer(
        question="t", asked=question.asked, model="甲", model_hash="甲", text="是 8。",
        meta={"turns": ["记住了。"]}, state="truncated",
    )  # fmt: skip
    prompt = Case.of(question, [answer], "reference").asked.prompt
    places = [prompt.index(part) for part in ("记住 7。", "记住了。", "再加 1", "是 8。")]
    assert places == sorted(places)
    assert "被截断" in prompt


def test_thinking_is_not_part_of_an_answer() -> None:
    prompt = case(WITH, "reference", "<think>大概是三</think>是二。").asked.prompt
    assert "大概是三" not in prompt
    assert not judging.judgeable(given(WITH, "<think>没完"))
    assert opinions.VERSION
