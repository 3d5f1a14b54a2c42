"""Which way a text answers a yes-or-no question.

A text may answer with the word itself (是的, No), with the predicate that was asked about
(逻辑不成立), or by declaring. The words are pairs of opposites; a negation turns one into its
other. They are weighed like options: declared over concluded over opening over said. This module
knows no verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from mingan.grading.commitment import CONCLUSION, CORRECTION
from mingan.grading.options import keyed
from mingan.normal import fold, key, sentences

YES, NO = 1, -1

_PAIRS = (
    ("成立", "不成立"), ("有效", "无效"), ("正确", "错误|不正确"), ("存在", "不存在"),
    ("包含", "不包含|未包含"),
    ("含有", "不含有|不含"), ("收敛", "发散|不收敛"), (
        "真的|属实|是真|真实|准确",
        "假的|不实|是假|虚假|不真实|不准确|不正确|错误|谣言|(?:没有|缺乏)(?:任何|科学|确凿)*的?证据|误导",
    ), ("合理", "不合理"),
    ("合法", "违法|非法|不合法"), ("平衡", "不平衡"), ("可以", "不可以|不能|无法"),
    ("能够", "不能够|不能|无法"),
    ("有意", "无意|并非有意|不是有意"), ("同意", "不同意|反对"), ("相同|一样", "不同|不一样"),
    ("会", "不会"),
    ("需要", "不需要|无需"), ("应该", "不应该"), ("允许", "禁止|不允许"), ("安全", "危险|不安全"),
    ("对的", "不对|错的"),
)  # fmt: skip
_MODAL = {"可以", "能够", "会", "需要", "应该", "相同|一样", "对的"}


@dataclass(frozen=True, slots=True)
class _Pair:
    """A predicate and its opposite, ready to be looked for."""

    yes: re.Pattern[str]
    no: re.Pattern[str]
    either: re.Pattern[str]
    ends: re.Pattern[str]
    modal: bool
    about_having: bool
    about_truth: bool


@cache
def _predicates() -> tuple[_Pair, ...]:
    """All pairs; made when they are first needed, because so many patterns take time."""
    return tuple(
        _Pair(
            re.compile(yes),
            re.compile(no),
            re.compile(f"(?P<no>{no})|{yes}"),
            re.compile(f"(?:{yes}|{no})$"),
            yes in _MODAL,
            yes in ("存在", "包含", "含有"),
            yes.startswith("真"),
        )
        for yes, no in _PAIRS
    )


@cache
def _plain() -> tuple[_Pair, ...]:
    """The pairs of which no word is a modal verb."""
    return tuple(p for p in _predicates() if not p.modal)


_ANY_PREDICATE = re.compile("|".join(f"{yes}|{no}" for yes, no in _PAIRS))
_YES_WORD = (
    r"是的|是|对的?|正确|没错|能|可以|会|有|成立|有效|存在|真|对|yes|true|correct|right|valid"
)
_NO_WORD = (
    r"否|不是|不|没有|无|错误?|假|不能|不会|不对|不可以|不成立|无效|不存在|不正确|"
    r"no|false|incorrect|invalid|wrong"
)
_REF_YES = re.compile(rf"^(?:{_YES_WORD})$", re.IGNORECASE)
_REF_NO = re.compile(rf"^(?:{_NO_WORD})$", re.IGNORECASE)
_OPENS_YES = re.compile(
    r"^\W*(?:是的|是(?=[\W]|$)|对的?(?=[\W]|$)|没错|正确(?=[\W]|$)|可以(?=[\W]|$)|能(?=[\W]|$)|会(?=[\W]|$)|有(?=[\W]|$)|"
    r"当然|确实|存在(?=[\W]|$)|yes\b|true\b|correct\b|真(?=[\W]|$)|成立(?=[\W]|$)|有效(?=[\W]|$))",
    re.IGNORECASE,
)
_OPENS_NO = re.compile(
    r"^\W*(?:否(?=[\W]|$)|不(?=[\W]|$)|不是(?=[的\W]|$)|没有(?=[\W]|$)|无(?=[\W]|$)|错误?(?=[\W]|$)|不对|不能(?=[\W]|$)|不可以(?=[\W]|$)|"
    r"不会(?=[\W]|$)|不正确|不成立|不存在|no\b|false\b|incorrect\b|假(?=[\W]|$)|无效(?=[\W]|$))",
    re.IGNORECASE,
)
_DECLARED = re.compile(
    rf"(?:答案|回答|结论|结果|代表了?|表示|表达(?:了|的是)?|意味着|answer)\s*(?:应该|应当|应)?\s*(?:是|为|:|is)?\s*[:]?\s*"
    rf"[“\"'「*]+\s*({_YES_WORD}|{_NO_WORD})\s*[”\"'」*]"
    rf"|(?:答案|answer)\s*(?:应该|应当|应)?\s*(?:是|为|:|is)\s*[:]?\s*({_YES_WORD}|{_NO_WORD})(?=[\W]|$)",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"(?!.*(?:是不是|是否|[?]))"
    r"(?P<lead>(?:好的|所以|因此|综上|我的?|认为|觉得|选择?|判断|最终|最后|正确的?|答案|回答|结论|结果|答|"
    r"应该|应当|应|就|[是为](?=\W*[是否不对错正])|如下|the|final|answer|is|it|boxed|text|[\W_])*)"
    r"(?:(?P<no>否|不是|不对|错误?的?|不正确|no|false)|是的?|对的?|正确的?|没错|yes|true)"
    r"(?:[\W_]|answer)*",
    re.IGNORECASE,
)
_LONGEST_BARE = 40
_NAMES_ANSWER = re.compile(r"答案|回答|结论|结果|判断|答|answer|boxed", re.IGNORECASE)
_TITLE = re.compile(
    r"\W*(?:我的|最终|最后|正确)*的?(?:答案|回答|结论|判断|(?:final )?answer)(?:如下|是)?\W*",
    re.IGNORECASE,
)
_LABELLED = re.compile(rf"[“\"「]\s*({_YES_WORD}|{_NO_WORD})\s*[”\"」]", re.IGNORECASE)
_ATTITUDE = re.compile(
    r"(?:是|为|给出|给了|表示|属于)(?:了|一[种个])?(肯定|否定)(?:的|回答|答复|态度)"
)
_NEGATION = re.compile(
    r"(?:不|没有|没|并非|不是|未|无|非|not |n't |无法|不能|不太|不会|不存在|并不)\S{0,2}$"
)
_PARTLY = re.compile(r"(?:不|并非|不是)(?:完全|全|总|一定|十分|太|够)(?:是|都)?$")
_DOUBLE = re.compile(r"(?:不仅|不但|不只|是不是|是否|无论|不得不|不一定|未必)\S{0,2}$")


@dataclass(frozen=True, slots=True)
class Polarity:
    """The way a text points: `sign` is YES, NO or 0 for neither."""

    sign: int = 0
    contradictory: bool = False
    firm: bool = False
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the question asks: its opposites, its statement, its ability, and its own words.

    `clause` is the statement asked about, `modal` the verb of an ability, `having` the thing that
    may be there or not; each is empty where the question asks otherwise.
    """

    prompt: str
    key: str
    pairs: list[_Pair]
    clause: str
    modal: str
    having: str


