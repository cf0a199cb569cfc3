"""The centre's folder: where each key, certificate and file of the broker lies, and how it is written.

A file is whole or as before, a key is its owner's alone and is never overwritten.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gateway.errors import Reason, Refusal
from gateway.mqtt.address import BrokerAddress, Node
from gateway.mqtt.tls import Trust
from gateway.relay.topics import ROOT
from gateway.toml import TOMLDecodeError, read_toml, why_no_toml
from provisioning.identity import pem
from provisioning.identity.authority import Authority, new_key

SECRET = 0o600
OPEN = 0o644


class CentreSettings(BaseModel):
    """``centre.toml``: what was decided when the centre was founded. Hand-edited, it counts at the next start."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(default="Kabupaten", min_length=1, max_length=60)
    """In the names of its authorities, which people see when something is wrong."""
    hosts: tuple[str, ...] = Field(default=("localhost",), strict=False, min_length=1)
    """Names and addresses under which halls find the broker, the first for their settings."""
    port: int = Field(default=8883, ge=1, le=65535)
    topic_root: str = Field(default=ROOT, pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$")
    database: str = ""
    """The intake's; empty is ``centre.db`` in the folder."""
    hall_days: int = Field(default=730, ge=2, le=3650)
    """How long a hall's certificate is good; it renews itself after two thirds."""
    client_suffix: str = Field(default_factory=lambda: secrets.token_hex(8), pattern=r"^[0-9a-f]{16}$")
    """In the MQTT client ids of the centre's own programs: who guesses one could cut their sessions."""


@dataclass(frozen=True, slots=True)
class CentreFolder:
    """The folder of one centre. ``path`` is absolute."""

    path: Path

    @property
    def authority(self) -> Path:
        """The keys that may live on a stick."""
        return self.path / "authority"

    @property
    def identity(self) -> Path:
        """What the centre needs every day to say who is who."""
        return self.path / "identity"

    @property
    def broker(self) -> Path:
        """Mosquitto's files."""
        return self.path / "broker"

    @property
    def revocation_list(self) -> Path:
        """The list that Mosquitto reads."""
        return self.identity / "devices.crl"

    @property
    def broker_ca(self) -> Path:
        """What halls and the centre's own programs believe about the broker."""
        return self.identity / "server-ca.pem"

    @property
    def signing_key(self) -> Path:
        """Signs what the centre asks of halls; they obey whoever holds it."""
        return self.identity / "centre.key"

    def pair(self, name: str) -> Path:
        """Key and certificates of one of the centre's own programs, in one file."""
        return self.identity / f"{name}.pem"

    def trust(self, name: str) -> Trust:
        """How that program speaks to the broker."""
        return Trust(self.broker_ca, self.pair(name))

    def settings(self) -> CentreSettings:
        """Read ``centre.toml``. Raises Refusal ``centre-missing`` or ``settings-invalid``."""
        path = self.path / "centre.toml"
        try:
            return CentreSettings.model_validate(read_toml(path.read_text("utf-8")))
        except FileNotFoundError as error:
            raise Refusal("centre-missing", directory=self.path) from error
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(map(str, first["loc"]))
            raise Refusal("settings-invalid", path=path, key=key, reason=Reason("isinya tidak dapat dipakai")) from error
        except TOMLDecodeError as error:
            raise Refusal("settings-unreadable", path=path, reason=why_no_toml(error)) from error
        except UnicodeDecodeError as error:
            raise Refusal("settings-unreadable", path=path, reason=Reason("bukan UTF-8")) from error
        except OSError as error:
            raise Refusal("settings-unreadable", path=path, reason=error.strerror) from error

    def local_address(self) -> BrokerAddress:
        """Where this machine finds its broker."""
        return BrokerAddress((Node("127.0.0.1", self.settings().port),), encrypted=True)

    def issuing(self) -> Authority:
        """Return the authority that signs halls. Raises Refusal ``authority-away`` when its key is not here."""
        chain = pem.read_certificates((self.identity / "devices.pem").read_bytes())
        return Authority(read_key(self.identity / "issuing.key"), chain)


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read a key. Raises Refusal ``authority-away`` when it is not here, ``file-failed`` when it is none."""
    try:
        return pem.read_key(path.read_bytes())
    except FileNotFoundError as error:
        raise Refusal("authority-away", path=path) from error
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
    except ValueError as error:
        raise Refusal("file-failed", path=path, reason=Reason("bukan kunci PEM yang dapat dibaca")) from error


def key_at(path: Path) -> ec.EllipticCurvePrivateKey:
    """Read the key at ``path``, or make it there."""
    if not path.exists():
        write(path, pem.key_text(new_key()), SECRET)
    return read_key(path)


def write(path: Path, content: bytes | str, mode: int = OPEN) -> None:
    """Write ``path`` so that it holds its former content or all of ``content``, durably. Raises Refusal ``file-failed``."""
    part = path.with_name(path.name + ".part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise Refusal("file-failed", path=path, reason=error.strerror) from error
