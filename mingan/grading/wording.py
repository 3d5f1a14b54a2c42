"""Whether a text says a given word or phrase, and if not, whether it says something else instead.

Containing the words is not saying them: 不是金属键 contains 金属键. And not containing them is not
denying them: a paraphrase shares characters, another name does not. This module compares wordings
and knows nothing of verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from mingan.grading.commitment import CONCLUSION
from mingan.grading.options import keyed
from mingan.normal import key, script, sentences

_DECLARES = re.compile(
    r"答案|谜底|正确(?:的)?(?:是|说法)|应(?:该|当)?(?:是|为)|answer\s*(?:is|:)|(?:it|this) is",
    re.IGNORECASE,
)
_NEGATED_BEFORE = re.compile(
    r"(?:不是|并非|而非|不属于|不等于|不会|没有|不能|不可能|不太可能|无法|不一定|除了|排除|并不|不|非|未|无|"
    r"\bnot|isn't|never|no|rather than)\s*[\s“\"'(《\[]*$",
    re.IGNORECASE,
)
_NOT_NEGATING = re.compile(
    r"(?:是不是|是否|不仅|不只|不但|不仅仅|无论|无非|非常|不一会|不仅是|不只是|除了)\s*[“\"'(《]*$"
)
_HEDGE = re.compile(r"或者?|还是|也可能|之一|有时候?|偶尔|either|or\b|sometimes", re.IGNORECASE)
_QUOTED = re.compile(r"《([^》]{1,30})》|“([^”]{1,16})”|\"([^\"\n]{1,24})\"|「([^」]{1,16})」")
_FOREIGN = re.compile(r"[A-Z][A-Za-z'.-]+(?:\s+[A-Z][A-Za-z'.-]*)*")
_STOP = set(
    "的了是在有和与或及等会能可以要就也都而但因为所以这那个一不没被把对从到上下中里去来之其于以为着过地得很更最我你他她它们人"
)


@dataclass(frozen=True, slots=True)
class Saying:
    """One place where a text says the wording: in which sentence, and how."""

    sentence: str
    place: int
    negated: bool
    hedged: bool
    declared: bool


def sayings(text: str, wordings: Sequence[str]) -> list[Saying]:
    """Every place where the folded text has one of `wordings`, in order."""
    keys = [(key(w), len(w.strip()) - len(key(w)) + 2) for w in wordings if key(w)]
    found = []
    for place, sentence in enumerate(sentences(text)):
        characters, places = keyed(sentence)
        for k, gaps in keys:
            at = _find(characters, places, sentence, k, gaps)
            if at is None:
                continue
            before = sentence[max(0, at - 10) : at]
            negated = bool(_NEGATED_BEFORE.search(before)) and not _NOT_NEGATING.search(before)
            around = sentence[max(0, at - 6) : at + len(k) + 8]
            declares = bool(_DECLARES.search(sentence) or CONCLUSION.search(sentence))
            found.append(Saying(sentence, place, negated, bool(_HEDGE.search(around)), declares))
            break
    return found


def _find(
    characters: str, places: Sequence[int], sentence: str, wanted: str, wanted_gaps: int
) -> int | None:
    """The place in `sentence` where `wanted` stands as a whole (no piece of a Latin word).

    Latin words may have no more signs and spaces between their letters than was asked for.
    """
    at = characters.find(wanted)
    while at >= 0:
        start, end = places[at], places[at + len(wanted) - 1] + 1
        before, after = sentence[start - 1 : start], sentence[end : end + 1]
        joined = (_latin(wanted[0]) and _latin(before)) or (_latin(wanted[-1]) and _latin(after))
        spelt_out = _latin(wanted[0]) and end - start - len(wanted) > wanted_gaps
        if not joined and not spelt_out:
            return start
        at = characters.find(wanted, at + 1)
    return None


def _latin(c: str) -> bool:
    return bool(c) and c.isascii() and c.isalnum()


def declared_sentences(text: str) -> list[str]:
    """The sentences in which the text declares or concludes."""
    return [s for s in sentences(text) if _DECLARES.search(s) or CONCLUSION.search(s)]


def content(text: str) -> set[str]:
    """The characters of a text that carry meaning."""
    return {c for c in key(text) if c not in _STOP}


def overlap(reference: str, text: str) -> float:
    """The share of the reference's meaningful characters that the best single sentence has.

    Latin words count whole: letters alone are in every text.
    """
    if script(reference) == "en":
        words = set(re.findall(r"[a-z0-9]+", reference.casefold()))
        said = set(re.findall(r"[a-z0-9]+", text.casefold()))
        return len(words & said) / len(words) if words else 0.0
    wanted = content(reference) or set(key(reference))
    if not wanted:
        return 0.0
    return max((len(wanted & set(key(s))) / len(wanted) for s in sentences(text)), default=0.0)


def names_another(references: Sequence[str], text: str, prompt: str = "") -> str:
    """Another thing of the references' kind that the text settles on; `""` if none is plain.

    A title in 《》 where a work is asked for, a word in quotes right after 是, a foreign name with
    · where a person is asked for, or a word with the reference's own head (共价键 for 金属键).
    """
    parts = sentences(text)
    lead = parts[:1] + [s for s in parts if _DECLARES.search(s)]
    wanted, asked = [key(r) for r in references], key(prompt)
    if any(len(w) > 10 for w in wanted):
        return ""
    titled = bool(_WORK.search(prompt)) or any("《" in r for r in references)
    for sentence in lead:
        for match in _QUOTED.finditer(sentence):
            quoted = next(g for g in match.groups() if g)
            before = sentence[max(0, match.start() - 6) : match.start()]
            proper = titled if match[1] else re.search(r"(?:是|为|叫|即|:)\s*$", before)
            alien = key(quoted) not in asked and all(_unlike(key(quoted), w) for w in wanted)
            if proper and alien and script(quoted) == script(references[0]):
                return quoted
        name = _FOREIGN_NAME.search(sentence) if _PERSON.search(prompt) else None
        if name and key(name[0]) not in asked and not set(key(name[0])) & set("".join(wanted)):
            return name[0]
    return _same_head(wanted[0], lead, asked) if len(wanted) == 1 else ""


_WORK = re.compile(
    r"(?:什么|哪一?[部本首个篇]|何种)[^,。?]{0,4}(?:电影|影片|书|小说|歌|诗|作品|剧|游戏)"
    r"|(?:电影|影片|书|小说|歌曲?|诗|作品|剧|游戏)名?(?:是|叫|为)(?:什么|哪)"
    r"|(?:what|which|name of the)\s+(?:film|movie|book|song|novel|poem)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"谁|哪位|何人|导演|作者|作家|人物|总统|姓名|\bwho\b|打一人名", re.IGNORECASE)
_FOREIGN_NAME = re.compile(r"[\u4e00-\u9fff]{1,6}(?:·[\u4e00-\u9fffA-Z]{1,8})+")


def short_title(reference: str, text: str, prompt: str) -> str:
    """A work's title in the opening that is half the reference or more; `""` if there is none.

    《黑暗骑士》 names 蝙蝠侠黑暗骑士; one half of a title is how people call it.
    """
    wanted = key(reference)
    if not _WORK.search(prompt):
        return ""
    for match in re.finditer(r"《([^》]{2,30})》", "。".join(sentences(text)[:1])):
        title = key(match[1])
        if len(title) >= 3 and title in wanted and 2 * len(title) >= len(wanted):
            return match[1]
    return ""


_CLASSES = (
    "哥姐弟妹兄",
    "父母爸妈爹娘",
    "祖爷奶公婆姥",
    "儿女孩孙",
    "夫妻老婆丈",
    "看视瞧眼目",
    "修补缝治",
    "死亡杀",
)


def related(reference: str, text: str) -> bool:
    """Whether the text's leading sentences have a word of the same close family (哥哥, 兄妹)."""
    parts = sentences(text)
    lead = "".join([*parts[:2], *declared_sentences(text)])
    return any(set(c) & set(reference) and set(c) & set(lead) for c in _CLASSES)


