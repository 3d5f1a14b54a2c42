"""A ladder in words: what was registered, what came, and how far outside a prediction lies.

The irreducible term of the law is nowhere shown: it is averaged over and means nothing by itself.
The JSON keys are a promise to other programs. The module asks nobody and trains nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mingan.language import Lang, Text, current
from mingan.reports.ruled import ruled
from mingan.reports.safe import one_line
from mingan.reports.units import figures, size
from mingan.scaling.ladder_law import Prediction
from mingan.scaling.ladder_scores import Foretold
from mingan.tunnel.ladder import Outcome, Registered
from mingan.tunnel.plans import Plan
from mingan.tunnel.texts import Corpus
from mingan.tunnel.weighing import Weighed

if TYPE_CHECKING:
    from rich.table import Table

ENDINGS = Text("四个结尾挑一个", "one ending of four")

FAR = 4.0
"""Times the ladder's compute beyond which a prediction is called far."""


def percent2(value: float) -> str:
    """A share with two digits after the point, signed where it has a sign."""
    return f"{100 * value:.2f} %"


def outcome_sentence(found: Outcome) -> Text:
    """How the held-out rung came out; or how far the ladder has got."""
    registered = found.registered
    if registered is None:
        return Text(
            f"阶梯还没有走完：{len(found.points)} 个点，还没有登记预测。",
            f"The ladder is not finished: {len(found.points)} points, nothing registered yet.",
        )
    told = _told(registered)
    if found.truth is None or found.error is None:
        return Text(f"{told.zh}；留出的一级还没有训练完。",
                    f"{told.en}; the held-out rung is not finished.")  # fmt: skip
    inside = registered.low <= found.truth <= registered.high
    off = percent2(abs(found.error))
    return Text(
        f"{told.zh}；训练出来是 {found.truth:.4f}，差 {off}，{'在' if inside else '不在'}区间里"
        f"（半宽 {percent2(registered.half_width)}）。",
        f"{told.en}; it came to {found.truth:.4f}, {off} off, "
        f"{'inside' if inside else 'outside'} the interval (half-width "
        f"{percent2(registered.half_width)}).",
    )


def _told(registered: Registered) -> Text:
    at = datetime.fromtimestamp(registered.at, UTC).strftime("%Y-%m-%d %H:%M:%S")
    n, ratio = registered.parameters, f"{registered.compute:.2g}"
    span = f"{registered.low:.4f}–{registered.high:.4f}"
    return Text(
        f"{at} UTC 登记：{size(n, 'zh')}参数、{registered.tokens:,} 个词元"
        f"（阶梯最大算力的 {ratio} 倍）的损失是 {registered.loss:.4f}（90% 区间 {span}）",
        f"Registered {at} UTC: {size(n, 'en')} parameters on {registered.tokens:,} tokens ({ratio} "
        f"times the ladder's largest compute) will lose {registered.loss:.4f} (90 % interval "
        f"{span})",
    )


def outcome_notes(found: Outcome) -> list[Text]:
    """What was foretold of the score, what the law rests on, and rungs that came to nothing."""
    notes = [_score_note(found)] if found.scores else []
    if found.law is not None:
        noise, rest = percent2(found.law.noise), percent2(found.law.residual)
        notes.append(
            Text(
                f"{found.law.points} 个点；换一个种子大约差 {noise}（词元最多的那几级），"
                f"定律离各点 {rest}。只用衰减完了的损失；不可约的那一项带先验，不作解释。",
                f"{found.law.points} points; another seed differs by about {noise} (at the most "
                f"tokens), the law is {rest} off the points. Decayed losses only; the irreducible "
                "term has a prior and is not interpreted.",
            )
        )
    speed, share = found.speed
    if speed is not None:
        zh = f"留出的一级每秒 {figures(speed / 1e9)} GFLOP"
        en = f"The held-out rung ran at {figures(speed / 1e9)} GFLOP/s"
        if share is not None:
            zh += f"，是这块卡标称的 {100 * share:.0f}%"
            en += f", {100 * share:.0f} % of what the card can do (model FLOPs utilisation)"
        notes.append(Text(f"{zh}。", f"{en}."))
    for name, why in found.halted.items():
        notes.append(
            Text(f"{one_line(name, 30)} 停下了：{one_line(why, 200)}。",
                 f"{one_line(name, 30)} halted: {one_line(why, 200)}.")
        )  # fmt: skip
    return notes


