"""Any table of a page as a file: CSV for spreadsheets, JSON for programs, Parquet for analysis.

The whole workspace can be had as well, and the one-file report. What is exported is what the page
shows; the words of hidden questions stay out of it. The module computes nothing.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from mingan import trust
from mingan.errors import UsageError
from mingan.language import Text
from mingan.reports import export
from mingan.reports.gather import Gathered
from mingan.reports.trust_sentences import record_sentence
from mingan.web.routing import get
from mingan.web.visit import Visit

FORMATS = ("csv", "json", "parquet")

_KINDS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "html": "text/html; charset=utf-8",
}
_WHAT = ("scores", "answers", "grades", "votes")


def download(
    visit: Visit, rows: Iterable[export.Row], columns: export.Columns, name: str
) -> Response:
    """Rows as a file, in the format that the address asks for by `?format=`.

    Raises:
        UsageError: an unknown format. MissingExtraError: Parquet is not installed.
    """
    wanted = _format(visit)
    if wanted == "json":
        return _file(visit, _json(rows, columns), name, wanted)
    with tempfile.TemporaryDirectory(prefix="mingan-") as folder:
        path = Path(folder) / "rows"
        export.write_rows(rows, columns, path, format="csv" if wanted == "csv" else "parquet")
        return _file(visit, path.read_bytes(), name, wanted)


def whole(visit: Visit) -> Response:
    """Scores, answers, grades or votes of a bank."""
    what, wanted = str(visit.path_params["what"]), _format(visit)
    if what not in _WHAT:
        raise UsageError(
            f"没有 {what[:40]} 可导出；有的是：{'、'.join(_WHAT)}。",
            f"There is no {what[:40]} to export; there are {', '.join(_WHAT)}.",
        )
    bank = visit.query.get("bank") or None
    form: export.Format = "jsonl" if wanted == "json" else "csv" if wanted == "csv" else "parquet"
    with tempfile.TemporaryDirectory(prefix="mingan-") as folder:
        path = Path(folder) / "rows"
        visit.bench.workspace.export(what, path, format=form, bank=bank)  # type: ignore[arg-type]
        body = path.read_bytes()
    if wanted == "json":
        body = b"[" + b",\n".join(body.splitlines()) + b"]\n"
    return _file(visit, body, f"{bank or 'mingan'}-{what}", wanted)


def report(visit: Visit) -> Response:
    """The one-file offline report."""
    bank = visit.query.get("bank") or None
    with tempfile.TemporaryDirectory(prefix="mingan-") as folder:
        path = Path(folder) / "report.html"
        visit.bench.workspace.report(
            path, bank=bank, lang=visit.lang, about_judges=partial(_about_judges, visit)
        )
        body = path.read_bytes()
    return _file(visit, body, f"{bank or 'mingan'}-report", "html")


def _about_judges(visit: Visit, gathered: Gathered) -> list[Text]:
    """The track record of every judge whose verdicts count in the report."""
    store = visit.bench.workspace.store
    names = {grade.by for grade in gathered.grades.values() if grade.authority == "judge"}
    return [
        record_sentence(trust.known_of(store, name, bank=gathered.bank)) for name in sorted(names)
    ]


def _format(visit: Visit) -> str:
    wanted = visit.query.get("format") or "csv"
    if wanted not in FORMATS:
        raise UsageError(
            f"没有 {wanted[:20]} 这种格式；可以是 {'、'.join(FORMATS)}。",
            f"There is no format {wanted[:20]}; there are {', '.join(FORMATS)}.",
        )
    return wanted


def _json(rows: Iterable[export.Row], columns: export.Columns) -> bytes:
    plain = [{column: _finite(row.get(column)) for column in columns} for row in rows]
    return json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _file(visit: Visit, body: bytes, name: str, kind: str) -> Response:
    """A file to be saved, never shown: what is in it came from models."""
    plain = re.sub(r"[^\w.()-]+", "-", name)[:80].strip("-.") or "mingan"
    ascii_name = plain.encode("ascii", "ignore").decode().strip("-.") or "mingan"
    return Response(
        body,
        media_type=_KINDS[kind],
        headers={
            "content-disposition": f'attachment; filename="{ascii_name}.{kind}"; '
            f"filename*=UTF-8''{quote(f'{plain}.{kind}')}",
            "cache-control": "no-store",
        },
    )


routes = [get("/export/{what}", whole), get("/report", report)]
