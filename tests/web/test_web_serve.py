"""Where the bench is served, and who is invited."""

from __future__ import annotations

import socket

import pytest
from starlette.testclient import TestClient

from mingan.errors import UsageError
from mingan.web.app import make_app
from mingan.web.serve import find_place, invitations, is_loopback, make_bench
from mingan.workspace import Workspace


def test_it_takes_a_free_port_and_moves_on_from_a_taken_one() -> None:
    first = find_place()
    second = find_place()
    try:
        assert first.loopback
        assert second.port != first.port
        with pytest.raises(UsageError, match=str(first.port)):
            find_place(port=first.port)
    finally:
        first.socket.close()
        second.socket.close()


@pytest.mark.parametrize("host", ["203.0.113.7", "no.such.host.invalid"])
def test_an_address_that_is_not_ours_is_said(host: str) -> None:
    with pytest.raises(UsageError):
        find_place(host, 0)


@pytest.mark.parametrize(
    ("host", "inside"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("::", False),
     ("192.168.1.2", False), ("example.org", False)],
)  # fmt: skip
def test_what_only_this_machine_reaches(host: str, inside: bool) -> None:
    assert is_loopback(host) is inside


def test_here_there_is_one_address_and_beyond_one_for_each_role(workspace: Workspace) -> None:
    here = find_place("127.0.0.1", 0)
    there = find_place("0.0.0.0", 0)
    try:
        assert invitations(make_bench(workspace, here), here, "zh") == [
            (invitations(make_bench(workspace, here), here, "zh")[0][0], f"{here.url}/zh/")
        ]
        bench = make_bench(workspace, there)
        lines = invitations(bench, there, "en")
        assert len(lines) == 3
        app = make_app(bench, loopback=there.loopback)
        for (_, address), seen in zip(lines, (200, 200, 403), strict=True):
            with TestClient(app, base_url="http://somewhere:80") as client:
                path = "/en/?" + address.split("?")[1]
                assert client.get(path).status_code == seen
    finally:
        here.socket.close()
        there.socket.close()


def test_tokens_outlive_the_server_until_they_are_renewed(workspace: Workspace) -> None:
    place = find_place("127.0.0.1", 0)
    try:
        first = make_bench(workspace, place, tokens=True).door.token("owner")
        assert make_bench(workspace, place, tokens=True).door.token("owner") == first
        assert make_bench(workspace, place, renew=True).door.token("owner") != first
    finally:
        place.socket.close()


def test_a_taken_port_is_really_taken() -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        with pytest.raises(UsageError):
            find_place(port=busy.getsockname()[1])
