"""`mingan bank new`: asks its way through one question and its twin, and adds them to a file.

Everything can be left with Ctrl-C; the file is touched once, at the end, as a whole. What a
question means and how it is graded is known elsewhere: here is only the conversation.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.errors import BankError, UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.bank import Bank
    from mingan.bank.templates import Template
    from mingan.records import Question

TIERS = {"1": "基础", "2": "进阶", "3": "垂直"}
SHOWN = 3
"""Instances of a new template that are shown before it is kept."""


def new(
    file: Annotated[Path, typer.Argument(metavar="FILE")] = Path("questions.csv"),
) -> int:
    """Ask for a question, its answer and its twin; try the grader; add them to FILE."""
    from mingan import bank as banks

    before = _existing(file)
    taken = {question.id for question in before.questions} if before else set()
    question = _question(taken)
    _try(question)
    added, template = _twin(question, taken | {question.id})
    kept = [*(before.questions if before else ()), *added]
    templates = [*(before.templates if before else ()), *([template] if template else ())]
    banks.write(kept, file, templates=templates)
    name = say.argument(str(file))
    say.out(
        Text(
            f"写进了 {file}，现在有 {len(kept)} 行。",
            f"Added to {file}. Rows there now: {len(kept)}.",
        )
    )
    say.out(Text(f"接着可以：mingan bank check {name}", f"Next: mingan bank check {name}"))
    if any(q.pair for q in kept):
        say.out(
            Text(
                f"对子写齐以后：mingan bank seal {name}",
                f"When all pairs are written: mingan bank seal {name}",
            )
        )
    return 0


def _existing(file: Path) -> Bank | None:
    """The bank in `file`, if adding to it loses nothing of it."""
    from mingan import bank as banks
    from mingan import shelf
    from mingan.bank.encoding import decode
    from mingan.bank.faults import Findings

    if file.suffix.lower() not in (".csv", ".jsonl"):
        raise UsageError(
            f"{file.name} 要以 .csv 或 .jsonl 结尾。", f"End {file.name} in .csv or .jsonl."
        )
    if not file.exists():
        return None
    found = shelf.find_bank(str(file))
    lines = banks.to_csv if file.suffix.lower() == ".csv" else banks.to_jsonl
    rows = lines(found.questions, templates=found.templates)
    again = "".join(line.rstrip("\r\n") + "\n" for line in rows)
    as_it_is = (decode(file.read_bytes(), Findings(file.name)) or "").replace("\r\n", "\n")
    if again.strip() != as_it_is.strip():
        raise UsageError(
            f"{file} 里有些东西（例如别的列、别的写法）重写时会丢。请换一个文件名，例如 new.csv，"
            "写好再用表格软件并进去。",
            f"{file} holds things that would be lost in rewriting (other columns, another style). "
            "Give another file, such as new.csv, and merge the two in a spreadsheet program.",
        )
    return found


def _question(taken: set[str]) -> Question:
    """Ask for everything that a question needs."""
    from mingan.grading import choose
    from mingan.records import Question

    say.note(
        Text(
            "一步一步写一道题；回车用括号里的默认值，Ctrl-C 随时不写了。",
            "Let us write one question; Enter takes what is in brackets, Ctrl-C leaves.",
        )
    )
    identity = _ask("编号", "id", default=_free(taken), wrong=lambda t: t in taken)
    tier = TIERS[
        _ask(
            "层级：1 基础 2 进阶 3 垂直",
            "tier: 1 basic 2 advanced 3 professional",
            default="2",
            wrong=lambda t: t not in TIERS,
        )
    ]
    tags = _ask("考什么能力（几个用顿号隔开）", "which abilities (separated by commas)")
    prompt = _ask("题目（写清楚要什么样的答案）", "the prompt (say what form the answer has)")
    answer = _ask("参考答案", "the reference answer")
    aliases = _ask(
        "别的也算对的答案（用 | 隔开，没有就回车）",
        "other right answers (separated by |, Enter for none)",
        default="",
    )
    why = _ask("一句话：为什么这个答案对", "in one line: why is this answer right")
    note = _ask(
        "一句话：模型容易错在哪里（可不写）",
        "in one line: what do models get wrong (optional)",
        default="",
    )
    question = Question(
        id=identity,
        tier=tier,
        prompt=prompt,
        answer=answer,
        why=why,
        note=note,
        tags=tuple(part.strip() for part in re.split("[、,，]", tags) if part.strip()),
        aliases=tuple(part.strip() for part in aliases.split("|") if part.strip()),
    )
    chosen = choose(question)
    say.note(
        Text(
            f"判法看答案的样子定为 {chosen.grader}：{chosen.why.zh}",
            f"By the form of the answer, the grader is {chosen.grader}: {chosen.why.en}",
        )
    )
    return question


def _try(question: Question) -> None:
    """Let the author see how answers are graded, as often as he likes."""
    from mingan import grading
    from mingan.records import Answer

    while True:
        text = _ask(
            "试判：写一个回答看看（不试就回车）", "try an answer (Enter to go on)", default=""
        )
        if not text:
            return
        answer = Answer(
            question=question.id, asked=question.asked, model="-", model_hash="-", text=text
        )
        grade = grading.grade(question, answer)
        say.note(f"{_VERDICTS[grade.verdict].say()}：{grade.reason.say()}")


_VERDICTS = {
    "right": Text("对", "right"),
    "wrong": Text("错", "wrong"),
    "unsure": Text("存疑", "unsure"),
    "ungraded": Text("没法判", "ungraded"),
}


def _twin(question: Question, taken: set[str]) -> tuple[list[Question], Template | None]:
    """Ask for the twin: another version by hand, or slots, or none for now."""
    way = _ask(
        "暗题：1 手写另一道 2 写成带变量的模板 3 先不写",
        "its twin: 1 another by hand 2 a template with slots 3 none for now",
        default="1",
        wrong=lambda t: t not in ("1", "2", "3"),
    )
    if way == "1":
        return _second(question, taken), None
    if way == "2":
        template = _template(question)
        return [question], template
    return [question], None


def _second(question: Question, taken: set[str]) -> list[Question]:
    from msgspec.structs import replace

    from mingan.bank import pairs

    say.note(
        Text(
            "写另一道：逻辑一样、一样难、差不多长，内容换掉，不要只换说法。",
            "Write the other: the same logic, as hard, about as long, other content; "
            "no paraphrase.",
        )
    )
    prompt = _ask("另一道的题目", "the other prompt", wrong=lambda t: t == question.prompt)
    answer = _ask("另一道的参考答案", "its reference answer")
    why = _ask("为什么对", "why it is right")
    first = replace(question, pair=question.id)
    other = replace(
        first, id=_beside(question.id, taken), prompt=prompt, answer=answer, aliases=(), why=why
    )
    if not pairs.alike(first, other):
        say.note(
            Text(
                "提醒：两道题长短差得多，最好改得差不多长。",
                "Mind: the two differ much in length; make them more alike.",
            )
        )
    _try(other)
    return [first, other]


def _template(question: Question) -> Template:
    """Ask for slots until the template makes questions whose checks hold."""
    from mingan.bank.templates import Template, failed_checks, instances

    say.note(
        Text(
            "把会变的地方换成 {名字}，答案写成算式，例如 {n} 个、{n * p}。",
            "Put {name} where something varies, and the answer as an expression.",
        )
    )
    draft = Template(question=question, slots={})
    while True:
        draft = _draft(draft)
        try:
            made = list(instances(draft, SHOWN, "trial"))
            failed = [test for one in made for test in failed_checks(draft, one)]
        except BankError as error:
            say.note(error.message)
            say.note(
                Text("改一改；写过的都在，回车就留着。", "Mend it; Enter keeps what you wrote.")
            )
            continue
        for one in made:
            say.note(f"· {one.question.prompt} → {one.question.answer}")
        if failed:
            say.note(Text(f"核对不成立：{failed[0]}", f"The check does not hold: {failed[0]}"))
        elif _ask("这样行吗：1 行 2 重写", "is that right: 1 yes 2 again", default="1") == "1":
            return draft


def _draft(before: Template) -> Template:
    """Ask for the parts of a template; what is answered with Enter stays as it was before."""
    from msgspec.structs import replace

    from mingan.bank.template_rows import slot_of
    from mingan.bank.templates import Template

    old = before.question
    prompt = _ask("带变量的题目", "the prompt with slots", default=old.prompt)
    answer = _ask("带变量的答案", "the answer with slots", default=old.answer or "")
    slots = _lines(
        "变量，一行一个，如 n = draw(2, 9)；空行结束",
        "slots, one a line, such as n = draw(2, 9); an empty line ends",
        before=[f"{name} = {source}" for name, source in before.slots.items()],
        wrong=lambda line: slot_of(line) is None,
    )
    where = _lines(
        "条件，一行一个，可不写", "conditions, one a line, optional", before=before.where
    )
    check = _lines(
        "核对，一行一个：用另一种办法验证 answer，如 number(answer) == …",
        "checks, one a line: reach `answer` in another way",
        before=before.check,
    )
    why = _ask("为什么对（也可带变量）", "why it is right (slots too)", default=old.why)
    return Template(
        question=replace(old, prompt=prompt, answer=answer, why=why),
        slots=dict(pair for line in slots if (pair := slot_of(line)) is not None),
        where=tuple(where),
        check=tuple(check),
    )


def _lines(
    zh: str,
    en: str,
    *,
    before: Sequence[str] = (),
    wrong: Callable[[str], bool] | None = None,
) -> list[str]:
    """Lines up to an empty one; those of `before` where none is written, none at all after “-”."""
    say.note(Text(zh, en))
    for line in before:
        say.note(f"  [{line}]")
    if before:
        say.note(
            Text(
                "直接回车留着方括号里的；要改就全部重写；只写一个 - 就都不要。",
                "Enter keeps those in brackets; to change one, write all again; - drops them.",
            )
        )
    lines: list[str] = []
    while line := _read("  "):
        if wrong and wrong(line):
            say.note(
                Text(
                    f"读不懂“{line[:40]}”，请再写这一行。", f"{line[:40]!r} cannot be read; again."
                )
            )
            continue
        lines.append(line)
    if before and lines == ["-"]:
        return []
    return lines or list(before)


def _ask(
    zh: str, en: str, *, default: str | None = None, wrong: Callable[[str], bool] | None = None
) -> str:
    """One answer of the author; asked again while it is empty or makes no sense."""
    shown = Text(zh, en).say() + (f" [{default}]" if default else "") + "："
    while True:
        text = _read(shown) or default
        if text is not None and not (wrong and wrong(text)):
            return text
        say.note(Text("这样不行，再写一次。", "That will not do; once more, please."))


def _read(prompt: str) -> str:
    print(prompt, end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    if not line:
        raise typer.Abort
    return line.strip()


def _free(taken: set[str]) -> str:
    number = len(taken) + 1
    while f"q{number:03}" in taken:
        number += 1
    return f"q{number:03}"


def _beside(name: str, taken: set[str]) -> str:
    other = f"{name}-b"
    while other in taken:
        other += "b"
    return other
