"""The shape of the house: what import-linter cannot see. The contracts themselves stand in pyproject.toml."""

from __future__ import annotations

import ast
import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRODUCT = sorted([*(ROOT / "gateway").rglob("*.py"), *(ROOT / "provisioning").rglob("*.py")])
TESTS = sorted((ROOT / "tests").rglob("*.py"))
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]

LONGER = {
    "gateway/errors.py": 450,  # a table: every code with its sentence under the others, so that no two say the same
    "gateway/hall.py": 450,  # the one visible order of start and stop: cut in two, it would be visible nowhere
    "provisioning/card/first_boot/install.py": 420,  # one file: it runs on a Pi before anything of ours is installed there
    "gateway/relay/progress.py": 310,  # one state machine: cut in two, neither half could be read alone
    "gateway/store/database.py": 330,  # one class: each step of the commit that writers share
    "gateway/tickets/desk.py": 320,  # one class: every act of a person on the queue, and the door to them from the event loop
}
"""Modules over 300 lines, each with its reason and its own limit."""

PURE = {"model", "topics", "envelope", "ports", "errors", "clock", "changes"}
"""Names of modules that need the standard library only."""
PURE_MAY_KNOW = {"gateway.relay.topics"}
"""What pure modules may import besides: other pure modules of their room."""

BARE_FOLDERS = {"static", "templates", "locale", "themes"}
FORBIDDEN_NAMES = {"util", "utils", "common", "helper", "helpers", "core", "manager", "managers", "misc", "base"}
FORBIDDEN_VERBS = ("handle", "process", "manage", "do_")


def name(path: Path) -> str:
    """Return a path as it stands in the repository."""
    return str(path.relative_to(ROOT))


def tree(path: Path) -> ast.Module:
    """Return a module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", PRODUCT, ids=name)
def test_a_module_can_be_read_in_one_sitting(path: Path) -> None:
    """No module of the product is over 300 lines without a reason that stands here."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGER.get(name(path), 300)


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_file_can_be_read_too(path: Path) -> None:
    """Tests grow by files, not within one."""
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400


def test_every_module_says_what_it_is_for() -> None:
    """Each module opens with a docstring."""
    bare_allowed = {"gateway/__main__.py", "provisioning/__main__.py"}
    assert [
        name(path) for path in [*PRODUCT, *TESTS] if not ast.get_docstring(tree(path)) and name(path) not in bare_allowed
    ] == []


def test_every_test_states_its_promise() -> None:
    """Each test function has a docstring."""
    silent = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in TESTS
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_room_is_a_drawer() -> None:
    """Nothing is called utils, helpers or core: a stranger would not know what is inside."""
    assert [
        name(path) for path in [*PRODUCT, *TESTS] if {*path.relative_to(ROOT).with_suffix("").parts} & FORBIDDEN_NAMES - {"base"}
    ] == []


def test_functions_are_named_for_acts() -> None:
    """No function says only that something is handled, processed or managed."""
    vague = [
        f"{name(path)}:{node.lineno} {node.name}"
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.lstrip("_").startswith(FORBIDDEN_VERBS)
        if node.name not in {"do_handshake", "do_GET"}  # the names are those of ssl.SSLSocket and http.server
    ]
    assert vague == []


def test_nothing_is_left_for_later() -> None:
    """No comment promises work: it is done, or it is an issue."""
    marks = re.compile("|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")))
    left = [
        f"{name(path)}:{token.start[0]}"
        for path in [*PRODUCT, *TESTS]
        for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline)
        if token.type == tokenize.COMMENT and marks.search(token.string)
    ]
    assert left == []


