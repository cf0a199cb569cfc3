"""Every parser of relay, centre, LAN devices and settings, with what it is given in honest life and what it may answer to the rest."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.choices.copies import Unfit
from gateway.errors import Refusal
from gateway.hall import Hall
from gateway.mqtt.address import BrokerAddress
from gateway.portal.i18n import words
from gateway.relay.batches import pack, unpack
from gateway.relay.enrolment import decode_answer as decode_certificate
from gateway.relay.enrolment import decode_wish
from gateway.relay.envelope import Envelope, Unreadable
from gateway.relay.orders import decode_order
from gateway.relay.receipts import decode_answer
from gateway.relay.signing import sign, spell_key, verified
from gateway.relay.topics import ROOT, Topics, heard
from gateway.relay.words import WORDS
from gateway.sections import copies_of
from gateway.services.desk import essence_of
from gateway.services.document import Service
from gateway.services.faults import Unfit as Unoffered
from gateway.services.model import terms_of
from gateway.services.reading import Source, service_of
from gateway.services.shipped import read_shipped
from gateway.settings import Settings
from provisioning.centre.hellos import closed_epochs, read_correction
from provisioning.centre.model import ACCEPTED
from provisioning.centre.orders import read_answer
from provisioning.centre.reading import Arrival, Batch, read
from tests.bench.fuzz.acting import obeying, opening
from tests.bench.fuzz.lan import of_the_lan
from tests.bench.fuzz.parser import Parser
from tests.bench.fuzz.square import of_the_square
from tests.support.hall_days import hall_days
from tests.support.hall_process import write_settings
from tests.support.orders import PINNED
from tests.support.tickets import open_queue

HALL = "3510012001"
NOBODY = "mqtt://127.0.0.1:1"
NOW = "2026-11-23T02:14:05.000+00:00"
CONTRACT = Path(__file__).parents[2] / "relay" / "contract"
SETTINGS = Path(__file__).parents[3] / "firmware_config" / "hall.default.toml"
EVERY_KEY = """
[hall]
id = "3510012001"
name = "Balai Desa Contoh"
language = "id"
[data]
directory = "data"
[portal]
port = 8080
names = ["balai.lan"]
staff_networks = ["192.168.10.0/24"]
trusted_proxies = ["unix"]
[relay]
broker = "mqtts://broker.example:8883"
ca_file = "ca.pem"
keep_days = 30
[[devices]]
id = "tombol-a"
kind = "gpio-button"
line = "administrasi"
pin = 17
"""


@contextmanager
def parsers() -> Iterator[list[Parser]]:
    """Yield all of them; some need a store or a folder of their own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fuzz-")))
        queue = stack.enter_context(open_queue(folder / "queue"))
        copies = copies_of(queue.desk.choices, queue.desk.furniture, ("balai.lan",))
        told = words("id")
        relay = f'centre_key = "{PINNED}"'
        hall = stack.enter_context(Hall(Settings.load(write_settings(folder, broker=NOBODY, relay=relay, devices=False))))
        yield [*_of_the_wire(), *_of_the_centre(), *of_the_lan(), *of_the_square(), obeying(hall, orders()), *opening(), _settings(folder / "hall.toml"), *catalogue(), Parser(
            "choices", lambda text: copies.bring_in(text.decode("utf-8", "replace"), told, only_look=True),
            [copies.export().encode()], (Unfit,), "toml",
        )]  # fmt: skip


def _of_the_wire() -> list[Parser]:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = spell_key(key.public_key())
    signed = sign([key], HALL, orders()[0])
    return [
        Parser("batch", unpack, batches(), (Unreadable,), share=6),
        Parser("receipt", decode_answer, [_line(name) for name in _messages() if name.startswith("re")], (Unreadable,), share=3),
        Parser("order", decode_order, orders(), (Unreadable,), share=3),
        Parser("signature", lambda payload: verified(payload, HALL, public), [signed], (Unreadable,), "text"),
        Parser(
            "enrolment-wish",
            decode_wish,
            [b'{"csr": "-----BEGIN CERTIFICATE REQUEST-----", "token": "A1B2-C3D4"}'],
            (Unreadable,),
        ),
        Parser(
            "enrolment-answer", decode_certificate, [b'{"request": "ab", "code": "token-unknown", "reason": "x"}'], (Unreadable,)
        ),
        Parser("topic", lambda topic: heard(topic.decode("utf-8", "replace")), _topics(), (), "text"),
        Parser("address", lambda text: BrokerAddress.parse(text.decode("utf-8", "replace")), ADDRESSES, (Refusal,), "text"),
    ]


def _of_the_centre() -> list[Parser]:
    """The intake's reading answers everything, whatever comes; what it has read can be kept by any database."""
    up, hello = Topics(HALL).up("record"), Topics(HALL).hello
    return [
        Parser("intake-up", lambda payload: _kept(read(up, payload, ROOT, NOW)), batches(), share=6),
        Parser("intake-hello", lambda payload: _kept(read(hello, payload, ROOT, NOW)), [_line("hello")], share=3),
    ]


