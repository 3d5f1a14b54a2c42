"""Which part of an answer is taken for the program."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.code.extraction import Program, defines, find

CASES = [
    # (answer, function, the program)
    ("```python\ndef f(): 1\n```", "f", "def f(): 1"),
    ("```\ndef f(): 1\n```", "f", "def f(): 1"),
    ("~~~py\ndef f(): 1\n~~~", "f", "def f(): 1"),
    ("```python\ndef f(): 1\n```\n改进：\n```python\ndef f(): 2\n```", "f", "def f(): 2"),
    ("```python\ndef f(): 1\n```\n用法：\n```python\nprint(f())\n```", "f", "def f(): 1"),
    ("```python\ndef g(): 1\n```\n输出：\n```\n1\n```", "f", "def g(): 1"),
    ("```python\nprint(1)\n```\n输出：\n```text\n1\n```", "", "print(1)"),
    ("```\n1\n```\n```\n2\n```", "", "2"),
    ("1. 先写\n   ```python\n   def f():\n       return 1\n   ```", "f", "def f():\n    return 1"),
    ("```python\ndef f():\n    return 1", "f", "def f():\n    return 1"),
    ("````python\ns = '''\n```\n'''\ndef f(): 1\n````", "f", "s = '''\n```\n'''\ndef f(): 1"),
    ("<think>```python\ndef f(): 0\n```</think>```python\ndef f(): 1\n```", "f", "def f(): 1"),
    ("```python\nf = lambda: 1\n```\n```python\nf == 1\n```", "f", "f = lambda: 1"),
    ("```python\r\ndef f():\r\n    return 1\r\n```", "f", "def f():\n    return 1"),
    ("```Python title=x\ndef f(): 1\n```", "f", "def f(): 1"),
]


@pytest.mark.parametrize(("text", "function", "code"), CASES)
def test_the_program_is(text: str, function: str, code: str) -> None:
    found = find(text, function)
    assert found is not None
    assert (found.code, found.bare) == (code, False)


def test_a_text_without_fences_is_a_program_if_it_looks_like_one() -> None:
    assert find("def f():\n    return 1", "f") == Program("def f():\n    return 1", bare=True)
    assert find("def g(): return 1", "f") is None
    assert find("print(1)") == Program("print(1)", bare=True)
    assert find("我不知道。") is None
    assert find("``` ```") is None
    assert find("") is None


def test_definitions_are_known_by_their_lines() -> None:
    assert defines("async  def f(): 1", "f")
    assert defines("    f: int = 3", "f")
    assert defines("class f: 1", "f")
    assert not defines("def ff(): 1", "f")
    assert not defines("f(1)", "f")
    assert not defines("x = f", "f")


@given(st.text(alphabet="`~ \npydefg():x", max_size=60))
def test_any_text_is_read(text: str) -> None:
    found = find(text, "f")
    assert found is None or found.code.strip()


@pytest.mark.parametrize("piece", ["```\n", "~~~", "`", "def f", " ", "def f(", "\n```python", ">"])
def test_repetition_does_not_make_it_slow(piece: str) -> None:
    began = time.perf_counter()
    find(piece * (96_000 // len(piece)), "f")
    assert time.perf_counter() - began < 1
