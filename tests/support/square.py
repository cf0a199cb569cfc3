"""A village square with something on it: for whoever looks at every page."""

from __future__ import annotations

import io
from datetime import date, time, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from gateway.budget.reading import EXAMPLE, read_budgets
from gateway.bulletin.choices import BoardChoices
from gateway.bulletin.model import Draft as News
from gateway.guestbook.model import Guest
from gateway.hall import Hall
from gateway.healthposts.desk import NEW
from gateway.healthposts.model import Draft, Rule
from gateway.market.model import Contact, Wish
from gateway.market.moderating import Moderation

ANNOUNCED = {
    "id": "Posyandu Melati: Kamis 26 November, 08.00, di balai dusun. Bawa buku KIA dan kartu keluarga.",
    "en": "Health post Melati: Thursday 26 November, 08:00, at the hamlet hall. Bring the mother-and-child book.",
}
ANNOUNCED_LATER = "Kantor tutup."
"""The hall's own words, which nobody translates for it."""
SELLER = Contact("Kedai Bu Tini", "+6281234567890", "Dusun Krajan, dekat masjid")
CHIPS = Wish("Keripik pisang kepok asin", "food", 15_000, "per bungkus", "Renyah, tanpa pengawet.\nBisa diantar ke balai.")


def furnish_square(hall: Hall) -> None:
    """Let villagers offer, a health post be held today, a budget not add up, a guest come, and a book lie there."""
    square, photo = hall.village.square, io.BytesIO()
    Image.new("RGB", (400, 300), "#1f7a4d").save(photo, "JPEG")
    staff = Moderation(square.market)
    code = square.market.offer(SELLER, CHIPS, photo.getvalue(), key="a" * 28)
    [product] = square.market.stall(code).products
    staff.approve(product.id)
    square.market.report(product.id, key="report-0001", why="price")
    square.market.add(code, Wish("Sale pisang", "food", None, "", ""), b"", key="add-0001")
    today = hall.clock.now().astimezone(hall.settings.hall.zone).date()
    melati = Draft(
        "Posyandu Melati", "Balai dusun", "Buku KIA", time(8), time(11), Rule("weekday", 2, 1), (today, today + timedelta(days=1))
    )
    square.healthposts.save(NEW, melati)
    square.budget.publish(read_budgets(EXAMPLE.replace("600.000.000", "590.000.000")).budgets.values())
    square.guestbook.sign(Guest("Hasan Basri", "Dinas Kesehatan", "office", "Bertemu kepala desa"), key="guest-0001")
    Path(square.shelf.folder / "Cara_menanam_jahe.pdf").write_bytes(b"%PDF-1.4")


def announce(hall: Hall, folder: Path) -> None:
    """Let the hall say something in words, and in a picture that comes after five quiet seconds."""
    picture = folder / "posyandu.png"
    poster = Image.new("RGB", (1600, 900), "#1f7a4d")
    ImageDraw.Draw(poster).text((120, 360), "Posyandu Melati", fill="#fff", font_size=150)
    poster.save(picture)
    hall.choices.change(BoardChoices(quiet_s=5))
    hall.village.bulletin.publish(News(ANNOUNCED), key="pages-0001", file=picture)
    later = News({"id": ANNOUNCED_LATER}, date(2026, 12, 25), date(2099, 12, 26), important=True)
    hall.village.bulletin.publish(later, key="pages-0002")
