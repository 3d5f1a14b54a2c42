"""`mingan trust`: what is known about a judge, and what scores are worth with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import BankOption, JsonOption, ModelsOption, WorkspaceOption, help_
from mingan.language import Text

if TYPE_CHECKING:
    from mingan.workspace import Workspace

JudgesOption = Annotated[
    list[str],
    typer.Option("--judge", metavar="NAME",
                 help=help_("看哪个裁判（写几次就是一起判的几个）",
                            "which judge (several: those that judged together)")),
]  # fmt: skip

RulesOption = Annotated[
    bool,
    typer.Option("--rules/--no-rules",
                 help=help_("规则判了的算数；不算数时只看裁判和人",
                            "take rules at their word; without, only judge and people count")),
]  # fmt: skip

QueueOption = Annotated[
    int | None,
    typer.Option("--queue", metavar="N",
                 help=help_("建一个盲评：最该请人看的 N 个回答，按已知机会抽出来",
                            "make a blind grading of the N answers most worth a look, drawn by "
                            "known chances")),
]  # fmt: skip


def trust(
    judge: JudgesOption,
    bank: BankOption = None,
    model: ModelsOption = None,
    rules: RulesOption = True,
    queue: QueueOption = None,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:
    """How far to trust a judge, and every model's score corrected by people's verdicts."""
    from mingan import trust as trusting
    from mingan.reports import table, trust_documents, trust_sentences
    from mingan.workspace import Workspace

    name = "+".join(sorted(judge))
    with Workspace.open(workspace, create=False) as opened:
        if queue is not None:
            return _line_up(opened, name, queue, bank, model or None, as_json=json)
        found = trusting.look(opened.store, name, bank=bank, models=model or None, rules=rules)
    if json:
        say.document(trust_documents.trust_document(found))
        return 0
    for sentence in trust_sentences.record_sentences(found.record):
        say.out(sentence)
    if not found.models:
        return 0
    say.out("")
    print(table.plain(trust_sentences.trust_table(found)), end="")
    say.out("")
    say.out(trust_sentences.corrected_sentence(found.models[0]))
    if found.gaps:
        say.out(trust_sentences.gap_sentence(found.gaps[0]))
    for sentence in trust_sentences.table_notes(found):
        say.note(sentence)
    return 0


def _line_up(
    workspace: Workspace, judge: str, limit: int, bank: str | None, models: list[str] | None, *,
    as_json: bool,
) -> int:  # fmt: skip
    """Make a blind grading of what is most worth a look."""
    from mingan import trust as trusting

    made = trusting.line_up(workspace.store, judge, limit=limit, bank=bank, models=models)
    if as_json:
        say.document({"queue": made.id, "bank": made.bank, "items": len(made.items)})
        return 0
    say.out(
        Text(
            f"建好了一个盲评：题库 {made.bank} 的 {len(made.items)} 个回答，最该看的在前。判到哪里"
            "停都行，照次序判就好。",
            f"A blind grading is made: {len(made.items)} answers to {made.bank}, the most useful "
            "first. Stop wherever you like, but judge in order.",
        )
    )
    say.note(Text("下一步：mingan serve，打开「盲评」", "Next: mingan serve, and open Grade"))
    return 0


def foresee(
    workspace: Workspace, judges: list[str], people: int, bank: str | None,
    models: list[str] | None, *, as_json: bool,
) -> int:  # fmt: skip
    """Say what so many verdicts by people would buy; nobody is asked."""
    from mingan import trust as trusting
    from mingan.reports import trust_documents, trust_sentences

    name = "+".join(sorted(judges))
    found = trusting.foresee(workspace.store, name, people=people, bank=bank, models=models)
    if as_json:
        say.document(trust_documents.foresight_document(found))
        return 0
    say.out(trust_sentences.foresight_sentence(found))
    for sentence in trust_sentences.foresight_notes(found):
        say.out(sentence)
    command = f"mingan trust --judge {say.argument(judges[0])} --queue {found.more}"
    say.note(Text(f"下一步，请人来判：{command}", f"Next, have people judge: {command}"))
    return 0
