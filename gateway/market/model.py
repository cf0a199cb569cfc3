"""The rules of the market: what an offer is, what is shown and for how long, how something is found, what a seller's code is."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

CATEGORIES: Mapping[str, tuple[str, str]] = {
    "food": ("Makanan dan minuman", "star"),
    "farm": ("Hasil tani, ternak, dan laut", "land"),
    "craft": ("Batik dan kerajinan", "heart"),
    "clothes": ("Pakaian", "person"),
    "service": ("Jasa", "hands"),
    "goods": ("Alat dan bahan", "gear"),
    "other": ("Lainnya", "shop"),
}
"""By key: what it is called and its picture."""
REFUSALS: Mapping[str, str] = {
    "forbidden": "Barang atau jasa ini tidak boleh ada di lapak desa.",
    "unclear": "Keterangan atau fotonya kurang jelas.",
    "price": "Harganya belum benar.",
    "contact": "Nomornya tidak dapat dihubungi.",
    "double": "Sudah ada di lapak.",
}
"""Why the staff does not show something; the seller reads it."""
COMPLAINTS: Mapping[str, str] = {
    "gone": "Sudah tidak dijual",
    "price": "Harganya tidak benar",
    "fraud": "Penipuan",
    "forbidden": "Barang terlarang",
    "other": "Lainnya",
}
"""Why a visitor reports something."""

NAME_LIMIT, PLACE_LIMIT, TITLE_LIMIT, UNIT_LIMIT, TEXT_LIMIT, SEARCH_LIMIT = 60, 80, 80, 30, 600, 60
PRODUCTS_OF_SELLER = 12
WAITING_LIMIT = 100
"""So many offers wait for the staff; more would be read by nobody."""
REPORTS_LIMIT = 20
"""So many reports of one product count."""
SHOWN_DAYS = 90
REMIND_DAYS = 14
"""So long before its end a seller is told to renew."""
KEPT_DAYS = 30
"""So long what is over or refused can still be renewed or mended; then it is erased."""

CODE_LETTERS = "ACEFHJKLMNPRTUWXY3479"
"""None that sounds or looks like another."""
CODE_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Contact:
    """Who sells, as the seller wants it published."""

    name: str
    phone: str
    """``+628...``."""
    place: str
    """The hamlet, or how one gets there; may be empty."""


@dataclass(frozen=True, slots=True)
class Wish:
    """A product as its seller describes it."""

    title: str
    category: str
    price_rp: int | None
    """None for "ask the seller"."""
    unit: str
    """What the price is for, such as ``per bungkus``; may be empty."""
    text: str
    blob: str = ""
    """Its photograph's name among the blobs; empty for none."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product as it is kept."""

    id: int
    seller: int
    wish: Wish
    state: str
    """``waiting``, ``shown`` or ``refused``."""
    until: date | None
    """The last day on which it is shown."""
    why: str
    """Why it was refused: a key of ``REFUSALS``."""
    replaces: int | None
    """The shown product that this one would change."""
    reports: int

    def is_over(self, today: date | None) -> bool:
        """Return whether its time has passed; on an unknown day nothing has."""
        return today is not None and self.until is not None and self.until < today

    def is_shown(self, today: date | None) -> bool:
        """Return whether everybody sees it."""
        return self.state == "shown" and not self.is_over(today)

    def ends_soon(self, today: date | None) -> bool:
        """Return whether its seller should renew it now."""
        return today is not None and self.until is not None and self.until - today <= timedelta(days=REMIND_DAYS)


def last_day(today: date) -> date:
    """Return the last day of what is shown or renewed today."""
    return today + timedelta(days=SHOWN_DAYS)


def code_of(key: str) -> str:
    """Return the seller's code that belongs to the key of the form: the same form sent twice gives the same code."""
    number = int.from_bytes(hashlib.sha256(b"balai-lapak\0" + key.encode()).digest())
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_LETTERS))
        letters.append(CODE_LETTERS[place])
    return "".join(letters)


def plain_code(typed: str) -> str:
    """Return a code as it is kept, from how people write it: ``kmrt7-aacef`` is ``KMRT7AACEF``."""
    return "".join(one for one in typed[:40].upper() if one.isalnum())


def spaced_code(code: str) -> str:
    """Return a code as it is read: ``KMRT7-AACEF``."""
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


def digest_of(code: str) -> str:
    """Return what is kept of a code: with 21 letters to the tenth power nobody finds one by trying at the page."""
    return hashlib.sha256(b"balai-lapak-code\0" + plain_code(code).encode()).hexdigest()


def fingerprint_of(*parts: object) -> str:
    """Return 16 bits that tell one wish from another: enough to see a changed form, too few to guess a name or number from."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:4]


def whatsapp(phone: str, text: str) -> str:
    """Return the address that opens a chat with ``phone``, which is ``+628...``."""
    return f"https://wa.me/{phone.removeprefix('+')}?text={quote(text)}"


def spoken_phone(phone: str) -> str:
    """Return a number as Indonesians write it: ``0812-3456-7890``."""
    digits = "0" + phone.removeprefix("+62")
    return "-".join(re.findall(r"\d{1,4}", digits))


def found(products: Iterable[tuple[Product, str]], wanted: str, category: str) -> list[Product]:
    """Return those of a category in which every word of ``wanted`` stands: in title, text or beside it, the name of who sells."""
    terms = _flat(wanted[:SEARCH_LIMIT]).split()
    return [
        product
        for product, seller in products
        if (not category or product.wish.category == category)
        and all(f" {term}" in _flat(f"{product.wish.title} {product.wish.text} {seller}") for term in terms)
    ]


def _flat(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    letters = (letter for letter in plain if not unicodedata.combining(letter))
    return " " + " ".join("".join(letter if letter.isalnum() else " " for letter in letters).split())
