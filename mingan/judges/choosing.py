"""Which answers are put before judges, how each is judged, and what must not leave the machine.

`open` means what the rules leave open, whether or not people have looked at it since: only where
judges and people saw the same answers can be told how far to trust the judges. Games decide
themselves, and what could not be had is no answer; both are left out and counted. This module
must not know how judges are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal
from urllib.parse import urlsplit

from mingan import asking
from mingan.errors import UsageError
from mingan.grading.judging import Case, has_reference, judgeable
from mingan.grading.judging.replies import Kind
from mingan.language import Text
from mingan.records import Answer, Grade, ModelCard, Question
from mingan.reports.gather import Gathered
from mingan.store.standing_grades import StandingGrades

Wanted = Literal["rubric", "reference", "pair"]
Which = Literal["open", "all"] | Collection[str]

KINDS: tuple[Wanted, ...] = ("rubric", "reference", "pair")

_STAY = ("local", "scripted", "recorded")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What goes before the judges. `left_out` counts the rest by why: game, nothing to judge,
    no reference.
    """

    cases: tuple[Case, ...]
    left_out: dict[str, int]


def choose(
    gathered: Gathered, grades: Iterable[Grade], *, kind: Wanted | None, which: Which,
    limit: int | None, seed: int = 0,
) -> Chosen:  # fmt: skip
    """The cases that are wanted, balanced over the tiers where there is a limit.

    Args:
        grades: every grade on record, of which those of rules say what is open.
        kind: None judges by the reference where there is one, and else by criteria.

    Raises:
        UsageError: an unknown kind or question, nothing to judge, or too few models for pairs.
    """
    _check(kind, which, gathered)
    ruled = StandingGrades(grade for grade in grades if grade.authority == "rule").by_place
    left_out: Counter[str] = Counter()
    by_question: dict[str, list[tuple[int, Answer, bool]]] = {}
    questions = {question.id: question for question in gathered.questions}
    for (_, name, repeat), answer in gathered.answers.items():
        question = questions[name]
        if not isinstance(which, str) and name not in which:
            continue
        if why := _why_not(question, answer, kind):
            left_out[why] += 1
            continue
        rule = ruled.get((answer.content, question.hash))
        open_ = rule is None or rule.verdict not in ("right", "wrong")
        if kind == "pair" or which != "open" or open_:
            by_question.setdefault(name, []).append((repeat, answer, open_))
    cases: list[Case] = []
    for name, found in by_question.items():
        if kind == "pair":
            cases += _pairs(questions[name], found, only_open=which == "open")
        else:
            cases += [_case(questions[name], answer, kind) for _, answer, _ in found]
    if not cases:
        raise _nothing(left_out)
    if limit is not None:
        # Only who they are and their tier: what judges would be told is long, and made later.
        short = [Question(id=case.id, prompt="", tier=case.question.tier) for case in cases]
        kept = {question.id for question in asking.subset(short, limit, seed=seed)}
        cases = [case for case in cases if case.id in kept]
    return Chosen(cases=tuple(cases), left_out=dict(left_out))


def check_hidden(cases: Sequence[Case], judges: Sequence[ModelCard], *, show_hidden: bool) -> None:
    """See that no hidden question leaves the machine unasked.

    Raises:
        UsageError: one would.
    """
    hidden = {case.question.id for case in cases if case.question.hidden}
    away = [card.name for card in judges if leaves(card)]
    if not hidden or not away or show_hidden:
        return
    raise UsageError(
        f"这里有 {len(hidden)} 道暗题，而裁判 {'、'.join(away)} 不在本机：题目、参考答案和回答会"
        "发到对方那里，暗题就不再是暗题。请用本机的裁判；确实要发出去，请加 --show-hidden。",
        f"There are {len(hidden)} hidden questions here, and the judge {', '.join(away)} is not on "
        "this machine: questions, references and answers would be sent away and be hidden no "
        "more. Use a local judge, or add --show-hidden if you really want to send them.",
    )


def leaves(card: ModelCard) -> bool:
    """Whether what this model is told leaves the machine; of what we do not know, we think so."""
    if card.kind in _STAY:
        return False
    try:
        return (urlsplit(card.base_url).hostname or "") not in _LOOPBACK
    except ValueError:
        return True


def own_answers(cases: Sequence[Case], judges: Sequence[ModelCard]) -> list[Text]:
    """A sentence for every judge that is to judge answers of its own."""
    judged = {answer.model for case in cases for answer in case.answers}
    return [
        Text(
            f"裁判 {card.name} 也在被判的模型里：它判自己的回答，可能偏心。",
            f"The judge {card.name} is one of the models judged: it may favour its own answers.",
        )
        for card in judges
        if card.name in judged
    ]


def _check(kind: Wanted | None, which: Which, gathered: Gathered) -> None:
    if kind is not None and kind not in KINDS:
        raise UsageError(
            f"没有 {kind!r} 这种评判；可用的有：{'、'.join(KINDS)}。",
            f"There is no judging of kind {kind!r}; available: {', '.join(KINDS)}.",
        )
    if kind == "pair" and len(gathered.cards) < 2:
        raise UsageError(
            "两两比较至少要有两个模型的回答。",
            "Judging pairs needs the answers of two models at least.",
        )
    if isinstance(which, str):
        if which not in ("open", "all"):
            raise UsageError(
                f"--which 写 open（规则判不了的）、all（全部）或题目编号，而不是 {which!r}。",
                f"--which is open (what rules leave open), all, or ids of questions, not "
                f"{which!r}.",
            )
        return
    known = {question.id for question in gathered.questions}
    unknown = sorted(set(which) - known)
    if unknown:
        raise UsageError(
            f"题库 {gathered.bank} 里没有问过这些题：{'、'.join(unknown[:5])}。",
            f"Nobody was asked these questions of {gathered.bank}: {', '.join(unknown[:5])}.",
        )


def _why_not(question: Question, answer: Answer, kind: Wanted | None) -> str:
    """Why an answer is left out; "" if it is not."""
    if question.kind:
        return "game"
    if not judgeable(answer):
        return "nothing to judge"
    if kind == "reference" and not has_reference(question):
        return "no reference"
    return ""


def _case(question: Question, answer: Answer, kind: Wanted | None) -> Case:
    fitting: Kind = kind or ("reference" if has_reference(question) else "rubric")
    return Case.of(question, (answer,), fitting)


def _pairs(
    question: Question, found: Sequence[tuple[int, Answer, bool]], *, only_open: bool
) -> list[Case]:
    """Every two models' answers to a question in the same repeat, of which one must be open."""
    return [
        Case.of(question, (a, b), "pair")
        for (repeat, a, a_open), (other, b, b_open) in combinations(found, 2)
        if repeat == other and a.model != b.model and (a_open or b_open or not only_open)
    ]


def _nothing(left_out: Counter[str]) -> UsageError:
    if left_out:
        games, empty, bare = (left_out[k] for k in ("game", "nothing to judge", "no reference"))
        return UsageError(
            f"没有要判的回答：{games} 个是游戏，{empty} 个没有内容，{bare} 个没有参考答案。",
            f"There is nothing to judge: {games} answers are games, {empty} are empty, {bare} have "
            "no reference.",
        )
    return UsageError(
        "没有要判的回答：规则都判得了。要让裁判把规则判过的也判一遍，请写 --which all。",
        "There is nothing to judge: the rules could grade everything. To have judges look at what "
        "rules have graded too, write --which all.",
    )
