import json

import msgspec
import pytest

from mingan.bank import Bank, check, load, pairs, twins
from mingan.errors import BankError
from mingan.records import Question

ROW = {
    "id": "eggs", "prompt": "{who}买 {n} 个蛋，每个 {p} 元，共多少元？", "answer": "{n * p}",
    "grader": "number", "slots": {"who": "pick(NAMES)", "n": "draw(3, 9)", "p": "draw(2, 9)"},
    "where": ["n != p"], "check": ["number(answer) == sum(p for _ in range(n))"],
}  # fmt: skip


@pytest.fixture
def bank(tmp_path):
    path = tmp_path / "eggs.jsonl"
    path.write_text(json.dumps(ROW), encoding="utf-8")
    return load(path)


def test_a_template_row_gives_its_public_question_and_a_template(bank):
    (question,) = bank.questions
    assert "{" not in question.prompt
    assert question.hidden == ""
    assert [template.id for template in bank.templates] == ["eggs"]


def test_the_public_question_is_the_same_wherever_the_file_lies(bank, tmp_path):
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(ROW), encoding="utf-8")
    assert load(other).questions[0].asked == bank.questions[0].asked


def test_a_twin_is_private_other_and_settled_by_the_key(bank):
    one = twins.twin_bank(bank, key=b"1" * 32, number=1)
    again = twins.twin_bank(bank, key=b"1" * 32, number=1)
    other = twins.twin_bank(bank, key=b"2" * 32, number=2)
    assert one.questions == again.questions
    assert one.name == "eggs~twins-1"
    asked = {b.questions[0].asked for b in (bank, one, other)}
    assert len(asked) == 3
    (twin,) = one.questions
    assert (twin.id, twin.hidden, twin.bank) == ("eggs", "private", "eggs~twins-1")


def test_a_sealed_half_goes_before_a_template(bank):
    half = Question(id="eggs", prompt="h", answer="1", hidden="sealed")
    made = twins.twin_bank(bank, key=b"1", number=1, halves={"eggs": half})
    assert made.questions[0].prompt == "h"


def test_halves_lie_beside_the_bank_and_need_their_passphrase(tmp_path):
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"id": "p", "prompt": "x", "answer": "y"}), encoding="utf-8")
    half = Question(id="p", prompt="hidden", answer="z", hidden="sealed")
    (tmp_path / "b.sealed").write_text(pairs.sealed([half], "n", "word"), encoding="utf-8")
    with pytest.raises(BankError, match="MINGAN_SEAL_KEY"):
        twins.halves_of(load(path))
    assert twins.halves_of(load(path), "word") == {"p": half}


def test_a_bank_without_twins_says_so():
    plain = Bank(name="plain", questions=(Question(id="q", prompt="p"),))
    with pytest.raises(BankError, match="plain"):
        twins.twin_bank(plain, key=b"1", number=1)


def test_a_template_without_other_instances_is_refused(tmp_path):
    path = tmp_path / "one.jsonl"
    row = {"id": "one", "prompt": "{n}", "answer": "{n}", "slots": {"n": "draw(1, 1)"}}
    path.write_text(json.dumps(row), encoding="utf-8")
    with pytest.raises(BankError, match="one"):
        twins.twin_bank(load(path), key=b"1", number=1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"answer": "{n + p}"}, "check-fails"),
        ({"slots": {"n": "draw(3, 9)"}}, "template"),
        ({"slots": {"who": "pick(NAMES)", "n": "open('x')", "p": "2"}}, "template"),
        ({"where": ["n > 99"]}, "template"),
        ({"check": []}, "no-check"),
        ({"slots": {"who": "'小林'", "n": "draw(3, 9)", "p": "2"}, "where": []}, "few-instances"),
        ({"slots": "n 3"}, "bad-slot"),
        ({"prompt": "{who"}, "template"),
    ],
)
def test_check_finds_what_is_wrong_with_a_template(tmp_path, change, code):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(ROW | change), encoding="utf-8")
    found = check(path)
    assert code in [fault.code for fault in found]
    assert all(fault.row == 1 for fault in found)


def test_a_spreadsheet_writes_slots_a_line_each(tmp_path):
    path = tmp_path / "sheet.csv"
    path.write_text(
        "编号,题目,参考答案,判法,变量,条件,核对\n"
        'e,"{数量} 个蛋每个 {价} 元，共？",{数量 * 价},数字,"数量 = draw(3, 90)\n价 = draw(2, 9)",'
        "数量 != 价,number(answer) / 价 == 数量\n",
        encoding="utf-8",
    )
    assert [fault.code for fault in check(path)] == []
    (question,) = load(path).questions
    assert question.answer is not None
    assert int(question.answer) > 0


def test_two_rows_of_one_pair_are_halves(tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text(
        "编号,题目,参考答案,对子\n1,甲问,1,p\n2,乙问,2,p\n3,丙问,3,q\n", encoding="utf-8"
    )
    assert [fault.code for fault in check(path)] == ["pair-open", "pair-size"]


def test_a_hidden_question_has_its_own_hash_of_words_only():
    question = Question(id="q", prompt="p", answer="a")
    assert msgspec.structs.replace(question, hidden="sealed").hash == question.hash
