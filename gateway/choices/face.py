"""The hall's own face as it chooses it: name, languages, theme and address. What is left empty is what ``hall.toml`` says.

Promises: a change shows on the next page, slip and board, without a restart; a database that cannot be read leaves the
face as it was.
"""

from __future__ import annotations

import ipaddress
import re
import sqlite3
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from gateway.choices.desk import Choices
from gateway.choices.section import Section
from gateway.errors import Reason, Refusal
from gateway.portal.face import Face
from gateway.portal.site import themes

LanguageCode = Literal["id", "en", "jv", "osi", "mad"]
LANGUAGE_CODES: tuple[LanguageCode, ...] = ("id", "en", "jv", "osi", "mad")
LONGEST_NAME = 60
LONGEST_ADDRESS = 60
"""A longer one makes the QR code of a slip too dense for old phones."""
NO_ANSWER = "Balai tidak menjawab dengan nama {host}. Pakai salah satu: {names}."
"""Of an address by which nobody would reach the hall."""
ADDRESS = re.compile(r"https?://[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?", re.IGNORECASE)


def _plain_name(name: str) -> str:
    if not name.isprintable() or name != " ".join(name.split()):
        raise ValueError(Reason("tanpa spasi di tepi dan tanpa baris baru"))
    return name


def _plain_address(address: str) -> str:
    if address and not ADDRESS.fullmatch(address):
        raise ValueError(Reason("tulis seperti http://balai.lan, tanpa garis miring di belakang"))
    return address


def _known_theme(theme: str) -> str:
    if theme and theme not in themes():
        raise ValueError(Reason("pilih {expected}", expected=", ".join(themes())))
    return theme


def _each_once(languages: tuple[LanguageCode, ...]) -> tuple[LanguageCode, ...]:
    if len(set(languages)) != len(languages):
        raise ValueError(Reason("setiap bahasa satu kali"))
    return languages


class HallFace(Section):
    """The section ``hall``."""

    section: ClassVar[str] = "hall"

    name: Annotated[str, AfterValidator(_plain_name)] = Field(default="", max_length=LONGEST_NAME)
    """Empty for ``hall.name`` of hall.toml; so are the others."""
    language: Literal["", "id", "en", "jv", "osi", "mad"] = ""
    languages: Annotated[tuple[LanguageCode, ...], AfterValidator(_each_once)] = LANGUAGE_CODES
    theme: Annotated[str, AfterValidator(_known_theme)] = ""
    address: Annotated[str, AfterValidator(_plain_address)] = Field(default="", max_length=LONGEST_ADDRESS)

    def over(self, machine: Face) -> Face:
        """Return the face, with what is not chosen taken from ``machine``."""
        return Face(
            name=self.name or machine.name,
            language=self.language or machine.language,
            languages=self.languages or machine.languages,
            theme=self.theme or machine.theme,
            address=self.address or machine.address,
        )


def stranger(address: str, names: Sequence[str]) -> str:
    """Return the host of ``address`` if a hall that is asked by ``names`` does not answer to it, else empty.

    An address in figures is always the hall's own: nobody can tell here whose it is.
    """
    host = urlsplit(address).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "" if host in {"localhost", *names} else host
    return ""


class CurrentFace:
    """The face as it is now, read only after something has changed. ``notice`` is told of every change; both are quick."""

    def __init__(self, choices: Choices, machine: Face) -> None:
        self.machine = machine
        """What ``hall.toml`` says."""
        self._choices = choices
        self._face = machine
        self._stale = True

    def notice(self) -> None:
        """Look again before the next page: something has changed."""
        self._stale = True

    def __call__(self) -> Face:
        """Return the face."""
        if self._stale:
            # Before reading: what changes meanwhile is read the next time.
            self._stale = False
            try:
                self._face = self._choices.current(HallFace).over(self.machine)
            except (Refusal, sqlite3.Error):
                self._stale = True
        return self._face
