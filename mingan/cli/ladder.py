"""`mingan ladder`: the wind tunnel, from a corpus to a prediction that was registered first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mingan.cli import say
from mingan.cli.options import JsonOption, WorkspaceOption, help_
from mingan.cli.video import video
from mingan.errors import UsageError
from mingan.language import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from mingan.scaling.ladder_scores import Foretold, ScoreCurve
    from mingan.tunnel.jobs import Crew
    from mingan.tunnel.ladder import Outcome
    from mingan.tunnel.texts import Corpus

CorpusOption = Annotated[
    list[str] | None,
    typer.Option("--corpus", metavar="NAME_OR_FILE",
                 help=help_("语料：en、zh（下载，钉住哈希），或自己的文本文件（可写多次）",
                            "the text: en, zh (fetched, pinned by hash), or text files of your own "
                            "(may be repeated)")),
]  # fmt: skip

FolderOption = Annotated[
    Path,
    typer.Option("--folder", metavar="FOLDER",
                 help=help_("阶梯的文件夹；断了用同一个接着来",
                            "the ladder's folder; the same one goes on after a stop")),
]  # fmt: skip

BudgetOption = Annotated[
    str,
    typer.Option("--budget", metavar="1m|2m|10m|20m-gpu",
                 help=help_("预算", "the budget")),
]  # fmt: skip

SeedOption = Annotated[
    int,
    typer.Option("--seed", min=0, max=999,
                 help=help_("整个阶梯的种子", "the seed of the whole ladder")),
]  # fmt: skip

VocabOption = Annotated[
    int,
    typer.Option("--vocab", min=0, metavar="N",
                 help=help_("从语料学多少个词元（BPE）；0 就用字节",
                            "tokens to learn from the corpus (BPE); 0 for bytes")),
]  # fmt: skip

ApartOption = Annotated[
    bool,
    typer.Option("--apart",
                 help=help_("拼在同一序列里的文档互不相见",
                            "documents packed into one sequence do not see each other")),
]  # fmt: skip

WhereOption = Annotated[
    str,
    typer.Option("--on", metavar="here|ray",
                 help=help_("在哪里训练：本机，或 RAY_ADDRESS 指的 Ray 集群",
                            "where to train: here, or on the Ray cluster of RAY_ADDRESS")),
]  # fmt: skip

CountOption = Annotated[float, typer.Option("--params", min=1, max=1e15,
                                            help=help_("参数量", "parameters"))]  # fmt: skip
TokensOption = Annotated[float, typer.Option("--tokens", min=1, max=1e17,
                                             help=help_("词元数", "tokens"))]  # fmt: skip

_FOLDER = Path("ladder")

app = typer.Typer(
    help=Text(
        "风洞：几个小模型预言一个大的", "the wind tunnel: small models foretell a big one"
    ).say(),
    no_args_is_help=True, add_completion=False, rich_markup_mode=None,
)  # fmt: skip


app.command(
    "video",
    help=help_("Sora 的风洞模型：小世界里接着演的小模型",
               "a scale model of Sora: small models that go on with small worlds"),
)(video)  # fmt: skip


@app.command(
    "corpus", help=help_("看一份语料：多大、什么语言、多少重复", "size, language, duplicates")
)
def corpus(name: CorpusOption = None, json: JsonOption = False) -> int:
    """Look at a corpus."""
    from mingan.reports import ladder_words as words

    found = _corpus(name)
    if json:
        said = words.corpus_sentence(found)
        say.document({
            "name": found.name, "train_bytes": int(found.train.size),
            "validation_bytes": int(found.validation.size), "passages": found.passages,
            "dropped": found.dropped, "chinese": words.chinese_share(found), "hash": found.hash,
            "sentence_zh": said.zh, "sentence_en": said.en,
        })  # fmt: skip
        return 0
    say.out(words.corpus_sentence(found))
    return 0


@app.command(
    "plan",
    help=help_("量一量这台机器，看会训练什么", "measure this machine, show what is trained"),
)
def plan(
    name: CorpusOption = None, budget: BudgetOption = "10m", folder: FolderOption = _FOLDER,
    seed: SeedOption = 0, vocab: VocabOption = 0, apart: ApartOption = False,
) -> int:  # fmt: skip
    """Measure and plan; nothing is trained."""
    from mingan.reports import ladder_words as words
    from mingan.reports import table
    from mingan.tunnel.ladder import prepare

    made = prepare(folder, budget, _corpus(name), seed=seed, vocab=vocab, apart=apart)
    say.out(words.plan_sentence(made))
    say.out("")
    print(table.plain(words.plan_table(made)), end="")
    say.note(
        Text("* 留出的一级：登记预测以后才训练。", "* held out: trained after the prediction.")
    )
    return 0


@app.command(
    "run",
    help=help_("训练、登记预测、训练留出的一级", "train, register, train the held-out rung"),
)
def run(
    name: CorpusOption = None, budget: BudgetOption = "10m", folder: FolderOption = _FOLDER,
    seed: SeedOption = 0, vocab: VocabOption = 0, apart: ApartOption = False,
    where: WhereOption = "here", json: JsonOption = False,
) -> int:  # fmt: skip
    """The whole ladder; after a stop the same command goes on."""
    from mingan.reports import ladder_words as words
    from mingan.tunnel import ladder

    _known_place(where)
    made = ladder.prepare(folder, budget, _corpus(name), seed=seed, vocab=vocab, apart=apart)
    say.note(words.plan_sentence(made))
    found = ladder.run(folder, said=_progress, crew=_crew(where, gpu=made.device != "cpu"))
    if json:
        say.document(words.outcome_document(found))
    else:
        _show(found)
    return 1 if found.halted else 0


@app.command(
    "fit", help=help_("这个文件夹里的阶梯眼下说明什么", "what the ladder in a folder says by now")
)
def fit(folder: FolderOption = _FOLDER, json: JsonOption = False) -> int:
    """The law and its points, the registered prediction and what came."""
    from mingan.reports import ladder_words as words
    from mingan.tunnel.ladder import outcome

    found = outcome(folder)
    if json:
        say.document(words.outcome_document(found))
        return 0
    _show(found)
    return 0


@app.command(
    "predict",
    help=help_("预言任意大小和长度的损失，再由损失预言得分",
               "the loss of any size and length, and by way of it the score"),
)  # fmt: skip
def predict(
    params: CountOption, tokens: TokensOption, folder: FolderOption = _FOLDER,
    bank: Annotated[
        str | None,
        typer.Option("--bank", metavar="NAME",
                     help=help_("再预言在这个题库上的得分；先用 mingan run 问过各级",
                                "also the score on this bank, which the rungs were asked before")),
    ] = None,
    floor: Annotated[
        float,
        typer.Option("--floor", min=0, max=0.99,
                     help=help_("这个题库瞎猜能得几分（0 到 1）",
                                "what guessing scores on this bank (0 to 1)")),
    ] = 0.0,
    workspace: WorkspaceOption = None, json: JsonOption = False,
) -> int:  # fmt: skip
    """A prediction with its interval, and how far outside the ladder it is."""
    from mingan.reports import ladder_words as words
    from mingan.tunnel.ladder import outcome

    base = outcome(folder)
    if base.law is None:
        raise UsageError(
            "这个阶梯的点还太少，定不出定律。", "This ladder has too few points for a law."
        )
    found = base.law.predict(params, tokens)
    scores: dict[str, Foretold] = {}
    if base.curve is not None:
        scores["endings"] = base.curve.foretell(base.law, params, tokens)
    if bank is not None:
        scores[bank] = _on_bank(folder, workspace, bank, floor).foretell(base.law, params, tokens)
    if json:
        say.document(words.prediction_document(found, round(params), round(tokens), scores))
        return 0
    say.out(words.prediction_sentence(found, round(params), round(tokens)))
    for name, each in scores.items():
        say.out(
            words.score_sentence(each, words.ENDINGS if name == "endings" else Text(name, name))
        )
    return 0


def _on_bank(folder: Path, workspace: str | None, bank: str, floor: float) -> ScoreCurve:
    """Curves of the rungs' scores on a bank of the workspace."""
    from mingan.tunnel.ladder import bank_curve
    from mingan.workspace import Workspace

    with Workspace.open(workspace) as opened:
        scores = opened.scores(bank=bank).scores
    told = {each.model: (each.right, each.right + each.wrong) for each in scores}
    return bank_curve(folder, told, bank, floor=floor)


