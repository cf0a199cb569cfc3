"""Founds a centre: everything between a bare machine and a broker that knows whom to believe.

What is there already is left as it is, so that a second run completes a first that was cut off, renews what
is due, and else changes nothing.
"""

from __future__ import annotations

import getpass
import shlex
import shutil
import sys
from collections.abc import Callable
from datetime import datetime
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography import x509

from gateway.errors import Refusal
from provisioning.centre.signing_key import make_or_load_key
from provisioning.identity import pem
from provisioning.identity.authority import Authority, Purpose, new_key
from provisioning.identity.folder import OPEN, SECRET, CentreFolder, CentreSettings, key_at, read_key, write
from provisioning.identity.registrar import is_due
from provisioning.identity.revocation import write_list

ROOT_DAYS = 30 * 365
ISSUING_DAYS = 15 * 365
BROKER_DAYS = 3 * 365
"""Renewed after two thirds, when the server CA's key is there."""
SERVICE_DAYS = 730
RUN = 0o755

FILES = (("broker/mosquitto.conf", OPEN), ("broker/acl", SECRET), ("start", RUN))
UNITS = ("balai-broker.service", "balai-intake.service", "balai-enrol.service")


class Founding:
    """One run. ``made`` names what it has written, relative to the folder."""

    def __init__(self, folder: CentreFolder, now: datetime) -> None:
        self.made: list[str] = []
        self._folder = folder
        self._now = now

    def found(self, wishes: dict[str, Any]) -> CentreSettings:
        """Make what is missing; ``wishes`` are keys of ``centre.toml``.

        Raises Refusal ``centre-founded`` when a wish differs from what was decided at first.
        """
        folder = self._folder
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        for path in (
            *(folder.path, folder.authority, folder.identity, folder.broker),
            *(folder.identity / "issued", folder.broker / "data", folder.path / "systemd"),
        ):
            path.mkdir(mode=0o700, exist_ok=True)
        settings = self._settled(wishes)
        server = self._root("server-ca", f"{settings.name} broker CA")
        devices = self._root("device-root", f"{settings.name} device root")
        self._once(self._folder.authority / "READ-ME.txt", lambda: _file("authority.txt", {}))
        self._once(self._folder.broker_ca, lambda: pem.text(server))
        self._issuing(devices, settings)
        self._broker(server, settings)
        self._services()
        if not folder.signing_key.exists():
            make_or_load_key(folder.signing_key)
            self._tell(folder.signing_key)
        if not self._folder.revocation_list.exists():
            write_list(self._folder, self._now)
            self._tell(self._folder.revocation_list)
        self._files(settings)
        return settings

    def _settled(self, wishes: dict[str, Any]) -> CentreSettings:
        path = self._folder.path / "centre.toml"
        if not path.exists():
            self._put(path, _toml(CentreSettings.model_validate(wishes)))
        settings = self._folder.settings()
        for key, wish in wishes.items():
            decided = getattr(settings, key)
            if decided != wish:
                shown = ", ".join(decided) if isinstance(decided, tuple) else decided
                raise Refusal("centre-founded", directory=self._folder.path, key=key, value=shown)
        return settings

    def _root(self, stem: str, name: str) -> tuple[x509.Certificate, ...]:
        """Make a root unless its certificate is there; its key may be on a stick by now."""
        path = self._folder.authority / f"{stem}.pem"
        key = self._folder.authority / f"{stem}.key"
        self._once(path, lambda: pem.text(Authority.root(key_at(key), name, self._now, ROOT_DAYS).chain))
        return pem.read_certificates(path.read_bytes())

    def _issuing(self, root: tuple[x509.Certificate, ...], settings: CentreSettings) -> None:
        def sign() -> bytes:
            above = Authority(read_key(self._folder.authority / "device-root.key"), root)
            key = key_at(self._folder.identity / "issuing.key")
            return pem.text(above.issuing(key, f"{settings.name} devices", self._now, ISSUING_DAYS).chain)

        self._once(self._folder.identity / "devices.pem", sign)

    def _broker(self, root: tuple[x509.Certificate, ...], settings: CentreSettings) -> None:
        """Make the broker's certificate, and a new one when it is due and its authority's key is there."""
        path, authority = self._folder.broker / "broker.pem", self._folder.authority / "server-ca.key"
        if path.exists() and not (is_due(pem.read_certificates(path.read_bytes())[0], self._now) and authority.exists()):
            return
        server = Authority(read_key(authority), root)
        key = key_at(self._folder.broker / "broker.key")
        hosts = dict.fromkeys((*settings.hosts, "localhost", "127.0.0.1"))
        signed = server.sign(key.public_key(), settings.hosts[0], Purpose.SERVER, self._now, BROKER_DAYS, tuple(hosts))
        self._put(path, pem.text([signed]))

    def _services(self) -> None:
        """Give the centre's own programs their pairs, and the probe one that is revoked from the first."""
        for name, days in (("intake", SERVICE_DAYS), ("enrol", SERVICE_DAYS), ("revoked", ISSUING_DAYS)):
            path = self._folder.pair(name)
            if not path.exists() or (name != "revoked" and is_due(pem.read_certificates(path.read_bytes())[0], self._now)):
                self._put(path, self._pair(name, days), SECRET)

    def _pair(self, name: str, days: int) -> bytes:
        issuing, key = self._folder.issuing(), new_key()
        return pem.key_text(key) + pem.text(
            [issuing.sign(key.public_key(), name, Purpose.CLIENT, self._now, days), *issuing.chain]
        )

    def _files(self, settings: CentreSettings) -> None:
        words = _words(self._folder, settings)
        for name, mode in FILES:
            self._once(self._folder.path / name, partial(_file, Path(name).name, words), mode)
        for name in UNITS:
            self._once(self._folder.path / "systemd" / name, partial(_file, name, words))

    def _once(self, path: Path, make: Callable[[], bytes | str], mode: int = OPEN) -> None:
        if not path.exists():
            self._put(path, make(), mode)

    def _put(self, path: Path, content: bytes | str, mode: int = OPEN) -> None:
        write(path, content, mode)
        self._tell(path)

    def _tell(self, path: Path) -> None:
        self.made.append(str(path.relative_to(self._folder.path)))


