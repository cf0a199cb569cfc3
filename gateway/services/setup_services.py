"""``/atur/layanan-surat``: every service of the village, and the usual things that a village changes about one.

Promises: what is not changed stays that of the product or the regency, and gets better with them; nothing counts as
confirmed before somebody in the village has said so.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Refusal
from gateway.portal.i18n import Words
from gateway.services.desk import ServicesDesk
from gateway.services.document import Service
from gateway.services.faults import Unfit
from gateway.services.model import text_of
from gateway.services.queue_lines import LinesSource
from gateway.services.reading import shared_names
from gateway.services.view import CatalogueView, Entry
from gateway.services.writing import lines_of_requirements, to_toml, with_requirements, with_values
from gateway.toml import read_toml

PATH = "/atur/layanan-surat"
NUMBERS = {"fee_rp": 10_000_000, "promise_days": 60, "valid_days": 3650}
"""What is typed as a number, and the greatest."""


class ServiceList(PlainForm):
    """All services, and how each stands."""

    path = after = PATH
    title = "Surat dan syaratnya"
    template = "setup_services.html"
    labels: Mapping[str, str] = {}

    def __init__(self, view: CatalogueView) -> None:
        self._view = view

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the services, and what is written of none."""
        del item, typed, speak
        catalogue = self._view.current
        entries = list(catalogue.entries.values())
        unread = sum(not entry.now.confirmed for entry in entries if entry.service.offered)
        return {"entries": entries, "broken": catalogue.broken, "unread": unread, "text_of": text_of}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose nothing: each service has its page."""
        del item, act, typed, speak
        raise Refusal("field-invalid", field="act")


class ServiceForm(PlainForm):
    """One service: requirements, fee, time, validity, line; and whether the village says that they hold."""

    path = f"{PATH}/{{item}}"
    after = PATH
    title = "Surat dan syaratnya"
    template = "setup_service.html"
    labels: Mapping[str, str] = {
        "bring": "Syarat yang dibawa",
        "fee_rp": "Biaya (rupiah)",
        "promise_days": "Selesai dalam berapa hari kerja",
        "valid_days": "Berlaku berapa hari",
        "line": "Antrean",
        "offered": "Layanan ini ada di balai kami",
        "sure": "Kami sudah membacanya; syarat dan biaya ini yang berlaku di sini",
    }

    def __init__(self, desk: ServicesDesk, view: CatalogueView, lines: LinesSource) -> None:
        self._desk = desk
        self._view = view
        self._lines = lines

    def filled(self, item: str) -> dict[str, str]:
        """Return the service as it holds now."""
        entry = self._entry(item)
        service = entry.service
        return {
            "bring": lines_of_requirements(service.requirement), **{name: str(getattr(service, name)) for name in NUMBERS},
            "line": service.line, "offered": "1" if service.offered else "", "sure": "1" if entry.now.confirmed else "",
        }  # fmt: skip

    def basis(self, item: str) -> object:
        """Return the service, its layers and whether it is confirmed."""
        return [self.filled(item), self._entry(item).now, self._desk.written(item)]

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the service itself, the lines to choose from, and what of its files does not count."""
        del typed
        entry = self._entry(item)
        unfit = None if entry.now.whole else self._desk.trouble(item)
        faults = [fault.says(speak) for fault in unfit.faults] if unfit else []
        return {"entry": entry, "lines": self._lines(), "text_of": text_of, "faults": faults}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Keep what differs from the layers below; confirm what is said to hold."""
        del act
        entry = self._entry(item)
        values, wrong = self._values(typed, entry.service, speak)
        texts = [line for line in (" ".join(one.split()) for one in typed["bring"].split("\n")) if line]
        if not texts:
            wrong["bring"] = speak("Tulis paling sedikit satu syarat, satu baris satu syarat.")
        if wrong:
            raise Unsound(wrong)
        written, below = self._desk.written(item), self._desk.below(item)
        tree = with_values(read_toml(written) if written else {}, values, below)
        shared = shared_names(self._desk.shipped.shared)["requirement"]
        tree = with_requirements(tree, texts, below, shared)
        text = to_toml(tree) if tree else ""
        try:
            self._desk.change(item, written if text == written else text, confirm=bool(typed["sure"]))
        except Unfit as unfit:
            raise Unsound({"bring": unfit.faults[0].says(speak)}) from unfit

    def _values(self, typed: Mapping[str, str], service: Service, speak: Words) -> tuple[dict[str, object], dict[str, str]]:
        values: dict[str, object] = {"offered": bool(typed["offered"])}
        wrong: dict[str, str] = {}
        for name, most in NUMBERS.items():
            number = typed[name].strip().replace(".", "") or "0"
            if number.isascii() and number.isdecimal() and len(number) <= len(str(most)) and int(number) <= most:
                values[name] = int(number)
            else:
                wrong[name] = speak("Tulis angka 0 sampai {high}.", high=most)
        if typed["line"] not in {service.line, *(line.id for line in self._lines())}:
            wrong["line"] = speak("Pilih salah satu.")
        values["line"] = typed["line"]
        return values, wrong

    def _entry(self, item: str) -> Entry:
        entry = self._view.current.entries.get(item)
        if entry is None:
            raise Refusal("service-unknown")
        return entry
