"""hall.toml: what is read, and how each mistake in it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.errors import Refusal
from gateway.portal.i18n import words
from gateway.portal.problems import remedy, sentence
from gateway.settings import Settings

SMALLEST = '[hall]\nid = "3510012001"\nname = "Balai Desa Contoh"\n'


def load(tmp_path: Path, text: str | bytes) -> Settings:
    """Write a settings file and read it."""
    path = tmp_path / "hall.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Settings.load(path)


def test_id_and_name_are_enough(tmp_path: Path) -> None:
    """A hall needs only its code and its name; everything else has a default."""
    settings = load(tmp_path, SMALLEST)
    assert (settings.hall.id, settings.hall.language, settings.portal.port) == ("3510012001", "id", 8080)


def test_a_file_that_notepad_saved_is_read(tmp_path: Path) -> None:
    """Windows puts a mark before the text; it is no fault of the technician."""
    assert load(tmp_path, b"\xef\xbb\xbf" + SMALLEST.replace("\n", "\r\n").encode()).hall.id == "3510012001"


def test_relative_paths_count_from_the_settings_folder(tmp_path: Path) -> None:
    """A relative folder or file lies beside hall.toml, wherever the command was started."""
    settings = load(tmp_path, SMALLEST + '[data]\ndirectory = "data"\n[relay]\nca_file = "ca.pem"\n')
    assert (settings.data.directory, settings.relay.ca_file) == (tmp_path / "data", tmp_path / "ca.pem")


def test_device_keeps_the_keys_of_its_kind(tmp_path: Path) -> None:
    """Keys that only a kind of device knows reach it untouched."""
    settings = load(tmp_path, SMALLEST + '[[devices]]\nid = "tombol-a"\nkind = "gpio-button"\nline = "a"\npin = 17\n')
    assert settings.devices[0].options == {"line": "a", "pin": 17}


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (SMALLEST + "[relay]\ntopic_rot = 'x'\n", "settings-unknown-key", "topic_root"),
        (SMALLEST + "[portl]\nport = 80\n", "settings-unknown-key", "portal"),
        (SMALLEST + "[portal]\nport = '80'\n", "settings-invalid", "portal.port"),
        (SMALLEST + "[portal]\nport = 70000\n", "settings-invalid", "paling besar 65535"),
        (SMALLEST + "[data]\ndirectory = ''\n", "settings-invalid", "data.directory"),
        (SMALLEST + '[data]\ndirectory = "a\\u0000b"\n', "settings-invalid", "data.directory"),
        (SMALLEST + "[relay]\nbroker = 'http://x'\n", "settings-invalid", "relay.broker"),
        (SMALLEST + "[relay]\nbroker = 'mqtt://[::1'\n", "settings-invalid", "relay.broker"),
        (SMALLEST.replace("[hall]", "devices = 3\n[hall]"), "settings-invalid", "[[..]]"),
        (SMALLEST + "[relay]\nconfirm = 'hope'\n", "settings-invalid", "receipt"),
        ('[hall]\nid = "35"\nname = "Balai"\n', "settings-invalid", "hall.id"),
        ('[hall]\nid = "3510012001"\n', "settings-invalid", "wajib diisi"),
        (SMALLEST + 'timezone = "Asia/Banyuwangi"\n', "settings-invalid", "Asia/Jakarta"),
        ("hall = 3\n", "settings-invalid", "hall"),
        ("hall = [\n", "settings-unreadable", "hall.toml"),
        ("hall = " + "[" * 5000, "settings-unreadable", "TOML"),
        ("\n" + "a." * 15_000 + "b = 1", "settings-unreadable", "baris 2"),
        (b"\xff\xfe\x00", "settings-unreadable", "UTF-8"),
        (SMALLEST + '[[devices]]\nid = "a"\nkind = "x"\n[[devices]]\nid = "a"\nkind = "x"\n', "settings-invalid", "dua kali"),
        (SMALLEST + '[[devices]]\nid = "a"\nkind = "lan-board"\n', "settings-invalid", "halaman Perangkat"),
        *(
            (SMALLEST + f"[lan]\naddress = {address}\n", "settings-invalid", "nama host atau alamat IP")
            for address in (
                r'"a b\n c"',
                r'"balai.lan\n"',
                '"-a"',
                '"a..b"',
                '"192.168.10"',
                '"192.168.10.300"',
                '"fe80::1%a b"',
                '"mqtt://a"',
                '"a:1884"',
            )
        ),
    ],
)
def test_each_mistake_is_named_with_its_remedy(tmp_path: Path, text: str | bytes, code: str, said: str) -> None:
    """A wrong file is refused with a sentence that names the key and what to do."""
    with pytest.raises(Refusal) as refused:
        load(tmp_path, text)
    assert refused.value.code == code
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "indonesian", "english"),
    [
        (SMALLEST + "[portal]\nport = 70000\n", "(paling besar 65535)", "(at most 65535)"),
        (SMALLEST + "[hall]\n", "baris 4 bukan TOML yang benar", "line 4 is no correct TOML"),
        (SMALLEST + "theme = 'x'\n", "(tema tidak dikenal, pilih: banyuwangi)", "(unknown theme; choose: banyuwangi)"),
        (SMALLEST + "[portl]\n", "Mungkin maksudnya: portal.", "Perhaps you mean: portal."),
        (None, "tidak dapat dibaca: tidak ditemukan.", "cannot be read: not found."),
    ],
)
def test_a_reason_is_in_the_readers_language(tmp_path: Path, text: str | None, indonesian: str, english: str) -> None:
    """No English word in an Indonesian sentence, and no Indonesian one in an English sentence: not even what the machine itself says."""
    with pytest.raises(Refusal) as refused:
        load(tmp_path, text) if text is not None else Settings.load(tmp_path / "nowhere.toml")
    told = {
        language: f"{sentence(refused.value, words(language))} {remedy(refused.value, words(language))}"
        for language in ("id", "en")
    }
    assert (indonesian in told["id"], english in told["en"]) == (True, True), told


def test_every_wrong_key_is_told_at_once_in_words(tmp_path: Path) -> None:
    """Not one at each start: devices by their name or counted from one, what was left out as such, and no sign of a machine."""
    text = '[hall]\nid = "35"\n[portal]\nprot = 80\n[[devices]]\nid = "tombol-a"\n[[devices]]\nid = "Tombol B"\nkind = "x"\n[[devices]]\nkind = "x"\n'
    with pytest.raises(Refusal) as refused:
        load(tmp_path, text)
    told = str(refused.value.facts["key"]) + " " + str(refused.value.facts["reason"])
    assert told == (
        "hall.id harus 10 angka, yaitu kode desa tanpa titik, misalnya 3510012001; juga salah: hall.name wajib diisi; "
        "portal.prot tidak dikenal, mungkin maksudnya port; devices.tombol-a.kind wajib diisi; "
        'devices.Tombol B.id harus huruf kecil, angka, dan tanda hubung di tengah, paling banyak 31, dan bukan "baru"; '
        "devices.#3.id wajib diisi"
    )


@pytest.mark.parametrize("name", ["-a", "a-", "baru", "a" * 32, "A", "a_b", ""])
def test_a_device_has_one_rule_of_names_everywhere(tmp_path: Path, name: str) -> None:
    """What the pages, the Wi-Fi and the LAN broker could not have, hall.toml does not have either."""
    with pytest.raises(Refusal) as refused:
        load(tmp_path, SMALLEST + f'[[devices]]\nid = "{name}"\nkind = "gpio-button"\n')
    assert refused.value.code == "settings-invalid"


@pytest.mark.parametrize("address", ["balai.lan", "balai", "Pi-3.desa.example", "192.168.10.1", "fd00::1"])
def test_devices_find_the_broker_by_name_or_address(tmp_path: Path, address: str) -> None:
    """Whatever a chip can look up or call."""
    assert load(tmp_path, SMALLEST + f'[lan]\naddress = "{address}"\n').lan.address == address


def test_absent_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is a sentence, not a traceback."""
    with pytest.raises(Refusal) as refused:
        Settings.load(tmp_path / "nowhere.toml")
    assert refused.value.code == "settings-unreadable"