def _settings(path: Path) -> Parser:
    def load(text: bytes) -> Settings:
        path.write_bytes(text)
        return Settings.load(path)

    return Parser("settings", load, [SETTINGS.read_bytes(), EVERY_KEY.encode()], (Refusal,), "toml")


def catalogue() -> list[Parser]:
    """A service whole, and what a village changes of one; what is accepted can be kept, shown in short and read again."""
    shipped = read_shipped()

    def keep(*layers: Source) -> None:
        kept = service_of(layers, shipped.shared)
        again = Service.model_validate_json(kept.model_dump_json(exclude_defaults=True))
        if again != kept or not essence_of(again) or not terms_of(again).name:
            raise ValueError("a service that is kept is read as another")

    def read(name: str, text: bytes) -> Source:
        return Source(name, text.decode("utf-8", "replace"))

    whole = [source.text.encode() for source in shipped.services.values()]
    changes = [b'fee_rp = 5000\nbring = ["ktp", "izin"]\n[[requirement]]\nid = "izin"\ntext = "Izin"\n', *whole[:5]]
    return [
        Parser("service", lambda text: keep(read("a.toml", text)), whole, (Unoffered,), "toml"),
        Parser("service-changed", lambda text: keep(shipped.services["sku"], read("desa", text)), changes, (Unoffered,), "toml"),
    ]


def _kept(arrival: Arrival | None) -> None:
    """Do with an arrival what the ledger does; raise ValueError for a text that some database would not take."""
    if not isinstance(arrival, Batch):
        _require_storable(repr(arrival))
        return
    for row in arrival.rows:
        _require_storable(*(value for value in row if isinstance(value, str)))
        if row.verdict == ACCEPTED:
            closed_epochs(row)
            correction, answer = read_correction(row), read_answer(row)
            _require_storable(*(correction or ())[:1], *(answer or ()))


def _require_storable(*texts: str) -> None:
    for text in texts:
        text.encode()
        if "\0" in text:
            raise ValueError("PostgreSQL takes no text with a NUL")


def batches() -> list[bytes]:
    """Return real batches: in columns, as arrays, compressed with and without the words, of many and of one."""
    days = [_envelope(seq, *told) for seq, told in enumerate(islice(hall_days(7), 40), 1)]
    early = [json.loads(line) for line in (CONTRACT / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    array = json.dumps(early).encode()
    columns = zlib.decompressobj(zdict=WORDS).decompress(pack(days).payload)
    return [
        pack(days).payload,
        pack(days, simply=True).payload,
        columns,
        array,
        zlib.compress(array),
        *_understood(early),
    ]


def _understood(events: Sequence[dict[str, object]]) -> Iterator[bytes]:
    """Yield alone each event that the centre itself understands."""
    data = {
        "causation": "9f2c11d07a3b4e55-00c1f2a3b4d5e6f7",
        "code": "expired",
        "reason": "too late",
        "said": {"version": "0.1.0"},
    }
    for event in events:
        if event["type"] in {"id.balai.epoch.opened.v1", "id.balai.clock.corrected.v1"}:
            yield json.dumps([event]).encode()
    yield json.dumps([events[0] | {"type": "id.balai.command.rejected.v1", "data": data}]).encode()


def _envelope(seq: int, stamp: object, event: object) -> Envelope:
    place = (HALL, "7f3a90c2", event.lane, seq, event.type, event.subject)  # type: ignore[attr-defined]
    text = json.dumps(event.data, separators=(",", ":"))  # type: ignore[attr-defined]
    return Envelope(*place, stamp.time, stamp.clock, stamp.bootid, stamp.uptime, text)  # type: ignore[attr-defined]


def orders() -> list[bytes]:
    """Return an honest order of each kind."""
    return [_line(name) for name in _messages() if name.startswith("commands/")]


def _messages() -> dict[str, object]:
    return dict(json.loads((CONTRACT / "messages.json").read_text(encoding="utf-8")))


def _line(name: str) -> bytes:
    return json.dumps(_messages()[name]).encode()


def _topics() -> list[bytes]:
    topics = Topics(HALL)
    return [each.encode() for each in (topics.up("urgent"), topics.hello, topics.receipt, topics.down, topics.presence)]


ADDRESSES = [b"mqtts://hall:secret@broker.example:8883,b.example:8883", b"mqtt://[::1]:1883", b"mqtt://127.0.0.1"]


def planted() -> list[Parser]:
    """Return the controls: three parsers with a fault each, which the fuzzing must find."""
    return [
        Parser(
            "unbounded-decompression",
            lambda payload: json.loads(zlib.decompress(payload)),
            batches(),
            (ValueError, zlib.error, RecursionError),
        ),
        Parser("unguarded-recursion", _walk_unguarded, [json.dumps({"data": {"lines": [{"id": "a"}]}}).encode()], (ValueError,)),
        Parser("trusted-field", lambda payload: _field(json.loads(payload)), orders(), (ValueError,)),
    ]


def _walk_unguarded(payload: bytes) -> int:
    def depth(value: object) -> int:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        return 1 + max(map(depth, inner), default=0)

    return depth(json.loads(payload))


def _field(event: object) -> str:
    return str(event["subject"].upper()) if isinstance(event, dict) and "subject" in event else ""
