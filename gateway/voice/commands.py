"""``gateway voice``: what there is to record, putting recordings in place, and trying a call without a loudspeaker."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

import click

from gateway.errors import Refusal
from gateway.settings import Settings
from gateway.terminal import CONFIG
from gateway.terminal import say as _say

if TYPE_CHECKING:
    from gateway.voice.shelf import Shelf

LANGUAGES = click.Choice(["id", "jv", "osi", "mad", "en"])
STYLES = click.Choice(["digits", "number"])
NUMBERS = click.option(
    "--numbers",
    type=STYLES,
    default="digits",
    show_default=True,
    help="How A-012 is spoken: digit by digit, or as a number.",
)


@click.group()
def voice() -> None:
    """Look after the hall's voice: recordings of people, and trying a call.

    Example: gateway voice list --language jv
    """


@voice.command("list")
@CONFIG
@click.option("--language", type=LANGUAGES, required=True, help="The language to record.")
@click.option(
    "--numbers", type=STYLES, help="How A-012 is spoken; without it as the running hall has chosen, else digit by digit."
)
@click.option("--letters", help="The letters of lines; without it those of the running hall, else ABCD.")
@click.option(
    "--counter", "counters", multiple=True, help="A counter besides those of the running hall; may be given several times."
)
def list_clips(config: Path, language: str, numbers: str | None, letters: str | None, counters: tuple[str, ...]) -> None:
    """Show what to say, one recording a line: its file's name and its words; marked are those that are there and good.

    Example: gateway voice list --language jv
    """
    from gateway.voice.speech import NumberStyle, clips_to_record  # noqa: PLC0415 - the other commands start faster without

    shelf, hall = _shelf(config), _signs(config)
    wanted = {letter for letter in (letters or "".join(hall["letters"])).upper() if letter in ascii_uppercase}
    style = NumberStyle(numbers or hall["numbers"])
    clips = clips_to_record(language, style, letters=wanted, counters=[*hall["counters"], *counters])
    there = {clip.name for clip in clips if shelf.clip(language, clip.name) is not None}
    for clip in clips:
        mark = click.style("✓", fg="green") if clip.name in there else "-"
        click.echo(f"{mark} {clip.name + '.wav':<24} {clip.words}")
    click.echo(_say("{there} dari {all} rekaman ada", {"there": len(there), "all": len(clips)}))


@voice.command("add")
@CONFIG
@click.option("--language", type=LANGUAGES, required=True, help="The language that is spoken in them.")
@click.argument("files", type=click.Path(path_type=Path, exists=True), nargs=-1, required=True)
def add_recordings(config: Path, language: str, files: tuple[Path, ...]) -> None:
    """Examine recordings (FILES, or folders of them), put the good ones in place and say what is wrong with the others.

    Each file bears the name that the list gives it. A running hall speaks with them at its next call.
    Exit code 0: all are in place; 1: at least one is not.

    Example: gateway voice add --language jv /media/usb/rekaman
    """
    from gateway.commands import left_to_its_owner  # noqa: PLC0415 - as above

    directory, shelf = Settings.load(config).data.directory, _shelf(config)
    bad = 0
    with left_to_its_owner(directory):
        for file in _recordings(files):
            faults = _put(shelf, language, file)
            bad += bool(faults)
            click.echo(f"{click.style('✗', fg='red') if faults else click.style('✓', fg='green')} {file.name}")
            for fault in faults:
                click.echo(f"  {_say(fault.fault.sentence, fault.facts)} {_say(fault.fault.remedy, fault.facts)}")
    if bad:
        sys.exit(1)


@voice.command("say")
@CONFIG
@click.option(
    "--language",
    "languages",
    type=LANGUAGES,
    multiple=True,
    default=["id"],
    help="In which languages, id without it; may be given several times.",
)
@NUMBERS
@click.option("--chime/--no-chime", default=True, help="Whether the chime comes first.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The WAV file to write.")
@click.argument("number")
@click.argument("counter")
def say_call(
    config: Path, languages: tuple[str, ...], numbers: str, number: str, counter: str, out: Path, *, chime: bool
) -> None:
    """Write the call of NUMBER to COUNTER into a WAV file, as the hall would speak it, and show its words.

    Example: gateway voice say A-012 "Loket 2" --out call.wav
    """
    from gateway.voice.announcing import Announcer  # noqa: PLC0415 - as above
    from gateway.voice.choices import VoiceChoices  # noqa: PLC0415 - as above
    from gateway.voice.espeak import Espeak  # noqa: PLC0415 - as above

    chosen = VoiceChoices.model_validate({"languages": list(dict.fromkeys(languages))[:3], "numbers": numbers, "chime": chime})
    directory = Settings.load(config).data.directory
    said = Announcer(_shelf(config), Espeak(directory / "voice" / "cache")).announce(number, counter, chosen)
    if not said.spoken:
        raise Refusal("voice-mute")
    out.write_bytes(said.wav)
    click.echo(said.text)


def _shelf(config: Path) -> Shelf:
    from gateway.voice.shelf import Shelf  # noqa: PLC0415 - as above

    return Shelf(Settings.load(config).data.directory / "voice")


def _signs(config: Path) -> dict[str, Any]:
    """Ask the running hall what its calls can name; without one return what most halls have."""
    from gateway.control import ask  # noqa: PLC0415 - as above

    try:
        return ask(Settings.load(config).data.directory / "hall.sock", "voice-signs", {})
    except Refusal as refusal:
        if refusal.code != "hall-not-running":
            raise
    return {"letters": [*"ABCD"], "counters": [], "numbers": "digits"}


def _recordings(files: Iterable[Path]) -> Iterator[Path]:
    """Yield files, and what is in folders, in the order of their names."""
    for file in files:
        if file.is_dir():
            yield from sorted(one for one in file.iterdir() if one.suffix.lower() == ".wav")
        else:
            yield file


def _put(shelf: Shelf, language: str, file: Path) -> tuple[Refusal, ...]:
    from gateway.voice.recordings import LARGEST_BYTES  # noqa: PLC0415 - as above
    from gateway.voice.speech import NumberStyle, clips_to_record  # noqa: PLC0415 - as above

    name = file.stem.lower()
    known = {clip.name for clip in clips_to_record(language, NumberStyle.NUMBER)}
    if name not in known and not name.startswith("tempat-"):
        return (Refusal("clip-unknown", clip=file.stem[:60], language=language),)
    try:
        with file.open("rb") as recording:
            return shelf.put(language, name, recording.read(LARGEST_BYTES + 1))
    except Refusal as refusal:
        return (refusal,)
