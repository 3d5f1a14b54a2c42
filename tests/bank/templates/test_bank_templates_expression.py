import os
import subprocess
import sys
from contextlib import suppress
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mingan
from mingan.bank.templates.expression import ExpressionFault, Meter, evaluate
from mingan.bank.templates.functions import PURE
from mingan.bank.templates.values import Function


def value(source: str, **names: object) -> object:
    return evaluate(source, {**PURE, **names}, Meter())


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("7 / 2", Fraction(7, 2)),
        ("6 / 3", 2),
        ("2 ** 10 - 1", 1023),
        ("[n * n for n in range(5) if n % 2]", [1, 9]),
        ("sum(a * b for a, b in zip([1, 2], [3, 4]))", 11),
        ("{k: v for k, v in [('a', 1)]}['a']", 1),
        ("sorted([3, 1, 2], key=lambda n: -n)", [3, 2, 1]),
        ("len([p for p in permutations('abc') if p[0] != 'a'])", 4),
        ("'甲' in '甲乙丙' and not 1 > 2", True),
        ("1 < 2 < 3", True),
        ("first(n for n in range(1, 99) if n % 7 == 3 and n % 5 == 1)", 31),
        ("fold(lambda a, b: a * 10 + b, [1, 2, 3], 0)", 123),
        ("iterate(lambda n: n * 2, 1, 4)", [1, 2, 4, 8, 16]),
        ("'abcdef'[1:4] + 'x' * 2", "bcdxx"),
        ("round(5 / 2)", 3),
        ("round(0 - 5 / 2)", -3),
        ("fixed(2 / 3, 2)", "0.67"),
        ("fixed(1 / 8, 2)", "0.13"),
        ("decimal(7 / 4)", "1.75"),
        ("number('20%')", Fraction(1, 5)),
        ("number('3/4') + 1 / 4", 1),
        ("zh(10)", "十"),
        ("zh(105)", "一百零五"),
        ("zh(110)", "一百一十"),
        ("zh(2010)", "二千零一十"),
        ("zh(32000)", "三万二千"),
        ("zh(100500)", "十万零五百"),
        ("base(255, 16)", "FF"),
        ("week_zh(date(2026, 11, 25))", "星期三"),
        ("days_between(date(2024, 2, 28), date(2024, 3, 1))", 2),
        ("max([('a', 1), ('b', 3)], key=lambda p: p[1])[0]", "b"),
        ("sorted(['aaa', 'b', 'cc'], key=len)", ["b", "cc", "aaa"]),
        ("sorted([1, 2, 3, 4], key=lambda n: n % 2, reverse=True)", [1, 3, 2, 4]),
        ("map(sum, [[1, 2], [3]])", [3, 3]),
        ("max([[1], [2, 3]], key=sum)", [2, 3]),
        ("fold(gcd, [12, 18], 0)", 6),
        ("[f(2) for f in [lambda n: n + 1]]", [3]),
        ("[[a * b for b in range(a)] for a in range(4) if a % 2]", [[0], [0, 3, 6]]),
        ("[a for a, (b, c) in [(1, (2, 3)), (4, (5, 9))] if c - b > 1]", [4]),
        ("[x for x in [1, 2] for x in [x * 10, x]]", [10, 1, 20, 2]),
        ("[f(1) for f in [lambda n: n + k for k in (10, 20)]]", [11, 21]),
        ("map(list, [(k * n for n in (1, 2)) for k in (1, 10)])", [[1, 2], [10, 20]]),
        ("(1, 2) in ((n, n + 1) for n in range(3))", True),
        ("list({3, 1, 2})", [1, 2, 3]),
        ("text({'b', 'a'})", "a、b"),
        ("text({'k': [1, (2,)], 't': True})", "{'k': [1, (2,)], 't': True}"),
        ("zip('ab', range(9))", [("a", 0), ("b", 1)]),
        ("round(12345, -2)", 12300),
        ("fixed(0 - 1 / 8, 2)", "-0.13"),
        ("fixed(10 ** 40 + 1 / 3, 2)", "1" + "0" * 40 + ".33"),
        ("fixed(7, 0)", "7"),
    ],
)
def test_what_expressions_mean(source: str, wanted: object):
    assert value(source) == wanted


