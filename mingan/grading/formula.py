"""Formulas with π, e and roots, worked out: π²/6, 2√3, \\frac{\\pi^2}{6}, sqrt(2)/2.

A reference may be such a formula, and an answer may give it in another notation or as a decimal;
both become numbers here. Only numbers, π, e, roots, powers, factorials, + - * / and brackets are
read; anything else is no formula. This module knows no questions or verdicts.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

_LATEX = (
    (re.compile(r"\\(?:left|right|,|;|!|displaystyle)"), ""),
    (re.compile(r"\\(?:times|cdot)|[×·]"), "*"),
    (re.compile(r"\\div|÷"), "/"),
    (re.compile(r"\\pi(?![a-z])|π"), " pi "),
    (re.compile(r"\\sqrt"), "sqrt"),
    (re.compile(r"√\s*(\d+(?:\.\d+)?|pi)"), r"sqrt(\1)"),
    (re.compile(r"√"), "sqrt"),
    (re.compile(r"根号\s*(\d+)"), r"sqrt(\1)"),
)
_FRACTION = re.compile(r"\\[dt]?frac\s*\{([^{}]{1,40})\}\s*\{([^{}]{1,40})\}")
_ROOT = re.compile(r"\\sqrt\s*\{([^{}]{1,40})\}")
_BRACES = str.maketrans("{}[]", "()()")
_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|pi|sqrt|e(?![a-z])|[-+*/^()!])", re.IGNORECASE)
_RUN = re.compile(
    r"(?<![A-Za-z_])(?:[-+*/^()!×÷·√π{}\s]|\d+(?:\.\d+)?|\\(?:pi|sqrt|[dt]?frac|times|cdot)|pi|sqrt|"
    r"根号|e(?![a-z])){1,80}(?![A-Za-z_])",
    re.IGNORECASE,
)
_IRRATIONAL = re.compile(r"π|\\pi|(?<![a-z])pi(?![a-z])|√|sqrt|根号", re.IGNORECASE)
_DEEPEST = 30


def has_constant(text: str) -> bool:
    """Whether the text has π or a root in it, without which no formula needs this module."""
    return _IRRATIONAL.search(text) is not None


def value(text: str) -> Fraction | None:
    """The value of a formula, near enough to compare decimals; None when it is no formula."""
    if not has_constant(text) or len(text) > 200:
        return None
    try:
        found, rest = _sum(_tokens(_plain(text)), 0)
    except (ValueError, OverflowError, ZeroDivisionError, IndexError):
        return None
    if rest or not math.isfinite(found) or abs(found) > 1e12:
        return None
    return Fraction(found).limit_denominator(10**12)


def solved(text: str) -> str:
    """The text with every formula that has π or a root replaced by its decimal value."""
    if not has_constant(text):
        return text

    def worked(match: re.Match[str]) -> str:
        run = match[0]
        core = run.strip()
        number = value(core) if has_constant(core) and re.search(r"\d", core) else None
        if number is None:
            return run
        start = run.index(core[0])
        return f"{run[:start]} {float(number):.10f} {run[start + len(core) :]}"

    return _RUN.sub(worked, text)


def _plain(text: str) -> str:
    text = _ROOT.sub(r"sqrt(\1)", text)
    for _ in range(4):
        text = _FRACTION.sub(r"((\1)/(\2))", text)
    for pattern, plain in _LATEX:
        text = pattern.sub(plain, text)
    return text.translate(_BRACES).replace("**", "^")


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(text[at])
        tokens.append(match[1].lower())
        at = match.end()
    return tokens


def _sum(tokens: list[str], depth: int) -> tuple[float, list[str]]:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    found, tokens = _product(tokens, depth)
    while tokens and tokens[0] in "+-":
        sign = tokens[0]
        term, tokens = _product(tokens[1:], depth)
        found = found + term if sign == "+" else found - term
    return found, tokens


def _product(tokens: list[str], depth: int) -> tuple[float, list[str]]:
    found, tokens = _power(tokens, depth)
    while tokens and (tokens[0] in ("*", "/", "(", "pi", "sqrt", "e") or tokens[0][0].isdigit()):
        sign = tokens[0] if tokens[0] in "*/" else ""
        factor, tokens = _power(tokens[1:] if sign else tokens, depth)
        found = found / factor if sign == "/" else found * factor
    return found, tokens


def _power(tokens: list[str], depth: int) -> tuple[float, list[str]]:
    base, tokens = _atom(tokens, depth)
    if tokens and tokens[0] == "!":
        if base != int(base) or not 0 <= base <= 20:
            raise ValueError("no factorial")
        base, tokens = float(math.factorial(int(base))), tokens[1:]
    if tokens and tokens[0] == "^":
        exponent, tokens = _power(tokens[1:], depth + 1)
        if abs(exponent) > 100 or depth > _DEEPEST:
            raise ValueError("too large")
        power = base**exponent
        if isinstance(power, complex):
            raise ValueError("no real number")
        return float(power), tokens
    return base, tokens


def _atom(tokens: list[str], depth: int) -> tuple[float, list[str]]:
    head, rest = tokens[0], tokens[1:]
    if head in "+-":
        found, rest = _power(rest, depth + 1)
        return (-found if head == "-" else found), rest
    if head == "(":
        found, rest = _sum(rest, depth + 1)
        if not rest or rest[0] != ")":
            raise ValueError("a bracket is open")
        return found, rest[1:]
    if head == "sqrt":
        found, rest = _atom(rest, depth + 1)
        return math.sqrt(found), rest
    if head in ("pi", "e"):
        return (math.pi if head == "pi" else math.e), rest
    return float(head), rest