@app.command(
    "pyramid",
    help=help_(
        "一级一级筛文本：过滤、挑选、改写，每一步丢了什么都记下",
        "text stage by stage: filtered, selected, rewritten, with a ledger of what went",
    ),
)
def pyramid(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE",
                           help=help_("筛好的文本写到哪里", "where the text goes"))
    ],
    name: CorpusOption = None,
    wanted: Annotated[
        Path | None,
        typer.Option("--wanted", metavar="FILE",
                     help=help_("想要的文本的样子；不写就不挑选",
                                "text of the kind that is wanted; without it none is selected")),
    ] = None,
    keep: Annotated[
        float, typer.Option("--keep", min=0.01, max=1,
                            help=help_("挑选时留下多大一份", "share that selection keeps"))
    ] = 0.5,
    rewrite: Annotated[
        str | None,
        typer.Option("--rewrite-with", metavar="MODEL",
                     help=help_("请哪个模型改写", "the model that rewrites")),
    ] = None,
    models_file: Annotated[
        Path | None, typer.Option("--models", help=help_("models.toml", "models.toml"))
    ] = None,
    json: JsonOption = False,
) -> int:  # fmt: skip
    """From raw passages to selected (and rewritten) ones."""
    from mingan.reports import pyramid_words as words
    from mingan.reports import table
    from mingan.tunnel import pyramid as stages
    from mingan.tunnel.texts import passages_of

    ledger = stages.Ledger()
    raw = _passages(name)
    kept = stages.filtered(raw, ledger)
    if wanted is not None:
        kept = stages.selected(kept, passages_of([wanted]), ledger, keep=keep)
    if rewrite is not None:
        kept = stages.rewritten(kept, _writer(rewrite, models_file), ledger)
    draft = output.with_suffix(".draft")
    draft.write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    draft.replace(output)
    if json:
        say.document(words.pyramid_document(len(raw), len(kept), ledger))
        return 0
    say.out(words.pyramid_sentence(len(raw), len(kept), output.name))
    say.out("")
    print(table.plain(words.ledger_table(ledger)), end="")
    return 0


