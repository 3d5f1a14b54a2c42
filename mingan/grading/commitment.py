"""Which of several options a text commits itself to.

A reasoning answer quotes every option before it settles on one. So each sentence is weighed: a
declared answer (答案是 B, 故选 B, the answer is B, \\boxed{B}) outweighs a conclusion (因此…B), a
conclusion outweighs an opening (B. …), and that outweighs being the only option ever named. Among
equally heavy sentences that disagree the text contradicts itself, unless the later one corrects the
earlier. This module does not know which option is right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mingan.grading.echo import ASKS, not_quoted, without_echo
from mingan.grading.options import Finder, Mention, Option
from mingan.normal import key, sentences

DECLARED, CONCLUDED, OPENED, SAID, ONLY = 5, 4, 3, 2, 1

CONCLUSION = re.compile(
    r"^\W*(?:因此|所以|综上|总之|总的来说|总而言之|由此|可见|故而?|于是|最终|最后|结论|那么|也就是说|"
    r"therefore|thus|hence|so\b|in conclusion|overall|finally|in summary)|"
    r"因此|所以|综上|故(?=[选正答本])|"
    r"由此|可以(?:得出|推断|判断|确定)|结论|therefore|thus\b|hence",
    re.IGNORECASE,
)
CORRECTION = re.compile(
    r"更正|纠正|修正|改为|应该?改|不对[,。!]|重新(?:考虑|计算|回答|思考|分析)|我错了|抱歉[,。]|等等|"
    r"\bwait\b|actually|correction|on second thought|let me re",
    re.IGNORECASE,
)
_CUE_BEFORE = re.compile(
    r"(?:答案|正解|谜底)(?:应该|应当|应|就|选项)*(?:是|为|选|:|就是|选择|也是)*\s*[:]?"
    r"|(?:应该?|故|因此|所以|就|我|我们|会|需|应当|可以|本题|此题|综上)\s*,?\s*(?:选择?|选定)(?!项)"
    r"|^\W*选择?(?!项)|正确(?:的)?(?:选项|答案|句子|说法|陈述|判断|描述|推断|项|结论)(?:应该|应当|应)*(?:是|为|:)+"
    r"|(?:正确|错误|合适|符合)的(?:应该|应当|应)*(?:是|为|:)+|(?:不正确|错误|不包括|除外)的(?:应该)?是:?"
    r"|(?:the\s+)?(?:correct|best|right|final)?\s*(?:answer|choice|option)\s*"
    r"(?:is|:|would be|should be)\s*:?"
    r"|\\boxed\s*\{?(?:\\text\s*\{)?|(?:i\s+)?(?:choose|select|pick)\b|####",
    re.IGNORECASE,
)
_CUE_AFTER = re.compile(
    r"^[^,。;\n]{0,14}?(?:(?:是|为)(?:本题|此题|唯一)?(?:的)?(?:最佳|正确|最好|最合适)的?(?:答案|选项|选择)"
    r"|当选|符合(?:题意|题目)|正确答案"
    r"|is (?:the )?(?:correct|best|right)(?: answer| choice| option)?)",
    re.IGNORECASE,
)
_FALSE_AFTER = re.compile(
    r"^[^,。;\n]{0,16}?(?:不正确|则没有|则不|是?错误|错的|不对|不符合|不成立|不合适|不恰当|无关|排除|不能(?:选|成立|削弱)|"
    r"不是(?:正确|答案|最)|都不|均不|不选|不包括|不属于|incorrect|is (?:wrong|false|not)|不同)",
    re.IGNORECASE,
)
_TRUE_AFTER = re.compile(
    r"^[^,。;\n]{0,20}?(?:正确|是对的|对的|成立|符合|最[^初后终近]|相同|一致"
    r"|is (?:correct|true|right))",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(
    r"^[\s,、/&+)\](\[（）“”\"'*.:]*(?:和|与|及|以及|或|and|or)?[\s(\[“\"'*选项]*$"
)
_FAR = 26


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a text settled on.

    `names` is empty when it settled on nothing; `strength` is one of DECLARED … ONLY;
    `contradictory` says that it settled on different things with equal weight; `mentioned` holds
    every option that it named at all, outside a mere repetition of the question; `candidates` all
    that it settled on with that weight. `echo`: it says nothing but the question again.
    """

    names: frozenset[str] = frozenset()
    strength: int = 0
    contradictory: bool = False
    evidence: str = ""
    mentioned: frozenset[str] = frozenset()
    candidates: frozenset[str] = frozenset()
    echo: bool = False


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stays the same over all sentences of one text: the question's side of the matter."""

    asked: str
    negative: bool
    listing: bool
    total: int


