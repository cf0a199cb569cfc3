"""Who may speak on the LAN broker."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path, PurePath

import pytest
import yaml  # type: ignore[import-untyped]

from gateway.devices.lan_accounts import LanAccount, new_password, password_file, secret_of, settings_file
from gateway.devices.lan_flash import CHIPS, PACKAGES, flash_text
from gateway.lan_broker import LanBroker
from gateway.settings import LanSettings


def test_a_new_password_is_long_and_never_the_same() -> None:
    """130 bits of letters that can be read aloud."""
    randomness = random.Random(1)
    passwords = {new_password(randomness) for _ in range(1000)}
    assert len(passwords) == 1000
    assert all(len(password) == 26 and not set(password) & set("01lo") for password in passwords)


def test_the_secret_is_what_mosquittos_own_tool_would_write(tmp_path: Path) -> None:
    """The same rounds, the same lengths, the same function: the tool's line, reckoned again with its salt, is the same."""
    import base64  # noqa: PLC0415 - for this test alone
    import hashlib  # noqa: PLC0415

    path = tmp_path / "passwords"
    path.touch()
    subprocess.run(["mosquitto_passwd", "-b", str(path), "tombol-a", "rahasia"], check=True, capture_output=True)
    _, kind, rounds, salt, proof = path.read_text().strip().split("$")
    again = hashlib.pbkdf2_hmac("sha512", b"rahasia", base64.b64decode(salt), int(rounds))
    ours = secret_of("tombol-a", "rahasia").split("$")
    assert (kind, base64.b64encode(again).decode()) == ("7", proof)
    assert (ours[1:3], [len(part) for part in ours]) == (["7", rounds], [0, 1, 3, len(salt), len(proof)])


def test_the_same_accounts_make_the_same_file_without_a_password() -> None:
    """Nothing changes that has not changed, and nobody can read a password out of it."""
    one, two = LanAccount.of("tombol-a", "kata-satu"), LanAccount.of("papan", "kata-dua")
    written = password_file([one, two])
    assert (written, "kata" in written) == (password_file([two, LanAccount.of("tombol-a", "kata-satu")]), False)


@pytest.mark.parametrize("id", ["tombol\nroot", "a:b", "+", "#", "Tombol", "", "_other", "x" * 33, "tombol/a"])
def test_an_id_that_would_break_the_file_or_a_topic_is_no_account(id: str) -> None:
    """No line, no pattern and no foreign topic can be smuggled in."""
    with pytest.raises(ValueError, match="no account"):
        LanAccount(id, secret_of("a", "b"))


def test_a_secret_that_is_none_is_no_account() -> None:
    """A plain password never reaches the broker's file."""
    with pytest.raises(ValueError, match="no account"):
        LanAccount("tombol-a", "rahasia\nroot:x")


def test_files_are_written_once_and_read_by_the_brokers_group_only(tmp_path: Path) -> None:
    """A write lets the broker read anew: what is as it was is left alone; the hall logs in with a password that stays."""
    settings, data = LanSettings(host="0.0.0.0", folder=tmp_path / "lan"), tmp_path / "data"  # noqa: S104 - nothing is bound
    data.mkdir()
    broker = LanBroker(settings, data, random.Random(1))
    assert broker.write([LanAccount.of("tombol-a", "kata")])
    before = {path.name: (path.stat().st_ino, oct(path.stat().st_mode & 0o777)) for path in settings.folder.iterdir()}
    again = LanBroker(settings, data, random.Random(2))
    assert again.write([LanAccount.of("tombol-a", "kata")])
    after = {path.name: (path.stat().st_ino, oct(path.stat().st_mode & 0o777)) for path in settings.folder.iterdir()}
    assert (before, {mode for _, mode in after.values()}) == (after, {"0o640"})
    assert (str(again.address), again.address.password) == ("mqtt://127.0.0.1:1884", broker.address.password)


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """The hall starts without its LAN devices and says so."""
    (tmp_path / "lan").write_text("not a folder")
    assert LanBroker(LanSettings(host="127.0.0.1", folder=tmp_path / "lan"), tmp_path, random.Random(1)).write([]) is False


def test_the_brokers_settings_hold_nothing_open() -> None:
    """Everybody logs in, under their own name, and nothing is kept on the card."""
    lines = settings_file(PurePath("/var/lib/balai-lan"), "192.168.10.1", 1884).splitlines()
    assert {
        "listener 1884 192.168.10.1", "allow_anonymous false", "persistence false", "use_username_as_clientid true",
        "password_file /var/lib/balai-lan/passwords", "acl_file /var/lib/balai-lan/acl",
    } <= set(lines)  # fmt: skip


PASSWORD = "kata-rahasia"  # noqa: S105 - of a test


@pytest.mark.parametrize(("kind", "face"), PACKAGES)
@pytest.mark.parametrize("chip", CHIPS)
def test_what_is_flashed_names_packages_that_exist(kind: str, face: str, chip: str) -> None:
    """The text is YAML whatever the hall is called, and holds no password; the secret stands apart."""
    text = flash_text(
        kind, "tombol-a", hall='Balai "Desa": $x\n#', label="A: \\ 'b'", broker="balai.lan", port=1884, password=PASSWORD,
        chip=chip, face=face or "segments",
    )  # fmt: skip
    names = [line.split()[-1] for line in text.yaml.splitlines() if "!include" in line]
    read = yaml.safe_load(text.yaml.replace("!include", "").replace("!secret", ""))
    assert read["substitutions"]["hall"] == 'Balai "Desa": x\n#'
    assert (names[0], PASSWORD in text.yaml, read["mqtt"]["password"]) == (
        f"packages/{chip}.yaml",
        False,
        "tombol_a_password",
    )
    assert yaml.safe_load(text.secrets) == {"tombol_a_password": PASSWORD}
