"""How far a judge is to be trusted: its record, corrected scores, what more verdicts would buy."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mingan import Grade, UsageError, Workspace, trust
from mingan.grading.people.outcome import outcome
from mingan.records import Answer, Question, Verdict, Vote, now
from mingan.reports.gather import Place
from mingan.reports.trust_sentences import corrected_sentence, record_sentence, table_notes
from mingan.trust import ahead, corrected, record, sights

QUESTIONS = 40
HEAD = "编号,题目,参考答案,层级,类型,甲,乙\n"


def rows(number: int = QUESTIONS) -> str:
    """Open questions, and four that rules decide; 乙 writes long answers with headings."""
    text = HEAD
    for i in range(number):
        tier, tag = ("基础", "写") if i % 2 else ("进阶", "讲")
        long = f"## 乙\n\n- 说{'很' * (i + 9)}多 {i}"
        text += f'q{i},用一句话说说 {i}。,,{tier},{tag},甲说 {i},"{long}"\n'
    for i in range(4):
        text += f"n{i},{i} 加 {i} 等于几？,{2 * i},基础,算,{2 * i},{2 * i if i else 9}\n"
    return text


@pytest.fixture
def here(tmp_path: Path) -> Workspace:
    (tmp_path / "a.csv").write_text(rows(), "utf-8")
    workspace = Workspace.open(tmp_path / "w.db")
    workspace.import_(tmp_path / "a.csv", name="谈")
    workspace.grade()
    return workspace


def truth(place: Place) -> Verdict:
    """What people think: 甲 is right two times of three, 乙 one of three."""
    number = int(place[1][1:])
    return "right" if (number % 3 != 0) == (place[0] == "甲") else "wrong"


def give(
    workspace: Workspace, who: str, said: Callable[[Place], Verdict | None], *,
    judge: bool = False, opinion: bool = False,
) -> None:  # fmt: skip
    """Let somebody judge all open answers; None is not judged."""
    gathered = workspace.gather()
    by_id = {question.id: question for question in gathered.questions}
    workspace.store.add_grades([
        Grade(
            answer=answer.content, question_hash=by_id[place[1]].hash, verdict=verdict,
            grader="rubric" if judge else "person", version="1",
            authority="judge" if judge else "person", by=who, at=now(), opinion=opinion,
        )
        for place, answer in gathered.answers.items()
        if place[1].startswith("q") and (verdict := said(place)) is not None
    ])  # fmt: skip


def other(verdict: Verdict) -> Verdict:
    return "wrong" if verdict == "right" else "right"


def wrong_now_and_then(place: Place) -> Verdict:
    """A judge that errs on one question in five."""
    said = truth(place)
    return other(said) if int(place[1][1:]) % 5 == 0 else said


def sample(numbers: Iterable[int]) -> Callable[[Place], Verdict | None]:
    wanted = {f"q{n}" for n in numbers}
    return lambda place: truth(place) if place[1] in wanted else None


def test_a_judge_that_nobody_has_checked(here: Workspace) -> None:
    record = trust.known_of(here.store, "裁判")
    assert (record.judged, record.pairs) == (0, 0)
    assert "没有人知道它有多准" in record_sentence(record).zh
    give(here, "裁判", wrong_now_and_then, judge=True)
    table = trust.look(here.store, "裁判", about="these answers")
    assert (table.record.judged, table.record.pairs) == (80, 0)
    assert "没有人判过" in record_sentence(table.record).zh
    assert all(math.isnan(row.corrected.score) for row in table.models)
    assert table.gaps == ()
    # What rules settled is known all the same: the interval is not the whole scale.
    assert all(row.corrected.low > 0 and row.corrected.high <= 1 for row in table.models)


def test_its_record_rests_on_what_people_judged_too(here: Workspace) -> None:
    give(here, "裁判", wrong_now_and_then, judge=True)
    give(here, "小周", sample(range(30)))
    record = trust.known_of(here.store, "裁判")
    assert record.pairs == 60
    assert record.agreement is not None
    assert record.agreement.raw == pytest.approx(0.8)
    assert record.agreement.low < record.agreement.value < record.agreement.high
    assert (record.passed.count + record.failed.count, record.passed.of) == (12, 30)
    assert set(record.by_ability) == {"写", "讲"}
    assert {bias.name for bias in record.biases} == {"length", "markdown"}
    assert record.alongside is None
    assert record.people == ("小周",)


def test_two_people_and_a_judge_that_favours_its_own(here: Workspace) -> None:
    give(here, "乙", lambda place: "right" if place[0] == "乙" else truth(place), judge=True)
    give(here, "小周", sample(range(30)))
    give(here, "老李", sample(range(10, 40)))
    record = trust.known_of(here.store, "乙")
    assert record.alongside is not None
    assert record.alongside.people_raw.value == 1
    assert record.alongside.behind_raw.high < 0
    own = next(bias for bias in record.biases if bias.kind == "self")
    assert own.low > 0.3


def test_what_a_judge_could_not_read_is_no_opinion(here: Workspace) -> None:
    give(here, "裁判", lambda place: "ungraded" if place[1] == "q1" else truth(place), judge=True)
    give(here, "小周", sample(range(12)))
    table = trust.look(here.store, "裁判")
    assert table.record.unread == 2
    assert table.whole
    assert table.record.pairs == 22
    assert [row.corrected.judged for row in table.models] == [40, 40]


def test_people_correct_the_judge(here: Workspace) -> None:
    give(here, "裁判", wrong_now_and_then, judge=True)
    give(here, "小周", sample(np.random.default_rng(1).permutation(40)[:27]))
    table = trust.look(here.store, "裁判")
    best = table.models[0]
    assert best.model == "甲"
    people = np.mean([truth(("甲", f"q{i}", 0)) == "right" for i in range(40)])
    whole = (40 * people + 4) / 44
    assert best.corrected.low <= whole <= best.corrected.high
    found = best.corrected
    assert found.high - found.low < found.alone_high - found.alone_low
    assert (found.people, found.judged, found.settled) == (27, 40, 4)
    assert best.check is not None
    assert best.check.low <= whole <= best.check.high
    (gap,) = table.gaps
    assert (gap.first, gap.second, gap.questions) == ("甲", "乙", 44)
    assert gap.difference.people == 27
    assert not table.drawn
    plain = trust.look(here.store, "裁判", rules=False)
    assert [row.corrected.settled for row in plain.models] == [0, 0]


def test_where_the_judge_saw_little_the_scores_are_about_that(here: Workspace) -> None:
    few = sample(range(10))
    give(here, "裁判", few, judge=True)
    give(here, "小周", sample(range(20)))
    table = trust.look(here.store, "裁判")
    assert not table.whole
    assert table.left_out == {"unjudged": 60}
    assert [row.corrected.judged for row in table.models] == [10, 10]
    assert [row.corrected.settled for row in table.models] == [0, 0]


def test_unsure_people_count_as_none(here: Workspace) -> None:
    give(here, "裁判", truth, judge=True)
    give(here, "小周", lambda place: "unsure" if place[1] == "q3" else sample(range(20))(place))
    assert [row.unsure for row in trust.look(here.store, "裁判").models] == [1, 1]
    assert trust.look(here.store, "裁判").models[0].corrected.people == 19


def test_a_person_who_overrules_a_rule_is_believed(here: Workspace) -> None:
    give(here, "裁判", truth, judge=True)
    gathered = here.gather()
    answer = gathered.answers["乙", "n0", 0]
    digest = next(q.hash for q in gathered.questions if q.id == "n0")
    before = {
        row.model: row for row in trust.look(here.store, "裁判", about="these answers").models
    }
    here.store.add_grades([Grade(
        answer=answer.content, question_hash=digest, verdict="right", grader="person",
        version="1", authority="person", by="小周", at=now(),
    )])  # fmt: skip
    after = {row.model: row for row in trust.look(here.store, "裁判", about="these answers").models}
    assert after["乙"].corrected.low == pytest.approx(before["乙"].corrected.low + 1 / 44)
    assert after["乙"].corrected.settled == 4


def test_more_people_buy_a_narrower_interval(here: Workspace) -> None:
    give(here, "裁判", wrong_now_and_then, judge=True)
    guess = trust.foresee(here.store, "裁判", people=20)
    assert guess.pairs == 0
    assert guess.strong.after < guess.likely[0].after < guess.weak.after
    assert guess.likely[0].before == pytest.approx(80 / 88)
    give(here, "小周", sample(range(0, 40, 4)))
    widths = []
    for people in (10, 20, 40):
        found = trust.foresee(here.store, "裁判", people=people)
        row = found.likely[0]
        assert found.pairs == 20
        assert row.after < row.before
        assert row.after < row.alone
        assert (row.total, row.judged, row.people) == (88, 80, 20 + people)
        widths.append(row.after)
    assert widths == sorted(widths, reverse=True)
    assert [row.model for row in found.likely] == ["", "甲", "乙"]
    assert trust.foresee(here.store, "裁判", people=999).more == 60
    with pytest.raises(UsageError, match="1 或更多"):
        trust.foresee(here.store, "裁判", people=0)


def test_foreseen_for_a_judge_that_has_not_begun(here: Workspace) -> None:
    found = trust.foresee(here.store, "新来的", people=30)
    assert found.likely[0].judged == 80
    give(here, "小周", truth)
    with pytest.raises(UsageError, match="没有还等着人判的"):
        trust.foresee(here.store, "新来的", people=1)
    with pytest.raises(UsageError, match="没有还等着人判的"):
        trust.line_up(here.store, "新来的", limit=1)


def go_through(workspace: Workspace, queue_id: str, places: Iterable[int]) -> None:
    """Somebody judges items of a queue, and the names come out."""
    status = workspace.store.queue(queue_id)
    assert status is not None
    questions, answers = workspace.store.judged(status.queue)
    for place in places:
        content = status.queue.items[place].answers[0]
        answer = answers[content]
        verdict = truth((answer.model, answer.question, 0))
        workspace.store.click(queue_id, place, "小周", verdict)
    workspace.store.reveal(
        queue_id, lambda queue, clicks: outcome(queue, clicks, questions=questions, at=now())
    )


def test_the_most_useful_come_first_and_their_chances_are_kept(here: Workspace) -> None:
    give(here, "裁判", lambda p: "unsure" if int(p[1][1:]) % 4 == 0 else truth(p), judge=True)
    give(here, "小周", sample(range(20, 32)))
    queue = trust.line_up(here.store, "裁判", limit=40, seed=3)
    kept = here.store.queue(queue.id)
    assert kept is not None
    assert kept.queue == queue
    assert queue.draw is not None
    assert len(queue.items) == 40
    assert len(queue.draw.others) == 80 - 24 - 40
    assert list(queue.draw.places) == sorted(queue.draw.places)
    assert queue.draw.beyond is not None
    _, answers = here.store.judged(queue)
    first = [answers[item.answers[0]].question for item in queue.items[:14]]
    doubtful = sum(int(name[1:]) % 4 == 0 for name in first)
    assert doubtful >= 7  # of the 56 they are 14
    go_through(here, queue.id, [*range(24), 30])
    table = trust.look(here.store, "裁判")
    assert table.drawn
    # 24 were judged in turn; 24 were known before, and the one out of turn does not count.
    assert sum(row.corrected.people for row in table.models) == 24
    assert sum(row.corrected.settled for row in table.models) == 8 + 24
    assert all(row.check is None for row in table.models)
    assert here.store.verify() == []


def test_scores_from_drawn_queues_are_unbiased_and_hold_the_truth(tmp_path: Path) -> None:
    """Over many draws the corrected score lies about the people's, and its interval holds it."""
    from mingan.store.queues import Click

    (tmp_path / "a.csv").write_text(rows(60), "utf-8")
    here = Workspace.open(tmp_path / "w.db")
    here.import_(tmp_path / "a.csv", name="谈")
    here.grade()
    give(here, "裁判", lambda p: "unsure" if int(p[1][1:]) % 4 == 0 else wrong_now_and_then(p),
         judge=True)  # fmt: skip
    seen = sights.sights_of(here.gather(), list(here.store.all_grades()), "裁判")
    everything = sights.population(seen, rules=True)
    whole = (60 * np.mean([truth(("甲", f"q{i}", 0)) == "right" for i in range(60)]) + 4) / 64
    told = [
        sights.Sight(**{name: getattr(s, name) for name in s.__slots__} | {
            "person": truth(s.place) if s.place[1][0] == "q" else None
        })
        for s in seen
    ]  # fmt: skip
    found = []
    for seed in range(150):
        queue = ahead.line_up("谈", "裁判", everything, seen, limit=70, seed=seed)
        assert queue.draw is not None
        clicks = [Click(queue.id, place, "小周", "right") for place in range(50)]
        turn = sights.Turn.of(queue, queue.draw, clicks)
        people = sights.population(told, rules=True, given=turn)
        found.append(
            corrected.model_trust(
                "甲", people.of("甲"), drawn=True, about="these answers"
            ).corrected
        )
    assert np.mean([f.score for f in found]) == pytest.approx(whole, abs=0.012)
    assert np.mean([f.low <= whole <= f.high for f in found]) >= 0.92


