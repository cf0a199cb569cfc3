"""What a card of one hall has: every file, each by its path on the boot partition. Pure but for reading parts of the source.

Never a private key: the partition is readable by whoever holds the card. The token counts once, and the centre knows only its hash.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from gateway.errors import Refusal
from gateway.toml import TOMLDecodeError, read_toml
from provisioning.card.adapters import ADAPTERS, Files
from provisioning.card.boot import BootFault, merge_cmdline, merge_config, parts_of
from provisioning.card.image import FirstBoot

FOLDER = "balai"
CARD = f"{FOLDER}/card.json"
TOKEN = f"{FOLDER}/token"
KEPT = "surrogateescape"
"""How bytes of others that are no UTF-8 pass through a text, letter for letter."""
SCRIPTS = ("begin.sh", "install.py", "balai-install.service", "BACA-SAYA.txt")
"""Files of ``first_boot`` that go beside the bundle."""


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says of itself: ``card.json``, written last."""

    hall: str
    instance: str
    release: int
    fingerprint: str
    """Of the release's manifest."""
    bundle: str
    """The bundle's name beside it."""
    token_sha256: str
    files: Mapping[str, str]
    """SHA-256 of every other file that was written, by path."""

    def text(self) -> str:
        """Return the file's text, the same for the same card."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"


_CARD = TypeAdapter(Card)


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a card this one and no other."""

    instance: str
    token: str

    @property
    def token_sha256(self) -> str:
        """What the inventory keeps of the token."""
        return hashlib.sha256(self.token.encode()).hexdigest()


def read_card(content: bytes | None) -> Card | None:
    """Return what ``card.json`` says, or nothing when it is none that was finished."""
    try:
        return _CARD.validate_json(content or b"")
    except ValidationError:
        return None


def needs_of(devices: Iterable[str], wiring: Path) -> set[str]:
    """Return the parts of the boot configuration that devices of these kinds ask for. Raises Refusal ``card-source``."""
    asked: set[str] = set()
    for kind in set(devices):
        path = wiring / f"{kind}.toml"
        if path.exists():
            try:
                asked |= set(read_toml(path.read_text(encoding="utf-8")).get("wiring", {}).get("boot", ()))
            except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
                raise Refusal("card-source", path=path) from error
    return asked


def composed(
    found: Files, first_boot: FirstBoot, identity: Identity, parts: Iterable[str], pi: Path, given: Mapping[str, str]
) -> dict[str, bytes]:
    """Return every small file of the card but ``card.json``.

    ``found`` is what the image has, ``pi`` the folder ``firmware_config/pi``, ``given`` further texts by path, such as ``hall.toml``.
    Raises Refusal ``card-image`` for a configuration that cannot be merged, ``card-source`` for parts that are not there.
    """
    try:
        merging = parts_of(pi, parts)
    except (BootFault, OSError) as error:
        raise Refusal("card-source", path=pi) from error
    try:
        files = {
            "config.txt": merge_config(found["config.txt"] or "", merging),
            "cmdline.txt": merge_cmdline(found["cmdline.txt"] or "", merging),
        }
    except BootFault as fault:
        raise Refusal("card-image", reason="config.txt terpotong di dalam bagian yang ditulis provision") from fault
    files |= ADAPTERS[first_boot]({**found, **files}, identity.instance)
    files |= {f"{FOLDER}/{name}": (pi / name).read_text(encoding="utf-8") for name in ("watchdog.conf",)}
    scripts = resources.files("provisioning.card").joinpath("first_boot")
    files |= {f"{FOLDER}/{name}": scripts.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS}
    files |= {TOKEN: identity.token + "\n", **given}
    return {path: text.encode("utf-8", KEPT) for path, text in files.items()}
