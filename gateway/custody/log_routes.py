"""``/atur/pelindungan-data/catatan`` and ``/kebocoran``: who did what, whether the log is whole, and the notice of a breach."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from gateway.custody.desk import PAGE_ENTRIES, CustodyDesk
from gateway.errors import Reason, Refusal
from gateway.people.desk import PeopleDesk, Session
from gateway.people.model import Right
from gateway.people.session_routes import session_of, staff_page
from gateway.portal.forms import check_csrf, read_form
from gateway.portal.site import Site
from gateway.privacy.tables import Wanted

PATH = "/atur/pelindungan-data"
ACTS: Mapping[str, str] = {
    "seal": Reason("menyimpan"), "open": Reason("membuka"), "search": Reason("mencari"), "export": Reason("memberi salinan"),
    "erase": Reason("menghapus"), "import": Reason("membawa daftar warga"), "dismiss": Reason("menghapus daftar warga"),
    "rotate": Reason("mengganti kunci balai"), "paper": Reason("mencetak kunci pemulihan"), "recover": Reason("memulihkan dengan kertas"),
    "export-log": Reason("mengunduh catatan audit"), "compare": Reason("membandingkan"), "join": Reason("menggabungkan"),
    "forward": Reason("meneruskan"), "escalate": Reason("meneruskan ke kabupaten"), "close": Reason("menutup"), "check": Reason("mengecek program"),
    "amend": Reason("melengkapi"), "complete": Reason("melanjutkan pemeriksaan"), "return": Reason("menyatakan belum lengkap"), "approve": Reason("menyetujui"),
    "rework": Reason("memeriksa lagi"), "sign": Reason("menandatangani"), "signed": Reason("menandatangani"), "collect": Reason("menyerahkan"),
    "reject": Reason("menolak"), "cancel": Reason("membatalkan"), "reopen": Reason("membuka lagi"),
}  # fmt: skip
"""What the log's acts are called."""
BREACH_DAYS = 3


class LogPages:
    """The pages of what was done, and of what went wrong."""

    def __init__(self, desk: CustodyDesk, people: PeopleDesk, breach: Callable[[str, str, str], str], site: Site) -> None:
        self._desk = desk
        self._people = people
        self._breach = breach
        self._site = site

    async def show(self, request: Request) -> Response:
        """Show the newest entries."""
        return await self._page(request, await session_of(request, self._people, Right.RECORDS), {})

    async def act(self, request: Request) -> Response:
        """Show what is asked for, read the whole chain, or give the table."""
        session = await session_of(request, self._people, Right.RECORDS)
        form = await read_form(request)
        check_csrf(form, session.token)
        try:
            names = await run_in_threadpool(self._people.names)
            wanted = self._wanted(form, names)
        except Refusal as refusal:
            return await self._page(request, session, {}, refusal=refusal)
        if form.get("act") == "table":
            text = await run_in_threadpool(self._desk.table, wanted, session.name, names)
            name = f"audit-{self._site.hall_id}.csv"
            headers = {"cache-control": "no-store", "content-disposition": f'attachment; filename="{name}"'}
            return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
        verified = await run_in_threadpool(self._desk.is_whole) if form.get("act") == "verify" else None
        return await self._page(request, session, form, wanted, verified)

    async def ask_breach(self, request: Request) -> Response:
        """Ask what happened, and when."""
        session = await session_of(request, self._people, Right.RECORDS)
        today = self._site.now().date()
        typed = {"what": "", "since": str(today - timedelta(days=BREACH_DAYS)), "until": str(today)}
        return staff_page(self._site, request, session, "custody_breach.html", f"{PATH}/kebocoran", typed=typed, text="")

    async def report_breach(self, request: Request) -> Response:
        """Show the notice, filled in as far as the hall knows."""
        session = await session_of(request, self._people, Right.RECORDS)
        form = await read_form(request)
        check_csrf(form, session.token)
        typed = {name: form.get(name, "")[:1000] for name in ("what", "since", "until")}
        refusal, text = None, ""
        try:
            since, until = self._instant(typed["since"], 0), self._instant(typed["until"], 1)
            text = await run_in_threadpool(self._breach, since, until, typed["what"])
        except Refusal as refused:
            refusal = refused
        return staff_page(
            self._site, request, session, "custody_breach.html", f"{PATH}/kebocoran", refusal, typed=typed, text=text
        )

    def _wanted(self, form: Mapping[str, str], names: Mapping[str, str]) -> Wanted:
        before = form.get("before", "") if form.get("act") == "older" else ""
        since, until = form.get("since", ""), form.get("until", "")
        return Wanted(
            who=form.get("who", "")[:40],
            or_by=tuple(number for number, name in names.items() if name.casefold() == form.get("who", "").strip().casefold()),
            act=form.get("what", "") if form.get("what", "") in ACTS else "",
            since=self._instant(since, 0) if since else "",
            until=self._instant(until, 1) if until else "",
            before=int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else 0,  # noqa: PLR2004 - no number of an entry is longer
        )

    def _instant(self, typed: str, days: int) -> str:
        """Return the beginning of a day, ``days`` after it. Raises Refusal ``field-invalid``."""
        try:
            day = date.fromisoformat(typed) + timedelta(days=days)
        except (ValueError, OverflowError):
            raise Refusal("field-invalid", field="tanggal") from None
        return datetime.combine(day, time(), self._site.zone).isoformat(timespec="milliseconds")

    async def _page(
        self,
        request: Request,
        session: Session,
        form: Mapping[str, str],
        wanted: Wanted | None = None,
        verified: tuple[bool, int] | None = None,
        refusal: Refusal | None = None,
    ) -> Response:
        names = await run_in_threadpool(self._people.names)
        found = await run_in_threadpool(self._desk.entries, wanted or Wanted())
        entries = [replace(one, who=names.get(one.who, one.who)) for one in found]
        typed = {name: form.get(name, "") for name in ("who", "since", "until")} | {"act": wanted.act if wanted else ""}
        return staff_page(
            self._site, request, session, "custody_log.html", f"{PATH}/catatan", refusal, entries=entries, acts=ACTS, typed=typed,
            titles={kind.kind: kind.title for kind in self._desk.kinds()},
            older=entries[-1].seq if len(entries) == PAGE_ENTRIES else 0,
            verified=verified[0] if verified else None, total=verified[1] if verified else 0,
        )  # fmt: skip
