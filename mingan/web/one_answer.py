"""One answer on the Compare page: all of its text, its picture, and a person's verdict on it.

A verdict given here goes before a rule's and is stored like any other; taking it back lets the
rule's count again. An answer is named in an address by its question's key and its own content, so
that nobody judges a text that he has not seen. The module knows nothing of filters but the way
back to what was looked at.
"""

from __future__ import annotations

from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import RedirectResponse, Response

from mingan.errors import UsageError
from mingan.language import Text
from mingan.records import Answer, Grade, Question, Verdict, now
from mingan.reports.page_questions import NAMES, SIGNS
from mingan.reports.safe import one_line
from mingan.reports.words import words
from mingan.web import answers, cards
from mingan.web.drawings import Pictures
from mingan.web.filters import Filter
from mingan.web.hands import Later
from mingan.web.judged import judge_card
from mingan.web.routing import get, post, problem
from mingan.web.visit import Visit

LONGEST_REASON = 500

_A_DAY = 24 * 3600
_SIGNS = {NAMES[letter]: SIGNS[letter] for letter in NAMES}
_VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "unsure", "ungraded")
_NO_ANSWER = Text(
    "没有找到这个回答；它可能刚刚被更正过。请刷新页面再看，什么也没有改动。",
    "That answer was not found; it may just have been corrected. Reload the page; nothing was "
    "changed.",
)
_NO_PICTURE = Text(
    "这幅画画不出来，或者画得太久。", "This drawing cannot be drawn, or takes too long."
)


def context(visit: Visit, wanted: Filter) -> dict[str, Any]:
    """What every template that shows answers needs."""
    return {
        "wanted": wanted,
        "word": words(visit.lang),
        "signs": _SIGNS,
        "may_grade": visit.person.may("owner"),
        "me": cards.signature(visit.name),
        "judged": lambda answer: judge_card(visit, wanted.bank, answer),
        "rich": lambda text: answers.rich(text, visit.lang, cards.ROOMS["whole"].chars),
    }


def question_address(visit: Visit, ident: str, bank: str) -> str:
    """The address of a question's own page, whatever characters its id has."""
    path = cards.path_of(ident)
    if path:
        return visit.url(f"/compare/q/{path}", bank=bank)
    return visit.url("/compare/q/", bank=bank, key=cards.question_key(ident))


def _find(visit: Visit, bank: str) -> tuple[Question, Answer] | None:
    """The question and answer that the address names, as they stand now.

    Looked up past the snapshot, which may be a little old.
    """
    reader = visit.bench.snapshots.reader
    reader.look()
    key, content = visit.path_params["key"], visit.path_params["content"]
    for question in reader.bank(bank) or ():
        if cards.question_key(question.id) == key:
            for answer in reader.answers():
                here = answer.question == question.id and answer.asked == question.asked
                if here and answer.content == content:
                    return question, answer
    return None


def answer(visit: Visit) -> Response:
    """One answer with more of its text, to take the place of the shorter one."""
    wanted = Filter.read(visit.query.multi_items())
    found = _find(visit, wanted.bank)
    if found is None:
        return problem(visit, _NO_ANSWER, status=404)
    if not visit.is_fragment:
        return RedirectResponse(_own_page(visit, wanted.bank, *found), status_code=303)
    return _answer_again(visit, wanted, *found, room="whole")


