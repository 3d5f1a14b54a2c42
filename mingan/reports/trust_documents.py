"""What is known of a judge as JSON, for `--json`: numbers with the sentences that they bear."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from mingan.reports.trust_sentences import (
    corrected_sentence,
    foresight_notes,
    foresight_sentence,
    record_sentences,
)
from mingan.reports.trusted import Foresight, TrustTable
from mingan.statistics.agreement import Agreement


def trust_document(table: TrustTable) -> dict[str, Any]:
    """What `mingan trust --json` prints."""
    record = table.record
    return {
        "bank": table.bank,
        "judge": record.judge,
        "known_zh": [text.zh for text in record_sentences(record)],
        "known_en": [text.en for text in record_sentences(record)],
        "record": {
            "pairs": record.pairs,
            "judged": record.judged,
            "unread": record.unread,
            "people": list(record.people),
            "before": record.before,
            "agreement": _agreement(record.agreement),
            "by_ability": {tag: _agreement(one) for tag, one in record.by_ability.items()},
            "passed": [record.passed.count, record.passed.of, *record.passed.ends],
            "failed": [record.failed.count, record.failed.of, *record.failed.ends],
            "biases": [
                {"kind": bias.kind, "name": bias.name, "judge": bias.judge, "people": bias.people,
                 "bias": bias.bias, "low": bias.low, "high": bias.high, "answers": bias.items}
                for bias in record.biases
            ],
        },
        "whole": table.whole,
        "rules": table.rules,
        "drawn": table.drawn,
        "left_out": table.left_out,
        "models": [
            {
                "model": row.model,
                **asdict(row.corrected),
                "unsure": row.unsure,
                "marked": row.marked,
                "rogan_gladen": asdict(row.check) if row.check else None,
                "sentence_zh": corrected_sentence(row).zh,
                "sentence_en": corrected_sentence(row).en,
            }
            for row in table.models
        ],
        "differences": [
            {
                "first": gap.first, "second": gap.second, "questions": gap.questions,
                "difference": gap.difference.score, "low": gap.difference.low,
                "high": gap.difference.high, "people": gap.difference.people, "pairs": gap.pairs,
            }
            for gap in table.gaps
        ],
    }  # fmt: skip


def foresight_document(found: Foresight) -> dict[str, Any]:
    """What `mingan grade --judge M --people N --json` prints."""
    said = foresight_sentence(found)
    return {
        **asdict(found),
        "sentence_zh": said.zh,
        "sentence_en": said.en,
        "notes": [text.say() for text in foresight_notes(found)],
    }


def _agreement(found: Agreement | None) -> dict[str, Any] | None:
    return asdict(found) if found else None
