"""What `mingan forecast --json` prints: every row with an estimate, an interval and a sentence.

The keys are a promise to other programs: more may come, none may change.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from mingan.language import Text
from mingan.reports.forecast_words import (
    claim_sentence,
    dates_record_sentence,
    device_sentence,
    forecast_headline,
    price_sentence,
    size_sentence,
)
from mingan.reports.foretold import Claim, DeviceDate, ForecastReport, Staircase, Tried
from mingan.scaling.devices import Fit, Pace
from mingan.scaling.prices import YEAR
from mingan.scaling.rolling import Record


def forecast_document(report: ForecastReport) -> dict[str, Any]:
    """The whole report."""
    assumed = report.assumed
    return {
        **_said(forecast_headline(report)),
        "rows": [
            *(_staircase(step, "price", price_sentence(step)) for step in report.prices),
            *(_staircase(step, "size", size_sentence(step)) for step in report.sizes),
            *(_date(row) for row in report.dates),
            *(_claim(claim) for claim in report.claims),
        ],
        "back_tests": {
            "price": [_tried(each) for each in report.tried_prices],
            "size": [_tried(each) for each in report.tried_sizes],
            "device": {
                "inside": report.tried_dates.inside, "earlier": report.tried_dates.earlier,
                "later": report.tried_dates.later, "open": report.tried_dates.open,
                **_said(dates_record_sentence(report)),
            },
        },
        "assumptions": {
            "halving_months": dict(assumed.halving), "floor_parameters": dict(assumed.floor),
            "halving_months_so_far": _plain(report.halving_now),
            "uses": {
                name: {"bits": use.bits, "usable": use.usable, "tokens_per_second": use.pace,
                       "prompt_tokens_per_second": use.prompt, "efficiency": use.efficiency}
                for name, use in assumed.uses.items()
            },
        },
    }  # fmt: skip


def _said(text: Text) -> dict[str, str]:
    return {"sentence_zh": text.zh, "sentence_en": text.en}


def _staircase(step: Staircase, kind: str, said: Text) -> dict[str, Any]:
    last, found = step.steps[-1], step.decline
    return {
        "kind": kind, "level": step.level.model, "benchmark": step.level.benchmark,
        "least": step.level.least, "now": last.price, "model": last.model, "since": str(last.day),
        "well_known_until": str(step.end),
        "estimate": found and _plain(found.factor), "low": found and _plain(found.low),
        "high": found and _plain(found.high), "halving_months": found and _plain(found.halving),
        "steps": [
            {"model": s.model, "day": str(s.day), "value": s.price, "score": s.score}
            for s in step.steps
        ],
        "ahead": [
            {"day": str(a.day), "estimate": a.price, "low": a.low, "high": a.high}
            for a in step.ahead
        ],
        **_said(said),
    }  # fmt: skip


def _date(row: DeviceDate) -> dict[str, Any]:
    return {
        "kind": "device", "device": row.device, "level": row.level.model,
        "benchmark": row.level.benchmark, "model": row.model or None,
        "params_total": row.total or None, "params_active": row.active or None,
        "since": str(row.since), **_paces(row.fits), **_said(device_sentence(row)),
    }  # fmt: skip


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "kind": "claim", "claim": claim.key, "deadline": str(claim.deadline),
        "verdict": claim.verdict,
        "parts": [
            {"said_zh": part.said.zh, "said_en": part.said.en, "verdict": part.verdict,
             **_paces(part.fits)}
            for part in claim.parts
        ],
        "assumptions_zh": [text.zh for text in claim.assumptions],
        "assumptions_en": [text.en for text in claim.assumptions],
        **_said(claim_sentence(claim)),
    }  # fmt: skip


def _paces(fits: Mapping[Pace, Fit]) -> dict[str, Any]:
    middle = fits.get("middle")
    return {
        "estimate": _day(middle), "low": _day(fits.get("fast")), "high": _day(fits.get("slow")),
        "bound": middle.bound if middle else None,
    }  # fmt: skip


def _day(fit: Fit | None) -> str | None:
    """A day; None for never, or beyond what a calendar holds."""
    if fit is None or not math.isfinite(fit.year) or fit.year * YEAR >= date.max.toordinal():
        return None
    return str(date.fromordinal(max(round(fit.year * YEAR), 1)))


def _tried(each: Tried) -> dict[str, Any]:
    def of(found: Record | None) -> dict[str, Any] | None:
        if found is None:
            return None
        return {
            "trials": found.trials, "held": found.held, "off_by_times": found.off,
            "no_change_off_by_times": found.still,
        }  # fmt: skip

    return {"months": each.months, "line": of(each.line), "as_before": of(each.past)}


def _plain(value: float) -> float | None:
    return value if math.isfinite(value) else None
