"""``provision centre verifier``: the page on which anybody checks a letter, and beside it what the halls have told of theirs.

The folder is served by any web server, or carried on a stick; nothing in it is secret and nothing of it names a villager. Run it
again, by a timer for example, to take in new halls and letters that were taken back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path

import click

from gateway.proof.page import KEYS, PAGE, HallKey, verifier_keys, verifier_page
from provisioning.centre.opening import open_reader

KEY, ISSUED, VOIDED = (f"id.balai.letter.{one}.v1" for one in ("key", "issued", "voided"))

Facts = Iterable[tuple[str, str, str]]
"""Hall, type and data of each fact, the oldest first."""


def hall_keys(facts: Facts, revoked: Collection[str]) -> list[HallKey]:
    """Return the keys of all halls, those named in ``revoked`` as no longer believed; what a hall calls itself last counts."""
    found: dict[tuple[str, str], HallKey] = {}
    for hall, kind, data in facts:
        if kind == KEY:
            told = json.loads(data)
            found[hall, told["key"]] = HallKey(hall, told["key"], told["public"], told["village"], revoked=told["key"] in revoked)
    return [found[place] for place in sorted(found)]


def withdrawn(facts: Facts) -> dict[str, dict[str, str]]:
    """Return, by hall and number, what took the place of letters that count no more; empty for nothing."""
    found: dict[str, dict[str, str]] = {}
    for hall, kind, data in facts:
        told = json.loads(data)
        if kind == VOIDED:
            found.setdefault(hall, {})[told["number"]] = ""
        elif kind == ISSUED and told.get("replaces"):
            found.setdefault(hall, {})[told["replaces"]] = told["number"]
    return found


def _exchange(path: Path, text: str) -> None:
    """Put a file in place whole: whoever asks meanwhile gets the former one. It can be made again, so nothing is synced."""
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    part.chmod(0o644)
    part.replace(path)


def _judge_revoked(_context: click.Context, _parameter: click.Parameter, keys: tuple[str, ...]) -> tuple[str, ...]:
    for key in keys:
        if not re.fullmatch("[0-9a-f]{8}", key):
            raise click.BadParameter("eight hexadecimal digits, as the page names a key")
    return keys


@click.command()
@click.option("--database", required=True, help="sqlite:///FILE or postgresql://HOST/NAME")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="The folder that is served.")
@click.option(
    "--revoked", metavar="KEY", multiple=True, callback=_judge_revoked, help="A key that somebody else may hold; may be repeated."
)
def verifier(database: str, out: Path, revoked: tuple[str, ...]) -> None:
    """Write the page that checks letters, with the keys of all halls and the letters that were taken back.

    Example: provision centre verifier --database sqlite:///centre.db --out /var/www/periksa
    """
    with closing(open_reader(database)) as reader:
        facts = reader.facts(KEY, ISSUED, VOIDED)
    keys = hall_keys(facts, revoked)
    strange = sorted(set(revoked) - {key.key for key in keys})
    if strange:
        raise click.UsageError(f"no hall has the key {', '.join(strange)}")
    out.mkdir(parents=True, exist_ok=True)
    taken_back = withdrawn(facts)
    _exchange(out / KEYS, verifier_keys(keys, taken_back))
    _exchange(out / PAGE, verifier_page())
    letters = sum(map(len, taken_back.values()))
    click.echo(f"{out}: {len({key.hall for key in keys})} balai, {len(keys)} kunci, {letters} surat ditarik atau diganti.")
