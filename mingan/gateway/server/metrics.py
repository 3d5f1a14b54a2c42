"""Counts for Prometheus: asks by member and how they ended, tokens, cost, times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mingan.gateway.server.ledger import Trip

if TYPE_CHECKING:
    from mingan.gateway.server.hub import Hub

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_OVERHEAD = (0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.015, 0.03, 0.1)


class Counters:
    """Of one gateway; labels are names of members and states, never what a visitor wrote."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._all = every = CollectorRegistry()
        self._asks = Counter("mingan_asks", "Asks", ["member", "mode", "state"], registry=every)
        self._tokens = Counter("mingan_tokens", "Tokens", ["member", "way"], registry=every)
        self._cost = Counter("mingan_cost", "Cost", ["member", "currency"], registry=every)
        self._seconds = Histogram("mingan_ask_seconds", "Whole ask", buckets=_SECONDS,
                                  registry=every)  # fmt: skip
        self._first = Histogram("mingan_first_word_seconds", "To the first word",
                                buckets=_SECONDS, registry=every)  # fmt: skip
        self._overhead = Histogram("mingan_overhead_seconds", "Of the gateway itself",
                                   buckets=_OVERHEAD, registry=every)  # fmt: skip
        self._open = Gauge("mingan_breaker_open", "1 where a member rests", ["member"],
                           registry=every)  # fmt: skip
        self._lost = Gauge("mingan_rows_lost", "Traffic not written down", registry=every)

    def add(self, trip: Trip) -> None:
        """Count one ask."""
        self._asks.labels(trip.member, trip.mode, trip.state).inc()
        self._tokens.labels(trip.member, "in").inc(trip.tokens_in or 0)
        self._tokens.labels(trip.member, "out").inc(trip.tokens_out or 0)
        self._cost.labels(trip.member, trip.currency).inc(trip.cost or 0)
        self._seconds.observe(trip.seconds)
        if trip.first_s is not None:
            self._first.observe(trip.first_s)
        if trip.overhead_s is not None:
            self._overhead.observe(max(0.0, trip.overhead_s))

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        for name in self._hub.members:
            self._open.labels(name).set(self._hub.breaker(name).state != "closed")
        self._lost.set(self._hub.lost)
        return generate_latest(self._all)
