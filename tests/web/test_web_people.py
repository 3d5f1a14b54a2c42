"""Roles, tokens and cookies: what cannot be forged, and what a role may do."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingan.web.people import ROLES, Door, Person

DOOR = Door(b"k" * 32, guarded=True)
OPEN = Door(b"k" * 32)


@pytest.mark.parametrize("role", ROLES)
def test_a_token_gives_its_role_and_only_here(role: str) -> None:
    assert DOOR.role_of(DOOR.token(role)) == role  # type: ignore[arg-type]
    assert Door(b"x" * 32).role_of(DOOR.token(role)) is None  # type: ignore[arg-type]


@given(st.text())
def test_no_other_text_is_a_token(text: str) -> None:
    assert DOOR.role_of(text) is None


def test_a_cookie_comes_back_as_the_person_it_was_made_for() -> None:
    person = Person(given="grader", name="小林", browser="b", theme="dark")
    assert DOOR.recognise(DOOR.remember(person)) == person.with_(role="grader")


def test_a_cookie_changed_by_its_owner_is_no_cookie() -> None:
    cookie = DOOR.remember(Person(given="reader", browser="b"))
    body, _, signature = cookie.partition(".")
    better = json.loads(base64.urlsafe_b64decode(body)) | {"given": "owner", "role": "owner"}
    forged = base64.urlsafe_b64encode(json.dumps(better).encode()).decode()
    assert DOOR.recognise(f"{forged}.{signature}").role is None
    assert not DOOR.knows(f"{forged}.{signature}")


def test_what_a_server_without_tokens_allows_is_in_no_cookie() -> None:
    here = OPEN.recognise(None)
    assert here.role == "owner"
    assert DOOR.recognise(OPEN.remember(here.with_(name="小林"))).role is None
    # The other way round: what a token gave is kept, and here everybody is the owner.
    reader = DOOR.remember(Person(given="reader", browser="b"))
    assert OPEN.recognise(reader).role == "owner"
    assert DOOR.recognise(OPEN.remember(OPEN.recognise(reader))).role == "reader"


def test_a_cookie_of_the_first_format_is_void() -> None:
    kept = {"role": "owner", "name": "", "browser": "b", "theme": ""}
    body = base64.urlsafe_b64encode(json.dumps(kept).encode()).decode()
    signed = hmac.new(DOOR.secret, f"person:{body}".encode(), hashlib.sha256).hexdigest()
    assert DOOR.recognise(f"{body}.{signed}").role is None
    first = hmac.new(DOOR.secret, b"cookie", hashlib.sha256).hexdigest()[:8]
    assert DOOR.cookie != f"mingan_{first}"


@given(st.text())
def test_any_cookie_can_be_read_without_a_fault(cookie: str) -> None:
    assert DOOR.recognise(cookie).role is None
    assert OPEN.recognise(cookie).role == "owner"


def test_what_roles_may_do() -> None:
    may = {role: {r for r in ROLES if Person(role=role).may(r)} for role in ROLES}
    assert may == {"owner": set(ROLES), "reader": {"reader"}, "grader": {"grader"}}
    assert not any(Person().may(role) for role in ROLES)


def test_the_secret_is_not_in_what_is_printed() -> None:
    assert "kkkk" not in repr(DOOR)


def test_every_browser_has_its_own_form_token() -> None:
    assert DOOR.csrf(Person(browser="a")) != DOOR.csrf(Person(browser="b"))
