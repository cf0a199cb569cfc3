"""A service's file is read strictly: what is wrong is told with file, line and remedy; what is shipped is right."""

from __future__ import annotations

import tomllib

import pytest

from gateway.portal.i18n import LANGUAGES, words
from gateway.services import document, model
from gateway.services.document import Service
from gateway.services.faults import Unfit
from gateway.services.lines import line_of, lines_of
from gateway.services.reading import Source, check_shared, service_of, shared_names
from gateway.services.shipped import read_shipped
from gateway.tickets import furnishing

SHIPPED = read_shipped()
WHOLE = """\
name = "Izin hajatan"
summary = "Untuk hajatan di rumah."
line = "administrasi"
promise_days = 1
basis = "Peraturan desa."
keep_days = 365
bring = ["ktp", "denah"]
ask = ["nama", "nik", "tanggal-lahir"]
steps = ["bawa", "periksa"]

[[requirement]]
id = "denah"
text = "Denah tempat"

[[field]]
id = "tamu"
kind = "number"
label = "Berapa tamu?"
least = 1
example = "300"
"""
"""Twenty lines, all of them right."""


def service(*texts: str) -> Service:
    """Return the service of these layers."""
    return service_of(tuple(Source(f"{number}.toml", text) for number, text in enumerate(texts, 1)), SHIPPED.shared)


def wrong(*texts: str) -> list[str]:
    """Return what is told of these layers."""
    with pytest.raises(Unfit) as raised:
        service(*texts)
    return [str(fault.told) for fault in raised.value.faults]


@pytest.mark.parametrize("name", SHIPPED.services)
def test_a_shipped_service_is_whole_in_three_languages(name: str) -> None:
    """Each reads, names a line that a new hall has, and speaks Indonesian, English and Javanese."""
    one = service_of((SHIPPED.services[name],), SHIPPED.shared)
    told = [one.name, one.summary, *(part.text for part in one.requirement), *(part.label for part in one.field)]
    told += [part.text for part in one.step]
    assert [texts for texts in told if not {"id", "en", "jv"} <= texts.keys()] == []
    assert (one.line in {line.id for line in furnishing.LINES}, bool(one.events), bool(one.words)) == (True, True, True)


def test_thirty_services_and_more_are_shipped() -> None:
    """Those that the product promises are among them, and every event of a life leads to some."""
    promised = {
        "sku", "sktm", "domisili", "ktp", "kk", "skck", "kelahiran", "kematian", "nikah", "pindah", "kehilangan", "keramaian",
        "penghasilan", "beda-identitas", "belum-menikah", "ahli-waris",
    }  # fmt: skip
    services = [service_of((source,), SHIPPED.shared) for source in SHIPPED.services.values()]
    assert (len(services) >= 30, promised - SHIPPED.services.keys()) == (True, set())
    assert {event for one in services for event in one.events} == set(model.EVENTS)


def test_every_shared_part_is_right_and_used() -> None:
    """No part is left over that no service names."""
    check_shared(SHIPPED.shared)
    used: dict[str, set[str]] = {"requirement": set(), "field": set(), "step": set()}
    for source in SHIPPED.services.values():
        one = service_of((source,), SHIPPED.shared)
        for kind, parts in (("requirement", one.requirement), ("field", one.field), ("step", one.step)):
            used[kind] |= {part.id for part in parts}
    left = {kind: names.keys() - used[kind] for kind, names in shared_names(SHIPPED.shared).items()}
    assert left == {"requirement": {"surat-kuasa"}, "field": set(), "step": set()}  # some villages ask for it with every letter


