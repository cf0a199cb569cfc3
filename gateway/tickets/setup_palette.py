"""Colours and pictures that a line can have: few, far apart, and each with its word.

Promises: white letters on every colour have 4.5 to 1; a colour is never alone, a line has its letter and its picture too.
"""

from __future__ import annotations

COLOURS: dict[str, str] = {
    "#0b4f6c": "biru laut",
    "#1f7a4d": "hijau",
    "#7a4a1f": "cokelat",
    "#5b3a8c": "ungu",
    "#a3271f": "merah",
    "#a8246b": "merah muda",
    "#9a5200": "jingga",
    "#00696b": "hijau laut",
    "#44525c": "abu-abu",
}
"""By ``#rrggbb``; the word is a key of the catalogues."""

ICONS: dict[str, str] = {
    "document": "surat",
    "card": "KTP dan KK",
    "hands": "bantuan",
    "heart": "kesehatan",
    "speech": "pengaduan",
    "house": "rumah",
    "land": "tanah",
    "money": "uang",
    "shop": "usaha",
    "book": "sekolah",
    "people": "warga",
    "person": "orang",
}
"""By a name of ``icons.html``; the word is a key of the catalogues."""
