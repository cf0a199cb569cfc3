"""Every page and state that a person can meet, for whoever looks at all of them: ``make screens`` and axe.

A new page adds a line to ``PAGES``. The hall behind it is the real one, with people in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from selenium.webdriver.chrome.webdriver import WebDriver
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from gateway.complaints.desk import Draft as Complaint
from gateway.hall import Hall
from gateway.needs.desk import Report
from gateway.needs.model import Result
from gateway.people.model import Role
from gateway.services.letters.desk import Draft as LetterDraft
from gateway.services.requests.model import Act as RequestAct
from gateway.services.requests.model import Origin as RequestOrigin
from gateway.settings import Settings
from gateway.tickets.choices import QueueRules
from gateway.tickets.model import CounterSetup
from tests.support.hall_process import write_settings
from tests.support.letters import CHOSEN
from tests.support.requests import ANSWERS, PAPERS
from tests.support.rules import WITHOUT_PAUSE
from tests.support.square import ANNOUNCED, ANNOUNCED_LATER, announce, furnish_square

OFFICER = "Siti"
PIN = "739164"
__all__ = ["ANNOUNCED", "ANNOUNCED_LATER", "OFFICER", "PAGES", "PIN", "Busy", "Page", "busy_hall", "sign_in", "sign_out", "visit"]


@dataclass
class Busy:
    """A hall in the middle of a morning."""

    hall: Hall
    tokens: dict[str, str] = field(default_factory=dict)
    """The tokens of tickets by what has become of them: ``waiting``, ``called``, ``completed``, ``no_show``."""
    drafts: dict[str, str] = field(default_factory=dict)
    """The tokens of drafts of requests: ``paged``, ``whole``."""
    requests: dict[str, str] = field(default_factory=dict)
    """The tokens of requests by how they stand."""


@dataclass(frozen=True)
class Page:
    """One page in one state."""

    name: str
    """In the screenshot's file name, for example ``tiket-dipanggil``."""
    path: str | Callable[[Busy], str]
    officer: bool = False
    """Whether somebody must sign in first."""
    fill: dict[str, str] = field(default_factory=dict)
    """What is typed before, by CSS selector."""
    press: str = ""
    """A CSS selector of what is pressed once the page is there, for example a menu."""
    wait: str = ""
    """A CSS selector of what must have come before the page is looked at."""
    tv: bool = False
    """Whether it hangs on a wall: it is looked at in the sizes of TVs too."""
    kiosk: bool = False
    """Whether it is for a touch screen in the hall, lying or standing."""


def _days_ago(busy: Busy, days: int) -> str:
    return (busy.hall.clock.now() - timedelta(days=days)).date().isoformat()