@pytest.mark.parametrize(
    "source",
    [
        "().__class__",
        "'a'.upper()",
        "__import__('os')",
        "open('/etc/passwd')",
        "eval('1')",
        "(lambda: 0).__globals__",
        "[x := 1]",
        "f'{1}'",
        "print(1)",
        "max(*[1, 2])",
        "dict(**{})",
        "getattr(1, 'real')",
        "yield 1",
        "await x",
        "1 if",
        "'%s' % 1",
        "b'bytes'",
        "1j",
        "...",
        "{**{}}",
        "1 @ 2",
        "1 << 9",
        "a.b",
        "[1][0].real",
    ],
)
def test_what_is_not_allowed(source: str):
    with pytest.raises(ExpressionFault):
        value(source)


@pytest.mark.parametrize(
    "source",
    [
        "9 ** 9 ** 9",
        "2 ** 100000",
        "'a' * 10 ** 9",
        "[0] * 10 ** 9",
        "list(range(10 ** 9))",
        "sum(range(10 ** 12))",
        "len(list(permutations(range(12))))",
        "[a for a in range(9999) for b in range(9999)]",
        "fold(lambda a, b: a * a, range(200), 3)",
        "len(list(product(range(200), repeat=9)))",
        "replace('a' * 1000, 'a', 'b' * 1000)",
        "iterate(lambda n: n + n, [1], 60)",
        "(lambda f: f(f))(lambda f: f(f))",
        "factorial(10 ** 9)",
        "prod(range(1, 99999))",
        "comb(100000, 50000)",
        "is_prime(10 ** 18)",
        "int('9' * 5000)",
        "join('x' * 1000, range(100000))",
        "text('a' * 150000) + text('a' * 150000)",
        "(" * 500 + "1" + ")" * 500,
        "-" * 9_999 + "1",
        "1" + " + 1" * 2_400,
        "lambda: " * 1_200 + "1",
        "len({fold(lambda a, x: (a,), range(200000), 0): 1})",
        "fold(lambda a, x: first(permutations([a])), range(200000), [1])",
        "fold(lambda a, x: zip(a), range(200000), [1])",
        "first(fold(lambda a, x: (y for y in a), range(20000), [1]))",
        "iterate(lambda x: [x, x], 1, 60)",
        "text(iterate(lambda x: [x] * 10, 'a' * 1000, 5))",
        "round(1, 10 ** 10)",
        "fixed(1, 10 ** 7)",
        "number('1e9999999999')",
        "numerator('1e9999999999')",
        "len(permutations(range(200000)))",
        "list(combinations(range(200000), 100000))",
        "all(-1 not in [1] * 200000 for i in range(200000))",
        "[[0] in s for s in [[[1]] * 200000] for i in range(200000)]",
        "[s == t for s in [list(range(200000))] for t in [list(range(200000))] for i in range(99)]",
        "[s - s for s in [set(range(200000))] for i in range(200000)]",
        "[d[t] for t in [tuple(range(99999))] for d in [{t: 1}] for i in range(200000)]",
        "sorted(range(2000), key=lambda i: [0] * 200000)",
        "[upper('a' * 99999) for i in range(200000)]",
        "[find(s, 'ab') for s in ['a' * 200000] for i in range(200000)]",
        "[x[1:] for x in [list(range(200000))] for i in range(200000)]",
        "[factorial(500) for i in range(200000)]",
        "fold(lcm, range(1, 200000), 1)",
        "['a' * 200000 for i in range(200000)]",
        "map(lambda i: 'a' * 200000, range(200000))",
        "first(product([0], repeat=10 ** 9))",
        "1e999",
        "1e308 * 10",
        "float('nan')",
        "(-8.0) ** 0.5",
    ],
)
def test_nothing_hangs_or_fills_the_machine(source: str):
    with pytest.raises(ExpressionFault):
        value(source)


def test_a_fault_names_the_expression():
    with pytest.raises(ExpressionFault, match="price"):
        value("price * 2")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(source: str):
    with suppress(ExpressionFault):
        value(source)


