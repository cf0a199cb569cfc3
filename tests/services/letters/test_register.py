"""The register under fire: several clerks at once, and the plug pulled at any moment; no hole, no number twice."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
from pathlib import Path

from tests.support.letters import LetterOffice

ROUNDS = 4
ISSUING = """
import sys, threading
from pathlib import Path
from tests.support.letters import LetterOffice
office = LetterOffice(Path(sys.argv[1]))
def clerk(service):
    while True:
        sys.stdout.write(office.issue(service).number + "\\n")
        sys.stdout.flush()
for service in ("sku", "domisili", "kematian"):
    threading.Thread(target=clerk, args=(service,), daemon=True).start()
threading.Event().wait()
"""


def written(office: LetterOffice) -> tuple[list[int], set[str], list[str], int]:
    """Return the running numbers in order, the numbers of the book, those told to the centre, and how many letters are sealed."""
    book = office.book()
    with office.store.reader() as db:
        told = db.execute("SELECT data FROM outbox WHERE type = 'id.balai.letter.issued.v1' ORDER BY position").fetchall()
        sealed = db.execute("SELECT count(*) FROM sealed_record WHERE kind = 'letter'").fetchone()[0]
    return [one.running for one in book], {one.number for one in book}, [json.loads(row[0])["number"] for row in told], sealed


def test_a_killed_hall_leaves_no_hole_and_no_double(tmp_path: Path) -> None:
    """Three clerks issue at once while the hall is killed at random moments: every number that was given out stands in the book once."""
    dice, seen = random.Random(7), list[str]()
    for _ in range(ROUNDS):
        with subprocess.Popen([sys.executable, "-c", ISSUING, str(tmp_path)], stdout=subprocess.PIPE, text=True) as hall:
            assert hall.stdout is not None
            seen.append(hall.stdout.readline().strip())  # it works; from now on at any moment
            timer = threading.Timer(dice.uniform(0.02, 0.5), hall.kill)
            timer.start()
            seen += [line.strip() for line in hall.stdout.read().splitlines() if line.strip().endswith("/2026")]
            timer.join()
    office = LetterOffice(tmp_path)
    running, numbers, told, sealed = written(office)
    office.close()
    assert running == list(range(1, len(running) + 1))
    assert (len(set(seen)), set(seen) - numbers) == (len(seen), set())
    assert (sorted(told), sealed) == (sorted(numbers), len(running))


def test_clerks_at_once_get_each_a_number_of_their_own(tmp_path: Path) -> None:
    """Twelve at the same moment: twelve numbers in a row."""
    office, given = LetterOffice(tmp_path), list[str]()
    clerks = [threading.Thread(target=lambda: given.append(office.issue().number)) for _ in range(12)]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    running = written(office)[0]
    office.close()
    assert (running, len(set(given))) == (list(range(1, 13)), 12)
