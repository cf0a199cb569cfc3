"""Every call is spoken once and in its turn, whatever stopped the hall or the speaker in between; old ones never."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gateway.clock import ClockState
from gateway.devices.ports import DeviceFault
from gateway.devices.simulated_speaker import SimulatedSpeaker
from gateway.voice.announcing import Announcer, Signs
from gateway.voice.choices import VoiceChoices
from gateway.voice.espeak import Espeak
from gateway.voice.output import LOOK_S, STALE_S, Voice
from gateway.voice.shelf import Shelf
from tests.support.clock import MORNING, FakeClock


@dataclass(frozen=True)
class Call:
    """A call as the queue's snapshot shows it."""

    id: int
    number: str
    counter_name: str = "Loket 2"
    called_at: str = MORNING.isoformat()
    count: int = 1


class RecordingSpeaker(SimulatedSpeaker):
    """A speaker that can fail, and runs ``during`` while it speaks."""

    def __init__(self) -> None:
        super().__init__("suara", in_real_time=False)
        self.numbers: list[str] = []
        self.broken = False
        self.during: Callable[[], None] = lambda: None

    def play(self, wav: bytes, words: str) -> None:
        """Speak."""
        if self.broken:
            raise DeviceFault("kartu suara tidak dapat dibuka")
        super().play(wav, words)
        self.numbers.append(words.split(",")[1].strip())
        self.during()