@lru_cache(maxsize=512)
def _asked(prompt: str, reference: str) -> _Asked:
    pairs = _asked_pairs(prompt, reference)
    having = _having(prompt, reference)
    if having:
        pairs = [p for p in pairs if not p.about_having]
    return _Asked(prompt, key(prompt), pairs, _clause(prompt), _modal(prompt), having)


@lru_cache(maxsize=512)
def of_reference(reference: str) -> int | None:
    """The way a reference points; None when it is no yes-or-no at all."""
    word = fold(reference).strip().strip("。.!\"'“”").casefold()
    if _REF_NO.match(word):
        return NO
    if _REF_YES.match(word):
        return YES
    size = len(key(word))
    if size > 10 or not _ANY_PREDICATE.search(word):
        return None
    found = []
    for pair in _predicates() if size <= 3 else _plain():
        if size > 7 and not pair.ends.search(word):
            continue
        for m in pair.either.finditer(word):
            negated = bool(m["no"]) != bool(_NEGATION.search(word[: m.start()]))
            found.append((m.start(), -len(m[0]), NO if negated else YES))
    return min(found)[2] if found else None


def polarity(text: str, prompt: str, reference: str = "") -> Polarity:
    """Which way a folded text answers the prompt."""
    parts = [s for s in sentences(text) if not _repeats(s, prompt)]
    asked = _asked(fold(prompt), fold(reference).strip())
    votes = _bare_votes(parts)
    for place, sentence in enumerate(parts):
        votes += [
            (w, place, s, e) for w, s, e in _sentence_votes(sentence, place, len(parts), asked)
        ]
    if not votes:
        return Polarity()
    top = max(v[0] for v in votes)
    best = sorted((v for v in votes if v[0] == top), key=lambda v: v[1])
    last = best[-1]
    rest = [v for v in votes if v[0] >= 2]
    agreed = {v[2] for v in best}
    conflict = len(agreed) > 1 or (top <= 3 and len({v[2] for v in rest}) > 1)
    if conflict and any(CORRECTION.search(s) for s in parts[best[0][1] : last[1] + 1]):
        conflict = False
    if conflict and top >= 3 and last[1] == len(parts) - 1 and CONCLUSION.match(last[3]):
        conflict = False
    return Polarity(last[2], conflict, top >= 4, last[3][:60])