def test_position_is_measured_against_people_on_the_same_pairs(here: Workspace) -> None:
    gathered = here.gather()
    votes = []
    for i in range(12):
        digest = next(q.hash for q in gathered.questions if q.id == f"q{i}")
        a, b = (gathered.answers[name, f"q{i}", 0].content for name in ("甲", "乙"))
        votes += [
            Vote(question_hash=digest, answer_a=a, answer_b=b, choice="tie", by="裁判",
                 authority="judge", said=("a", "b"), at=now()),
            Vote(question_hash=digest, answer_a=b, answer_b=a, choice="b", by="小周", at=now()),
        ]  # fmt: skip
    here.store.add_votes(votes)
    (bias,) = trust.known_of(here.store, "裁判").biases
    assert (bias.kind, bias.items) == ("position", 24)
    assert bias.judge == pytest.approx(0.5)
    assert bias.people == pytest.approx(0.0)


def test_a_queue_has_a_size(here: Workspace) -> None:
    with pytest.raises(UsageError, match="1 到 5000"):
        trust.line_up(here.store, "裁判", limit=0)


def test_a_judge_of_which_nothing_could_be_read_has_no_score(here: Workspace) -> None:
    give(here, "裁判", lambda place: "ungraded", judge=True)
    give(here, "小周", sample(range(12)))
    table = trust.look(here.store, "裁判")
    assert "一个也没判成" in record_sentence(table.record).zh
    assert all(math.isnan(row.corrected.judge) for row in table.models)
    assert "裁判一个也没判成" in corrected_sentence(table.models[0]).zh