@given(st.integers(-999, 999), st.integers(-999, 999), st.integers(1, 99))
def test_arithmetic_is_pythons(a: int, b: int, c: int):
    names = {"a": a, "b": b, "c": c}
    assert value("(a + b) * c - a // c + b % c", **names) == (a + b) * c - a // c + b % c
    assert value("a / c + b / c", **names) == Fraction(a + b, c)


def test_testing_many_primes_is_quick_and_right():
    sieve = [n for n in range(2, 500) if all(n % d for d in range(2, n))]
    assert value("[n for n in range(0 - 3, 500) if is_prime(n)]") == sieve
    strong = [2047, 3215031751 % 10**9, 1373653, 25326001, 561, 999999937, 999999938]
    assert value("map(is_prime, numbers)", numbers=strong) == [False] * 5 + [True, False]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("upper(3)", "text"),
        ("year(2024)", "year"),
        ("map(sum, [1], [[1]])", "sum"),
        ("(1 / 0 for i in range(3))", "ZeroDivisionError"),
        ("text(len)", "function"),
        ("text(lambda: 0)", "function"),
        ("text([(x for x in [1])])", "list"),
        ("chr(55296)", "surrogate"),
        ("'a' * 0.5", "whole"),
        ("for_each(1)", "for_each"),
        ("[x for x in 3]", "int"),
        ("list({1, 'a'})", "set"),
    ],
)
def test_an_authors_slip_is_told_in_a_sentence(source: str, said: str):
    with pytest.raises(ExpressionFault, match=said):
        value(source)


def test_what_fails_inside_python_is_a_fault_too():
    def breaks(error: type[Exception]) -> Function:
        def call() -> None:
            raise error

        return Function(call, metered=False)

    for error in (MemoryError, RecursionError, AttributeError, AssertionError, StopIteration):
        with pytest.raises(ExpressionFault, match=r"f\(\)"):
            value("f()", f=breaks(error))


SETS = """
from mingan.bank.templates.expression import Meter, evaluate
from mingan.bank.templates.functions import PURE
words = "{'甲', '乙', '丙', '丁', 'x', 'y'}"
for source in ("join('、', list(%s))", "[x for x in %s]", "text(%s)", "fold(cat, %s, '')",
               "min(%s, key=len)", "first(permutations(%s))", "keys(counts(%s))",
               "zip(range(6), %s)", "{x: 1 for x in %s}", "tuple(%s)",
               "map(text, %s)", "index(%s, 'x')", "reversed(%s)", "enumerate(%s)"):
    print(ascii(evaluate(source % words, PURE, Meter())))
"""


