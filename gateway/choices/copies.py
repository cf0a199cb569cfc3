"""All that a hall has chosen as one TOML file, and back: sections, lines and counters. No officer, no PIN, no secret.

Promises: what is exported and imported again changes nothing; a file is checked whole before anything changes, and then
changes everything in one transaction; what a file does not name stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.face import NO_ANSWER, HallFace, stranger
from gateway.choices.faults import faults, unknown
from gateway.choices.section import Section
from gateway.errors import Refusal
from gateway.portal.i18n import Words
from gateway.toml import TOMLDecodeError, read_toml, why_no_toml

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Arrays of tables by name, such as ``line`` and ``counter``."""


class Furnished(Protocol):
    """What a hall has besides sections."""

    def rows(self) -> Rows:
        """Return all of it."""

    def unsound(self, rows: Rows, speak: Words) -> dict[str, str]:
        """Return what is wrong with ``rows``, by key; empty when a hall can work with them."""

    def arrange(self, rows: Rows, sections: Sequence[Section]) -> None:
        """Let exactly these be the rows, and choose ``sections`` anew, in one transaction."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file that can be applied."""

    sections: tuple[Section, ...]
    rows: Rows


class Unfit(Exception):
    """A file that cannot be applied: by key, what is wrong in the reader's language."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        self.wrong = dict(wrong)
        super().__init__(", ".join(wrong))


class Copies:
    """Where copies are made and applied. Safe from any thread."""

    def __init__(self, choices: Choices, kinds: Sequence[type[Section]], furnished: Furnished, names: Sequence[str]) -> None:
        """``kinds`` are all sections that the hall has, ``names`` the host names by which it answers."""
        self._names = names
        self._choices = choices
        self._kinds = {kind.section: kind for kind in kinds}
        self._furnished = furnished

    def export(self) -> str:
        """Return the file."""
        parts = [f"[{section.section}]\n{_lines(section.model_dump(mode='json'))}" for section in self._current()]
        parts += [f"[[{name}]]\n{_lines(row)}" for name, rows in self._furnished.rows().items() for row in rows]
        return "\n".join(parts)

    def read(self, text: str, speak: Words) -> Wanted:
        """Return what the file asks for. Raises Unfit with everything that is wrong in it."""
        try:
            tree = read_toml(text)
        except TOMLDecodeError as error:
            raise Unfit({"TOML": speak("Berkas ini tidak terbaca: {reason}.", reason=why_no_toml(error))}) from error
        present = dict(self._furnished.rows())
        wrong: dict[str, str] = {}
        sections: list[Section] = []
        for name, asked in tree.items():
            if name in present:
                if isinstance(asked, list) and all(isinstance(row, dict) for row in asked):
                    present[name] = asked
                else:
                    wrong[name] = speak("Tulis sebagai [[{name}]].", name=name)
            elif name not in self._kinds or not isinstance(asked, dict):
                wrong[name] = unknown(name, [*self._kinds, *present], speak)
            else:
                sections += self._section(self._kinds[name], asked, wrong, speak)
        if not wrong:
            wrong = self._furnished.unsound(present, speak)
        if wrong:
            raise Unfit(wrong)
        return Wanted(tuple(sections), present)

    def _section(self, kind: type[Section], asked: dict[str, Any], wrong: dict[str, str], speak: Words) -> list[Section]:
        current = self._choices.current(kind).model_dump(mode="json")
        try:
            section = kind.model_validate_json(json.dumps({**current, **asked}, default=str))
        except ValidationError as error:
            wrong |= {f"{kind.section}.{key}": sentence for key, sentence in faults(error, speak, kind.model_fields).items()}
            return []
        if isinstance(section, HallFace) and section.address and (host := stranger(section.address, self._names)):
            wrong["hall.address"] = speak(NO_ANSWER, host=host, names=", ".join(self._names))
        return [section]

    def changes(self, wanted: Wanted) -> list[tuple[str, str, str]]:
        """Return key, present value and wanted value of whatever would change, as TOML."""
        return _differing(self._flat(self._current(), self._furnished.rows()), self._flat(wanted.sections, wanted.rows), wanted)

    def apply(self, wanted: Wanted) -> None:
        """Let the hall be as the file asks. Raises a Refusal, such as ``line-in-use``, and then nothing has changed."""
        self._furnished.arrange(wanted.rows, wanted.sections)

    def bring_in(self, text: str, speak: Words, *, only_look: bool) -> dict[str, Any]:
        """Read a file and, unless ``only_look``, apply it; return ``changes`` and ``wrong`` for a command."""
        try:
            with self._choices.one_at_a_time:
                wanted = self.read(text, speak)
                changes = self.changes(wanted)
                if not only_look:
                    self.apply(wanted)
        except Unfit as unfit:
            return {"changes": [], "wrong": unfit.wrong}
        return {"changes": changes, "wrong": {}}

    def _current(self) -> tuple[Section, ...]:
        return tuple(self._choices.current(kind) for kind in self._kinds.values())

    @staticmethod
    def _flat(sections: Sequence[Section], rows: Rows) -> dict[str, str]:
        flat = {
            f"{section.section}.{key}": _value(value)
            for section in sections
            for key, value in section.model_dump(mode="json").items()
        }
        for name, found in rows.items():
            flat |= {f"{name}.{row['id']}.{key}": _value(value) for row in found for key, value in row.items()}
            flat[f"{name}"] = _value([row["id"] for row in found])
        return flat


def _differing(now: dict[str, str], then: dict[str, str], wanted: Wanted) -> list[tuple[str, str, str]]:
    named = {section.section for section in wanted.sections} | set(wanted.rows)
    keys = [*now, *(key for key in then if key not in now)]
    return [
        (key, now.get(key, ""), then.get(key, "")) for key in keys if key.split(".")[0] in named and now.get(key) != then.get(key)
    ]


def _lines(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Any) -> str:  # noqa: ANN401 - whatever JSON has
    """Return one value as TOML writes it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, str):
        # JSON's text is TOML's, save for the one letter that TOML wants escaped too.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    raise Refusal("internal")