PAGES: Sequence[Page] = (
    Page("depan", "/"),
    Page("depan-bahasa", "/", press=".languages summary"),
    Page("tiket-menunggu", lambda busy: f"/t/{busy.tokens['waiting']}"),
    Page("tiket-dipanggil", lambda busy: f"/t/{busy.tokens['called']}"),
    Page("tiket-selesai", lambda busy: f"/t/{busy.tokens['completed']}"),
    Page("tiket-terlewat", lambda busy: f"/t/{busy.tokens['no_show']}"),
    Page("tiket-dilayani", lambda busy: f"/t/{busy.tokens['serving']}"),
    Page("tiket-ditunda", lambda busy: f"/t/{busy.tokens['held']}"),
    Page("tiket-batal", lambda busy: f"/t/{busy.tokens['cancelled']}"),
    Page("tiket-tanya-batal", lambda busy: f"/t/{busy.tokens['waiting']}/batal"),
    Page("tiket-dinilai", lambda busy: f"/t/{busy.tokens['rated']}"),
    Page("tidak-ada", "/t/tidak-ada"),
    Page("kode", "/kode"),
    Page("kode-salah", "/kode", fill={"#kode": "AAAAAA"}, press="button.main"),
    Page("layanan", "/layanan"),
    Page("layanan-dicari", "/layanan?cari=beasiswa"),
    Page("layanan-tidak-ditemukan", "/layanan?cari=xyzzy"),
    Page("layanan-peristiwa", "/layanan?peristiwa=death"),
    Page("layanan-satu", "/layanan/nikah", press="details.more summary"),
    Page("layanan-usulan", "/layanan/bantu-nib"),
    Page("ajukan", "/layanan/skck/ajukan"),
    Page("ajukan-satu", lambda busy: f"/ajukan/{busy.drafts['paged']}?isian=tanggal-lahir"),
    Page("ajukan-semua", lambda busy: f"/ajukan/{busy.drafts['whole']}"),
    Page("ajukan-syarat", lambda busy: f"/ajukan/{busy.drafts['whole']}/syarat"),
    Page("ajukan-periksa", lambda busy: f"/ajukan/{busy.drafts['whole']}/periksa"),
    Page("permohonan", "/permohonan"),
    Page("permohonan-belum-lengkap", lambda busy: f"/permohonan/{busy.requests['incomplete']}", press="details.more summary"),
    Page("permohonan-siap", lambda busy: f"/permohonan/{busy.requests['ready']}"),
    Page("permohonan-ditolak", lambda busy: f"/permohonan/{busy.requests['rejected']}"),
    Page("anjungan-permohonan", "/anjungan/permohonan", kiosk=True),
    Page("anjungan-isian", lambda busy: f"/ajukan/{busy.drafts['kiosk']}", kiosk=True),
    Page("anjungan-selesai", lambda busy: f"/permohonan/{busy.requests['kiosk']}", kiosk=True),
    Page("atur-permohonan", "/atur/permohonan", officer=True),
    Page("loket-permohonan", "/loket/permohonan", officer=True),
    Page("loket-permohonan-satu", "/loket/permohonan/2", officer=True, press="details.more summary"),
    Page("anjungan", "/anjungan", kiosk=True),
    Page("anjungan-nomor", lambda busy: f"/anjungan/{busy.tokens['waiting']}", kiosk=True),
    Page("nilai", "/nilai/3", kiosk=True),
    Page("nilai-kosong", "/nilai/1", kiosk=True),
    Page("nilai-terima-kasih", "/nilai/1/terima-kasih", kiosk=True),
    Page("papan", "/papan", tv=True),
    Page("papan-gambar", "/papan", tv=True, wait="#slide:not([hidden]) img"),
    Page("verifikasi", "/verifikasi"),
    Page("verifikasi-salah", "/verifikasi", fill={"#kode": "halo", "#nama": "Siti"}, press="button.main"),
    Page("kesehatan", "/kesehatan"),
    Page("masuk", "/masuk"),
    Page("petugas", "/petugas", officer=True),
    Page("petugas-pin", "/petugas/pin", officer=True),
    Page("surat", "/loket/surat?daftar=buku", officer=True, press="details.more summary"),
    Page("surat-satu", "/loket/surat/1", officer=True, press="details.more summary"),
    Page("surat-baru", "/loket/surat/baru/sku", officer=True),
    Page("atur-kop", "/atur/kop-surat", officer=True),
    Page("atur-nomor", "/atur/nomor-surat", officer=True),
    Page("atur-templat-satu", "/atur/templat-surat/sku", officer=True, press="details.more summary"),
    Page("atur", "/atur", officer=True),
    Page("atur-petugas", "/atur/petugas", officer=True, press="details.more summary"),
    Page("atur-petugas-sudah", "/atur/petugas?sudah=pin", officer=True),
    Page("atur-balai", "/atur/balai", officer=True),
    Page("atur-balai-sudah", "/atur/balai?sudah=simpan", officer=True),
    Page("atur-layanan", "/atur/layanan", officer=True),
    Page("atur-layanan-satu", "/atur/layanan/bantuan", officer=True),
    Page("atur-layanan-hapus", "/atur/layanan/bantuan", officer=True, press="details.more summary"),
    Page("atur-layanan-baru", "/atur/layanan/baru", officer=True),
    Page("atur-loket", "/atur/loket", officer=True),
    Page("atur-loket-satu", "/atur/loket/1", officer=True),
    Page("atur-jam", "/atur/jam", officer=True),
    Page("atur-jam-lazim", "/atur/jam", officer=True, press="button[value=usual]"),
    Page("atur-aturan", "/atur/aturan", officer=True),
    Page("atur-layanan-surat", "/atur/layanan-surat", officer=True),
    Page("atur-layanan-surat-satu", "/atur/layanan-surat/sku", officer=True),
    Page("atur-layanan-surat-berkas", "/atur/layanan-surat/sku/berkas", officer=True, press="details.more summary"),
    Page(
        "atur-layanan-surat-baru",
        "/atur/layanan-surat/baru/berkas",
        officer=True,
        fill={"#name": "contoh"},
        press="button[value=look]",
    ),
    Page("atur-data-warga", "/atur/data-warga", officer=True),
    Page("atur-pelindungan-data", "/atur/pelindungan-data", officer=True),
    Page("atur-kunci-pemulihan", "/atur/pelindungan-data/kunci", officer=True),
    Page("atur-catatan-audit", "/atur/pelindungan-data/catatan", officer=True),
    Page("atur-kebocoran", "/atur/pelindungan-data/kebocoran", officer=True),
    Page("petugas-data", "/petugas/data", officer=True),
    Page("petugas-warga", "/petugas/warga", officer=True, fill={"#who": "aminah"}, press="button.main"),
    Page("perangkat", "/perangkat", officer=True),
    Page("perangkat-baru", "/perangkat/baru?jenis=lan-button", officer=True),
    Page("perangkat-satu", "/perangkat/printer", officer=True, press="details.more summary"),
    Page("atur-salinan", "/atur/salinan", officer=True, press="details.more summary"),
    Page("loket-pilih", "/loket", officer=True),
    Page("loket-melayani", "/loket/1", officer=True),
    Page("loket-kosong", "/loket/2", officer=True),
    Page("loket-dilayani", "/loket/3", officer=True),
    Page("loket-istirahat", "/loket/4", officer=True),
    Page("loket-urung", lambda busy: _just_called(busy, "5"), officer=True),
    Page("loket-tunda", "/loket/1", officer=True, press="#hold-open"),
    Page("loket-alih", "/loket/1", officer=True, press="#transfer-open"),
    Page("loket-cari", "/loket/1", officer=True, press="#find-open"),
    Page("loket-pindah", "/loket/1", officer=True, press="#menu-open"),
    Page("alat", "/loket/alat?loket=1", officer=True),
    Page(
        "alat-nomor",
        lambda busy: f"/loket/alat?loket=1&selesai={busy.hall.view.current.waiting['lainnya'][-1].number}",
        officer=True,
    ),
    Page("hari", "/loket/hari", officer=True),
    Page("statistik", "/statistik", officer=True, press="details.more summary"),
    Page("statistik-minggu", lambda busy: f"/statistik?dari={_days_ago(busy, 99)}&sampai={_days_ago(busy, 0)}", officer=True),
    Page("statistik-sepi", "/statistik?dari=2020-01-01&sampai=2020-01-31", officer=True),
    Page("pengumuman", "/atur/pengumuman", officer=True, press="details.more summary"),
    Page("pengumuman-ubah", "/atur/pengumuman/1", officer=True),
    Page("atur-papan", "/atur/papan", officer=True),
    Page("suara", "/atur/suara", officer=True),
    Page("suara-rekaman", "/atur/suara/jv", officer=True),
    Page("pengaduan", "/pengaduan"),
    Page("bantuan", "/bantuan"),
    Page(
        "petugas-pengaduan-satu",
        lambda busy: f"/petugas/pengaduan/{busy.tokens['complaint']}",
        officer=True,
        press="details.more summary",
    ),
    Page("petugas-bantuan", "/petugas/bantuan", officer=True),
    Page(
        "petugas-bantuan-serupa",
        lambda busy: f"/petugas/bantuan/{busy.tokens['need']}",
        officer=True,
        press="button[value=compare]",
    ),
    Page("petugas-cek", "/petugas/bantuan/cek", officer=True),
    Page("kabar", "/kabar"),
    Page("lapak-satu", "/lapak/1", press="details.more summary"),
    Page("lapak-jual", "/lapak/jual"),
    Page("posyandu", "/posyandu"),
    Page("anggaran", "/anggaran", press="details.more summary"),
    Page("atur-lapak", "/atur/lapak", officer=True, press="details.more summary"),
    Page("atur-posyandu-satu", "/atur/posyandu/1", officer=True, press="details.more summary"),
    Page("atur-anggaran", "/atur/anggaran", officer=True, press="button[value=look]"),
    Page("petugas-buku-tamu", "/petugas/buku-tamu", officer=True, press=".listed button"),
)