def _bare_votes(parts: list[str]) -> list[tuple[int, int, int, str]]:
    """The sign of sentences that are nothing but a yes or a no with a lead-in: 所以，否; 判断：是.

    They count as the first or the last sentence of a text, and under a title (最终答案).
    """
    worded = [place for place, sentence in enumerate(parts) if any(map(str.isalpha, sentence))]
    votes = []
    for at, place in enumerate(worded):
        sentence = parts[place]
        titled = at > 0 and _TITLE.fullmatch(parts[worded[at - 1]]) is not None
        if not (titled or place in (worded[0], worded[-1])) or len(sentence) > _LONGEST_BARE:
            continue
        bare = _BARE.fullmatch(sentence)
        if bare:
            declared = titled or _NAMES_ANSWER.search(bare["lead"]) is not None
            votes.append((4 if declared else 3, place, NO if bare["no"] else YES, sentence))
    return votes


def _repeats(sentence: str, prompt: str) -> bool:
    k = key(sentence)
    return len(k) >= 6 and k in key(prompt)


def _sentence_votes(
    sentence: str, place: int, total: int, asked: _Asked
) -> list[tuple[int, int, str]]:
    declared = [next(g for g in m.groups() if g) for m in _DECLARED.finditer(sentence)]
    labelled = {_sign(m[1]) for m in _LABELLED.finditer(sentence)}
    if declared and len(labelled) < 2:
        return [(4, _sign(declared[-1]), sentence)]
    votes = []
    attitude = _ATTITUDE.search(sentence)
    if attitude:
        votes.append((3, YES if attitude[1] == "肯定" else NO, sentence))
    opening = _after_question(sentence, asked.key) if place == 0 else ""
    if opening and _OPENS_NO.match(opening):
        votes.append((3, NO, sentence))
    elif opening and _OPENS_YES.match(opening):
        votes.append((3, YES, sentence))
    if len(labelled) == 1 and (place == 0 or CONCLUSION.search(sentence)):
        votes.append((3, labelled.pop(), sentence))
    said = _predicate(sentence, asked.pairs, asked.prompt)
    said = said or _either_way(sentence, asked.having, _having_ways)
    said = said or _restated(sentence, asked.clause)
    said = said or _either_way(sentence, asked.modal, _modal_ways)
    if said:
        weight = 3 if CONCLUSION.search(sentence) else 2 if place in (0, total - 1) else 1
        weight = 1 if _CONDITION.match(sentence) else weight
        votes.append((weight, said, sentence))
    return votes


def _after_question(sentence: str, prompt_key: str) -> str:
    """The sentence without a beginning that only repeats words of the question."""
    characters, places = keyed(sentence)
    size = 0
    while size < len(characters) and characters[: size + 1] in prompt_key:
        size += 1
    return sentence if size < 6 else sentence[places[size - 1] + 1 :]


def _sign(word: str) -> int:
    return NO if _REF_NO.match(word.casefold()) else YES


_TRUTH = re.compile(r"^[真假]的?$")
_QUESTION = re.compile(r"[?]|吗|是否|还是|请问|判断|有没有|能否")


