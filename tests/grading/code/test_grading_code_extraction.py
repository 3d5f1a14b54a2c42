"""Which part of an answer is taken for the program."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.grading.code.extraction import Program, defines, programs

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
    assert programs(text, function) == (Program(code),)


def test_a_text_without_fences_is_a_program_if_it_looks_like_one() -> None:
    code = "def f():\n    return 1"
    assert programs(code, "f") == (Program(code, bare=True),)
    assert programs("def g(): return 1", "f") == ()
    assert programs("print(1)") == (Program("print(1)", bare=True),)
    for text in ("我不知道。", "``` ```", ""):
        assert programs(text) == ()


BODY = "import re\n\n\ndef f(x):\n    # 先算\n    return x + 1"


@pytest.mark.parametrize(
    "text",
    [
        f"好的，代码如下：\n{BODY}",
        f"函数 f 这样写：\n\n{BODY}\n\n说明：先算再返回。",
        f"{BODY}\n\n这个函数把 x 加 1。",
        f"Here it is:\n{BODY}\nIt adds one.",
        f"调用示例：\n```\nprint(f(1))\n```\n{BODY}\n以上。",
    ],
)
def test_prose_around_a_program_without_fences_is_left_out(text: str) -> None:
    assert programs(text, "f")[0] == Program(BODY, bare=True)


def test_a_block_that_quotes_the_question_or_leaves_the_body_out_is_no_candidate() -> None:
    own, quoted = "def f(x):\n    return x", "def f(x):\n    return x - 1"
    prompt = f"下面的函数错了，请改正：\n{quoted}"
    sketches = (
        "def f(x):\n    ...",
        "def f(x): ...",
        "def f(x):\n    pass",
        "def f(x):\n    # 你的代码",
        "def f(x):\n    '''说明'''\n    ...\n    return x",
    )
    for other in (quoted, f"# 原来的\n{quoted}  # 错\n", *sketches):
        text = f"```python\n{own}\n```\n另：\n```python\n{other}\n```"
        assert programs(text, "f", prompt) == (Program(own),), other
    only = f"```python\n{quoted}\n```"
    assert programs(only, "f", prompt) == (Program(quoted),)
    script = "```python\nprint(2)\n```\n原来是\n```python\nprint(1)\n```"
    assert programs(script, "", "改正：\nprint(1)") == (Program("print(2)"),)


def test_a_fenced_script_is_taken_before_what_looks_like_code_around_it() -> None:
    text = "x = 3 时输出 3：\n```\nprint(3)\n```\nn = 4 时也一样。"
    assert programs(text) == (Program("print(3)"),)


def test_definitions_are_known_by_their_lines() -> None:
    assert defines("async  def f(): 1", "f")
    assert defines("    f: int = 3", "f")
    assert defines("class f: 1", "f")
    assert not defines("def ff(): 1", "f")
    assert not defines("f(1)", "f")
    assert not defines("x = f", "f")


@given(st.text(alphabet="`~ \npydefg():x", max_size=60))
def test_any_text_is_read(text: str) -> None:
    assert all(found.code.strip() for found in programs(text, "f"))


@pytest.mark.parametrize("piece", ["```\n", "~~~", "`", "def f", " ", "def f(", "\n```python", ">"])
def test_repetition_does_not_make_it_slow(piece: str) -> None:
    began = time.perf_counter()
    programs(piece * (96_000 // len(piece)), "f")
    assert time.perf_counter() - began < 1