def _words(folder: CentreFolder, settings: CentreSettings) -> dict[str, str]:
    """Return what stands between ``@`` in the files."""
    intake = (
        *("--broker", f"mqtts://127.0.0.1:{settings.port}", "--topic-root", settings.topic_root),
        *("--database", settings.database or f"sqlite:///{folder.path / 'centre.db'}"),
        *("--client-id", f"intake-{settings.client_suffix}"),
        *("--ca-file", str(folder.broker_ca), "--certificate-file", str(folder.pair("intake"))),
        *("--signing-key", str(folder.signing_key)),
    )
    return {
        "directory": str(folder.path),
        "user": getpass.getuser(),
        "port": str(settings.port),
        "root": settings.topic_root,
        "mosquitto": shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin") or "mosquitto",
        "provision": f"{shlex.quote(sys.executable)} -m provisioning",
        "intake": shlex.join(intake),
    }


def _file(name: str, words: dict[str, str]) -> str:
    text = resources.files("provisioning.centre").joinpath("files", name).read_text("utf-8")
    for word, value in words.items():
        text = text.replace(f"@{word}@", value)
    return text


def _toml(settings: CentreSettings) -> str:
    lines = ["# What was decided when this centre was founded. docs/centre.md tells each key."]
    for key, value in settings.model_dump().items():
        shown = "[" + ", ".join(f'"{one}"' for one in value) + "]" if isinstance(value, tuple) else value
        lines.append(f'{key} = "{shown}"' if isinstance(value, str) else f"{key} = {shown}")
    return "\n".join(lines) + "\n"
