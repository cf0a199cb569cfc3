"""``/atur/templat-surat``: every template, and one to be changed, with a preview by examples.

Promises: a template is tried before it is kept, and what is wrong is told with its line; nothing typed is lost; former versions stay.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Mapping

from gateway.choices.forms import PlainForm, Unsound
from gateway.errors import Reason, Refusal
from gateway.portal.i18n import Words
from gateway.services.document import Service
from gateway.services.letters.documents import Documents
from gateway.services.letters.printing import Broken
from gateway.services.letters.shipped import GENERAL, shipped_templates
from gateway.services.model import text_of
from gateway.services.view import CatalogueView

PATH = "/atur/templat-surat"
PREVIEWS_LIMIT = 6
"""So many templates that somebody is trying are remembered, in memory."""
LINE = "Baris {line}: {reason}."
WHOLE = "Templat ini belum dapat dipakai: {reason}."


def services_of(catalogue: CatalogueView) -> dict[str, tuple[str, Service]]:
    """Return by document the first service that gives it out, with its id."""
    found: dict[str, tuple[str, Service]] = {}
    for id_, entry in catalogue.current.entries.items():
        if entry.service.document:
            found.setdefault(entry.service.document, (id_, entry.service))
    return found


class TemplateList(PlainForm):
    """All documents, and whose template each has."""

    path = after = PATH
    title = "Templat surat"
    template = "setup_letter_templates.html"
    labels: Mapping[str, str] = {}

    def __init__(self, documents: Documents, catalogue: CatalogueView) -> None:
        self._documents = documents
        self._catalogue = catalogue

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the documents."""
        del item, typed, speak
        own, shipped = self._documents.village_templates(), shipped_templates()
        listed = [
            (name, service.name, name in own, name in shipped) for name, (_, service) in services_of(self._catalogue).items()
        ]
        return {"listed": sorted(listed, key=lambda one: one[1]["id"].casefold()), "text_of": text_of}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose nothing: each template has its page."""
        del item, act, typed, speak
        raise Refusal("field-invalid", field="act")


class TemplateForm(PlainForm):
    """One template: its text, what is wrong with it, and how a letter of it looks."""

    path = PATH + "/{item}"
    after = PATH
    title = "Templat surat"
    template = "setup_letter_template.html"
    labels: Mapping[str, str] = {"text": "Isi templat"}

    def __init__(self, documents: Documents, catalogue: CatalogueView) -> None:
        self._documents = documents
        self._catalogue = catalogue
        self._tried: OrderedDict[str, tuple[str, Service]] = OrderedDict()

    def filled(self, item: str) -> dict[str, str]:
        """Return the template of the next letter. Raises Refusal ``not-found``."""
        self._service(item)
        return {"text": self._documents.current_template(item)}

    def fill(self, act: str, typed: dict[str, str]) -> dict[str, str] | None:
        """Only look at a letter of what was typed."""
        return typed if act == "look" else None

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return the service, its questions, a preview or what is wrong."""
        service, text, fault = self._service(item), typed["text"], ""
        try:
            self._documents.trial(text, service, "png")
        except Broken as broken:
            fault = _said(broken, speak)
        mark = hashlib.sha256(f"{item}\0{text}".encode()).hexdigest()[:32]
        if not fault:
            self._tried[mark] = (text, service)
            while len(self._tried) > PREVIEWS_LIMIT:
                self._tried.popitem(last=False)
        return {
            "service": service, "fault": fault, "mark": mark, "text_of": text_of, "is_own": bool(self._documents.village_template(item)),
            "shipped": shipped_templates().get(item, shipped_templates()[GENERAL]),
        }  # fmt: skip

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Keep the template, or give back the shipped one."""
        text = "" if act == "return" else typed["text"]
        if act != "return" and not text.strip():
            raise Unsound({"text": speak("Harus diisi.")})
        try:
            self._documents.change_template(item, text, self._service(item))
        except Broken as broken:
            raise Unsound({"text": _said(broken, speak)}) from broken

    def preview(self, mark: str, form: str) -> bytes | None:
        """Return a letter of a template that was tried, None where it is forgotten."""
        found = self._tried.get(mark)
        return self._documents.trial(*found, form) if found else None

    def _service(self, item: str) -> Service:
        found = services_of(self._catalogue).get(item)
        if found is None:
            raise Refusal("not-found")
        return found[1]


def _said(broken: Broken, speak: Words) -> str:
    reason = Reason(LINE, line=broken.line, reason=broken.reason) if broken.line else Reason(WHOLE, reason=broken.reason)
    return speak.tell(reason.sentence, reason.facts)