def _score_note(found: Outcome) -> Text:
    """The second step of the chain: from the loss to the share of endings told right."""
    said = found.registered
    if said is None or said.score is None or said.score_low is None or said.score_high is None:
        if found.curve is not None:
            return Text("得分（四个结尾挑一个）随损失下降而上升，登记时一起预言。",
                        "Scores (one ending of four) rise as losses fall, and are foretold when "
                        "the loss is registered.")  # fmt: skip
        return Text("各级的得分（四个结尾挑一个）没有随损失下降而上升，得分不预言。",
                    "The rungs' scores (one ending of four) do not rise as losses fall; none is "
                    "foretold.")  # fmt: skip
    span = f"{percent1(said.score_low)}–{percent1(said.score_high)}"
    zh = f"得分（四个结尾挑一个，瞎猜 25%）登记的是 {percent1(said.score)}（90% 区间 {span}）"
    en = (
        f"The score (one ending of four, guessing 25 %) was registered as {percent1(said.score)} "
        f"(90 % interval {span})"
    )
    if found.true_score is None:
        return Text(f"{zh}。", f"{en}.")
    inside = said.score_low <= found.true_score <= said.score_high
    came = percent1(found.true_score)
    return Text(f"{zh}；训练出来是 {came}，{'在' if inside else '不在'}区间里。",
                f"{en}; it came to {came}, {'inside' if inside else 'outside'}.")  # fmt: skip


def percent1(value: float) -> str:
    """A share with one digit after the point."""
    return f"{100 * value:.1f} %"


def score_sentence(found: Foretold, what: Text) -> Text:
    """A score that was foretold by way of the loss."""
    span = f"{percent1(found.low)}–{percent1(found.high)}"
    return Text(
        f"{what.zh}的得分：{percent1(found.score)}（90% 区间 {span}，经损失两步推出）。",
        f"Score on {what.en}: {percent1(found.score)} (90 % interval {span}, in two steps by way "
        "of the loss).",
    )


def prediction_sentence(found: Prediction, parameters: int, tokens: int) -> Text:
    """A prediction for any size and length, with how far outside the ladder it is."""
    far = found.compute
    span = f"{found.low:.4f}–{found.high:.4f}"
    zh = (
        f"{size(parameters, 'zh')}参数、{tokens:,} 个词元：损失 {found.loss:.4f}（90% 区间 {span}）"
    )
    en = (
        f"{size(parameters, 'en')} parameters on {tokens:,} tokens: loss {found.loss:.4f} (90 % "
        f"interval {span})"
    )
    if far <= 1:
        return Text(f"{zh}，在阶梯之内。", f"{en}, within the ladder.")
    beyond = f"{far:.2g}"
    if far <= FAR:
        return Text(f"{zh}，算力是阶梯最大的 {beyond} 倍。",
                    f"{en}, at {beyond} times the ladder's largest compute.")  # fmt: skip
    return Text(
        f"{zh}。算力是阶梯最大的 {beyond} 倍，远在阶梯之外：同样的做法才作数，"
        "区间没有在这么远的地方检验过。",
        f"{en}. At {beyond} times the ladder's largest compute this is far outside: it holds for "
        "the same recipe only, and the interval was never tried so far out.",
    )


def plan_sentence(made: Plan) -> Text:
    """What will be trained, and how long that takes."""
    minutes = f"{made.expected / 60:.1f}"
    n, top, cut = len(made.rungs), made.top, _cut(made)
    tokens = top.ends[-1] * made.tokens_per_step
    return Text(
        f"{n} 次训练（{_widths(made)}，{cut.zh}），留出 {size(top.shape.parameters, 'zh')}参数、"
        f"{tokens:,} 个词元（{made.compute_ratio:.2g} 倍算力）；这台机器上大约 {minutes} 分钟。",
        f"{n} runs ({_widths(made)}, {cut.en}), held out {size(top.shape.parameters, 'en')} "
        f"parameters on {tokens:,} tokens ({made.compute_ratio:.2g} times the compute); about "
        f"{minutes} minutes on this machine.",
    )


def _cut(made: Plan) -> Text:
    """How the text is cut, and whether documents see each other."""
    zh, en = "字节", "bytes"
    if made.vocab:
        each = f"{1 / made.per_byte:.2f}"
        zh = f"学来的 {made.vocab:,} 个词元，每个 {each} 字节"
        en = f"{made.vocab:,} learned tokens of {each} bytes each"
    if made.top.shape.border:
        zh, en = f"{zh}，文档互不相见", f"{en}, documents apart"
    return Text(zh, en)


def _widths(made: Plan) -> str:
    return ", ".join(f"d{w}" for w in sorted({rung.shape.width for rung in made.rungs}))


def plan_table(made: Plan, *, lang: Lang | None = None) -> Table:
    """Rungs with their sizes and lengths."""
    speak = lang or current()
    heads = (Text("级", "rung"), Text("参数", "parameters"), Text("词元", "tokens"),
             Text("秒/步", "seconds a step"))  # fmt: skip
    rows = [
        (
            rung.name + (" *" if rung is made.top else ""), size(rung.shape.parameters, speak),
            " / ".join(f"{end * made.tokens_per_step:,}" for end in rung.ends),
            figures(made.speed.get(rung.shape.width, 0.0)),
        )
        for rung in (*made.rungs, made.top)
    ]  # fmt: skip
    return ruled(heads, rows, lang=speak)


