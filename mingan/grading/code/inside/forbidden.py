"""Whether a program uses what a question forbids: names, attributes, modules, keywords, operators.

It reads the program's syntax tree and runs nothing. It knows nothing of why a thing is forbidden.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

_NODES: dict[str, tuple[type[ast.AST], ...]] = {
    "for": (ast.For, ast.AsyncFor, ast.comprehension),
    "while": (ast.While,),
    "if": (ast.If, ast.IfExp),
    "lambda": (ast.Lambda,),
    "import": (ast.Import, ast.ImportFrom),
    "try": (ast.Try,),
    "with": (ast.With, ast.AsyncWith),
    "class": (ast.ClassDef,),
    "yield": (ast.Yield, ast.YieldFrom),
    "async": (ast.AsyncFunctionDef, ast.AsyncFor, ast.AsyncWith),
    "await": (ast.Await,),
    "match": (ast.Match,),
    "global": (ast.Global,),
    "nonlocal": (ast.Nonlocal,),
    "del": (ast.Delete,),
    "assert": (ast.Assert,),
    "raise": (ast.Raise,),
    "and": (ast.And,),
    "or": (ast.Or,),
    "not": (ast.Not, ast.NotIn, ast.IsNot),
    "in": (ast.In, ast.NotIn),
    "is": (ast.Is, ast.IsNot),
    "+": (ast.Add,),
    "-": (ast.Sub, ast.USub),
    "*": (ast.Mult,),
    "/": (ast.Div,),
    "//": (ast.FloorDiv,),
    "%": (ast.Mod,),
    "**": (ast.Pow,),
}

_HIDING_PLACES = ("eval", "exec", "__import__")
"""By these a program could use anything without its name being seen."""


def first_forbidden(code: str, forbidden: list[str]) -> str:
    """The first thing in the program that is on the list, or ""; raises what `ast.parse` does."""
    listed = {*forbidden, *_HIDING_PLACES}
    nodes = {kind: word for word in forbidden for kind in _NODES.get(word, ())}
    for node in ast.walk(ast.parse(code)):
        word = nodes.get(type(node), "")
        if word:
            return word
        for name in _names(node):
            if name in listed:
                return name
    return ""


def _names(node: ast.AST) -> Iterator[str]:
    """The names that a piece of a program uses; a text that is just a name may serve as one."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.alias):
        yield from node.name.split(".")
    elif isinstance(node, ast.ImportFrom):
        yield from (node.module or "").split(".")