@app.command(
    "verify",
    help=help_(
        "一份文本有没有用：让快训练完的一级拿它收尾，看损失降不降",
        "does a text help? a nearly finished rung ends on it, and its loss tells",
    ),
)
def verify(
    candidate: Annotated[Path, typer.Argument(metavar="FILE")],
    rung: Annotated[
        str, typer.Option("--rung", metavar="NAME",
                          help=help_("哪一级，如 d48-s0", "which rung, such as d48-s0"))
    ],
    folder: FolderOption = _FOLDER, json: JsonOption = False,
) -> int:  # fmt: skip
    """L4 of the pyramid."""
    from mingan.tunnel.ladder import verify_text

    found = verify_text(folder, rung, candidate)
    if json:
        say.document({
            "rung": rung, "estimate": found.gain, "low": found.low, "high": found.high,
            "helps": found.helps, "own": list(found.own), "with_it": list(found.with_it),
            "sentence_zh": found.said.zh, "sentence_en": found.said.en,
        })  # fmt: skip
        return 0
    say.out(found.said)
    return 0


def _passages(names: list[str] | None) -> list[str]:
    from mingan.models.weights import cache_dir
    from mingan.tunnel import texts

    asked = names or ["zh"]
    if len(asked) == 1 and asked[0] in texts.PACKAGES:
        return texts.packaged_passages(asked[0], folder=cache_dir() / "corpora")
    return texts.passages_of([Path(each) for each in asked])


def _writer(name: str, models_file: Path | None) -> Callable[[str], str]:
    """What asks a model to put a passage into better words."""
    import asyncio

    from mingan import shelf
    from mingan.models.catalogue import make
    from mingan.models.protocol import Request

    (card,) = shelf.cards([name], models_file=models_file)
    model, runner = make(card), asyncio.Runner()  # one loop for all passages

    def write(passage: str) -> str:
        words = "把下面的文字改写得清楚通顺，意思不变，只写改写后的文字：\n\n" + passage
        asked = Request(messages=({"role": "user", "content": words},),
                        generation=card.generation)  # fmt: skip
        return runner.run(model.answer(asked)).text

    return write


@app.command(
    "models",
    help=help_(
        "写出 models.toml，训练好的各级就能像别的模型一样问",
        "write a models.toml, so that trained rungs can be asked like other models",
    ),
)
def models(folder: FolderOption = _FOLDER) -> int:
    """A models.toml in the ladder's folder, with every rung that is trained."""
    from mingan.tunnel.ladder import models_file

    file, names = models_file(folder)
    say.out(
        Text(f"写好了 {file}：{'、'.join(names)}。"
             f"问它们：mingan run --models {file} --model {names[0]}",
             f"Wrote {file}: {', '.join(names)}. To ask: mingan run --models {file} --model "
             f"{names[0]}")
    )  # fmt: skip
    return 0


