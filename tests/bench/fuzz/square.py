"""What the village square reads of others: a budget from a spreadsheet, what Kiwix says of its archives, what people type into forms."""

from __future__ import annotations

from gateway.budget.reading import EXAMPLE, read_budgets
from gateway.library.kiwix import ROOT, read_catalog
from gateway.portal.typed import Typed, read_day
from tests.bench.fuzz.parser import Parser

FEED = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Obat dari kebun</title><summary>Tanaman</summary>
<link type="text/html" href="{ROOT}/obat"/></entry></feed>"""
TYPED = ("10 Desember 2026", "08.00", "0812 3456 7890", "Rp1.500.000,-", "Keripik pisang\nrenyah", "2026-12-10")


def of_the_square() -> list[Parser]:
    """None may refuse by an exception: a budget is judged, a catalogue names nothing, a field gets its sentence."""
    return [
        Parser("budget", lambda text: _judged(text.decode("utf-8", "replace")), [EXAMPLE.encode()], (), "text"),
        Parser("kiwix", read_catalog, [FEED.encode()], (), "text"),
        Parser("typed", lambda text: _typed(text.decode("utf-8", "replace")), [one.encode() for one in TYPED], (), "text"),
    ]


def _judged(text: str) -> None:
    judged = read_budgets(text)
    assert bool(judged.faults) != bool(judged.budgets), "a budget is either told what is wrong with it, or one"
    for budget in judged.budgets.values():
        assert budget.rest_rp == budget.surplus_rp + budget.planned("financing-in") - budget.planned("financing-out")
        assert all(gap.summed_rp != gap.row.planned_rp for gap in budget.gaps)


def _typed(text: str) -> None:
    form = Typed({"x": text})
    read = (
        form.text("x", 80, lines=True),
        form.phone("x"),
        form.rupiah("x"),
        form.day("x"),
        form.clock_time("x"),
        form.choice("x", ("a",)),
    )
    assert len(str(read[0])) <= 80
    read_day(text)
