"""Choices that the centre puts: any key of the sections it is given, and back again if the trial fails."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.faults import faults
from gateway.choices.section import Section
from gateway.errors import Refusal
from gateway.portal.i18n import words
from gateway.store.database import Transaction

INDONESIAN = "id"
"""What the regency reads."""


class CommandedChoices:
    """Implements the relay's ``Settable``: ``{"section": NAME, "choose": {KEY: VALUE}}``."""

    def __init__(self, choices: Choices, kinds: Sequence[type[Section]]) -> None:
        """``kinds`` are the sections that the centre may change."""
        self._choices = choices
        self._kinds = {kind.section: kind for kind in kinds}

    def put(self, tx: Transaction, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Choose; return what was put and what was before. Raises Refusal ``setting-unknown`` or ``setting-unfit``."""
        name, chosen = wanted.get("section"), wanted.get("choose")
        kind = self._kinds.get(name) if isinstance(name, str) else None
        if kind is None:
            raise Refusal("setting-unknown", key=name)
        if not isinstance(chosen, dict) or not chosen:
            raise Refusal("field-invalid", field="choose")
        before = self._choices.read(tx, kind).model_dump(mode="json")
        after = self._choose(tx, kind, {**before, **chosen})
        return {"section": name, "choose": {key: after[key] for key in chosen}}, {key: before[key] for key in chosen}

    def put_back(self, tx: Transaction, put: Mapping[str, Any], former: Mapping[str, Any]) -> None:
        """Choose what was before, save where the hall has chosen something else meanwhile."""
        kind = self._kinds[put["section"]]
        now = self._choices.read(tx, kind).model_dump(mode="json")
        untouched = {key: former[key] for key, value in put["choose"].items() if now[key] == value}
        self._choose(tx, kind, {**now, **untouched})

    def _choose(self, tx: Transaction, kind: type[Section], values: Mapping[str, Any]) -> dict[str, Any]:
        try:
            section = kind.model_validate_json(json.dumps(values))
        except ValidationError as error:
            [(key, reason), *_] = faults(error, words(INDONESIAN), kind.model_fields).items()
            code = "setting-unknown" if key not in kind.model_fields and "." not in key else "setting-unfit"
            raise Refusal(code, key=f"{kind.section}.{key}", reason=reason) from error
        self._choices.change_in(tx, [section])
        return section.model_dump(mode="json")