def test_words_that_stand_twice_agree() -> None:
    """Languages, events and who acts are named once in the model and once with their words."""
    assert (set(document.LANGUAGES), set(document.EVENTS), set(document.WHO)) == (
        set(LANGUAGES),
        set(model.EVENTS),
        set(model.WHO),
    )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("promise_days = 1", "promise_days = true"), "1.toml, baris 4, promise_days: Tulis angka bulat."),
        (("promise_days = 1", "promise_days = 90"), "1.toml, baris 4, promise_days: Paling besar 60."),
        (("promise_days = 1\n", ""), "1.toml, baris 1, promise_days: Harus diisi."),
        (("promise_days", "promise_day"), "1.toml, baris 4, promise_day: Nama ini tidak dikenal. Mungkin maksudnya: promise_days."),
        (("keep_days = 365", "keep_days = 0"), "1.toml, baris 6, keep_days: Paling kecil 1."),
        (('name = "Izin hajatan"', 'name = ""'), "1.toml, baris 1, name.id: Tidak dapat dipakai: teksnya kosong."),
        (('"Izin hajatan"', '{ en = "Feast" }'), "1.toml, baris 1, name: Tidak dapat dipakai: tulis juga dalam bahasa Indonesia (id)."),
        (('"Izin hajatan"', '{ id = "A", su = "B" }'), "1.toml, baris 1, name.su: Tidak dapat dipakai: bahasa yang dikenal: id, jv, osi, mad, en."),
        (('basis = "Peraturan desa."\n', ""), "1.toml, baris 1: Tidak dapat dipakai: tulis basis atau consent, salah satu."),
        (('"ktp", "denah"', '"ktpp", "denah"'), "1.toml, baris 7, bring: Bagian ktpp tidak ada. Mungkin maksudnya ktp."),
        (('"ktp", "denah"', '"ktp", "ktp"'), "1.toml, baris 7, bring: Nama ktp tertulis dua kali."),
        (('["ktp", "denah"]', '"ktp"'), '1.toml, baris 7, bring: Tulis daftar nama, misalnya ["ktp", "kk"].'),
        (('text = "Denah tempat"', "text = 7"), "1.toml, baris 13, requirement.denah.text: Tulis sebagai bagian tersendiri di antara [ dan ]."),
        (('kind = "number"', 'kind = "angka"'), "1.toml, baris 17, field.tamu.kind: Pilih salah satu"),
        (("least = 1", 'lest = "x"'), "1.toml, baris 19, field.tamu.lest: Nama ini tidak dikenal. Mungkin maksudnya: least."),
        (('example = "300"', 'example = "0"'), "1.toml, baris 15, field.tamu: Tidak dapat dipakai: contohnya sendiri tidak benar: Paling kecil 1.."),
        (('kind = "number"', 'kind = "choice"'), "1.toml, baris 15, field.tamu: Tidak dapat dipakai: isian jenis choice, dan hanya itu, mempunyai [field.choices]."),
        (('id = "tamu"', 'id = "Tamu Undangan"'), "1.toml, baris 16, field.Tamu Undangan.id: Pakai huruf kecil, angka, dan tanda hubung saja, mulai dengan huruf."),
        (('"tanggal-lahir"', '"alamat"'), "1.toml, baris 1: Tidak dapat dipakai: born menyebut tanggal-lahir, padahal tidak ada isian tanggal bernama itu."),
        (('["bawa", "periksa"]', "[]"), "1.toml, baris 9, steps: Paling sedikit 1."),
        (('line = "administrasi"', 'line = "administrasi'), "1.toml, baris 3: Baris ini tidak terbaca sebagai TOML. Periksa tanda kutip, tanda =, dan kurungnya."),
        (('id = "tamu"', 'id = "tamu"\nid = "dua"'), "1.toml, baris 17: Baris ini tidak terbaca sebagai TOML."),
    ],
    ids=lambda one: "-".join(one[1].split())[:30] if isinstance(one, tuple) else "",
)  # fmt: skip
def test_a_fault_is_told_with_file_line_and_remedy(change: tuple[str, str], told: str) -> None:
    """Whoever wrote the file finds the line and reads what to write instead."""
    assert change[0] in WHOLE
    assert [one for one in wrong(WHOLE.replace(*change)) if one.startswith(told)] != []


def test_all_faults_are_told_at_once_in_the_readers_language() -> None:
    """Nobody mends one line to be told of the next; an English reader reads English."""
    with pytest.raises(Unfit) as raised:
        service(WHOLE.replace("promise_days = 1", "promise_days = 90").replace("least = 1", "leest = 1"))
    assert [fault.says(words("en")) for fault in raised.value.faults] == [
        "1.toml, line 4, promise_days: At most 60.",
        "1.toml, line 19, field.tamu.leest: This name is not known. Perhaps you mean: least.",
    ]


def test_a_later_layer_overrides_what_it_names() -> None:
    """A village that changes one fee leaves all else; a part is overridden by its id, added or left out by the list."""
    changed = service(
        WHOLE,
        'fee_rp = 5000\n[[requirement]]\nid = "denah"\ntext = "Denah dan foto"\n[[requirement]]\nid = "izin"\ntext = "Izin RT"\n',
    )
    assert (changed.fee_rp, [one.text["id"] for one in changed.requirement]) == (
        5000, ["KTP asli dan satu fotokopi", "Denah dan foto", "Izin RT"],
    )  # fmt: skip
    assert [one.id for one in service(WHOLE, 'bring = ["kk"]').requirement] == ["kk"]
    assert [one.id for one in service(WHOLE, 'bring = ["kk", "denah"]').requirement] == ["kk", "denah"]


def test_a_fault_of_a_later_layer_is_found_in_its_file() -> None:
    """The line is that of the file in which it stands, not of the one below."""
    assert wrong(WHOLE, "# Desa\nfee_rp = -1\n") == ["2.toml, baris 2, fee_rp: Paling kecil 0."]
    [told] = wrong(WHOLE, '[[requirement]]\nid = "denah"\ntext = 7\n')
    assert told.startswith("2.toml, baris 3, requirement.denah.text:")
    assert wrong(WHOLE, "# " + "x" * 40_000) == ["2.toml, baris 1: Berkas ini lebih dari 32 KiB. Ringkas isinya."]


@pytest.mark.parametrize("name", [*SHIPPED.services, "shared"])
def test_every_key_is_found_on_its_line(name: str) -> None:
    """The line that is told of a key of a shipped file is a line on which that key stands."""
    text = (SHIPPED.shared if name == "shared" else SHIPPED.services[name]).text
    rows, found = text.split("\n"), lines_of(text)

    def look(path: tuple[str | int, ...], value: object) -> None:
        if path:
            key = next(part for part in reversed(path) if isinstance(part, str))
            assert key in rows[line_of(found, path) - 1], path
        if isinstance(value, dict):
            for key, one in value.items():
                look((*path, key), one)
        elif isinstance(value, list):
            for index, one in enumerate(value):
                look((*path, index), one)

    look((), tomllib.loads(text))


def test_texts_over_lines_and_comments_do_not_mislead() -> None:
    """What looks like a key inside a text or a comment is none."""
    text = (
        'a = """\nb = 1\n"""\n# b = 2\nc = [\n  "[[d]]", # ]\n  2,\n]\n[[d.e]]\nb = { x = "}" }\n[[d.e]]\nb = 1\n[d.e.f]\ng = 1\n'
    )
    found = lines_of(text)
    paths = (("a",), ("b",), ("c", 1), ("d", "e", 0, "b"), ("d", "e", 1, "b"), ("d", "e", 1, "f", "g"))
    assert [line_of(found, path) for path in paths] == [1, 1, 5, 10, 12, 14]