def test_no_folder_is_empty() -> None:
    """A folder is there because something is in it."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    if not listed:
        pytest.skip("not a git checkout")
    code = {Path(path).parent for path in listed if path.startswith("gateway/") and path.endswith(".py")}
    assert [str(folder) for folder in code if not (ROOT / folder / "__init__.py").exists()] == []
    single = [
        str(folder) for folder in code if {Path(path).name for path in listed if Path(path).parent == folder} == {"__init__.py"}
    ]
    assert single == []


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", [path for path in PRODUCT if path.stem in PURE and path.parent.name != "checks"], ids=name)
def test_rules_and_ports_need_nothing_but_python(path: Path) -> None:
    """model, topics, envelope, ports, errors, clock and changes can be read, tested and kept without anything else."""
    foreign = {module for module in _imported(path) if module.partition(".")[0] not in sys.stdlib_module_names}
    assert foreign - PURE_MAY_KNOW == set()


def _forbidden_to(source: str) -> set[str]:
    forbidden = {
        module
        for contract in CONTRACTS
        for module in contract.get("forbidden_modules", ())
        if source in contract.get("source_modules", ())
    }
    independent = [set(contract["modules"]) for contract in CONTRACTS if contract["type"] == "independence"]
    return forbidden.union(*(modules - {source} for modules in independent if source in modules))


@pytest.mark.parametrize(
    "room",
    ["gateway.relay", "gateway.portal", "gateway.devices", "gateway.store", "gateway.mqtt", "gateway.checks", "provisioning"],
)
def test_no_feature_is_forgotten_in_the_contracts(room: str) -> None:
    """Whoever adds a feature adds it to the contracts of the rooms that must not know it."""
    features = {f"gateway.{path.parent.name}" for path in (ROOT / "gateway").glob("*/desk.py")}
    assert features - _forbidden_to(room) == set()


def test_every_feature_is_kept_from_every_other() -> None:
    """Only people, the foundation, may be known; it knows none itself."""
    features = {f"gateway.{path.parent.name}" for path in (ROOT / "gateway").glob("*/desk.py")} - {
        "gateway.people",
        "gateway.choices",
    }
    assert features - _forbidden_to("gateway.people") == set()
    for feature in features:
        assert features - {feature} - _forbidden_to(feature) == set()


def _lint(house: Path, cache: Path) -> str:
    """Run import-linter over a copy of the house; return what it says."""
    program = Path(sys.executable).parent / "lint-imports"
    answer = subprocess.run([program, "--cache-dir", cache], cwd=house, capture_output=True, text=True, timeout=100, check=False)
    return answer.stdout + answer.stderr


def test_a_forbidden_acquaintance_is_found(tmp_path: Path) -> None:
    """The control of the contracts: as the code is they are kept, and each of four wrong imports breaks one."""
    for part in ("gateway", "provisioning"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert "0 broken" in _lint(tmp_path, tmp_path / "cache")
    wrong = {
        "gateway/people/model.py": "import gateway.tickets.model",
        "gateway/devices/slip.py": "import gateway.store.outbox",
        "gateway/relay/envelope.py": "import gateway.mqtt.ports",
        "provisioning/centre/model.py": "import gateway.store.stamp",
    }
    for path, line in wrong.items():
        with (tmp_path / path).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    said = _lint(tmp_path, tmp_path / "cache")
    assert [line for path, line in wrong.items() if f"{path[:-3].replace('/', '.')} -> {line.split()[1]}" not in said] == []


def test_devices_know_no_room_but_their_own() -> None:
    """Every module and package of the gateway, save devices, clock and errors, is forbidden to devices."""
    rooms = {path.stem for path in (ROOT / "gateway").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    allowed = {"__init__", "__main__", "devices", "clock", "errors"}
    assert {f"gateway.{room}" for room in rooms - allowed} - _forbidden_to("gateway.devices") == set()


def test_async_stands_only_at_the_event_loop() -> None:
    """Rules, tables, devices, relay and centre are synchronous: async is for pages, streams, and the doors to them named here."""
    asynchronous = {
        str(path.relative_to(ROOT))
        for path in PRODUCT
        for node in ast.walk(tree(path))
        if isinstance(node, ast.AsyncFunctionDef)
        and path.parent.name not in {"portal", "demo"}
        and not path.stem.endswith("routes")
    }
    # An act submitted from the event loop shares its commit with others; whoever submitted it awaits the view that shows it.
    assert asynchronous <= {"gateway/store/database.py", "gateway/tickets/desk.py", "gateway/tickets/view.py"}


def test_nothing_of_this_machine_is_written_down() -> None:
    """No committed line names a folder of whoever wrote it."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.splitlines()
    private = re.compile("/(" + "|".join(("work/ma" + "in", "home/[a-z]", "tmp/te" + "am")) + ")")
    suspects = [
        path for path in listed if Path(path).suffix in {".py", ".md", ".toml", ".service", ".sh"} and (ROOT / path).exists()
    ]
    assert [path for path in suspects if private.search((ROOT / path).read_text(encoding="utf-8"))] == []