def points_table(found: Outcome, *, lang: Lang | None = None) -> Table:
    """Losses of decayed runs beside the law's."""
    speak = lang or current()
    heads = (Text("参数", "parameters"), Text("词元", "tokens"), Text("种子", "seed"),
             Text("损失", "loss"), Text("定律", "law"))  # fmt: skip
    rows = []
    for n, d, loss, seed in found.points:
        law = found.law.predict(n, d).loss if found.law else None
        rows.append((
            size(n, speak), f"{d:,}", str(seed), f"{loss:.4f}", f"{law:.4f}" if law else "–",
        ))  # fmt: skip
    return ruled(heads, rows, lang=speak)


LANGUAGES = {
    "zh": Text("中文", "Chinese"), "en": Text("英文", "English"), "": Text("其他", "other"),
}  # fmt: skip


def weighed_table(found: Sequence[Weighed], *, lang: Lang | None = None) -> Table:
    """How unexpected texts were, by rung and language."""
    speak = lang or current()
    heads = (Text("级", "rung"), Text("语言", "language"), Text("字节", "bytes"),
             Text("比特/字节", "bits a byte"), Text("困惑度", "perplexity"))  # fmt: skip
    rows = [
        (each.rung, LANGUAGES[each.language].say(speak), f"{each.size:,}",
         f"{each.bits_per_byte:.3f}", figures(each.perplexity))
        for each in found
    ]  # fmt: skip
    return ruled(heads, rows, lang=speak)


def weighed_document(found: Sequence[Weighed]) -> dict[str, Any]:
    """What `mingan ladder weigh --json` prints."""
    return {
        "rows": [
            {"rung": each.rung, "language": each.language, "bytes": each.size,
             "bits_per_byte": each.bits_per_byte, "perplexity": each.perplexity}
            for each in found
        ]
    }  # fmt: skip


def corpus_sentence(found: Corpus) -> Text:
    """How large a corpus is, and what it is made of."""
    train, held = f"{found.train.size:,}", f"{found.validation.size:,}"
    share = percent2(chinese_share(found))
    return Text(
        f"{one_line(found.name, 60)}：训练 {train} 字节，验证 {held} 字节，{found.passages:,} 段；"
        f"重复的 {found.dropped:,} 段只留一份；汉字占 {share}；哈希 {found.hash}。",
        f"{one_line(found.name, 60)}: {train} bytes to train on, {held} to validate, "
        f"{found.passages:,} passages; {found.dropped:,} were equal to another and dropped; "
        f"Chinese characters {share}; hash {found.hash}.",
    )


def chinese_share(found: Corpus) -> float:
    """Share of characters of the validation text that are Chinese."""
    text = found.validation.tobytes().decode("utf-8", "replace")
    return sum("\u4e00" <= c <= "\u9fff" for c in text) / max(len(text), 1)


def outcome_document(found: Outcome) -> dict[str, Any]:
    """What `mingan ladder run --json` and `fit --json` print."""
    said, registered = outcome_sentence(found), found.registered
    return {
        "ladder": found.plan.ladder, "corpus": found.plan.corpus,
        "rows": [
            {"params_total": n, "tokens": d, "loss": loss, "seed": seed,
             "law": found.law.predict(n, d).loss if found.law else None}
            for n, d, loss, seed in found.points
        ],
        "registered": registered and {
            "params_total": registered.parameters, "tokens": registered.tokens,
            "estimate": registered.loss, "low": registered.low, "high": registered.high,
            "compute_ratio": registered.compute, "rests_on": registered.rests_on,
            "at": registered.at, "score": registered.score, "score_low": registered.score_low,
            "score_high": registered.score_high,
        },
        "true_score": found.true_score,
        "scores": [{"loss": loss, "score": score, "items": n} for loss, score, n in found.scores],
        "held_out_began": found.began or None, "truth": found.truth, "error": found.error,
        "inside": None if found.truth is None or registered is None
        else registered.low <= found.truth <= registered.high,
        "noise": found.law.noise if found.law else None, "halted": found.halted,
        "flops_per_second": found.speed[0], "utilisation": found.speed[1],
        "seconds": found.seconds, "sentence_zh": said.zh, "sentence_en": said.en,
    }  # fmt: skip


def prediction_document(
    found: Prediction, parameters: int, tokens: int, scores: Mapping[str, Foretold]
) -> dict[str, Any]:
    """What `mingan ladder predict --json` prints; `scores` by what was asked."""
    said = prediction_sentence(found, parameters, tokens)
    return {
        "scores": [
            {"bank": name, "estimate": each.score, "low": each.low, "high": each.high}
            for name, each in scores.items()
        ],
        "params_total": parameters, "tokens": tokens, "estimate": found.loss, "low": found.low,
        "high": found.high, "compute_ratio": found.compute, "sentence_zh": said.zh,
        "sentence_en": said.en,
    }  # fmt: skip
