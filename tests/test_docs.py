"""The pages in docs/ say what the code does: what exists is documented, and what is documented exists."""

from __future__ import annotations

import importlib
import pkgutil
import re
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

import gateway.checks
from gateway.checks.finding import Verdict
from gateway.cli import main as gateway_command
from gateway.devices.catalog import KINDS
from gateway.devices.options import Options
from gateway.errors import FAULTS
from gateway.hall import Hall
from gateway.relay.orders import KINDS as KINDS_OF_ORDERS
from gateway.sections import SECTIONS as SECTIONS_OF_CHOICES
from gateway.settings import PAIRED, DeviceSettings, Settings
from provisioning.cli import main as provision_command
from tests.support.clock import FakeClock
from tests.support.hall_process import write_settings

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "systemd").glob("*.md")])


def page(name: str) -> str:
    """Return one page of docs/."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def rows(text: str, columns: int) -> list[tuple[str, ...]]:
    """Return the rows of every table with so many columns, without their heads."""
    found = []
    lines = text.splitlines()
    for index, line in enumerate(lines):
        cells = tuple(cell.strip() for cell in line.strip("|").split(" | ")) if line.startswith("| ") else ()
        head = index + 1 < len(lines) and lines[index + 1].startswith("|---")
        if len(cells) == columns and not head:
            found.append(cells)
    return found


# Refusals


def test_every_fault_is_documented_with_its_status_and_sentence() -> None:
    """Whoever sees a code or a sentence on a screen finds exactly it in docs/errors.md, and no other."""
    documented = [(code.strip("`"), int(status), screen) for code, status, _when, screen, _remedy in rows(page("errors.md"), 5)]
    assert documented == [(code, fault.status, fault.sentence) for code, fault in FAULTS.items()]


# Settings


def _shown(default: object) -> str:
    if default is PydanticUndefined:
        return "required"
    if default is None:
        return "none"
    if default == () and isinstance(default, tuple):
        return "none"
    if isinstance(default, tuple):
        return ", ".join(f"`{one}`" for one in default)
    return f"`{default}`" if default != "" else "empty"


def _keys(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys(inner, f"{prefix}{name}.")
        elif name == "devices":
            yield from _keys(DeviceSettings, "devices.")
        else:
            yield f"{prefix}{name}", _shown(field.default)


def test_every_key_of_hall_toml_is_documented_with_its_default() -> None:
    """A technician finds each key and what leaving it out means, and no key that the hall would refuse."""
    documented = [(key.strip("`"), default) for key, _type, default, _meaning in rows(page("settings.md"), 4)]
    assert documented == list(_keys(Settings))


def test_every_choice_of_the_hall_is_documented_with_its_default() -> None:
    """A village secretary finds each key of each section and what it is when nobody has chosen."""
    documented = [(key.strip("`"), default) for key, default, _meaning in rows(page("choices.md"), 3)]
    expected = [
        (f"{kind.section}.{name}", _shown(field.get_default(call_default_factory=True)))
        for kind in SECTIONS_OF_CHOICES
        for name, field in kind.model_fields.items()
    ]
    assert documented == expected


class _Asked(Options):
    """Options that give whatever is asked for and remember it."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def text(self, key: str) -> str:
        self.keys.append(key)
        return "administrasi"

    def name_or(self, key: str, default: str) -> str:
        return self.text_or(key, default)

    def text_or(self, key: str, default: str) -> str:
        self.keys.append(f"{key} {default}".strip())
        return default

    def one_of(self, key: str, choices: tuple[str, ...], default: str) -> str:
        return self.text_or(key, default)

    def whole(self, key: str, low: int, high: int, default: int | None = None) -> int:
        self.keys.append(f"{key} {low} {high}" + (f" {default}" if default is not None else ""))
        return low

    def whole_or_none(self, key: str, low: int, high: int) -> None:
        self.keys.append(f"{key} {low} {high} none")

    def choice(self, key: str, default: int, among: Iterable[int]) -> int:
        self.keys.append(f"{key} {' '.join(map(str, among))} {default}")
        return default

    def yes(self, key: str, *, default: bool) -> bool:
        self.keys.append(f"{key} {str(default).lower()}")
        return default

    def address(self, key: str) -> str:
        self.keys.append(key)
        return "127.0.0.1"

    def seconds(self, key: str, default: float, high: float) -> float:
        self.keys.append(f"{key} 0 {high:g} {default:g}")
        return default


def test_every_option_of_every_kind_of_device_is_documented() -> None:
    """Kinds, options, their ranges and their defaults are those of the catalogue."""
    expected = []
    for kind, make in KINDS.items():
        if kind.startswith(PAIRED):
            continue  # the hall refuses them here
        asked = _Asked()
        make("device", asked, FakeClock()).close()
        expected += [f"{kind} {key}" for key in asked.keys] or [f"{kind} none"]
    documented = []
    for kind, option, type_, default, _meaning in rows(page("settings.md"), 5):
        limits = " ".join(re.findall(r"-?\d+", type_))
        documented.append(
            " ".join(part for part in (kind, option, limits, default) if part not in {"", "-", "required"}).replace("`", "")
        )
    assert documented == expected


# Commands


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if command.params or not isinstance(command, click.Group):
        yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _commands(inner, f"{path} {name}")


