"""Which values a setting may have: each function gives its value back, or raises ValueError with the reason in a few Indonesian words."""

from __future__ import annotations

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from zoneinfo import available_timezones

from gateway.devices.names import is_name
from gateway.errors import Reason, Refusal
from gateway.mqtt.address import BrokerAddress
from gateway.relay.signing import read_key

HOST = Reason("harus nama host atau alamat IP, misalnya balai.lan atau 192.168.10.1")
HOST_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*")


def known_zone(name: str) -> str:
    """Let an IANA name of a time zone through."""
    if name not in available_timezones():
        raise ValueError(Reason("zona waktu tidak dikenal, misalnya Asia/Jakarta"))
    return name


def known_theme(name: str) -> str:
    """Let the name of a theme through."""
    themes = sorted(folder.name for folder in (Path(__file__).parent / "portal" / "themes").iterdir())
    if name not in themes:
        raise ValueError(Reason("tema tidak dikenal, pilih: {themes}", themes=", ".join(themes)))
    return name


def network(text: str) -> str:
    """Let an IP network or address through."""
    try:
        ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(Reason("bukan jaringan, misalnya 192.168.10.0/24")) from error
    return text


def own_address(text: str) -> str:
    """Let an IP address through, or nothing."""
    if text:
        try:
            ip_address(text)
        except ValueError as error:
            raise ValueError(Reason("harus alamat IP, misalnya 192.168.1.50")) from error
    return text


def device_name(text: str) -> str:
    """Let through what a device may be called."""
    if not is_name(text):
        raise ValueError(Reason('harus huruf kecil, angka, dan tanda hubung di tengah, paling banyak 31, dan bukan "baru"'))
    return text


def host(text: str) -> str:
    """Let a host name or an IP address through; what looks like an IPv4 address is one."""
    try:
        ip_address(text)
    except ValueError as error:
        if not HOST_NAME.fullmatch(text) or not re.search("[A-Za-z]", text.rpartition(".")[2]):
            raise ValueError(HOST) from error
    if "%" in text:  # an address with the name of an interface, which is another one at each device
        raise ValueError(HOST)
    return text


def some_folder(path: object) -> object:
    """Let through what can be the name of a folder."""
    if not str(path) or "\0" in str(path):
        raise ValueError(Reason("wajib diisi dengan nama folder"))
    return path


def broker(address: str) -> str:
    """Let the address of a broker through, or nothing."""
    if address:
        try:
            BrokerAddress.parse(address)
        except Refusal as error:
            raise ValueError(Reason("harus mqtt://HOST:PORT atau mqtts://HOST:PORT")) from error
    return address


def centre_key(text: str) -> str:
    """Let a centre's public key through, or nothing."""
    if text:
        try:
            read_key(text)
        except ValueError as error:
            raise ValueError("harus seperti yang ditampilkan provision centre key") from error
    return text


def proxy(text: str) -> str:
    """Let an IP network or address through, or ``unix``."""
    return text if text == "unix" else network(text)