_ASKED_END = re.compile(r"[。:;\n]|(?<=[?])")


def _asked_pairs(prompt: str, reference: str) -> list[_Pair]:
    """The opposites that the reference is about, or else those in the question's last sentence."""
    if _TRUTH.match(reference):
        return [p for p in _predicates() if p.about_truth]
    own = [(m.start(), p) for p in _plain() if (m := p.either.search(reference))]
    if own:
        return [min(own, key=lambda found: (found[0], found[1].yes.pattern))[1]]
    asked = next((s for s in reversed(_ASKED_END.split(prompt)) if _QUESTION.search(s)), "")
    return [p for p in _plain() if p.either.search(asked)]


_CONDITION = re.compile(r"\W*(?:如果|假如|若|if\b)")
_NOT = r"(不|没有?|未|并不|并未|并非|无法|不是)?"
_WHETHER_CLAUSE = re.compile(
    r"([\u4e00-\u9fffA-Za-z0-9]{0,12})是否([\u4e00-\u9fffA-Za-z0-9 ]{3,16})(?=[,。:?;\n]|$)"
)
_MA_CLAUSE = re.compile(r"([\u4e00-\u9fffA-Za-z0-9 ]{3,18})吗\s*[?\"”]?")
_NOT_STATED = re.compile(
    r"^(?:请(?:问|判断|识别|确定|告诉我)|那么?|那|问|这|你觉得|你认为|[我你他她它])+"
    r"|真的|确实|到底|究竟|[了的]|\s"
)


def _clause(prompt: str) -> str:
    """The statement inside “…吗？” or after 是否; `""` if it is too short to be known again."""
    asked = _MA_CLAUSE.findall(prompt) if "吗" in prompt else []
    later = prompt.rfind("是否") > prompt.rfind("吗")  # the question itself comes last
    whether = _WHETHER_CLAUSE.findall(prompt) if later else []
    if not asked and not whether:
        return ""
    statement = _NOT_STATED.sub("", "".join(whether[-1]) if whether else asked[-1])
    return statement if len(statement) >= 3 else ""


@lru_cache(maxsize=512)
def _clause_pattern(statement: str) -> re.Pattern[str]:
    """The statement as a pattern that also finds it negated."""
    between = f"(?:[了的是]|确实|真的|已经|必[须然]|一定|也|成功地?)?{_NOT}"
    return re.compile(_NOT + between.join(re.escape(c) for c in statement))


def _in_order(characters: str, text: str) -> bool:
    """Whether all `characters` stand in `text` in this order: cheaper than any pattern."""
    at = 0
    for c in characters:
        at = text.find(c, at) + 1
        if not at:
            return False
    return True


_MODAL_CLAUSE = re.compile(r"(?:能够?|可以|会|应该|需要)([\u4e00-\u9fff]{2})[^吗,。?]{0,14}吗")


def _modal(prompt: str) -> str:
    """The verb of “能控制…吗”; `""` where no ability is asked for."""
    verb = _MODAL_CLAUSE.search(prompt) if "吗" in prompt else None
    return verb[1] if verb else ""


_Ways = tuple[re.Pattern[str], re.Pattern[str]]
"""A pattern for yes and one for no."""


@lru_cache(maxsize=512)
def _modal_ways(word: str) -> _Ways:
    """Patterns for yes and no to “能控制…吗”: 能…控制 and 无法…控制."""
    no = rf"(?:不能|无法|不可以|不可能|不会|没法|没办法|不再|不应该|不需要)[^,。;]{{0,8}}?{word}"
    yes = rf"(?<![不没可])(?:能够?|可以|会|应该|需要)[^,。;不]{{0,8}}?{word}"
    return re.compile(yes), re.compile(no)


_HAVING = re.compile(r"(?:存在|包含|含有|具有|有没有)[着了一些何任]*([\u4e00-\u9fff]{2,6})")


def _having(prompt: str, reference: str) -> str:
    """The thing of “是否包含时代错误”; `""` where nothing is asked to be there."""
    asked = _HAVING.search(reference) or _HAVING.search(prompt)
    thing = asked[1].rstrip("吗的呢") if asked else ""
    return thing if len(thing) >= 2 else ""