@contextmanager
def busy_hall(folder: Path, *, port: int = 0) -> Iterator[Busy]:
    """Serve a real hall with numbers waiting, called and finished."""
    settings = Settings.load(write_settings(folder, port=port))
    with Hall(settings, randomness=Random(7)) as hall:
        hall.people.add_officer(OFFICER, PIN, Role.HEAD)
        busy = Busy(hall)
        _make_busy(busy)
        announce(hall, folder)
        _write_letters(hall)
        _show_every_state(busy)
        _request(busy)
        _complain(busy)
        furnish_square(hall)
        yield busy


def _make_busy(busy: Busy) -> None:
    # Everything happens within a second here, which no clerk can do.
    busy.hall.choices.change(QueueRules(double_press_s=0, calls_before_no_show=1))
    desk, tokens = busy.hall.tickets, busy.tokens
    wishes = [("administrasi", "")] * 7 + [
        ("administrasi", "lansia"),
        ("bantuan", "disabilitas"),
        ("bantuan", ""),
        ("lainnya", "hamil"),
    ]
    desk.furniture.choose(WITHOUT_PAUSE)
    issued = [desk.issue(line, priority=priority, origin="phone") for line, priority in wishes]
    tokens["waiting"] = issued[6].token
    for counter, end in (("1", "complete"), ("2", "complete"), ("1", "no_show"), ("1", ""), ("2", "complete")):
        called = desk.call_next(counter)
        token = next(one.token for one in issued if one.number == called.number)
        if end:
            getattr(desk, end)(counter)
        tokens[{"complete": "completed", "no_show": "no_show", "": "called"}[end]] = token
        busy.hall.view.at_least(called.revision)
    desk.furniture.choose(QueueRules())


