"""Every Indonesian sentence that the product can say to somebody, found where it stands."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

import gateway.checks
from gateway.budget import model as budget
from gateway.budget.setup_form import BudgetForm
from gateway.bulletin import model as bulletin
from gateway.checks.finding import Verdict
from gateway.choices.copy_form import CopyForm
from gateway.choices.face import NO_ANSWER
from gateway.choices.face_form import FaceForm
from gateway.choices.faults import SENTENCES, UNCLEAR, UNKNOWN, UNKNOWN_BUT_NEAR
from gateway.complaints.setup_complaints import ComplaintForm
from gateway.devices.remedies import OF_KIND, REMEDIES, USUAL
from gateway.equipment.model import WHERE
from gateway.errors import FAULTS, MACHINE
from gateway.guestbook import model as guestbook
from gateway.guestbook.setup_form import GuestBookForm
from gateway.healthposts import setup_forms as healthposts
from gateway.library.model import KINDS as READING
from gateway.market import model as market
from gateway.mqtt import reasons
from gateway.needs.setup_needs import NeedForm
from gateway.services import faults as service_faults
from gateway.services.letters import setup_templates, verify_routes
from gateway.services.letters import view as letters
from gateway.services.letters.setup_head import HeadForm
from gateway.services.letters.setup_numbers import NumberForm
from gateway.services.model import EVENTS, WHO
from gateway.services.requests.setup_requests import RequestForm
from gateway.services.requests.staff_routes import ACTS
from gateway.services.requests.status_routes import REASONS as REJECTED
from gateway.services.requests.status_routes import STATES
from gateway.services.setup_file import FileForm
from gateway.services.setup_services import ServiceForm, ServiceList
from gateway.setting_faults import REASONS
from gateway.tickets import furnishing
from gateway.tickets.setup_counters import CounterForm, CounterList
from gateway.tickets.setup_hours import HoursForm
from gateway.tickets.setup_lines import LineForm, LineList
from gateway.tickets.setup_palette import COLOURS, ICONS
from gateway.tickets.setup_rules import RulesForm

ROOT = Path(gateway.checks.__file__).parent.parent

SPEAKERS = {"_", "count", "speak", "_speak", "words", "_words", "_say", "say", "self", "Reason", "Wrong", "Misspelled", "Unclear"}
"""What ``Words`` are called where they speak."""


def spoken() -> Iterator[tuple[str, bool]]:
    """Yield each sentence with whether it tells of a number of things."""
    for template in sorted(ROOT.glob("**/templates/*.html")):
        if "demo" not in template.parts:
            yield from _in_template(template.read_text(encoding="utf-8"))
    for module in sorted(ROOT.rglob("*.py")):
        if "demo" not in module.parts:
            yield from _in_module(module.read_text(encoding="utf-8"))
    yield from ((sentence, False) for sentence in _told())


def _told() -> Iterator[str]:
    """Yield what is data of the product: defaults, troubles, refusals and verdicts."""
    for one in (*furnishing.LINES, *furnishing.COUNTERS):
        yield one.name
    yield from chosen()
    yield from (words for words, _ in (*STATES.values(), *ACTS.values()))
    yield from (*REJECTED.values(), *MACHINE.values(), *REASONS.values(), *reasons.spoken())
    yield from (*REMEDIES, *REMEDIES.values(), *OF_KIND.values(), USUAL, *WHERE.values())
    yield from (*(said for said, _ in market.CATEGORIES.values()), *market.REFUSALS.values(), *market.COMPLAINTS.values())
    yield from (kind.said for kind in READING.values())
    yield from (said for said, _ in bulletin.CATEGORIES.values())
    yield from (*budget.PARTS.values(), *guestbook.PURPOSES.values(), *healthposts.KINDS.values(), *healthposts.NTH.values())
    for fault in FAULTS.values():
        yield fault.sentence
        yield fault.remedy
    for name in pkgutil.iter_modules(gateway.checks.__path__):
        for value in vars(importlib.import_module(f"gateway.checks.{name.name}")).values():
            if isinstance(value, Verdict):
                yield value.sentence
                if value.remedy:
                    yield value.remedy


def _in_template(text: str) -> Iterator[tuple[str, bool]]:
    for call in Environment(autoescape=True).parse(text).find_all(nodes.Call):
        name = getattr(call.node, "name", "") or getattr(call.node, "attr", "")
        if name in SPEAKERS and call.args:
            for sentence in _ends(call.args[0]):
                yield sentence, name == "count"


def _ends(node: nodes.Node | None) -> Iterator[str]:
    """Yield the sentences that an expression may be: ``"a" if x else "b"`` is two."""
    if isinstance(node, nodes.CondExpr):
        yield from _ends(node.expr1)
        yield from _ends(node.expr2)
    elif isinstance(node, nodes.Const) and isinstance(node.value, str):
        yield node.value


def _in_module(text: str) -> Iterator[tuple[str, bool]]:
    for call in ast.walk(ast.parse(text)):
        if not isinstance(call, ast.Call):
            continue
        name = _name(call.func)
        for told in call.args[1 : {"SetUpPage": 2, "Door": 3, "RecordKind": 4}.get(name, 1)]:
            yield from ((sentence, False) for sentence in _choices(told))
        counted = name == "count"
        if name in SPEAKERS and call.args and not (counted and len(call.args) + len(call.keywords) == 1):
            yield from ((sentence, counted) for sentence in _choices(call.args[0]))


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Call):
        return _name(function.func)
    return function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""


def _choices(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _choices(node.body)
        yield from _choices(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def chosen() -> Iterator[str]:
    """Yield the words of the pages below ``/atur`` that stand in tables."""
    yield from (*SENTENCES.values(), UNCLEAR, UNKNOWN, UNKNOWN_BUT_NEAR, NO_ANSWER, *COLOURS.values(), *ICONS.values())
    yield from (
        *(said for said, _ in (*letters.GROUPS.values(), *letters.STATES.values())),
        setup_templates.LINE,
        setup_templates.WHOLE,
    )
    yield from (sentence for said in verify_routes.VERDICTS.values() for sentence in said)
    yield from (*(said for said, _ in EVENTS.values()), *WHO.values(), service_faults.PLACE, service_faults.WHOLE)
    for form in (
        *(FaceForm, CopyForm, LineList, LineForm, CounterList, CounterForm, HoursForm, RulesForm),
        *(ServiceList, ServiceForm, FileForm, RequestForm, BudgetForm, GuestBookForm, healthposts.PostList, healthposts.PostForm),
        *(HeadForm, NumberForm, setup_templates.TemplateList, setup_templates.TemplateForm),
        *(
            ComplaintForm,
            NeedForm,
            ServiceList,
            ServiceForm,
            FileForm,
            RequestForm,
            BudgetForm,
            GuestBookForm,
            healthposts.PostList,
            healthposts.PostForm,
        ),
    ):
        yield from (form.title, *form.labels.values())
