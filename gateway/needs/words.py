"""What states, results and reasons are called on pages."""

from __future__ import annotations

from gateway.needs.model import Author, Result, State, Why
from gateway.portal.i18n import Words


def state_said(state: State, speak: Words) -> str:
    """Return where a report stands, as a few words."""
    return {
        State.REPORTED: speak("Belum dikunjungi"),
        State.VISITED: speak("Sudah dikunjungi, perlu bantuan"),
        State.HELPED: speak("Sudah dibantu"),
        State.CLOSED: speak("Selesai"),
        State.JOINED: speak("Digabung dengan laporan lain"),
    }[state]


def told_said(state: State, speak: Words) -> str:
    """Return what the neighbour who told is told: that somebody looks after it, and nothing about who is in need."""
    return {
        State.REPORTED: speak("Diterima. Tim desa akan datang."),
        State.VISITED: speak("Tim desa sudah datang dan mengurusnya."),
        State.HELPED: speak("Tim desa sudah datang dan mengurusnya."),
        State.CLOSED: speak("Selesai. Terima kasih sudah peduli."),
        State.JOINED: speak("Tim desa sudah datang dan mengurusnya."),
    }[state]


def result_said(result: str, speak: Words) -> str:
    """Return what a visit has found; empty for what is no visit."""
    return {
        "": "",
        Result.NOBODY: speak("Tidak ada orang di rumah"),
        Result.NEEDS_HELP: speak("Perlu bantuan"),
        Result.HELPED: speak("Sudah dibantu"),
        Result.STANDS: speak("Sudah mandiri"),
        Result.AWAY: speak("Pindah atau meninggal"),
    }[result]


def why_said(why: str, speak: Words) -> str:
    """Return why a report was closed."""
    return {
        "": "",
        Why.VISIT: speak("Ditutup sesudah kunjungan."),
        Why.TWICE: speak("Orang atau rumah yang sama."),
        Why.ELSEWHERE: speak("Warga desa lain; sudah diteruskan ke sana."),
        Why.ABUSE: speak("Bukan laporan yang sungguh."),
    }[why]


def author_said(author: Author, speak: Words) -> str:
    """Return who has written."""
    return {Author.VILLAGER: speak("Pelapor"), Author.HALL: speak("Tim desa"), Author.REGENCY: speak("Kabupaten")}[author]