@app.command(
    "weigh",
    help=help_("训练好的各级觉得文字有多出乎意料：每字节的比特、困惑度，分语言",
               "how unexpected texts are to trained rungs: bits a byte, perplexity, by language"),
)  # fmt: skip
def weigh(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
    rung: Annotated[
        list[str] | None,
        typer.Option("--rung", metavar="NAME",
                     help=help_("哪一级（可写多次；不写就是全部）",
                                "which rung (may be repeated; all if left out)")),
    ] = None,
    folder: FolderOption = _FOLDER, json: JsonOption = False,
) -> int:  # fmt: skip
    """Texts of one's own, or the validation text."""
    from mingan.reports import ladder_words as words
    from mingan.reports import table
    from mingan.tunnel.ladder import held_back
    from mingan.tunnel.texts import passages_of
    from mingan.tunnel.weighing import weigh as weighed

    found = weighed(folder, passages_of(files) if files else held_back(folder), rungs=rung or ())
    if json:
        say.document(words.weighed_document(found))
        return 0
    print(table.plain(words.weighed_table(found)), end="")
    return 0


@app.command(
    "factors",
    help=help_("一个做法值多少参数、多少词元", "what a factor is worth in parameters or tokens"),
)
def factors(
    name: Annotated[
        list[str],
        typer.Option("--factor", metavar="NAME",
                     help=help_("seed、moe、sparse、no-qk-norm、no-conv、apart、linear-decay、"
                                "shuffled、raw、filtered、selected、corpus（可写多次）",
                                "seed, moe, sparse, no-qk-norm, no-conv, apart, linear-decay, "
                                "shuffled, raw, filtered, selected, corpus (may be repeated)")),
    ],
    other: Annotated[
        list[str] | None,
        typer.Option("--other", metavar="NAME_OR_FILE",
                     help=help_("corpus 这个因素用的另一份语料（可写多次）",
                                "the other corpus of the factor corpus (may be repeated)")),
    ] = None,
    folder: FolderOption = _FOLDER, where: WhereOption = "here", json: JsonOption = False,
) -> int:  # fmt: skip
    """Pairs that differ in one factor, held against the ladder of the folder."""
    from mingan.reports import factor_words as words
    from mingan.reports import table
    from mingan.tunnel.factors import study
    from mingan.tunnel.ladder import read_plan

    _known_place(where)
    gpu = where != "here" and read_plan(folder).device != "cpu"
    found = study(
        folder, name, said=_progress, other=_passages(other) if other else (),
        crew=_crew(where, gpu=gpu),
    )  # fmt: skip
    if json:
        say.document({"rows": [words.factor_row(each) for each in found]})
        return 0
    for each in found:
        say.out(words.factor_sentence(each))
    say.out("")
    print(table.plain(words.factor_table(found)), end="")
    say.note(words.NOTE)
    return 0


def _progress(rung: str, done: int, total: int) -> None:
    say.note(f"{rung}  {done}/{total}")


def _known_place(where: str) -> None:
    if where not in ("here", "ray"):
        raise UsageError(
            f"--on 要写 here 或 ray，不是 {where!r}。", f"--on takes here or ray, not {where!r}."
        )


def _crew(where: str, *, gpu: bool) -> Crew | None:
    """Who trains; None for this machine."""
    if where == "here":
        return None
    from mingan.tunnel.on_ray import on_ray

    return on_ray(gpu=gpu)


def _show(found: Outcome) -> None:
    from mingan.reports import ladder_words as words
    from mingan.reports import table

    say.out(words.outcome_sentence(found))
    say.out("")
    print(table.plain(words.points_table(found)), end="")
    for note in words.outcome_notes(found):
        say.note(note)


def _corpus(names: list[str] | None) -> Corpus:
    from mingan.models.weights import cache_dir
    from mingan.tunnel import texts

    asked = names or ["zh"]
    if len(asked) == 1 and asked[0] in texts.PACKAGES:
        return texts.packaged(asked[0], folder=cache_dir() / "corpora")
    return texts.from_files([Path(name) for name in asked])
