"""What a board of one row tells, moment by moment."""

from __future__ import annotations

import pytest

from gateway.devices.led_scene import BEAT_S, BLINK_S, BRIGHT_S, GIVEN_S, REST_S, TURN_S, LedScenes, Scene
from gateway.devices.ports import BoardFace

CALLED = BoardFace("A-012", "2", "A-014", 7)
CALL = Scene("A-012", "2")
EARLIER = BoardFace("A-011", "1", "A-014", 6)


def scenes_of(*faces: tuple[BoardFace, float], wide: bool = True, rows: int = 1) -> LedScenes:
    """A board that was told these faces at these times."""
    scenes = LedScenes(lambda _face: wide, rows)
    for face, at_s in faces:
        scenes.tell(face, at_s)
    return scenes


def test_a_call_blinks_at_once_and_then_stands_still() -> None:
    """People look up, then can read."""
    scenes = scenes_of((EARLIER, 0), (CALLED, 100))
    beats = [scenes.scene(100 + beat * BEAT_S).lit for beat in range(int(BLINK_S / BEAT_S))]
    assert beats == [True, True, True, False] * 5
    assert (scenes.scene(100 + BLINK_S), scenes.rest_s(100 + BLINK_S)) == (CALL, REST_S)


def test_a_recall_blinks_again_and_a_reminder_does_not() -> None:
    """The same number called again is seen; the face shown anew every 15 s is no call."""
    dark_at_s = 200 + BRIGHT_S
    again = BoardFace("A-012", "2", "A-014", 8)
    assert not scenes_of((CALLED, 100), (again, 200)).scene(dark_at_s).lit
    assert scenes_of((CALLED, 100), (CALLED, 200)).scene(dark_at_s).lit


def test_a_start_is_no_call() -> None:
    """A hall that starts anew in the middle of the day calls nobody by it."""
    scenes = scenes_of((CALLED, 0))
    assert (scenes.scene(BRIGHT_S), scenes.rest_s(0)) == (CALL, REST_S)


def test_a_trial_calls_nobody_neither_before_nor_after_it() -> None:
    """All dots stand still; then the queue is shown as before, and only what was called meanwhile blinks."""
    trial = BoardFace("8-888", "88", "8-888")
    after = scenes_of((CALLED, 0), (trial, 100), (CALLED, 108))
    assert scenes_of((CALLED, 0), (trial, 100)).scene(100 + BRIGHT_S) == Scene("8-888", "88")
    assert [after.scene(108 + wait_s) for wait_s in (BRIGHT_S, BLINK_S)] == [CALL, CALL]
    assert not scenes_of((EARLIER, 0), (trial, 100), (CALLED, 108)).scene(108 + BRIGHT_S).lit


def test_who_presses_sees_the_number_at_once_and_marked() -> None:
    """The number just given stands for three seconds, then the call again."""
    scenes = scenes_of((EARLIER, 0), (BoardFace("A-011", "1", "A-015", 6), 100))
    shown = [scenes.scene(at_s) for at_s in (100, 100 + GIVEN_S - BEAT_S, 100 + GIVEN_S)]
    assert shown == [Scene("A-015", "", given=True)] * 2 + [Scene("A-011", "1")]


@pytest.mark.parametrize("first", ["press", "call"])
def test_a_call_and_a_press_at_once_are_both_seen_the_call_first(first: str) -> None:
    """A call is never hidden by a press, and no press by a call."""
    call = (BoardFace("A-012", "2", "A-014", 7), 101.0)
    both = BoardFace("A-012", "2", "A-015", 7)
    press = (BoardFace("A-011", "1", "A-015", 6), 100.0)
    scenes = scenes_of((EARLIER, 0), press, (both, 101.0)) if first == "press" else scenes_of((EARLIER, 0), call, (both, 102.0))
    shown = [scenes.scene(at_s).number for at_s in (102.0, 101 + BLINK_S, 101 + BLINK_S + GIVEN_S)]
    assert shown == ["A-012", "A-015", "A-012"]


def test_a_number_that_is_called_at_once_is_not_marked_as_waiting() -> None:
    """Whoever is called the moment they press is called."""
    scenes = scenes_of((BoardFace("", ""), 0), (BoardFace("", "", "A-001"), 100), (BoardFace("A-001", "1", "A-001", 1), 100.1))
    assert [scenes.scene(at_s) for at_s in (100.25, 100 + BLINK_S + 1)] == [Scene("A-001", "1")] * 2


def test_a_narrow_board_tells_number_and_counter_in_turn() -> None:
    """The number first, from the moment of its call."""
    scenes = scenes_of((EARLIER, 0), (CALLED, 100), wide=False)
    shown = [(scene.number, scene.counter) for scene in (scenes.scene(100 + turn * TURN_S) for turn in range(3))]
    assert shown == [("A-012", ""), ("", "2"), ("A-012", "")]
    assert scenes.rest_s(500) == BEAT_S


def test_two_rows_show_the_newest_number_below_and_hide_no_call() -> None:
    """With a second row nothing has to make room."""
    scenes = scenes_of((EARLIER, 0), (BoardFace("A-011", "1", "A-015", 6), 100), rows=2)
    assert scenes.scene(100) == Scene("A-011", "1", below="A-015")


def test_nobody_called_is_dashes_not_darkness() -> None:
    """A technician sees that the board lives."""
    assert scenes_of((BoardFace("", ""), 0)).scene(1) == Scene("---", "")
