"""The people of a hall morning: they take numbers, clerks call and finish, and everyone notes what was asked.

Decided by a seed; each person asks over a connection of their own, as phones and browsers do. What the hall answers is read
from the trace, not here: here stands only what was asked, by the asker's own port.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from urllib.parse import urlencode, urlsplit

LINES = ("administrasi", "bantuan", "kesehatan", "lainnya")
PRIORITIES = ("", "", "", "lansia", "disabilitas", "hamil")
ANSWER_LIMIT_S = 60.0
REQUESTS, SERVICE = 2, "legalisir"
"""So many requests a villager brings while others take numbers, and for what."""

ACTS = ("call-next",) * 5 + ("recall", "serve", "complete", "no-show", "skip", "hold", "transfer", "undo")
"""What clerks do, the usual more often."""
PARTICULARS = {"hold": {"reason": "papers"}, "transfer": {"line": LINES[1]}}


class Asker:
    """One connection to the portal that notes the path of everything it asks."""

    def __init__(self, address: str, asked: dict[int, list[str]], answered: Callable[[], None]) -> None:
        parts = urlsplit(address)
        assert parts.hostname is not None, "the hall says where it serves"
        self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=ANSWER_LIMIT_S)
        self._connection.connect()
        self._noted = asked.setdefault(self._connection.sock.getsockname()[1], [])
        self._answered = answered
        self.bearer = ""

    def post(self, path: str, body: dict[str, str], key: str) -> tuple[int, dict[str, object]]:
        """Ask; return status and answer."""
        headers = {"content-type": "application/json", "idempotency-key": key}
        if self.bearer:
            headers["authorization"] = f"Bearer {self.bearer}"
        self._noted.append(path)
        self._connection.request("POST", path, json.dumps(body), headers)
        response = self._connection.getresponse()
        answer = json.loads(response.read())
        self._answered()
        return response.status, answer

    def send(self, path: str, fields: dict[str, str], note: str = "") -> str:
        """Send a form as a phone does; return where it leads, empty for a page. ``note`` is what the diary keeps besides of what was typed."""
        headers = {"content-type": "application/x-www-form-urlencoded"}
        self._noted.append(f"{path}#{note}" if note else path)
        self._connection.request("POST", path, urlencode(fields), headers)
        response = self._connection.getresponse()
        response.read()
        self._answered()
        return response.headers.get("location", "")

    def look(self, path: str) -> None:
        """Look at a page."""
        self._noted.append(path)
        self._connection.request("GET", path)
        self._connection.getresponse().read()
        self._answered()


class Morning:
    """Everybody in the hall. ``asked`` is their diary, by port."""

    def __init__(self, address: str, press: Callable[[str], None], seed: str, pin: str) -> None:
        self.asked: dict[int, list[str]] = {}
        self.port = urlsplit(address).port or 80
        self._address = address
        self._press = press
        self._seed = seed
        self._pin = pin
        self._answers = 0
        self._answer = threading.Condition()
        self._keys = 0
        self._counters: dict[str, Asker] = {}

    def begin(self) -> None:
        """Sign in at both counters."""
        for counter in ("1", "2"):
            asker = Asker(self._address, self.asked, self._note_answer)
            status, answer = asker.post("/api/v1/session", {"officer": "Siti", "pin": self._pin}, self._key())
            if status not in (200, 201):
                raise RuntimeError(f"the officer cannot sign in: {status} {answer}")
            asker.bearer = str(answer["token"])
            self._counters[counter] = asker

    def serve(self, people: int) -> None:
        """Let ``people`` take numbers, some at once, while both counters work. Raises what went wrong."""
        chance = Random(f"{self._seed}-{self._keys}")
        walkers = [threading.Thread(target=self._take_numbers, args=(chance.random(), share)) for share in _shares(people, 3)]
        clerks = [threading.Thread(target=self._work, args=(counter, chance.random(), people)) for counter in self._counters]
        villager = threading.Thread(target=self._bring_requests, args=(chance.random(),))
        for thread in (*walkers, *clerks, villager):
            thread.start()
        for thread in (*walkers, *clerks, villager):
            thread.join()

    @contextmanager
    def beside(self, people: int) -> Iterator[None]:
        """Serve ``people`` while the block runs; a hall that dies meanwhile ends their asking."""
        thread = threading.Thread(target=self.serve, args=(people,))
        thread.start()
        yield
        thread.join()

    def wait_for_answers(self, count: int) -> None:
        """Return when ``count`` more answers have come."""
        with self._answer:
            wanted = self._answers + count
            self._answer.wait_for(lambda: self._answers >= wanted, ANSWER_LIMIT_S)

    def _take_numbers(self, luck: float, people: int) -> None:
        chance = Random(luck)
        try:
            phone = Asker(self._address, self.asked, self._note_answer)
            for _ in range(people):
                if chance.random() < 0.3:
                    self._press(chance.choice(("tombol-a", "tombol-b")))
                else:
                    body = {
                        "line": chance.choice(LINES),
                        "priority": chance.choice(PRIORITIES),
                    }
                    phone.post("/api/v1/tickets", body, self._key())
        except (OSError, http.client.HTTPException):
            return  # the hall was killed meanwhile: what it promised is in the trace

    def _bring_requests(self, luck: float) -> None:
        """Begin requests for a service on a phone, hand them in, look at them, and take some back."""
        chance = Random(luck)
        try:
            phone = Asker(self._address, self.asked, self._note_answer)
            for _ in range(REQUESTS):
                name = f"Warga {chance.randrange(10**6):06d}"
                draft = phone.send(f"/layanan/{SERVICE}/ajukan", {"key": self._key(), "cara": "semua"})
                phone.send(draft, {"dari": "semua", "act": "next", "isi-nama": name}, note=name)
                own = phone.send(f"{draft}/kirim", {})
                phone.look(own)
                if chance.random() < 0.3:
                    phone.send(own, {"act": "cancel", "yakin": "1", "key": self._key()}, note="cancel")
        except (OSError, http.client.HTTPException):
            return  # as above

    def _work(self, counter: str, luck: float, acts: int) -> None:
        chance = Random(luck)
        asker = self._counters[counter]
        try:
            for _ in range(acts):
                act = chance.choice(ACTS)
                asker.post(f"/api/v1/counters/{counter}/{act}", PARTICULARS.get(act, {}), self._key())
        except (OSError, http.client.HTTPException):
            return  # as above

    def _note_answer(self) -> None:
        with self._answer:
            self._answers += 1
            self._answer.notify_all()

    def _key(self) -> str:
        with self._answer:
            self._keys += 1
            return f"morning-{self._seed}-{self._keys:06d}"


def _shares(whole: int, parts: int) -> list[int]:
    return [whole // parts + (part < whole % parts) for part in range(parts)]