@dataclass(frozen=True, slots=True)
class _Vote:
    names: frozenset[str]
    strength: int
    place: int
    sentence: str
    against: bool = False


def commit(
    text: str, options: Sequence[Option], *, prompt: str = "", negative: bool = False
) -> Commitment:
    """What `text` (folded) settles on among `options`.

    `prompt` lets a repetition of the question be set aside. `negative` says that the question asks
    for what is NOT so: then "C 不正确" speaks for C.
    """
    finder = Finder(options)
    body = without_echo(text, finder, prompt)
    parts = sentences(re.sub(r":\s*\n+", ": ", body))
    echoed = body != text and all(ASKS.search(s) or len(key(s)) < 3 for s in parts)
    alone = _alone(body, finder) or _opening_letter(parts, finder)
    if alone:
        names = frozenset(alone)
        return Commitment(names, DECLARED, False, body.strip()[:60], names, names)
    asked = key(prompt)
    found = [(i, s, not_quoted(s, finder.find(s), asked)) for i, s in enumerate(parts)]
    mentioned = frozenset(m.name for _, _, ms in found for m in ms if m.kind != "bare")
    if not any(ms for _, _, ms in found):
        return Commitment(echo=echoed, mentioned=mentioned)
    listing = _is_listing(found, finder)
    frame = _Frame(asked, negative, listing, len(parts))
    votes = [v for i, s, ms in found for v in _votes(s, ms, i, frame)] + _judged(found, frame)
    if not votes and len(mentioned) == 1 and not _all_rejected(found):
        votes = [_Vote(mentioned, ONLY, 0, found[0][1])]
    labels = finder.kind == "labels"
    return _settle(votes, mentioned, parts, walks=_walks(body, finder), labels=labels)


def _alone(body: str, finder: Finder) -> tuple[str, ...]:
    """The option when the whole answer is nothing but its letter, its number or its wording."""
    bare = key(body)
    for option in finder.options:
        wording = key(option.text)
        if bare in (option.name.casefold(), wording, option.name.casefold() + wording):
            return (option.name,)
    if finder.kind == "letters" and 1 < len(bare) <= len(finder.names) and len(body) < 24:
        names = tuple(dict.fromkeys(bare.upper()))
        if len(names) == len(bare) and all(n in finder.names for n in names):
            return names
    return ()


_LONE_LETTER = re.compile(r"^\W*([A-J])\W*$")


def _opening_letter(parts: list[str], finder: Finder) -> tuple[str, ...]:
    """The letter that is the whole first sentence, if no other option is named as an answer.

    "C。“文不加点”指…" answers and then explains; "A。…B。…" goes through the options.
    """
    lone = _LONE_LETTER.match(parts[0]) if finder.kind == "letters" and len(parts) > 1 else None
    if lone is None or lone[1] not in finder.names:
        return ()
    rest = parts[1:]
    if any(_LONE_LETTER.match(s) for s in rest) or any(
        m.name != lone[1] and not m.negated
        for s in rest
        if _CUE_BEFORE.search(s) or CONCLUSION.search(s)
        for m in finder.find(s)
    ):
        return ()
    return (lone[1],)


def _walks(body: str, finder: Finder) -> bool:
    """Whether lines of the text begin with different options: it explains them one by one."""
    if "\n" not in body:
        return False
    heads = set()
    for line in body.split("\n"):
        first = finder.find(line[:60])[:1]
        heads |= {m.name for m in first if m.kind == "marked" and m.start <= 4}
    return len(heads) >= 2


def _is_listing(found: list[tuple[int, str, list[Mention]]], finder: Finder) -> bool:
    """Whether the text goes through the options, so that opening with one says nothing."""
    openers = {ms[0].name for _, _, ms in found if ms and ms[0].start <= 4}
    return len(openers) >= min(3, len(finder.names)) and len(finder.names) > 2