def _request(busy: Busy) -> None:
    """Let people have begun requests, and some stand in each state that looks different."""
    drafts, desk = busy.hall.village.drafts, busy.hall.village.requests

    def begin(name: str, answers: dict[str, str], *, paged: bool = False, origin: RequestOrigin = RequestOrigin.PHONE) -> str:
        token = f"draft-that-is-{name}"
        drafts.begin(token, "skck", 1, origin=origin, ground="basis", paged=paged)
        drafts.save(token, answers)
        return token

    for name in ("paged", "whole"):
        busy.drafts[name] = begin(name, ANSWERS | {"tanggal-lahir": "31-2-1990", "keperluan": ""}, paged=name == "paged")
    busy.drafts["kiosk"] = begin("kiosk", {}, paged=True, origin=RequestOrigin.KIOSK)
    drafts.add_photo(busy.drafts["whole"], "ktp", b"")
    for name, acts in (("incomplete", ()), ("review", ()), ("ready", ("approve", "sign")), ("rejected", ("reject",))):
        filed = desk.file(begin(name, {one: text for one, text in ANSWERS.items() if name != "incomplete" or one != "nik"}))
        busy.requests[name] = filed.token
        if name in {"review", "ready"}:
            desk.amend(filed.number, ANSWERS | {"nik": "3510014107910001"}, PAPERS, who="1", key=f"pages-{name}")
        for act in acts:
            desk.act(
                filed.number, RequestAct(act), who="1", key=f"pages-{name}-{act}", reason="data", words="KTP sudah tidak berlaku."
            )
    busy.requests["kiosk"] = desk.file(begin("kiosk-filed", ANSWERS, origin=RequestOrigin.KIOSK)).token


def _write_letters(hall: Hall) -> None:
    """Give out three letters: one waits for its signature, one was replaced, one took its place; the date is the clerk's word."""
    hall.choices.change(CHOSEN)
    hall.tickets.confirm_day(hall.clock.now().astimezone(hall.settings.hall.zone).date())
    letters = hall.village.letters
    letters.say_last("470", 11, who="")
    version = hall.village.catalogue.current.entries["sku"].now.version
    draft = LetterDraft("sku", version, {"nama": "Siti Aminah", "keperluan": "Pinjaman"})
    replaced = [letters.issue(draft, who="1").letter for _ in range(2)][1]
    letters.issue(replace(draft, replaces=replaced), who="1")


