"""`provision card` as a technician types it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.relay.signing import spell_key
from gateway.settings import Settings
from provisioning.card.boot import BEGIN
from provisioning.cli import main
from provisioning.release.keys import pins_text
from provisioning.release.manifest import Pins
from tests.support.boots import folder_of, image_of, tree_of
from tests.support.releases import PINS, RECOVERY, STRANGER, bundle

ROOT = Path(__file__).parents[3]
CODE = "3510012001"
SOURCE = {
    f"firmware_config/{path.relative_to(ROOT / 'firmware_config')}": path.read_bytes()
    for folder in ("pi", "wiring")
    for path in sorted((ROOT / "firmware_config" / folder).iterdir())
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a technician's folder: an inventory of two halls, one release, and a card that was just written."""
    provision("fleet", "init", str(tmp_path / "fleet"), "--regency", "Kabupaten Banyuwangi", "--code", "3510")
    wiring = str(ROOT / "firmware_config" / "wiring" / "max7219-matrix.toml")
    hall = ("--fleet", str(tmp_path / "fleet"), "--language", "jv", "--language", "id", "--devices", wiring)
    assert provision("hall", "add", CODE, "--name", "Balai Desa Sumberagung", *hall).exit_code == 0
    provision("hall", "add", "3510012002", "--name", "Balai Desa Pesanggaran", "--fleet", str(tmp_path / "fleet"))
    (tmp_path / "fleet" / "release-keys.toml").write_text(pins_text(PINS))
    (tmp_path / "7.bundle").write_bytes(bundle(contents=SOURCE))
    folder_of(tmp_path / "boot", "cloud-init")
    return tmp_path


def provision(*arguments: str) -> Result:
    """Run one command to its end."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def card(place: Path, *arguments: str, hall: str = CODE, boot: str = "boot", release: str = "7.bundle") -> Result:
    """Make a card."""
    named = ("--boot", str(place / boot)) if boot else ()
    return provision(
        *("card", "--hall", hall, *named, "--bundle", str(place / release), "--papers", str(place / "posters")),
        *("--fleet", str(place / "fleet"), *arguments),
    )


def test_a_card_has_all_that_its_hall_needs(place: Path) -> None:
    """Settings that the hall reads, boot configuration for its devices, the release, whom to believe, and a token of which the inventory knows the hash."""
    made = card(place, "--with", "rtc", "--ssid", "Balai Sumberagung")
    files = tree_of(place / "boot")
    assert (made.exit_code, Settings.load(place / "boot" / "balai" / "hall.toml").hall.id) == (0, CODE), made.output
    config = files["config.txt"].decode()
    assert [part in config for part in (BEGIN, "dtparam=spi=on", "dtoverlay=i2c-rtc,ds3231")] == [True] * 3
    assert (files["balai/7.bundle"], files["balai/release-keys.toml"].decode()) == (
        (place / "7.bundle").read_bytes(),
        pins_text(PINS),
    )
    record = (place / "fleet" / "enrolment" / f"{CODE}.toml").read_text()
    assert hashlib.sha256(files["balai/token"].strip()).hexdigest() in record
    assert files["balai/token"].strip().decode() not in record + made.output
    assert b"PRIVATE KEY" not in b"".join(text for name, text in files.items() if not name.endswith(".bundle"))
    assert [path.read_bytes()[:5] for path in sorted((place / "posters").iterdir())] == [b"%PDF-", b"%PDF-"]


def test_a_second_run_changes_nothing(place: Path) -> None:
    """Neither the card nor the inventory; the paper is the same, too."""
    card(place)
    before, papers = tree_of(place / "boot") | tree_of(place / "fleet"), tree_of(place / "posters")
    again = card(place)
    assert (
        "tidak ada yang diubah" in again.output,
        tree_of(place / "boot") | tree_of(place / "fleet"),
        tree_of(place / "posters"),
    ) == (True, before, papers)


def test_an_image_file_is_made_too(place: Path) -> None:
    """By mtools, with nothing mounted."""
    image_of(place / "image", "firstrun")
    made = [card(place, "--image", str(place / "image"), boot="") for _ in range(2)]
    assert [one.exit_code for one in made] == [0, 0], made[0].output
    assert ["Raspberry Pi Imager" in made[0].output, "tidak ada yang diubah" in made[1].output] == [True, True]


def test_checking_writes_nothing(place: Path) -> None:
    """It says what would be written."""
    before = tree_of(place)
    made = card(place, "--check")
    assert (made.exit_code, "balai/token" in made.output, tree_of(place)) == (0, True, before)


def _spoil(place: Path, what: str) -> None:
    boot = place / "boot"
    texts = {
        "old": ("boot/issue.txt", b"Raspberry Pi reference 2022-09-22\n"),
        "cut": ("boot/config.txt", BEGIN.encode() + b"\n"),
        "used": ("boot/balai/status.txt", b"Pemasangan selesai"),
        "stranger": ("7.bundle", bundle(STRANGER, SOURCE)),
        "truncated": ("7.bundle", bundle(contents=SOURCE)[:5000]),
        "vendor": ("boot/vendor-data", b"#cloud-config\n"),
    }
    gone = {
        "empty": list(boot.iterdir()),
        "other": [boot / "issue.txt"],
        "32": [boot / "kernel8.img"],
        "keys": [place / "fleet" / "release-keys.toml"],
    }
    if what in texts:
        (boot / "balai").mkdir()
        (place / texts[what][0]).write_bytes(texts[what][1])
    for path in gone.get(what, ()):
        path.unlink()


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("empty", "bukan partisi boot Raspberry Pi"),
        ("old", "terlalu lama (2022-09-22)"),
        ("other", "bukan dari Raspberry Pi OS"),
        ("32", "32-bit"),
        ("cut", "config.txt terpotong"),
        ("used", "sudah memasang balai"),
        ("stranger", "rusak atau diubah"),
        ("truncated", "terpotong"),
        ("keys", "release-keys.toml"),
        ("vendor", "vendor-data"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_written(place: Path, what: str, said: str) -> None:
    """The card, the image, the release, the keys."""
    _spoil(place, what)
    before = tree_of(place)
    made = card(place)
    assert (made.exit_code, said in made.output, tree_of(place)) == (1, True, before), made.output


def test_another_halls_card_is_not_taken_by_mistake(place: Path) -> None:
    """Only on a clear word; the token is then a new one."""
    card(place)
    token = (place / "boot" / "balai" / "token").read_text()
    refused = card(place, hall="3510012002")
    assert (refused.exit_code, "35.10.01.2001" in refused.output, (place / "boot" / "balai" / "token").read_text()) == (
        1,
        True,
        token,
    )
    assert card(place, "--replace", hall="3510012002").exit_code == 0
    assert (
        Settings.load(place / "boot" / "balai" / "hall.toml").hall.id,
        (place / "boot" / "balai" / "token").read_text() != token,
    ) == ("3510012002", True)


def test_a_card_that_cannot_be_written_takes_no_token_from_another(place: Path) -> None:
    """The hall's card of before stays the newest."""
    (place / "boot" / "balai" / "probe.part").mkdir(parents=True)
    made = card(place)
    assert (made.exit_code, "Kartu gagal pada balai/probe: itu folder" in made.output) == (1, True)
    assert not (place / "fleet" / "enrolment").exists()