@dataclass
class Scene:
    """A voice with its calls."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    calls: list[Call] = field(default_factory=list)
    speaker: RecordingSpeaker = field(default_factory=RecordingSpeaker)
    chosen: VoiceChoices = field(default_factory=VoiceChoices)

    def voice(self) -> Voice:
        """Return a fresh voice, as a hall makes it at its start."""
        announcer = Announcer(Shelf(self.folder), Espeak(self.folder / "cache", lambda: None))
        signs = Signs(["A"], ["Loket 2"])
        return Voice(lambda: self.calls, [self.speaker], announcer, lambda: self.chosen, lambda: signs, self.clock)

    def call(self, id: int, number: str, *, count: int = 1) -> None:
        """Call a ticket; as in the queue, its former call is no longer shown, and only six are."""
        newest = Call(id, number, called_at=self.clock.now().isoformat(), count=count)
        self.calls = [newest, *(one for one in self.calls if one.number != number)][:6]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """A hall in the morning."""
    return Scene(tmp_path)


def run(voice: Voice, steps: int = 12) -> None:
    """Let the loop look so often."""
    for _ in range(steps):
        voice.step()


def test_calls_are_spoken_once_and_in_their_order(scene: Scene) -> None:
    """Three that come together are said one after another, however often the loop looks."""
    voice = scene.voice()
    voice.step()
    for id in (1, 2, 3):
        scene.call(id, f"A-00{id}")
    assert [voice.step(), voice.step(), voice.step(), voice.step()] == [0.0, 0.0, 0.0, LOOK_S]
    assert scene.speaker.numbers == ["kosong kosong satu", "kosong kosong dua", "kosong kosong tiga"]


def test_a_recall_is_spoken_again(scene: Scene) -> None:
    """Whoever did not hear it hears it once more."""
    voice = scene.voice()
    voice.step()
    scene.call(1, "A-001")
    run(voice)
    scene.call(2, "A-001", count=2)
    run(voice)
    assert scene.speaker.numbers == ["kosong kosong satu"] * 2


def test_none_is_lost_while_another_is_spoken(scene: Scene) -> None:
    """Nine calls during one sentence: the queue shows six, all nine are said."""
    voice = scene.voice()
    voice.step()

    def rush() -> None:
        scene.speaker.during = lambda: None
        for id in range(2, 11):
            scene.call(id, f"A-{id:03d}")
            voice.notice()

    scene.speaker.during = rush
    scene.call(1, "A-001")
    run(voice, 20)
    assert len(scene.speaker.numbers) == 10
    assert scene.speaker.numbers[-1] == "kosong satu kosong"


def test_a_call_that_is_undone_before_its_turn_is_not_spoken(scene: Scene) -> None:
    """Nobody is sent to a counter that called them by mistake; the next call may even bear the same id."""
    voice = scene.voice()
    scene.call(1, "A-001")
    voice.step()
    scene.call(2, "A-002")
    scene.call(3, "A-003")
    voice.notice()
    scene.calls = [one for one in scene.calls if one.id != 3]
    voice.notice()
    scene.call(3, "A-004")
    run(voice)
    assert scene.speaker.numbers == ["kosong kosong satu", "kosong kosong dua", "kosong kosong empat"]


def test_an_old_call_that_comes_into_sight_again_is_not_spoken(scene: Scene) -> None:
    """When a call is undone the queue shows an earlier one in its place: it was said long ago."""
    voice = scene.voice()
    for id in range(1, 101):
        scene.call(id, f"A-{id:03d}")
        run(voice, 2)
    said = len(scene.speaker.numbers)
    scene.calls = [*scene.calls[1:], Call(3, "A-003")]
    run(voice)
    assert (said, len(scene.speaker.numbers)) == (100, 100)


def test_a_call_waits_for_its_speaker_for_a_minute_at_most(scene: Scene) -> None:
    """What is said as soon as the plug is back is what is still of use."""
    voice = scene.voice()
    voice.step()
    scene.speaker.unplug()
    scene.call(1, "A-001")
    voice.step()
    scene.clock.advance(STALE_S - 10)
    scene.call(2, "A-002")
    voice.step()
    scene.clock.advance(11)
    scene.speaker.plug()
    run(voice)
    assert scene.speaker.numbers == ["kosong kosong dua"]


def test_a_speaker_that_fails_is_tried_again(scene: Scene) -> None:
    """A call that nobody heard is still missing."""
    voice = scene.voice()
    voice.step()
    scene.speaker.broken = True
    scene.call(1, "A-001")
    assert voice.step() == LOOK_S
    scene.speaker.broken = False
    run(voice)
    assert scene.speaker.numbers == ["kosong kosong satu"]


@pytest.mark.parametrize(
    ("state", "away_s", "spoken"),
    [(ClockState.TRUSTED, 5, 1), (ClockState.TRUSTED, 3 * 3600, 0), (ClockState.RESTORED, 5, 0), (ClockState.TRUSTED, -60, 0)],
)
def test_a_hall_that_wakes_does_not_babble(scene: Scene, state: ClockState, away_s: int, spoken: int) -> None:
    """A call from before the start is said when it is known to be young; an age that nobody knows counts as old."""
    scene.call(1, "A-001")
    scene.clock.set_wall(scene.clock.now() + timedelta(seconds=away_s), state)
    run(scene.voice())
    assert len(scene.speaker.numbers) == spoken


def test_a_hall_that_slept_does_not_babble(scene: Scene) -> None:
    """A machine that was suspended counts its sleep: the call before it is old."""
    voice = scene.voice()
    voice.step()
    scene.speaker.unplug()
    scene.call(1, "A-001")
    voice.step()
    scene.clock.advance(3 * 3600)
    scene.speaker.plug()
    run(voice)
    assert scene.speaker.numbers == []


def test_the_wall_clock_may_jump_while_calls_wait(scene: Scene) -> None:
    """The network sets the clock three hours ahead: a call of this minute is said."""
    voice = scene.voice()
    voice.step()
    scene.call(1, "A-001")
    scene.clock.set_wall(datetime.fromisoformat(scene.calls[0].called_at) + timedelta(hours=3))
    run(voice)
    assert len(scene.speaker.numbers) == 1


def test_switched_off_it_says_nothing_and_keeps_nothing(scene: Scene) -> None:
    """What was called meanwhile is not said when it is switched on again."""
    voice = scene.voice()
    voice.step()
    scene.chosen = VoiceChoices(on=False)
    scene.call(1, "A-001")
    run(voice)
    scene.chosen = VoiceChoices()
    run(voice)
    scene.call(2, "A-002")
    run(voice)
    assert scene.speaker.numbers == ["kosong kosong dua"]


def test_the_sentence_is_there_to_be_shown_while_it_is_spoken(scene: Scene) -> None:
    """The board can show what is being said, and nothing when nothing is."""
    voice, shown = scene.voice(), []
    voice.step()
    scene.speaker.during = lambda: shown.append(voice.saying)
    scene.call(1, "A-001")
    before = voice.saying
    run(voice)
    assert (before, shown, voice.saying) == ("", ["Nomor antrean A, kosong kosong satu, silakan menuju loket dua"], "")


def test_a_test_call_is_said_between_calls(scene: Scene) -> None:
    """Also while the voice is switched off: whoever sets it up wants to hear it. It is no call and is said once."""
    voice = scene.voice()
    woken: list[bool] = []
    voice.wakes(lambda: woken.append(True))
    scene.chosen = VoiceChoices(on=False)
    voice.try_out(voice.announcer.announce("A-012", "Loket 2", scene.chosen))
    run(voice)
    assert (scene.speaker.numbers, woken) == (["kosong satu dua"], [True])


def test_what_the_check_asks_is_what_is_so(scene: Scene) -> None:
    """Languages by their own names, those that cannot be spoken apart."""
    scene.chosen = replace_languages(scene.chosen, "jv", "id")
    assert scene.voice().facts() == {
        "speakers": 1, "on": True, "program": False, "spoken": [], "left_out": ["Basa Jawa", "Bahasa Indonesia"],
    }  # fmt: skip


def replace_languages(chosen: VoiceChoices, *languages: str) -> VoiceChoices:
    """Return the choices with other languages."""
    return VoiceChoices.model_validate({**chosen.model_dump(), "languages": languages})


def test_calls_are_compared_by_what_they_are(scene: Scene) -> None:
    """The same call in another snapshot is the same call."""
    voice = scene.voice()
    scene.call(1, "A-001")
    run(voice)
    scene.calls = [replace(one) for one in scene.calls]
    run(voice)
    assert len(scene.speaker.numbers) == 1
