"""``/atur/layanan-surat/NAME/berkas``: what the village has written of a service, as the TOML file that it is; a new one too.

Promises: a file is judged whole, with its line and what to do for everything that is wrong, before any of it counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Refusal
from gateway.portal.i18n import Words
from gateway.services.desk import NEW, ServicesDesk
from gateway.services.document import NAME
from gateway.services.faults import Unfit
from gateway.services.model import text_of
from gateway.services.reading import shared_names
from gateway.services.setup_services import PATH

EXAMPLE = """\
name = "Surat Keterangan Contoh"
summary = "Satu kalimat: untuk apa surat ini."
words = ["contoh"]
line = "administrasi"
promise_days = 1
document = "contoh"
basis = "Tugas pelayanan desa: UU 6/2014 tentang Desa."
keep_days = 365
bring = ["pengantar-rt", "ktp", "kk", "syarat-sendiri"]
ask = ["nama", "nik", "tanggal-lahir", "alamat", "keperluan", "telepon"]
steps = ["bawa", "periksa", "ketik", "paraf", "tanda-tangan", "serahkan"]

[[requirement]]
id = "syarat-sendiri"
text = "Syarat yang hanya ada di layanan ini"
"""


class FileForm(PlainForm):
    """The village's file of one service, typed or chosen."""

    path = f"{PATH}/{{item}}/berkas"
    after = PATH
    title = "Berkas layanan"
    template = "setup_service_file.html"
    labels: Mapping[str, str] = {
        "name": "Nama pendek",
        "text": "Isi berkas",
        "sure": "Ya, hapus yang ditulis desa",
    }

    def __init__(self, desk: ServicesDesk) -> None:
        self._desk = desk

    def filled(self, item: str) -> dict[str, str]:
        """Return what the village has written; an example for a new service."""
        if item == NEW:
            return {"name": "", "text": EXAMPLE, "file": "", "sure": ""}
        if not NAME.fullmatch(item) or not (self._desk.written(item) or self._desk.files_below(item)):
            raise Refusal("service-unknown")
        return {"name": item, "text": self._desk.written(item), "file": "", "sure": ""}

    def basis(self, item: str) -> object:
        """Return what is written; a new service depends on nothing."""
        return "" if item == NEW else [self.filled(item), [file.text for file in self._desk.files_below(item)]]

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Only look through the file, chosen or typed."""
        return typed | {"text": typed["file"] or typed["text"], "file": ""} if act == "look" else None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return what lies below, the shared parts, and the service as it would be."""
        name = item if item != NEW else typed["name"].strip()
        would, faults = None, []
        if typed["text"].strip() and NAME.fullmatch(name) and name != NEW:
            try:
                would = self._desk.judge(name, typed["text"])
            except Unfit as unfit:
                faults = [fault.says(speak) for fault in unfit.faults]
        below = [] if item == NEW else self._desk.files_below(item)
        return {
            "below": below, "shared": shared_names(self._desk.shipped.shared), "would": would, "faults": faults, "text_of": text_of,
            "is_new": item == NEW, "written": "" if item == NEW else self._desk.written(item),
        }  # fmt: skip

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Keep the file, or let the village say nothing of this service any more."""
        if act == "return":
            if not typed["sure"]:
                raise Unsound({"sure": speak("Beri tanda di sini bila memang akan dihapus.")})
            self._desk.give_back(item)
            return
        name, text = typed["name"].strip() if item == NEW else item, typed["file"] or typed["text"]
        if item == NEW and (not NAME.fullmatch(name) or name == NEW):
            raise Unsound(
                {"name": speak("Pakai huruf kecil, angka, dan tanda hubung, mulai dengan huruf, misalnya izin-hajatan.")}
            )
        if item == NEW and self._desk.files_below(name):
            raise Unsound({"name": speak("Nama ini sudah dipakai layanan lain.")})
        if not text.strip() and not self._desk.files_below(name):
            raise Unsound({"text": speak("Harus diisi.")})
        try:
            self._desk.change(name, text)
        except Unfit as unfit:
            raise Unsound({"text": unfit.faults[0].says(speak)}) from unfit
