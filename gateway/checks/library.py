"""Can people read what stands in the reading corner?"""

from __future__ import annotations

from gateway.checks.finding import Finding, Level, Verdict

EMPTY = Verdict(Level.GOOD, "Pojok baca kosong, jadi tidak ditampilkan.")
GOOD = Verdict(Level.GOOD, "Pojok baca: {files} berkas, {archives} kumpulan.")
NO_PROGRAM = Verdict(
    Level.WARNING,
    "Ada {archives} kumpulan ZIM di pojok baca, tetapi pembacanya belum terpasang.",
    "Pasang dengan: sudo apt install kiwix-tools",
)
SILENT = Verdict(
    Level.WARNING,
    "Kumpulan ZIM di pojok baca tidak dapat dibaca.",
    "Periksa apakah berkas .zim di folder bacaan utuh; salin ulang bila perlu.",
)
FOREIGN = Verdict(
    Level.WARNING,
    "Di folder bacaan ada {left_out} berkas yang tidak ditampilkan.",
    "Pakai PDF, EPUB, MP4, WebM, MP3, HTML, JPG, PNG, atau ZIM, paling dalam satu folder; tautan tidak diikuti.",
)


def check_library(*, files: int, archives: int, readable: int, left_out: int, program: bool) -> Finding:
    """Look at counts: files that are offered, archives there are, those that can be read, files that are not offered."""
    if archives and not program:
        return Finding("library", NO_PROGRAM, {"archives": archives})
    if readable < archives:
        return Finding("library", SILENT)
    if left_out:
        return Finding("library", FOREIGN, {"left_out": left_out})
    if not files and not archives:
        return Finding("library", EMPTY)
    return Finding("library", GOOD, {"files": files, "archives": archives})
