"""`mingan world`: give a model the first seconds of a scene, and see how it goes on."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, WorkspaceOption, help_
from mingan.errors import UsageError
from mingan.language import Text

FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER")]


class Wording(StrEnum):
    """Languages that questions can be written in."""

    zh = "zh"
    en = "en"


LawsOption = Annotated[
    list[str] | None,
    typer.Option("--law", metavar="NAME",
                 help=help_("只要这些规律（可写多次）", "only these laws (may be repeated)")),
]  # fmt: skip
SplitsOption = Annotated[
    list[str] | None,
    typer.Option("--split", metavar="within|beyond|combined|gravity|told",
                 help=help_("只要这些划分（可写多次）", "only these splits (may be repeated)")),
]  # fmt: skip
SeedsOption = Annotated[
    int, typer.Option("--seeds", min=1, max=1000, help=help_("每种几个场景", "scenes of each kind"))
]  # fmt: skip
PublicOption = Annotated[
    bool,
    typer.Option("--public",
                 help=help_("用公开的种子（别人也做得出同样的）",
                            "public seeds, the same scenes for everybody")),
]  # fmt: skip

app = typer.Typer(
    help=Text(
        "世界：看了开头，接得下去吗", "the world: can it continue what it was shown?"
    ).say(),
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


@app.command("make", help=help_("做出一批场景，给模型看的在 given 里", "make scenes to continue"))
def make(
    folder: FolderArgument,
    law: LawsOption = None,
    split: SplitsOption = None,
    seeds: SeedsOption = 10,
    size: Annotated[
        str, typer.Option("--size", metavar="WxH", help=help_("画面大小", "size of the picture"))
    ] = "128x128",
    public: PublicOption = False,
    workspace: WorkspaceOption = None,
) -> int:  # fmt: skip
    """Scenes with private seeds from the workspace's key."""
    from mingan import shelf
    from mingan.workspace import Workspace
    from mingan.world import desk
    from mingan.world.scenes import size_of

    _known(law or [], split or [])
    key = desk.PUBLIC
    if not public:
        with Workspace.open(workspace) as opened:
            key = shelf.twins_key(opened.store).key
    scenes = desk.scenes_of(key, laws=law or (), splits=split or (), seeds=seeds,
                            size=size_of(size))  # fmt: skip
    desk.make(folder, scenes, said=_progress)
    say.out(Text(
        f"{len(scenes)} 个场景在 {folder}；给模型接着演的在 {folder / 'given'}"
        "（每段 2 秒，接 3 秒，存成同名的 mp4）。",
        f"{len(scenes)} scenes in {folder}; what a model is to continue is in {folder / 'given'} "
        "(2 seconds each, 3 to be added, saved as MP4 under the same name).",
    ))  # fmt: skip
    say.note(Text(
        f"它也是一个题库：mingan run --bank {folder / desk.BANK} --model 模型",
        f"It is a bank too: mingan run --bank {folder / desk.BANK} --model NAME",
    ))  # fmt: skip
    return 0


@app.command(
    "ask",
    help=help_("让一个本地程序把每个场景接下去", "have a local program continue every scene"),
)
def ask(
    folder: FolderArgument,
    command: Annotated[
        str,
        typer.Option("--command", metavar="COMMAND",
                     help=help_("命令，里面写 {given} 和 {out}（还可以写 {seconds}）",
                                "a command with {given} and {out} in it (and {seconds})")),
    ],
    clips: Annotated[
        Path, typer.Option("--clips", metavar="FOLDER",
                           help=help_("接好的存到哪个文件夹", "where the clips go"))
    ],
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="SECONDS",
                            help=help_("一段最多几秒", "seconds that a clip may take"))
    ] = 600.0,
) -> int:  # fmt: skip
    """What is there already is not asked for again."""
    from mingan.reports.safe import one_line
    from mingan.world.asking import ask as asked

    found = asked(folder, clips, command, timeout=timeout, said=_progress)
    say.out(Text(
        f"{found.done} 段在 {clips}；量它：mingan world score {folder} --clips 名字={clips}",
        f"{found.done} clips in {clips}; to measure them: mingan world score {folder} --clips "
        f"NAME={clips}",
    ))  # fmt: skip
    for name, why in list(found.failed.items())[:5]:
        say.note(Text(f"{name} 没有接成：{one_line(why, 200)}",
                      f"{name} was not continued: {one_line(why, 200)}"))  # fmt: skip
    if len(found.failed) > 5:
        rest = len(found.failed) - 5
        say.note(Text(f"还有 {rest} 段也没有。", f"Nor were {rest} more."))
    return 1 if found.failed else 0


