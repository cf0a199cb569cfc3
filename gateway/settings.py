"""The installation of one hall: ``hall.toml`` read into one frozen, typed value.

Only what belongs to the machine stands here: folders, network, broker, devices. What the hall itself
decides (lines, counters, officers) lives in the database and changes without a restart. An unknown
key or a wrong type is refused with its name, never ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gateway import setting_values as values
from gateway.errors import Reason, Refusal
from gateway.setting_faults import TOPICS, VILLAGE, refusal_of
from gateway.toml import TOMLDecodeError, read_toml, why_no_toml

_Model = TypeVar("_Model", bound=BaseModel)

PAIRED = "lan-"
"""Kinds that begin so come to the hall by pairing, which makes their password; in a file they could have none."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HallSettings(_Section):
    """``[hall]``: which hall this is."""

    id: str = Field(pattern=VILLAGE)
    """The ten-digit village code, for example ``3510012001``."""
    name: str = Field(min_length=1, max_length=60)
    """As people say it, for example ``Balai Desa Contoh``."""
    language: Literal["id", "en", "jv", "osi", "mad"] = "id"
    """The language of slips, boards and pages whose reader has not chosen one."""
    theme: Annotated[str, AfterValidator(values.known_theme)] = "banyuwangi"
    """Whose batik and colours the pages wear: a folder of ``gateway/portal/themes/``."""
    timezone: Annotated[str, AfterValidator(values.known_zone)] = "Asia/Jakarta"
    """An IANA name."""

    @property
    def zone(self) -> ZoneInfo:
        """The hall's time zone."""
        return ZoneInfo(self.timezone)


class DataSettings(_Section):
    """``[data]``: where everything is kept."""

    directory: Annotated[Path, BeforeValidator(values.some_folder)] = Field(default=Path("/var/lib/balai"), strict=False)
    """Holds ``hall.db``, ``blobs/``, ``hall.lock`` and ``hall.sock``; relative to the settings file."""


class PortalSettings(_Section):
    """``[portal]``: where the pages are served."""

    host: str = "0.0.0.0"  # noqa: S104 - the hall's own network is whom the pages are for
    """The address to listen on."""
    port: int = Field(default=8080, ge=0, le=65535)
    """The port to listen on; 0 takes a free one."""
    names: tuple[str, ...] = Field(default=("balai.lan", "balai.internal"), strict=False)
    """Host names by which the portal may be asked; its own addresses always count."""
    address: str = "http://balai.lan"
    """The address printed on slips and posters."""
    staff_networks: tuple[Annotated[str, AfterValidator(values.network)], ...] = Field(default=(), strict=False)
    """Networks from which staff pages open, for example ``192.168.10.0/24``; none: from every one. The Pi itself always may."""
    kiosks: tuple[Annotated[str, AfterValidator(values.network)], ...] = Field(default=(), strict=False)
    """Addresses of the hall's own touch screens, for example ``192.168.10.20``. The Pi itself always is one."""
    trusted_proxies: tuple[Annotated[str, AfterValidator(values.proxy)], ...] = Field(default=(), strict=False)
    """Front servers whose ``X-Real-IP`` is believed: addresses, networks, or ``unix`` for a Unix socket."""


class LaneCaps(_Section):
    """``[relay.kbit_per_s]``: how fast a lane may be at the most; 0: as fast as the link. ``urgent`` has no cap."""

    record: int = Field(default=0, ge=0)
    """Tickets, requests, complaints, answers."""
    parcel: int = Field(default=0, ge=0)
    """Attachments."""
    bulk: int = Field(default=0, ge=0)
    """Telemetry and statistics."""


class RelaySettings(_Section):
    """``[relay]``: the regency's broker."""

    broker: Annotated[str, AfterValidator(values.broker)] = ""
    """``mqtt://HOST:PORT`` or ``mqtts://HOST:PORT``, a cluster's nodes as ``mqtts://A,B,C``; empty keeps everything in the hall."""
    ca_file: Path | None = Field(default=None, strict=False)
    """The certificate authority that signs the broker (PEM)."""
    certificate_file: Path | None = Field(default=None, strict=False)
    """This hall's certificate (PEM)."""
    key_file: Path | None = Field(default=None, strict=False)
    """This hall's private key (PEM)."""
    topic_root: str = Field(default="balai/v1", pattern=TOPICS)
    """The topics' first levels."""
    confirm: Literal["receipt", "puback"] = "receipt"
    """What counts as delivered: the centre's receipt, or (weaker) the broker's PUBACK."""
    protocol: Literal["auto", "5", "3.1.1"] = "auto"
    """The MQTT version; ``auto`` tries 5 first."""
    keep_days: int = Field(default=30, ge=0, le=3650)
    """How many days a delivered event is kept in the hall besides."""
    centre_key: Annotated[str, AfterValidator(values.centre_key)] = ""
    """The centre's public key, as ``provision centre key`` shows it; empty obeys nobody."""
    trial_s: float = Field(default=600.0, ge=1, le=86_400)
    """Settings that the centre has put return after so many seconds without its receipt."""
    daily_mb: int = Field(default=0, ge=0)
    """A metered link: so many megabytes a day for what is not urgent; 0: no limit."""
    kbit_per_s: LaneCaps = LaneCaps()
    """A shared link: how fast each lane may be at the most."""

    @property
    def caps_bytes_per_s(self) -> dict[str, float]:
        """The caps of the lanes that have one, by lane."""
        return {lane: kbit * 125 for lane, kbit in self.kbit_per_s.model_dump().items() if kbit}