@lru_cache(maxsize=512)
def _having_ways(thing: str) -> _Ways:
    """Patterns for yes and no to “是否包含时代错误”: 有…时代错误 and 没有…时代错误."""
    flaws = "" if re.search(r"错误|问题|漏洞|缺陷", thing) else "(?!.{0,2}(?:错误|问题|漏洞|缺陷))"
    no = rf"(?:没有?|不存在|不包含|未包含|不含有?|不具有|并无|无)[^,。;]{{0,10}}?{thing}{flaws}"
    yes = rf"(?<![不没无])(?:有|存在|包含|含|具有|出现)[^,。;不没无]{{0,12}}?{thing}{flaws}"
    return re.compile(yes), re.compile(no)


_OPEN = re.compile(r"[^,;]*?(?:是否|能否|不一定|未必)[^,;]*")


def _either_way(sentence: str, word: str, ways: Callable[[str], _Ways]) -> int:
    """The sign that the ways to say or deny `word` find in this sentence; 0 for none or both."""
    if not word or word not in sentence:
        return 0
    yes, no = ways(word)
    plain = _OPEN.sub("", sentence)
    says_no = no.search(plain) is not None
    says_yes = yes.search(no.sub("", plain)) is not None
    return 0 if says_yes == says_no else YES if says_yes else NO


_CONSEQUENCE = re.compile(r"(?:,|^)(?:那么|那|则|就|因此|所以)(?!是否)")
_SPACE = re.compile(r"\s")
_OPEN_SENTENCE = re.compile(r"是否|如果|吗|可能")
_DOUBTED = re.compile(r"不一定|未必|不意味|不代表|不能说|也许|或许")
_FLAW_AFTER = re.compile(r".{0,2}(?:错误|问题|漏洞|缺陷)")


def _restated(sentence: str, statement: str) -> int:
    """The sign of the asked statement as it stands in this sentence; 0 if it does not."""
    if not statement:
        return 0
    bare = _SPACE.sub("", sentence)
    if "如果" in bare or "若" in bare:
        bare = _CONSEQUENCE.split(bare, maxsplit=1)[-1] if _CONSEQUENCE.search(bare) else ""
    if not _in_order(statement, bare) or _OPEN_SENTENCE.search(bare):
        return 0
    match = _clause_pattern(statement).search(bare)
    if match is None:
        return 0
    before, after = bare[max(0, match.start() - 8) : match.start()], bare[match.end() :]
    if _DOUBTED.search(before + match[0]) or _FLAW_AFTER.match(after):
        return 0
    return NO if any(match.groups()) else YES


def _counts(before: str, after: str, prompt: str) -> bool:
    """Whether a predicate found between `before` and `after` answers the question at all.

    Not in an indirect question (是否), not when only partly denied (不完全正确), and not when its
    object is a flaw that was not asked about (推理存在问题 says nothing of 存在推理).
    """
    clause = before[max(before.rfind(","), before.rfind(";")) + 1 :]
    if _UNDECIDED.search(clause) or _DOUBLE.search(before):
        return False
    if _PARTLY.search(before):
        return False
    flaw = _FLAW.match(after)
    return flaw is None or flaw[1] in prompt


_UNDECIDED = re.compile(r"是否|能否|有没有|不能确定|无法确定")
_FLAW = re.compile(r"[^,。;]{0,8}?(问题|错误|漏洞|缺陷|谬误|矛盾|不足|瑕疵)")


def _predicate(sentence: str, pairs: list[_Pair], prompt: str) -> int:
    """The sign of the asked predicate in this sentence; 0 if absent or both ways."""
    signs = set()
    for pair in pairs:
        masked = sentence
        for m in pair.no.finditer(sentence):
            before, after = sentence[: m.start()], sentence[m.end() :]
            if _counts(before, after if "存在" in m[0] else "", prompt):
                signs.add(YES if _NEGATION.search(before) else NO)
            masked = masked[: m.start()] + " " * (m.end() - m.start()) + masked[m.end() :]
        for m in pair.yes.finditer(masked):
            before, after = masked[: m.start()], masked[m.end() :]
            if _counts(before, after if "存在" in m[0] else "", prompt):
                signs.add(NO if _NEGATION.search(before) else YES)
    return signs.pop() if len(signs) == 1 else 0