def _show_every_state(busy: Busy) -> None:
    """Let further tickets stand in the states that the morning alone does not bring; a third counter takes the present one."""
    hall, desk, tokens = busy.hall, busy.hall.tickets, busy.tokens
    lines, counters = desk.furniture.read()
    third = CounterSetup("3", "Loket 3", lines=("kesehatan",))
    fourth, fifth = CounterSetup("4", "Loket 4", lines=("bantuan",)), CounterSetup("5", "Loket 5", lines=("lainnya",))
    desk.furniture.arrange(lines, [*counters, third, fourth, fifth], QueueRules(double_press_s=0, calls_before_no_show=1))
    served, held, cancelled, rated, asked = (desk.issue("kesehatan", origin="kiosk") for _ in range(5))
    desk.give_back(cancelled.token)
    desk.come_later(held.token)
    for issued in (rated, asked):
        desk.counters.call("3", issued.number)
        desk.counters.complete("3")
    at_first = next(one for one in hall.view.current.tickets.values() if one.counter == "1" and one.state == "completed")
    for token in (rated.token, at_first.token):
        desk.rate(token, 4, origin="phone")
    desk.counters.call("3", served.number)
    desk.counters.serve("3")
    for _ in range(3):
        desk.issue("lainnya", origin="kiosk")
    newest = desk.counters.pause("4")
    tokens |= {"serving": served.token, "held": held.token, "cancelled": cancelled.token, "rated": rated.token}
    hall.view.at_least(newest.revision)


def _complain(busy: Busy) -> None:
    """Let people complain, and tell of a neighbour twice; what they write is the hall's own words again."""
    concerns, tokens = busy.hall.village.concerns, busy.tokens
    filed = [
        concerns.complaints.file(Complaint("jalan", ANNOUNCED_LATER, "Banyuwangi", name), key="pages-0003-secret")
        for name in ("", OFFICER)
    ]
    concerns.complaints.forward(filed[1].id, "kepala", officer="1")
    concerns.complaints.answer(filed[1].id, ANNOUNCED_LATER, officer="1", key="pages-0004-secret")
    needs = [concerns.needs.report(Report(kind, OFFICER, "Banyuwangi"), key="pages-0005-secret") for kind in ("lapar", "lansia")]
    concerns.needs.visit(needs[1].id, Result.NEEDS_HELP, ANNOUNCED_LATER, again_on=None, officer="1", key="pages-0006-secret")
    tokens |= {"complaint": filed[1].id, "need": needs[0].id}


def _just_called(busy: Busy, counter: str) -> str:
    """Let a counter call its ticket anew, so that the call can be taken back for some seconds more; return the counter's page."""
    counters, shown = busy.hall.tickets.counters, busy.hall.view.current.counter(counter)
    assert shown is not None
    number = shown.ticket or busy.hall.view.current.waiting["lainnya"][0].number
    if shown.ticket:
        counters.hold(counter, "papers")
    busy.hall.view.at_least(counters.call(counter, number).revision)
    return f"/loket/{counter}"


def visit(driver: WebDriver, busy: Busy, page: Page, language: str = "id") -> None:
    """Let a browser that is signed in where needed show ``page``."""
    path = page.path if isinstance(page.path, str) else page.path(busy)
    driver.get(f"{busy.hall.address}{path}{'&' if '?' in path else '?'}bahasa={language}")
    if page.wait:
        WebDriverWait(driver, 30, 0.05).until(lambda one: one.find_elements(By.CSS_SELECTOR, page.wait))
    for css, text in page.fill.items():
        driver.find_element(By.CSS_SELECTOR, css).send_keys(text)
    if page.press:
        # In one go: a page that lives may replace an element between finding and clicking it.
        driver.execute_script("document.querySelector(arguments[0]).click()", page.press)


def sign_in(driver: WebDriver, busy: Busy) -> None:
    """Let the browser be an officer's."""
    driver.get(busy.hall.address + "/masuk")
    driver.find_element(By.ID, "officer").send_keys(OFFICER)
    driver.find_element(By.ID, "pin").send_keys(PIN + "\n")


def sign_out(driver: WebDriver) -> None:
    """Let the browser be a stranger's again."""
    driver.delete_all_cookies()
