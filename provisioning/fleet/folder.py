"""The inventory's folder: ``fleet.toml`` and ``halls/3510012001.toml``, one file a hall.

A file is whole or as before. Several files are all written before the first takes its name, so a full disk changes none of them; a power
cut among the names leaves some as before, and the same command again completes it. One command at a time changes a folder.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import Refusal
from gateway.settings import fitted, read_tree
from provisioning.fleet.codes import CODE, dotted
from provisioning.fleet.composing import judge_entry, judge_sections
from provisioning.fleet.entry import FleetSettings, HallEntry
from provisioning.fleet.texts import changed_text, fleet_text, new_text


@dataclass(frozen=True, slots=True)
class FleetFolder:
    """The inventory of one regency."""

    path: Path

    @property
    def shared(self) -> Path:
        """What all halls share."""
        return self.path / "fleet.toml"

    def file(self, code: str) -> Path:
        """Where the entry of a hall lies, or would."""
        return self.path / "halls" / f"{code}.toml"

    def begin(self, settings: FleetSettings) -> None:
        """Make a folder without halls. Raises Refusal ``fleet-founded``, ``file-failed`` or those of ``judge_sections``."""
        if self.shared.exists():
            raise Refusal("fleet-founded", directory=self.path)
        self._judge(settings)
        try:
            (self.path / "halls").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Refusal("file-failed", path=self.path, reason=error.strerror) from error
        _write_all({self.shared: fleet_text(settings)})

    def settings(self) -> FleetSettings:
        """Read ``fleet.toml``. Raises Refusal ``fleet-missing`` or those of ``settings``."""
        if not self.shared.exists():
            raise Refusal("fleet-missing", directory=self.path)
        settings = fitted(FleetSettings, read_tree(self.shared), self.shared)
        self._judge(settings)
        return settings

    def _judge(self, settings: FleetSettings) -> None:
        tree = dict(settings.settings)
        hall = tree.pop("hall", {})
        named = {"id": f"{settings.code}000000", "name": settings.regency}
        judge_sections(tree | {"hall": {**hall, **named} if isinstance(hall, Mapping) else hall}, self.shared)

    def entry(self, code: str, fleet: FleetSettings) -> HallEntry:
        """Read one hall. Raises Refusal ``hall-unlisted`` or what ``judge_entry`` says of its file."""
        path = self.file(code)
        if not path.exists():
            raise Refusal("hall-unlisted", hall=dotted(code))
        return self._read(path, fleet)

    def entries(self, fleet: FleetSettings) -> tuple[list[HallEntry], list[Refusal]]:
        """Return every hall by its code, and what is wrong with the files that are none."""
        found, faults = [], []
        for path in sorted((self.path / "halls").glob("*.toml")):
            try:
                found.append(self._read(path, fleet))
            except Refusal as refusal:
                faults.append(refusal)
        return found, faults

    def _read(self, path: Path, fleet: FleetSettings) -> HallEntry:
        entry = fitted(HallEntry, read_tree(path), path)
        if path.stem != entry.code or not CODE.fullmatch(path.stem):
            raise Refusal("settings-invalid", path=path, key="code", reason=f"berkasnya harus bernama {entry.code}.toml")
        judge_entry(entry, fleet, path)
        return entry

    def write(self, entries: Iterable[HallEntry], fleet: FleetSettings) -> None:
        """Write the files of ``entries``, all or none; a file that says the same already is not touched.

        Raises Refusal ``file-failed`` or what ``judge_entry`` says. Between ``changing`` and its end only.
        """
        texts = {}
        for entry in entries:
            path = self.file(entry.code)
            judge_entry(entry, fleet, path)
            if not path.exists():
                texts[path] = new_text(entry)
            elif (was := self._read(path, fleet)) != entry:
                texts[path] = changed_text(path.read_text(encoding="utf-8-sig"), was, entry)
        _write_all(texts)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep every other command from changing this folder. Raises Refusal ``fleet-missing``, ``fleet-busy`` or ``file-failed``."""
        if not self.shared.exists():
            raise Refusal("fleet-missing", directory=self.path)
        with ExitStack() as held:
            try:
                shared = held.enter_context(self.shared.open("rb"))
                fcntl.flock(shared, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Refusal("fleet-busy", directory=self.path) from error
            except OSError as error:
                raise Refusal("file-failed", path=self.shared, reason=error.strerror) from error
            yield


def _write_all(texts: Mapping[Path, str]) -> None:
    parts = {path: path.with_name(f".{path.name}.part") for path in texts}
    path = Path()
    try:
        for path, text in texts.items():
            path.parent.mkdir(exist_ok=True)
            with parts[path].open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
        for path, part in parts.items():
            part.replace(path)
        for folder in {path.parent for path in texts}:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
    except OSError as error:
        for part in parts.values():
            with suppress(OSError):
                part.unlink()
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