_ANSWER_IS = re.compile(
    r"(?:答案|谜底)(?:应该|应当)?(?:就)?(?:是|为|:)+\s*[“\"《]?([^,。;\n”\"》(]{1,14})"
)


def declared_other(reference: str, text: str, prompt: str) -> str:
    """A word of the question that the text declares to be the answer, and that shares nothing with
    the reference: 最终答案是:小王; `""` if there is none. The last declaration counts.
    """
    found = _ANSWER_IS.findall(text) if "答案" in text or "谜底" in text else []
    said = key(found[-1]) if found else ""
    if len(said) < 2 or said[:2] not in key(prompt) or len(key(reference)) > 6:
        return ""
    return "" if set(said) & (set(key(reference)) - _STOP) else found[-1]


_ONE_WORD = re.compile(r"^[A-Za-z][A-Za-z-]{2,}$")
_GIVEN_WORD = re.compile(
    r"(?:是|为|:|答案|\bis)\s*[:\s“\"'‘《(*`]*([A-Za-z][A-Za-z-]{2,})(?![A-Za-z]*[·(])"
    r"|^\W*([A-Za-z][A-Za-z-]{2,})\W*$"
)


def another_word(references: Sequence[str], text: str, prompt: str) -> str:
    """Another Latin word that the text gives where one word is wanted: 答案是 pivot."""
    if not all(_ONE_WORD.match(r) for r in references):
        return ""
    if not re.search(r"单词|英文|英语|字母|词素|\bword|anagram", prompt, re.IGNORECASE):
        return ""
    wanted = {r.casefold() for r in references}
    lead = [*sentences(text)[:1], *declared_sentences(text)]
    said = [g for s in lead for m in _GIVEN_WORD.finditer(s) for g in m.groups() if g]
    plain = [w.casefold() for w in said if w.casefold() not in ("ascii", "the", "answer", "word")]
    if not plain or any(w in p or p in w for w in wanted for p in plain):
        return ""
    return plain[-1]


