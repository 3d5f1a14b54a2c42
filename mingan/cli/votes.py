"""`mingan votes`: models ranked by pairwise votes, and how few votes would turn that round."""

from __future__ import annotations

from typing import Annotated

import typer

from mingan.cli import say
from mingan.cli.options import BankOption, JsonOption, ModelsOption, WorkspaceOption, help_

ByOption = Annotated[
    str,
    typer.Option("--by", metavar="WHO",
                 help=help_("谁的票：all（全部）、people（人）、person:名字、judge、judge:名字",
                            "whose votes: all, people, person:NAME, judge or judge:NAME")),
]  # fmt: skip

StyleOption = Annotated[
    bool,
    typer.Option("--style", help=help_("扣掉长短和排版的影响再排",
                                       "rank at equal length and markdown")),
]  # fmt: skip


def votes(
    by: ByOption = "all",
    bank: BankOption = None,
    model: ModelsOption = None,
    style: StyleOption = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:
    """Rank models by pairwise votes: strength, interval, range of ranks, and what would flip it."""
    from mingan.reports import ranked, table
    from mingan.reports.charts.votes import judge_sentence
    from mingan.reports.vote_ranking import judges_beside_people
    from mingan.trust import ballot
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        found = ballot.rank(opened.store, by=by, bank=bank, models=model or None, style=style)
        gathered = opened.gather(bank=bank, models=model or None)
        beside = judges_beside_people(opened.store.votes(), gathered)
    known = [judge_sentence(one) for one in beside if one.judge in found.judges]
    if json:
        document = ranked.ranking_document(found)
        say.document({**document, "known": [sentence.say() for sentence in known]})
        return 0
    say.out(ranked.ranking_sentence(found))
    for sentence in known:
        say.out(sentence)
    say.out("")
    print(table.plain(ranked.ranking_table(found)), end="")
    say.out("")
    for flip in found.flips:
        say.out(ranked.flip_sentence(flip))
    for effect in found.ranking.styles:
        say.out(ranked.style_sentence(effect))
    for sentence in ranked.notes(found):
        say.note(sentence)
    return 0
