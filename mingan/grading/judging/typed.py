"""A judge held to the form of its verdict, where its endpoint offers that.

Endpoints that speak OpenAI's protocol may take a JSON schema, or only "some JSON object", or
neither; which one is found out by asking: a request that is refused with it and taken without it
settles the matter for this endpoint. Turns in which the judge thinks freely are left alone, and
so is a model whose settings name a form already. This module must not know what a verdict means.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from mingan.errors import RequestRejected
from mingan.grading.judging.cases import Case
from mingan.models.protocol import Model, Reply, Request, Source
from mingan.records import Generation, ModelCard

KINDS = ("openai",)
"""Kinds of model that know `response_format`."""


class TypedJudge:
    """A model that judges `cases`; the rest of it is the model itself."""

    def __init__(self, model: Model, cases: Mapping[str, Case]) -> None:
        self.card: ModelCard = model.card
        self.concurrency: int | None = model.concurrency
        self.source: Source = model.source
        self._model = model
        self._cases = cases
        offered = model.card.kind in KINDS
        self._forms = ["json_schema", "json_object"] if offered else []

    async def answer(self, request: Request) -> Reply:
        """Say `request`, with the form of the verdict if the endpoint takes one."""
        form = self._form(request)
        if form is None:
            return await self._model.answer(request)
        generation = request.generation
        if generation == Generation():
            generation = self.card.generation
        formed = msgspec.structs.replace(
            generation, extra={**generation.extra, "response_format": form}
        )
        try:
            return await self._model.answer(replace(request, generation=formed))
        except RequestRejected:
            # Only if it is taken without the form was the form to blame.
            reply = await self._model.answer(request)
        if form["type"] in self._forms:
            self._forms.remove(form["type"])
        return reply

    async def close(self) -> None:
        """Let go of the model."""
        await self._model.close()

    def _form(self, request: Request) -> dict[str, Any] | None:
        """The form to ask for; None where there is none, or the judge is to think freely."""
        case = self._cases[request.question]
        begun = any(message["role"] == "assistant" for message in request.messages)
        free = case.works_it_out and not begun
        if not self._forms or free or "response_format" in request.generation.extra:
            return None
        if self._forms[0] == "json_object":
            return {"type": "json_object"}
        schema = {"name": "verdict", "strict": True, "schema": case.schema}
        return {"type": "json_schema", "json_schema": schema}