@app.command(
    "score",
    help=help_("量接得怎么样，旁边总有免费的预言者", "measure clips beside free predictors"),
)
def score(
    folder: FolderArgument,
    clips: Annotated[
        list[str] | None,
        typer.Option("--clips", metavar="NAME=FOLDER",
                     help=help_("哪个模型的视频在哪个文件夹（可写多次）",
                                "a model's clips, by folder (may be repeated)")),
    ] = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Every law by itself."""
    from mingan.reports import table
    from mingan.reports import world_words as words
    from mingan.world import desk
    from mingan.world.scoring import by_law

    scored = desk.score(folder, _models(clips or []), said=_progress)
    rows = by_law(scored.clips)
    short = any(scored.failed.values())
    if json:
        say.document(words.world_document(rows, scored))
        return 1 if short else 0
    for name in sorted(scored.failed):
        if any(row.predictor == name for row in rows):
            say.out(words.world_sentence(rows, name))
    print(table.plain(words.world_table(rows)), end="")
    for note in (*words.failed_notes(scored.failed, scored.rendered_anew), *words.NOTES):
        say.note(note)
    return 1 if short else 0


def _models(told: list[str]) -> dict[str, Path]:
    from mingan.reports.world_words import PREDICTORS

    found: dict[str, Path] = {}
    for each in told:
        name, equals, place = each.partition("=")
        if not equals or not name or not Path(place).is_dir():
            raise UsageError(
                f"--clips 要写成 名字=文件夹，不是 {each!r}（文件夹要在）。",
                f"--clips takes NAME=FOLDER, a folder that is there, not {each!r}.",
            )
        if name in PREDICTORS or name in found:
            raise UsageError(
                f"{name!r} 这个名字已经有了，换一个。", f"The name {name!r} is taken; use another."
            )
        found[name] = Path(place)
    return found


def _known(laws: list[str], splits: list[str]) -> None:
    from mingan.world.laws import LAWS
    from mingan.world.scenes import SPLITS

    for told, known in ((laws, tuple(LAWS)), (splits, SPLITS)):
        for name in told:
            if name not in known:
                raise UsageError(
                    f"没有 {name!r}；有的是：{'、'.join(known)}。",
                    f"There is no {name!r}; there are {', '.join(known)}.",
                )


def _progress(done: int, total: int) -> None:
    say.note(f"{done}/{total}")


# --- questions in text, and the ladder ----------------------------------------------------------


@app.command(
    "tracks",
    help=help_(
        "把场景写成坐标，做成一个能问语言模型的题库",
        "scenes as coordinates: a bank for language models",
    ),
)
def tracks(
    law: LawsOption = None,
    split: SplitsOption = None,
    seeds: SeedsOption = 3,
    wording: Annotated[
        Wording, typer.Option("--wording", help=help_("题目用中文还是英文写",
                                                      "the language of the questions"))
    ] = Wording.zh,
    public: PublicOption = False,
    workspace: WorkspaceOption = None,
) -> int:  # fmt: skip
    """The bank world-tracks in the workspace, with private seeds from its key."""
    from mingan import shelf
    from mingan.workspace import Workspace
    from mingan.world import desk
    from mingan.world.tracks_prompt import bank_of, questions_of

    _known(law or [], split or [])
    with Workspace.open(workspace) as opened:
        key = desk.PUBLIC if public else shelf.twins_key(opened.store).key
        scenes = desk.scenes_of(key, laws=law or (), splits=split or (), seeds=seeds)
        questions = questions_of(scenes, wording.value, hidden="" if public else "private")
        if not questions:
            raise UsageError(
                "这些里没有能写成坐标的场景；混沌的规律（塔、摔碎、倾倒）没有轨迹题。",
                "None of these can be written as coordinates: chaotic laws (tower, breaking, "
                "pouring) have no tracks.",
            )
        name = bank_of(wording.value)
        opened.store.add_bank(name, questions)
    say.out(Text(
        f"题库 {name}：{len(questions)} 道题。问模型：mingan run --bank {name} --model 名字",
        f"The bank {name}: {len(questions)} questions. To ask a model: mingan run --bank {name} "
        "--model NAME",
    ))  # fmt: skip
    return 0


@app.command(
    "stories",
    help=help_(
        "人和故事的最小对（3、4 级），做成一个题库",
        "minimal pairs about people and stories (levels 3 and 4) as a bank",
    ),
)
def stories(
    seed: Annotated[
        int, typer.Option("--seed", min=0, help=help_("选项和闲笔的排法",
                                                      "how options and asides are shuffled"))
    ] = 0,
    workspace: WorkspaceOption = None,
) -> int:  # fmt: skip
    """The bank stories in the workspace."""
    from mingan.workspace import Workspace
    from mingan.world import stories as pairs

    questions = pairs.stories(seed)
    with Workspace.open(workspace) as opened:
        opened.store.add_bank(pairs.BANK, questions)
    asked = sum(1 + len(question.params["variants"]) for question in questions)
    say.out(Text(
        f"题库 {pairs.BANK}：{len(questions)} 组，共 {asked} 问。问模型：mingan run --bank "
        f"{pairs.BANK} --model 名字",
        f"The bank {pairs.BANK}: {len(questions)} sets, {asked} questions in all. To ask a model: "
        f"mingan run --bank {pairs.BANK} --model NAME",
    ))  # fmt: skip
    return 0


@app.command(
    "table",
    help=help_(
        "一架梯子：每个模型在四级上各走到哪里", "one ladder: every model on all four levels"
    ),
)
def table_(
    laws: Annotated[
        bool, typer.Option("--laws", help=help_("读坐标的题逐条规律列出", "tracks, law by law"))
    ] = False,
    workspace: WorkspaceOption = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """Language models and video models side by side; simulator and fantasy apart."""
    from mingan.reports import table, world_levels
    from mingan.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        ladder = world_levels.look(opened.store)
    if json:
        say.document(world_levels.ladder_document(ladder))
        return 0
    for sentence in (*world_levels.sentences(ladder).values(),
                     *world_levels.distance_sentences(ladder)):  # fmt: skip
        say.out(sentence)
    shown = world_levels.laws_table(ladder) if laws else world_levels.ladder_table(ladder)
    print(table.plain(shown), end="")
    for note in world_levels.NOTES:
        say.note(note)
    return 0