def sight_of(
    model: str, question: Question, repeat: int, judge: Verdict, person: Verdict | None, **more: Any
) -> sights.Sight:
    answer = Answer(
        question=question.id, asked=question.asked, model=model, model_hash="h",
        text=f"{model} {question.id} {repeat}", state="ok",
    )  # fmt: skip
    return sights.Sight(**{
        "place": (model, question.id, repeat), "question": question, "answer": answer,
        "people": {"周": person} if person else {}, "person": person, "judge": judge,
        "score": None, "looked": True, "rule": None, **more,
    })  # fmt: skip


def judged_by_question(
    rng: np.random.Generator, questions: int, models: int, *, repeats: int = 1, cluster: int = 0
) -> list[sights.Sight]:
    """Of a judge that errs on one answer in five, on some questions mostly; with `cluster`, on
    so many questions of a cluster alike."""
    found = []
    groups = max(cluster, 1)
    errs, ease = (np.repeat(rng.beta(a, b, questions // groups), groups)
                  for a, b in ((0.6, 2.4), (0.4, 0.4)))  # fmt: skip
    for i in range(questions):
        question = Question(
            id=f"q{i}", prompt=f"说说 {i}", cluster=f"c{i // groups}" if cluster else ""
        )
        for m in range(models):
            for r in range(repeats):
                person: Verdict = "right" if rng.random() < ease[i] else "wrong"
                judge = other(person) if rng.random() < errs[i] else person
                found.append(sight_of(f"m{m}", question, r, judge, person))
    return found


@pytest.mark.parametrize(("questions", "models", "repeats", "cluster"),
                         [(20, 8, 1, 0), (40, 2, 4, 0), (80, 2, 1, 4)])  # fmt: skip
def test_the_record_counts_questions_and_not_answers(
    questions: int, models: int, repeats: int, cluster: int
) -> None:
    """Several models' answers, repeats and clusters hang together by question."""
    rng = np.random.default_rng(5)
    raw, kappa, passed = [], [], []
    for _ in range(200):
        seen = judged_by_question(rng, questions, models, repeats=repeats, cluster=cluster)
        found = record.track_record(seen, [], "裁判")
        assert found.agreement is not None
        raw.append(found.agreement.raw_low <= 0.8 <= found.agreement.raw_high)
        kappa.append(found.agreement.low <= 0.6 <= found.agreement.high)
        low, high = found.passed.ends
        passed.append(low <= 0.2 <= high)
    assert 0.9 <= np.mean(raw) <= 0.99
    assert 0.88 <= np.mean(kappa) <= 0.99
    assert 0.9 <= np.mean(passed) <= 0.99


@pytest.mark.parametrize(("repeats", "cluster"), [(4, 0), (1, 4)])
def test_scores_and_differences_count_questions_and_not_answers(repeats: int, cluster: int) -> None:
    rng = np.random.default_rng(6)
    scores, gaps = [], []
    for _ in range(200):
        seen = judged_by_question(rng, 60 if repeats > 1 else 160, 2, repeats=repeats,
                                  cluster=cluster)  # fmt: skip
        # The models' answers are as good on the whole, and not on the same questions.
        half = [s for s in seen if s.model == "m0"]
        fresh = judged_by_question(rng, 60 if repeats > 1 else 160, 1, repeats=repeats,
                                   cluster=cluster)  # fmt: skip
        half += [
            sight_of("m1", s.question, s.place[2], s.judge or "wrong", s.person) for s in fresh
        ]
        people = sights.population(half, rules=True)
        score = corrected.model_trust("m0", people.of("m0"), drawn=False).corrected
        (gap,) = corrected.gaps_of(people, ["m0", "m1"])
        scores.append(score.low <= 0.5 <= score.high)
        gaps.append(gap.difference.low <= 0 <= gap.difference.high)
        assert gap.questions == len({s.question.id for s in half})
    assert 0.91 <= np.mean(scores) <= 0.99
    assert 0.91 <= np.mean(gaps) <= 0.99


def test_what_rules_settled_is_no_certainty_about_such_questions(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "编号,题目,参考答案,甲\n" + "".join(
            f"n{i},{i} 加 {i} 等于几？,{2 * i},{2 * i if i else 9}\n" for i in range(3)
        ), "utf-8",
    )  # fmt: skip
    here = Workspace.open(tmp_path / "w.db")
    here.import_(tmp_path / "a.csv", name="算")
    here.grade()
    (row,) = trust.look(here.store, "裁判").models
    assert row.corrected.score == pytest.approx(2 / 3)
    assert row.corrected.low < 0.2
    assert row.corrected.high > 0.99
    assert "得 67 分（95% 区间" in corrected_sentence(row).zh
    (sure,) = trust.look(here.store, "裁判", about="these answers").models
    assert (sure.corrected.low, sure.corrected.high) == (sure.corrected.score,) * 2


def test_the_gaps_of_many_models_and_many_leanings_hold_together(here: Workspace) -> None:
    """An interval that is one of several is wider than one alone."""
    give(here, "裁判", wrong_now_and_then, judge=True)
    give(here, "小周", sample(range(30)))
    seen = sights.sights_of(here.gather(), list(here.store.all_grades()), "裁判")
    people = sights.population(seen, rules=True)
    (alone,) = corrected.gaps_of(people, ["甲", "乙"])
    assert alone.pairs == 1
    third = [
        dataclasses.replace(e, sight=dataclasses.replace(e.sight, place=("丙", *e.sight.place[1:])))
        for e in people.of("甲")
    ]
    more = dataclasses.replace(people, entries=(*people.entries, *third))
    several = corrected.gaps_of(more, ["甲", "乙", "丙"])
    assert [gap.pairs for gap in several] == [3, 3, 3]
    wide = several[0].difference
    assert wide.high - wide.low > 1.1 * (alone.difference.high - alone.difference.low)
    record = trust.known_of(here.store, "裁判")
    assert {round(bias.level, 4) for bias in record.biases} == {0.975}


def test_a_lenient_judges_marks_are_taken(here: Workspace) -> None:
    """It passes everything, but gives what is right more marks."""
    gathered = here.gather()
    by_id = {question.id: question for question in gathered.questions}
    here.store.add_grades([
        Grade(
            answer=answer.content, question_hash=by_id[place[1]].hash, verdict="right",
            score=0.9 if truth(place) == "right" else 0.7 if int(place[1][1:]) % 2 else 0.6,
            grader="judge-rubric", version="1", authority="judge", by="裁判", at=now(),
        )
        for place, answer in gathered.answers.items() if place[1][0] == "q"
    ])  # fmt: skip
    give(here, "小周", sample(range(32)))
    table = trust.look(here.store, "裁判", about="these answers")
    assert all(row.marked for row in table.models)
    for row in table.models:
        assert row.corrected.judge == pytest.approx((40 + 3 + (row.model == "甲")) / 44, abs=0.03)
        assert row.corrected.high - row.corrected.low < 0.6 * (
            row.corrected.alone_high - row.corrected.alone_low
        )
    assert any("裁判打的分" in note.zh for note in table_notes(table))