class LanSettings(_Section):
    """``[lan]``: the broker of the hall's own devices (Mosquitto on this machine)."""

    host: Annotated[str, AfterValidator(values.own_address)] = ""
    """The address at which it listens, for example ``192.168.10.1``, or ``0.0.0.0``; empty: no LAN devices."""
    port: int = Field(default=1884, ge=1, le=65535)
    """Its port: not 1883, where Debian's own Mosquitto may be."""
    address: Annotated[str, AfterValidator(values.host)] = Field(default="balai.lan", min_length=1, max_length=100)
    """Where devices find it: a host name or an IP address."""
    folder: Annotated[Path, BeforeValidator(values.some_folder)] = Field(default=Path("/var/lib/balai-lan"), strict=False)
    """Its settings, passwords and rights, written by the hall; relative to the settings file."""


class ClockSettings(_Section):
    """``[clock]``: whom to believe about the time."""

    trust: Literal["network", "always"] = "network"
    """``network``: only once systemd-timesyncd has set it; ``always``: on a laptop."""


class DeviceSettings(_Section):
    """One ``[[devices]]``: something plugged in. Which other keys it takes depends on its kind."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True)

    id: Annotated[str, AfterValidator(values.device_name)]
    """Its name in the hall, for example ``tombol-a`` (``gateway/devices/names.py``)."""
    kind: str
    """A kind of ``gateway/devices/catalog.py``, for example ``gpio-button``."""

    @property
    def options(self) -> dict[str, object]:
        """The keys that belong to the kind, for example ``line`` and ``pin``."""
        return dict(self.model_extra or {})


class Settings(_Section):
    """All of ``hall.toml``."""

    hall: HallSettings
    data: DataSettings = DataSettings()
    portal: PortalSettings = PortalSettings()
    relay: RelaySettings = RelaySettings()
    lan: LanSettings = LanSettings()
    clock: ClockSettings = ClockSettings()
    devices: tuple[DeviceSettings, ...] = Field(default=(), strict=False)

    @classmethod
    def load(cls, path: Path) -> Settings:
        """Read ``path``; relative paths in it count from its folder.

        Raises Refusal ``settings-unreadable``, ``settings-unknown-key`` or ``settings-invalid``.
        """
        return cls.of(read_tree(path), path)

    @classmethod
    def of(cls, tree: Mapping[str, Any], path: Path) -> Settings:
        """Return what ``tree`` says, which is or will be the content of ``path``. Raises as ``load``."""
        settings = fitted(cls, tree, path)
        ids = [device.id for device in settings.devices]
        for twice in {name for name in ids if ids.count(name) > 1}:
            raise Refusal("settings-invalid", path=path, key="devices.id", reason=Reason("{twice} dipakai dua kali", twice=twice))
        for device in settings.devices:
            if device.kind.startswith(PAIRED):
                reason = Reason("perangkat Wi-Fi dipasangkan di halaman Perangkat; hapus dari hall.toml")
                raise Refusal("settings-invalid", path=path, key=f"devices.{device.id}.kind", reason=reason)
        return settings.relative_to(path.parent.absolute())

    def relative_to(self, folder: Path) -> Settings:
        """Return the same settings with every relative path counted from ``folder``."""
        relay_files = {
            key: folder / file
            for key in ("ca_file", "certificate_file", "key_file")
            if (file := getattr(self.relay, key)) is not None
        }
        return self.model_copy(
            update={
                "data": self.data.model_copy(update={"directory": folder / self.data.directory}),
                "relay": self.relay.model_copy(update=relay_files),
                "lan": self.lan.model_copy(update={"folder": folder / self.lan.folder}),
            }
        )


def read_tree(path: Path) -> dict[str, Any]:
    """Read a TOML file as people write it. Raises Refusal ``settings-unreadable``."""
    try:
        return read_toml(path.read_text(encoding="utf-8-sig"))  # Notepad puts a mark before what it saves
    except (OSError, UnicodeDecodeError, TOMLDecodeError) as error:
        raise Refusal("settings-unreadable", path=path, reason=_unreadable(error)) from error


def fitted(model: type[_Model], tree: Mapping[str, Any], path: Path) -> _Model:
    """Return ``tree``, the content of ``path``, as a ``model``. Raises Refusal ``settings-unknown-key`` or ``settings-invalid``."""
    try:
        return model.model_validate(tree)
    except ValidationError as error:
        raise refusal_of(model, tree, path, error) from error


def _unreadable(error: OSError | UnicodeDecodeError | TOMLDecodeError) -> str:
    """Tell why a file is no settings: what the machine says, or where it is no TOML."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, UnicodeDecodeError):
        return Reason("bukan UTF-8")
    return why_no_toml(error)