COMMANDS = dict([*_commands(gateway_command, "gateway"), *_commands(provision_command, "provision")])
SECTIONS = dict(re.findall(r"^## `([a-z -]+)`\n(.*?)(?=^## |\Z)", page("commands.md"), re.MULTILINE | re.DOTALL))


def test_every_command_is_documented_and_no_other() -> None:
    """docs/commands.md has a section for each command; groups without options of their own may have one too."""
    groups = {"gateway officer", "gateway voice", "provision centre", "provision fleet", "provision hall", "provision release"}
    assert set(SECTIONS) - groups == set(COMMANDS)


@pytest.mark.parametrize("path", COMMANDS)
def test_every_option_is_documented_with_its_default(path: str) -> None:
    """Each option and argument of a command stands in its table, and nothing else does."""
    section = SECTIONS[path]
    documented = {cells[0].strip("`") for columns in (2, 3) for cells in rows(section, columns)}
    expected = {
        parameter.opts[0] if isinstance(parameter, click.Option) else parameter.name for parameter in COMMANDS[path].params
    }
    assert documented == {name if name and name.startswith("--") else str(name).upper() for name in expected}
    defaults = {cells[0].strip("`"): cells[1].strip("`") for cells in rows(section, 3)}
    for parameter in COMMANDS[path].params:
        if isinstance(parameter, click.Option) and getattr(parameter, "show_default", False):
            assert defaults[parameter.opts[0]] == str(parameter.default)


@pytest.mark.parametrize(
    "path",
    [*COMMANDS, "gateway officer", "gateway voice", "provision centre", "provision fleet", "provision hall", "provision release"],
)
def test_every_command_has_an_example_here_and_in_its_help(path: str) -> None:
    """Nobody has to guess how a command is written."""
    assert re.search(rf"^.*Example: `(printf \d+ \| )?{path}\b", SECTIONS[path], re.MULTILINE)
    command: click.Command = gateway_command if path.startswith("gateway") else provision_command
    for name in path.split()[1:]:
        assert isinstance(command, click.Group)
        command = command.commands[name]
    assert "Example:" in (command.help or "")


# Orders


def test_every_kind_of_order_is_documented() -> None:
    """Who asks finds each kind, in the order of the code, and no other."""
    assert [kind.strip("`") for kind, *_ in rows(page("orders.md"), 4)] == [*KINDS_OF_ORDERS]


# Checks


def _checks() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(gateway.checks.__path__):
        if found.name != "finding":
            yield importlib.import_module(f"gateway.checks.{found.name}")


def test_every_check_and_every_answer_is_documented() -> None:
    """Each check has its section, and each sentence it can say stands there with its level."""
    expected = {
        module.__name__.rpartition(".")[2]: [
            (verdict.level.name.lower(), verdict.sentence) for verdict in vars(module).values() if isinstance(verdict, Verdict)
        ]
        for module in _checks()
    }
    sections = re.findall(r"^## `([a-z]+)`: .*?\n(.*?)(?=^## |\Z)", page("checks.md"), re.MULTILINE | re.DOTALL)
    assert {name: [(level, screen) for level, screen, _english, _remedy in rows(text, 4)] for name, text in sections} == expected


# Threads


def test_the_threads_are_those_of_a_running_hall(tmp_path: Path) -> None:
    """The table of threads names every loop of a real hall in the order of its start, the essential ones as essential."""
    settings = Settings.load(write_settings(tmp_path, broker="mqtt://127.0.0.1:1"))
    with Hall(settings) as hall:
        loops, essential = [*hall.loops.alive()], hall.loops.essential()
        threads = {thread.name for thread in threading.enumerate()}
    documented = [
        (name.strip("`"), fourth) for name, _for, _does, fourth in rows(page("architecture.md"), 4) if name.startswith("`")
    ]
    names = [name.replace("<id>", "papan") for name, _ in documented]
    assert [name for name in names if name in loops] == loops
    only_where_fitted = {"lamp", "lan"}
    assert set(names) - set(loops) - only_where_fitted == {"control", "portal"}
    assert threads >= {"control", "portal"}
    assert {name for name, fourth in documented if fourth == "yes"} == essential


# Faults


@pytest.mark.parametrize("place", sorted(set(re.findall(r"`(tests/[\w/]+\.py::test_\w+)`", page("relay.md")))))
def test_what_is_said_to_show_a_fault_is_a_test(place: str) -> None:
    """Each sentence about a fault is held by a test that is there."""
    path, _, name = place.partition("::")
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


# Links


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    """A page links only to files that are there."""
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_page_is_in_the_index() -> None:
    """docs/README.md names each page beside it."""
    linked = set(re.findall(r"\]\(([a-z_]+\.md)\)", page("README.md")))
    assert linked == {path.name for path in (ROOT / "docs").glob("*.md")} - {"README.md"}


def test_every_room_stands_on_the_first_screen() -> None:
    """The README's table says where each folder of the product, its data and its tests is."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rooms = [
        folder for root in ("gateway", "provisioning") for folder in (ROOT / root).iterdir() if (folder / "__init__.py").exists()
    ]
    assert [name for room in rooms if (name := f"`{room.relative_to(ROOT)}/`") not in readme] == []
    tested = [folder.name for folder in (ROOT / "tests").iterdir() if folder.is_dir() and folder.name != "__pycache__"]
    assert [name for name in tested if f"`{name}/`" not in readme and f"`tests/{name}/`" not in readme] == []
    assert "`firmware_config/`" in readme
    assert "`systemd/`" in readme
