"""The search of S1 finds a mark however a program may have written it: otherwise its silence proves nothing."""

from __future__ import annotations

import base64
import json
import zlib
from random import Random

import pytest

from tests.bench.stolen_marks import Searcher, make_person

PERSON = make_person(Random(5))
SEARCHER = Searcher(PERSON.marks().items())
NOISE = Random(6).randbytes(3000)


@pytest.mark.parametrize(
    "written",
    [
        PERSON.name.encode(), PERSON.name.upper().encode(), PERSON.name.encode("cp1252"), PERSON.name.encode("utf-16-le"), PERSON.name.encode("utf-16-be"),
        json.dumps({"nama": PERSON.name}).encode(), PERSON.nik.encode(), PERSON.nik[::-1].encode(), int(PERSON.nik).to_bytes(8, "big"), int(PERSON.nik).to_bytes(8, "little"),
        bytes.fromhex(PERSON.nik), " ".join(PERSON.kk[at : at + 4] for at in range(0, 16, 4)).encode(), f"+62{PERSON.phone[1:]}".encode(),
        base64.b64encode(b"a" + PERSON.nik.encode()), base64.b64encode(b"ab" + PERSON.nik.encode() + b"z"), PERSON.nik.encode().hex().encode(),
        zlib.compress(f"nik={PERSON.nik}".encode()), zlib.compress(PERSON.words.encode(), 1),
    ],
)  # fmt: skip
def test_a_mark_is_found_however_it_is_written(written: bytes) -> None:
    """Anywhere among other bytes."""
    assert SEARCHER.found(NOISE + written + NOISE) != set()


def test_nothing_is_found_where_nothing_is() -> None:
    """Neither in noise nor in another person's data."""
    other = make_person(Random(7))
    assert SEARCHER.found(NOISE + "|".join(other.marks().values()).encode() + zlib.compress(NOISE)) == set()