def _votes(sentence: str, mentions: list[Mention], place: int, frame: _Frame) -> list[_Vote]:
    if not mentions:
        return []
    mentions = [m for m in mentions if not m.supposed]
    declared = _declared(sentence, mentions, frame.negative)
    if declared:
        return [_Vote(declared, DECLARED, place, sentence)]
    solid = [m for m in mentions if m.kind != "bare"]
    verdicts = [(m, _verdict(sentence, m, mentions, frame)) for m in solid]
    votes = [
        _Vote(frozenset({m.name}), CONCLUDED, place, sentence, against=True)
        for m, v in verdicts
        if v is False
    ]
    live = [m for m, v in verdicts if v is not False]
    names = frozenset(m.name for m in live)
    if not names:
        return votes
    affirmed = frozenset(m.name for m, v in verdicts if v is True)
    concluded = _concluded(sentence, live, affirmed)
    if concluded:
        return [*votes, _Vote(concluded, CONCLUDED, place, sentence)]
    describes = _DESCRIBES.match(sentence[live[0].end :])
    if place == 0 and live[0].start <= 3 and not frame.listing and not describes:
        opened = _run_from(sentence, live)
        return [*votes, _Vote(opened, OPENED, place, sentence)]
    if affirmed:
        return [*votes, _Vote(affirmed, SAID, place, sentence)]
    if len(names) == 1 and not frame.listing and place in (0, frame.total - 1):
        return [*votes, _Vote(names, SAID, place, sentence)]
    return votes


# "A 是建材" opens by saying something of A; "A。" or "A. 砖" opens with an answer.
_DESCRIBES = re.compile(r"\s*(?:是|属于|指|表示|代表|描述|is\b|are\b|means\b)")

_THIS = re.compile(
    r"^\W*(?:这|该|此)(?:个|种|一)?(?:观点|说法|选项|陈述|句子|句话|判断|论断|项|答案)?(?:显然|并)?(?:是)?"
    r"(?:(?P<false>不正确|错误|不对|错|不成立|不符合)|(?P<true>正确|对|成立|符合))的?"
)


def _judged(found: list[tuple[int, str, list[Mention]]], frame: _Frame) -> list[_Vote]:
    """Votes by a sentence that judges the option of the sentence before: 这个说法是错误的."""
    votes = []
    for (place, _, before), (_, sentence, own) in pairwise(found):
        said = _THIS.match(sentence) if before and not own else None
        if said is None or frame.negative:
            continue
        name = frozenset({before[-1].name})
        votes.append(_Vote(name, SAID, place, sentence, against=said["false"] is not None))
    return votes


def _concluded(sentence: str, live: list[Mention], affirmed: frozenset[str]) -> frozenset[str]:
    """The one option, or the affirmed ones, after the sentence's concluding word."""
    word = CONCLUSION.search(sentence)
    if word is None:
        return frozenset()
    after = [m for m in live if m.start >= word.start()]
    names = frozenset(m.name for m in after)
    return affirmed & names or (names if len(names) == 1 else frozenset())


def _declared(sentence: str, mentions: list[Mention], negative: bool) -> frozenset[str]:
    """The options that the sentence declares to be the answer; the last declaration counts."""
    names: frozenset[str] = frozenset()
    for cue in _CUE_BEFORE.finditer(sentence):
        if re.search(
            r"(?:不|非|没有|无法|不能|不会)$", sentence[max(0, cue.start() - 3) : cue.start()]
        ):
            continue
        if negative and re.search(r"(?<!不)正确(?!的?(?:答案|选项))", cue[0]):
            continue
        after = [m for m in mentions if cue.end() <= m.start + 2 and m.end > cue.start()]
        after = [m for m in after if m.start >= cue.start()]
        if not after or after[0].start - cue.end() > _FAR or after[0].negated:
            continue
        between = sentence[cue.end() : max(cue.end(), after[0].start)]
        near = len(between) <= 6 or after[0].kind != "bare"
        if near and not re.search(r"[,;]\s*\S*(?:不|错|排除)|是否", between):
            names = _run_from(sentence, after)
    if names:
        return names
    only = [
        m
        for m in mentions
        if re.search(r"(?:只有|仅有|唯有|\bonly)\s*[(\[选项“]*$", sentence[: m.start])
    ]
    if len(only) == 1 and not only[0].negated:
        return frozenset({only[0].name})
    for i, mention in enumerate(mentions):
        if not mention.negated and _CUE_AFTER.match(sentence[mention.end : mention.end + 30]):
            rest = sentence[mention.end : mention.end + 30]
            if not re.match(r"^[^,。;]{0,10}?(?:不|非)", rest):
                names = _run_to(sentence, mentions[: i + 1])
    return names


def _run_to(sentence: str, mentions: list[Mention]) -> frozenset[str]:
    """The last mention together with those listed right before it: 1 和 2 是正确的."""
    names = [mentions[-1].name]
    for b, a in pairwise(reversed(mentions)):
        if a.kind == "text" or not _LIST_GAP.match(sentence[a.end : b.start]):
            break
        names.append(a.name)
    return frozenset(names)