def test_sets_have_the_same_order_in_every_run():
    room = str(Path(mingan.__file__).parent.parent)
    said = {
        subprocess.run(
            [sys.executable, "-c", SETS], check=True, capture_output=True, text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": room},
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(said) == 1
    assert ascii(["丁", "丙", "乙", "甲"])[1:-1] in said.pop()


THINGS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.integers(-2, 60)
    | st.floats()
    | st.fractions()
    | st.text(max_size=6)
    | st.sampled_from(["1e99999", "3/4", "20%", "0x1", "\ud800"])
    | st.dates()
    | st.sampled_from([f for f in PURE.values() if isinstance(f, Function)]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.tuples(inner, inner)
        | st.dictionaries(st.text(max_size=2) | st.integers(0, 5), inner, max_size=3)
        | st.sets(st.integers(0, 9) | st.text(max_size=2), max_size=4)
    ),
    max_leaves=8,
)
"""Values of every kind, functions among them; those that are too strange are strange arguments."""

NUMBERS = st.integers(-3, 40) | st.fractions(max_denominator=50) | st.floats(-9, 99)
TEXTS = st.text(max_size=6) | st.sampled_from(["12", "1e99999", "3/4", "20%", "\ud800", "a b"])
LISTS = st.lists(NUMBERS, max_size=5) | st.lists(TEXTS, max_size=5) | TEXTS
CALLS = st.one_of(
    st.tuples(st.integers(-3, 40)), st.tuples(NUMBERS), st.tuples(NUMBERS, st.integers(-1, 9)),
    st.tuples(TEXTS), st.tuples(TEXTS, TEXTS), st.tuples(TEXTS, TEXTS, TEXTS), st.tuples(LISTS),
    st.tuples(TEXTS, LISTS), st.tuples(LISTS, st.integers(-1, 4)), st.tuples(LISTS, LISTS),
    st.tuples(st.dates()), st.tuples(st.dates(), st.dates() | st.integers(-9, 9)),
    st.tuples(st.integers(0, 3000), st.integers(0, 13), st.integers(0, 32)),
    st.tuples(st.sampled_from([PURE["text"], PURE["abs"], PURE["len"], PURE["sum"]]), LISTS),
    st.tuples(st.sampled_from([PURE["max"], PURE["cat"], PURE["gcd"]]), LISTS, NUMBERS),
    st.lists(THINGS, max_size=4).map(tuple),
)  # fmt: skip
"""Arguments as an author may write them, right or wrong, and arguments that nobody would."""

FUNCTIONS = sorted(name for name, f in PURE.items() if isinstance(f, Function))
KNOWN = {int, bool, float, str, type(None), Fraction, date, list, tuple, set, dict, range}


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=40, deadline=None)
@given(things=CALLS, data=st.data())
def test_every_function_gives_a_value_or_a_fault(name: str, things: tuple[object, ...], data):
    names = {f"a{place}": thing for place, thing in enumerate(things)}
    written = [data.draw(st.sampled_from([arg, arg, f"(x for x in {arg})"])) for arg in names]
    more = data.draw(st.sampled_from(["", "", "", "key=len", "reverse=True", "repeat=2", "x=1"]))
    source = f"{name}({', '.join([*written, *([more] if more else [])])})"
    try:
        found = evaluate(source, {**PURE, **names}, Meter(steps=20_000))
    except ExpressionFault:
        return
    assert type(found) in KNOWN or callable(found)


ONE_EACH = """
abs(0 - 1); acos(1); add_days(date(2026, 1, 1), 1); all([1]); any([1]); asin(1); atan(1);
base(5, 2); bool(1); cat(1, 'a'); ceil(1 / 2); chars('ab'); chr(65); combinations([1, 2], 1);
comb(4, 2); cos(0); count('aa', 'a'); counts('aa'); date(2026, 1, 1); date_zh(date(2026, 1, 1));
day(date(2026, 1, 1)); days_between(date(2026, 1, 1), date(2026, 1, 2)); decimal(1 / 2);
degrees(1); denominator(1 / 2); dict([(1, 2)]); digits(12); divmod(7, 2); ends('ab', 'b');
enumerate('ab'); exp(1); factorial(3); find('ab', 'b'); first([1]); fixed(1, 2); float(1);
floor(1 / 2); fold(max, [1], 2); from_base('11', 2); gcd(4, 6); index('ab', 'b'); int('3');
is_prime(7); isqrt(9); items({1: 2}); iterate(abs, 1, 2); join('a', [1]); keys({1: 2}); lcm(4, 6);
len('ab'); letter(2); list('ab'); log(2); log10(2); log2(2); lower('A'); map(abs, [1]); max(1, 2);
median([1, 2]); min(1, 2); month(date(2026, 1, 1)); number('1'); numerator(1 / 2); ord('a');
perm(3, 2); permutations([1, 2]); prod([1, 2]); product([1], [2], repeat=2); radians(1); range(3);
replace('ab', 'a', 'b'); reversed([1]); round(1 / 2); set([1]); sin(0); sorted([1]); split('a b');
split('a,b', ','); sqrt(4); starts('ab', 'a'); str(1); strip(' a '); sum([1]); tan(0); text(1);
tuple([1]); upper('a'); values({1: 2}); week_zh(date(2026, 1, 1)); weekday(date(2026, 1, 1));
year(date(2026, 1, 1)); zh(3); zip([1], [2])
"""


def test_every_function_can_be_called():
    """The test before would pass if every call were a fault."""
    calls = [call.strip() for call in ONE_EACH.split(";")]
    assert {call.partition("(")[0] for call in calls} == set(FUNCTIONS)
    for call in calls:
        assert type(value(call)) in KNOWN, call
