"""What states, authors and reasons are called on pages."""

from __future__ import annotations

from gateway.complaints.model import Author, State, Why
from gateway.portal.i18n import Words


def state_said(state: State, speak: Words) -> str:
    """Return where a complaint stands, as a few words."""
    return {
        State.RECEIVED: speak("Diterima"),
        State.FORWARDED: speak("Sedang ditangani"),
        State.WITH_REGENCY: speak("Di kabupaten"),
        State.ANSWERED: speak("Sudah dijawab"),
        State.CLOSED: speak("Selesai"),
    }[state]


def author_said(author: Author, speak: Words) -> str:
    """Return who has written."""
    return {Author.VILLAGER: speak("Pelapor"), Author.HALL: speak("Balai"), Author.REGENCY: speak("Kabupaten")}[author]


def why_said(why: str, speak: Words) -> str:
    """Return why a complaint was closed; empty while it was not."""
    return {
        "": "",
        Why.CONTENT: speak("Pelapor menyatakan cukup."),
        Why.SILENCE: speak("Tidak ada tanggapan lagi sesudah dijawab."),
        Why.DONE: speak("Sudah ditangani."),
        Why.NOT_OURS: speak("Bukan urusan desa; sudah ditunjukkan ke mana."),
        Why.TWICE: speak("Sama dengan pengaduan lain yang sedang ditangani."),
        Why.ABUSE: speak("Bukan pengaduan."),
    }[why]