_DENIED = re.compile(
    r"(?:既不|也不|不是|并非|又不|(?<![,既也又])不)([\u4e00-\u9fff]{2,6}?)(?=[也又,、但]|而是|$)"
)


def denied_by(reference: str, text: str) -> str:
    """What the reference denies outright and the text affirms: 是矛盾的 for 既不等价也不矛盾."""
    denied = _DENIED.findall(reference) if "不" in reference or "非" in reference else []
    if len(denied) < 2 and "是" not in reference:
        return ""
    lead = "。".join([*sentences(text)[:1], *declared_sentences(text)])
    for word in denied:
        affirmed = re.search(
            rf"(?<![不非])(?:是|为|等于)(?:相互|互相|一个|一种)?{re.escape(word)}", lead
        )
        if affirmed and not re.search(rf"不是?[^,。]{{0,4}}{re.escape(word)}", lead):
            return affirmed[0]
    return ""


def _unlike(one: str, other: str) -> bool:
    """Whether two names have too little in common to be forms of the same name."""
    if one in other or other in one:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() < 0.4


def swapped(reference: str, text: str, prompt: str) -> str:
    """A word of the question that stands where the reference has another word of the question.

    会到盒子里去找小球 is the reference 会去篮子里找小球 with 盒 for 篮; `""` if nothing is swapped.
    """
    wanted, asked = _meaning(reference), key(prompt)
    if len(wanted) < 4:
        return ""
    for sentence in sentences(text)[:2] + declared_sentences(text)[-1:]:
        said = _meaning(sentence)[: 3 * len(wanted)]
        matcher = SequenceMatcher(None, wanted, said, autojunk=False)
        shared = sum(b.size for b in matcher.get_matching_blocks())
        if shared / len(wanted) < 0.6:
            continue
        for tag, a, b, c, d in matcher.get_opcodes():
            old, new = wanted[a:b], said[c:d]
            short = tag == "replace" and b - a <= 3 and d - c <= 4
            if short and old not in said and old in asked and new in asked:
                return new
    return ""


def _meaning(text: str) -> str:
    return "".join(c for c in key(text) if c not in _STOP)


_HEADS = "键形色词国省市州洲河山海湖球器官语字号人党教派法学说体类科系物症病酶素线面角式"


def _same_head(wanted: str, lead: list[str], asked: str) -> str:
    if len(wanted) < 2 or wanted[-1] not in _HEADS:
        return ""
    for sentence in lead:
        for m in re.finditer(rf"[\u4e00-\u9fff]{{1,{len(wanted) - 1}}}{wanted[-1]}", sentence):
            word = key(m[0])
            other = re.sub(r"^.*[的是为于]", "", word)
            if len(other) >= 2 and other not in asked and other not in wanted and not (
                set(other[:-1]) & set(wanted[:-1])
            ):  # fmt: skip
                return other
    return ""


_INITIALS = re.compile(r"^[A-Z]{2,7}$")


def other_language(reference: str, text: str, prompt: str = "") -> bool:
    """Whether the text may name the reference in the other language, where no rule can follow.

    A Latin name in brackets behind a Chinese one is only its gloss, and a word of the question or
    initials such as ASCII are no names.
    """
    plain = re.sub(r"\([^()]*\)", "", text)
    head = "。".join([*sentences(plain)[:2], *declared_sentences(plain)])
    if script(reference) == "zh":
        if len(key(reference)) < 2:
            return False
        asked = prompt.casefold()
        names = (m[0] for m in _FOREIGN.finditer(head))
        return any(
            not _INITIALS.match(n) and n.casefold() not in asked and len(n) > 1 for n in names
        )
    return script(reference) == "en" and not re.search(r"[A-Za-z]{3,}", head)
