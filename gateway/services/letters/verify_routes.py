"""``/verifikasi``: whoever holds a letter of this hall learns whether it is genuine, with or without scripts.

The regency's page does the same anywhere; a browser at the hall has no Web Crypto, for it came by plain HTTP. What stands behind the
``#`` reaches nobody until it is pasted, or until the small script of the page puts it into the form.

Promises: neither what was pasted nor the name that was typed is kept; who guesses is slowed down.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.choices.desk import Choices
from gateway.errors import Refusal
from gateway.portal import problems
from gateway.portal.feature import Door
from gateway.portal.forms import read_form
from gateway.portal.i18n import words
from gateway.portal.site import Site
from gateway.portal.tries import Tries
from gateway.portal.visitor import visitor_of
from gateway.proof.proof import LONGEST, Proof, Unproven, read_proof
from gateway.services.letters.choices import LetterChoices
from gateway.services.letters.view import LettersView

PATH = "/verifikasi"
TRIES_OF_DEVICE, TRIES_OF_ALL = 30, 300
"""Within ten minutes; each costs the Pi some tens of milliseconds."""
LONGEST_TEXT = LONGEST + 200
"""With the address before it."""
VERDICTS: Mapping[str, tuple[str, str]] = {
    "genuine": ("Surat ini asli.", "Nama, nomor, tanggal, dan jenisnya memang dikeluarkan balai ini. Cocokkan dengan kertasnya; yang lain di surat tidak ada di kode."),
    "othername": ("Nama tidak cocok.", "Kode ini milik surat lain, atau namanya salah ketik. Ketik persis seperti di surat. Bila tetap tidak cocok, jangan terima surat ini."),
    "forged": ("Kode ini tidak asli.", "Isinya diubah atau tidak ditandatangani balai ini. Jangan terima surat ini; tanyakan kepada petugas."),
    "elsewhere": ("Bukan surat balai ini.", "Periksa di alamat kabupaten yang tertulis di kode QR, atau tanyakan ke balai yang membuatnya."),
    "void": ("Surat ini sudah ditarik.", "Jangan dipakai lagi; tanyakan kepada petugas."),
    "replaced": ("Surat ini sudah diganti.", "Mintalah surat penggantinya, nomor {number}."),
    "unread": ("Kode ini bukan kode surat.", "Pindai lagi kode QR di surat, atau tempel alamatnya utuh."),
}  # fmt: skip
"""By verdict: what is said, and what to do; keys of the catalogues."""


def door(choices: Choices) -> Door:
    """Return what ``/desa`` shows of it, once the village gives out letters."""
    return Door(
        PATH, "Periksa surat", "Asli atau tidak, dengan kode QR dan nama", "search", is_open=lambda: not choices.current(LetterChoices).lacking()
    )  # fmt: skip


class VerifyPages:
    """The page for whoever holds a letter."""

    def __init__(self, view: LettersView, site: Site) -> None:
        self._view = view
        self._site = site
        self._tries = Tries(site.clock, of_device=TRIES_OF_DEVICE, of_all=TRIES_OF_ALL)

    def routes(self) -> Sequence[BaseRoute]:
        """Return the routes."""
        return [Route(PATH, self._show, methods=["GET"]), Route(PATH, self._check, methods=["POST"])]

    async def _show(self, request: Request) -> Response:
        return self._page(request, "", "")

    async def _check(self, request: Request) -> Response:
        fields = await read_form(request)
        text, name = fields.get("kode", "")[:LONGEST_TEXT], fields.get("nama", "")[:100]
        device = visitor_of(request).device
        try:
            self._tries.require_room(device)
        except Refusal as refusal:
            return self._page(request, text, name, refusal=refusal)
        self._tries.note(device)
        try:
            proof = read_proof(text)
        except Unproven:
            return self._page(request, text, name, verdict="unread")
        verdict, number = await run_in_threadpool(self._view.verdict, proof, name)
        return self._page(request, text, name, verdict, number, proof)

    def _page(
        self, request: Request, text: str, name: str, verdict: str = "", number: str = "", proof: Proof | None = None, refusal: Refusal | None = None
    ) -> Response:  # fmt: skip
        language = self._site.language_of(request)
        said, remedy = VERDICTS.get(verdict, ("", ""))
        speak = words(language)
        page = self._site.page(
            "verify.html", language, PATH, text=text, name=name, verdict=verdict, said=speak(said) if said else "",
            advice=speak(remedy).format_map({"number": number}) if remedy else "",
            told=proof.told if proof and verdict not in {"forged", "elsewhere"} else None, longest=LONGEST_TEXT,
            sentence=problems.sentence(refusal, speak) if refusal else "", remedy=problems.remedy(refusal, speak) if refusal else "",
        )  # fmt: skip
        return Response(page, refusal.fault.status if refusal else 200, {"cache-control": "no-store"}, "text/html; charset=utf-8")