def test_a_card_does_not_go_back_to_an_older_release(place: Path) -> None:
    """What was mended stays mended."""
    card(place)
    (place / "6.bundle").write_bytes(bundle(contents=SOURCE, number=6))
    made = card(place, release="6.bundle")
    assert (made.exit_code, "lebih lama" in made.output) == (1, True)


def test_a_release_of_the_recovery_key_brings_the_new_one(place: Path) -> None:
    """The hall believes from its first start on whom that release names."""
    new = Pins(spell_key(STRANGER.public_key()), PINS.recovery)
    (place / "7.bundle").write_bytes(bundle(RECOVERY, SOURCE, keys=new))
    assert card(place).exit_code == 0
    assert (place / "boot" / "balai" / "release-keys.toml").read_text() == pins_text(new)


def test_a_newer_release_takes_the_place_of_the_older(place: Path) -> None:
    """Both would not fit for long."""
    card(place)
    (place / "8.bundle").write_bytes(bundle(contents=SOURCE, number=8))
    assert card(place, release="8.bundle").exit_code == 0
    assert [path.name for path in (place / "boot" / "balai").glob("*.bundle")] == ["8.bundle"]


@pytest.mark.parametrize("text", ["[]", "{}", "\xff", '{"hall": 1}', "[[[["])
def test_a_strange_card_file_is_no_card(place: Path, text: str) -> None:
    """It is written anew."""
    (place / "boot" / "balai").mkdir()
    (place / "boot" / "balai" / "card.json").write_text(text, encoding="latin-1")
    assert card(place).exit_code == 0


def test_what_is_no_utf8_stays_letter_for_letter(place: Path) -> None:
    """A comment that somebody wrote with an old editor."""
    config = place / "boot" / "config.txt"
    config.write_bytes(config.read_bytes() + b"# caf\xe9\n")
    assert (card(place).exit_code, b"# caf\xe9\n" in config.read_bytes()) == (0, True)


def test_a_part_that_is_not_there_is_told(place: Path) -> None:
    """And a hall that is not in the inventory."""
    assert [card(place, "--with", "rtcc").exit_code, card(place, hall="3510012003").exit_code] == [1, 1]