def _run_from(sentence: str, mentions: list[Mention]) -> frozenset[str]:
    """The first mention together with those listed right after it: D、E or B 和 C."""
    names = [mentions[0].name]
    for a, b in pairwise(mentions):
        if not _LIST_GAP.match(sentence[a.end : b.start]):
            break
        goes_on = b.kind == "text" and sentence[b.end : b.end + 1].isalnum()
        if b.name != a.name and b.kind != a.kind and goes_on:
            break  # "B: 大象不会飞" explains B and does not choose the elephant as well
        names.append(b.name)
    return frozenset(names)


def _verdict(
    sentence: str, mention: Mention, mentions: list[Mention], frame: _Frame
) -> bool | None:
    """True for B 是正确的, False for B 不正确 or 不是 B, None when nothing is said of it."""
    if mention.negated:
        return False
    later = [m.start for m in mentions if m.start >= mention.end]
    listed = [s for s in later if not _LIST_GAP.match(sentence[mention.end : s])]
    after = sentence[mention.end : listed[0] if listed else len(sentence)][:40]
    after = after.lstrip(")]】”\"'。. ")
    if re.match(r"[^,。;]{0,4}(?:是指|指的是|意思是|意味着)", after):
        return None
    false, true = _FALSE_AFTER.match(after), _TRUE_AFTER.match(after)
    if false and true and true.start() == false.start() and len(true[0]) < len(false[0]):
        false = None
    if false and not frame.negative and _core(false[0]) in frame.asked:
        false = None
    if false:
        return bool(
            frame.negative
            and re.search(r"不正确|错|不对|incorrect|wrong|false|不包括|不属于", false[0])
        )
    if true and frame.negative and CONCLUSION.search(sentence):
        return None
    if true:
        return not (frame.negative and re.search(r"正确|对的|true|correct", true[0]))
    return None


def _core(phrase: str) -> str:
    """The rejecting word at the end of a matched phrase: 错误 of 做了有道德错误."""
    found = re.search(
        r"(?:不正确|错误|错的|不对|无关|排除|不同|不成立|不符合|wrong|false)$", phrase
    )
    return found[0] if found else "\0"


def _all_rejected(found: list[tuple[int, str, list[Mention]]]) -> bool:
    return all(m.negated for _, _, ms in found for m in ms)


def _settle(
    votes: list[_Vote],
    mentioned: frozenset[str],
    parts: list[str],
    *,
    walks: bool,
    labels: bool,
) -> Commitment:
    """What the votes come to; `labels`: the options are words, with which reasoning may begin."""
    positive = [v for v in votes if not v.against]
    if not positive:
        return Commitment(mentioned=mentioned)
    top = max(v.strength for v in positive)
    best = [v for v in positive if v.strength == top]
    last = best[-1]
    candidates: frozenset[str] = frozenset().union(*(v.names for v in best))
    contradictory = any(v.names != last.names for v in best)
    if contradictory and (
        _corrected(parts, best[-2].place, last.place)
        or _ends(last, parts, 3 if walks else len({v.names for v in best}))
    ):
        contradictory = False
    if any(v.against and v.names == last.names and v.place >= last.place for v in votes):
        contradictory = True
    opening = [v for v in positive if v.place == 0 and v.names != last.names and v is not last]
    early = last.place < len(parts) - 1
    if top == CONCLUDED and any(v.strength == OPENED or early for v in opening):
        contradictory = True
        candidates |= frozenset().union(*(v.names for v in opening))
    if top == DECLARED and not contradictory:
        firsts = [v for v in positive if v.place == 0 and v.names != last.names]
        contradictory = any(
            v.strength == OPENED and (not labels or _says_only(v)) for v in firsts
        ) and not _corrected(parts, 0, last.place)
        candidates |= frozenset().union(*(v.names for v in firsts))
    return Commitment(
        last.names, top, contradictory, last.sentence[:60], mentioned | last.names, candidates
    )


def _says_only(vote: _Vote) -> bool:
    """Whether the sentence consists of nothing but what it votes for."""
    return key(vote.sentence) == "".join(map(key, vote.names))


def _ends(vote: _Vote, parts: list[str], steps: int) -> bool:
    """Whether the vote is the conclusion that closes the text; those before it were steps."""
    closes = vote.place >= len(parts) - 1 and (
        steps < 3
        or re.match(r"\W*(?:综上|总之|所以|in conclusion|overall)", vote.sentence) is not None
    )
    opening = CONCLUSION.match(vote.sentence)
    return vote.strength == CONCLUDED and closes and opening is not None and opening.start() < 3


def _corrected(parts: list[str], first: int, last: int) -> bool:
    return any(CORRECTION.search(s) for s in parts[first : last + 1])