def whole(visit: Visit) -> Response:
    """Everything that was said, as a text file; never shown, only saved."""
    found = _find(visit, visit.query.get("bank", ""))
    if found is None or found[0].hidden:
        return problem(visit, _NO_ANSWER, status=404)
    word = words(visit.lang)
    text = cards.whole_text(*found, (word["by_user"], word["by_model"]))
    name = f"{visit.path_params['key']}-{found[1].content[:8]}.txt"
    return Response(
        text.encode("utf-8", "replace"),
        media_type="text/plain; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def picture(visit: Visit) -> Response | Later[bytes | None]:
    """The drawing in an answer, as pixels that we made."""
    found = _find(visit, visit.query.get("bank", ""))
    if found is None or found[0].hidden:
        return problem(visit, _NO_ANSWER, status=404)
    return Later(visit.bench.part(Pictures, Pictures).of(*found), partial(_png, visit))


def _png(visit: Visit, made: bytes | None) -> Response:
    if made is None:
        return problem(visit, _NO_PICTURE, status=404)
    headers = {"cache-control": f"private, max-age={_A_DAY}, immutable"}
    return Response(made, media_type="image/png", headers=headers)


def grade(visit: Visit) -> Response:
    """A person's verdict on one answer, or that it is taken back."""
    wanted = Filter.read(parse_qsl(visit.field("filter")))
    found = _find(visit, wanted.bank)
    if found is None:
        return problem(visit, _NO_ANSWER, status=404)
    verdict = next((known for known in _VERDICTS if known == visit.field("verdict")), None)
    if verdict is None:
        raise UsageError(
            "请选对、错、判不了或撤回；什么也没有改动。",
            "Choose right, wrong, cannot tell or withdraw; nothing was changed.",
        )
    reason = one_line(visit.field("reason"), LONGEST_REASON)
    question, given = found
    if verdict == "ungraded":
        _check_withdrawal(visit, question, given)
    visit.bench.workspace.store.add_grades(
        [
            Grade(
                answer=given.content, question_hash=question.hash, verdict=verdict,
                grader="person", version="1", authority="person", by=visit.name,
                reason=Text(reason, reason), at=now(), hidden=question.hidden,
            )
        ]
    )  # fmt: skip
    visit.bench.snapshots.changed()
    if visit.is_fragment:
        return _answer_again(visit, wanted, *found, room=visit.field("room"), opened=True)
    back = f"{visit.url('/compare')}{wanted.query}"
    if visit.field("room") == "page":
        back = _own_page(visit, wanted.bank, *found).partition("#")[0]
    return RedirectResponse(f"{back}#{cards.answer_anchor(given.content)}", status_code=303)


def _check_withdrawal(visit: Visit, question: Question, given: Answer) -> None:
    """Say so if the verdict that counts is none of this person's, which nothing would take back."""
    standing = visit.bench.snapshots.reader.grades().get((given.content, question.hash))
    if standing is None or standing.authority != "person":
        raise UsageError(
            "这里没有人的判定可以撤回；什么也没有改动。",
            "There is no person's verdict to withdraw; nothing was changed.",
        )
    if standing.by != visit.name:
        by = cards.signature(standing.by) or "?"
        raise UsageError(
            f"这是 {by} 的判定，只有本人能撤回。你可以另判一次，那就以你的为准。什么也没有改动。",
            f"This is the verdict of {by}, who alone can withdraw it. Give your own, and yours "
            "will count. Nothing was changed.",
        )


def _answer_again(
    visit: Visit,
    wanted: Filter,
    question: Question,
    given: Answer,
    *,
    room: str,
    opened: bool = False,
) -> Response:
    """The one answer as it stands now."""
    reader = visit.bench.snapshots.reader
    reader.look()
    standing = reader.grades().get((given.content, question.hash))
    room = room if room in cards.ROOMS else "list"
    card = cards.answer_card(question, given, standing, visit.lang, room=room)
    return visit.fragment(
        "compare_answer.html.j2",
        **context(visit, wanted), answer=card, room=room, opened=opened,
        page=_own_page(visit, wanted.bank, question, given),
    )  # fmt: skip


def _own_page(visit: Visit, bank: str, question: Question, given: Answer) -> str:
    """The answer's place on its question's page."""
    return f"{question_address(visit, question.id, bank)}#{cards.answer_anchor(given.content)}"


routes = [
    get("/compare/answer/{key}/{content}", answer),
    get("/compare/whole/{key}/{content}", whole),
    get("/picture/{key}/{content}.png", picture, section="/compare"),
    post("/compare/answer/{key}/{content}", grade),
]
