"""Which closings of a contact are intended presses."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.devices.debounce import Contact, ContactRules

RULES = ContactRules(rest_s=1.5, stuck_s=30.0, recovery_s=5.0)
MILLISECOND = 0.001


def milliseconds(low: int, high: int) -> st.SearchStrategy[float]:
    """Times between ``low`` and ``high`` milliseconds, in seconds."""
    return st.integers(low, high).map(lambda ms: ms * MILLISECOND)


bounces = st.lists(milliseconds(1, 12), max_size=6)
fingers = st.lists(st.tuples(bounces, milliseconds(20, 3000), bounces), min_size=1, max_size=3)
visitors = st.lists(st.tuples(milliseconds(1600, 60_000), fingers, milliseconds(20, 1400)), min_size=1, max_size=12)


def press(contact: Contact, at_s: float, finger: tuple[list[float], float, list[float]]) -> tuple[int, float]:
    """Close, bounce, hold, open and bounce; return how many presses counted and when the contact came to rest."""
    counted = 0
    closing, held_s, opening = finger
    for gap_s in closing:
        counted += contact.closed(at_s)
        contact.opened(at_s + gap_s / 2)
        at_s += gap_s
    counted += contact.closed(at_s)
    at_s += held_s
    contact.opened(at_s)
    for gap_s in opening:
        counted += contact.closed(at_s + gap_s / 2)
        at_s += gap_s
        contact.opened(at_s)
    return counted, at_s


@settings(deadline=None, max_examples=300)
@given(visitors)
def test_one_visitor_is_one_press(morning: list[tuple[float, list[tuple[list[float], float, list[float]]], float]]) -> None:
    """However the contact bounces and however impatiently a visitor presses again, each visitor counts once."""
    contact, at_s = Contact(RULES), 100.0
    for pause_s, impatience, between_s in morning:
        at_s += pause_s
        counted = 0
        for finger in impatience:
            presses, at_s = press(contact, at_s, finger)
            counted += presses
            at_s += between_s
        at_s -= between_s
        assert counted == 1


@settings(deadline=None, max_examples=100)
@given(st.integers(31, 10_000), milliseconds(1, 1400))
def test_a_chattering_contact_counts_once_and_is_switched_off(length_s: int, gap_s: float) -> None:
    """A contact that finds no rest, wet or broken, costs one number and is reported."""
    contact, at_s, counted = Contact(RULES), 0.0, 0
    edges = min(2000, int(length_s / gap_s))
    for _ in range(edges):
        counted += contact.closed(at_s)
        contact.opened(at_s + gap_s / 2)
        at_s += gap_s
    assert counted == 1
    assert contact.stuck(at_s) == (at_s >= RULES.stuck_s)


def test_a_held_button_is_stuck_after_half_a_minute_and_not_before() -> None:
    """The time after which a button is switched off is the one that is stated."""
    contact = Contact(RULES)
    contact.closed(0.0)
    assert [contact.stuck(29.9), contact.stuck(30.0)] == [False, True]


def test_a_stuck_button_comes_back_after_it_has_rested() -> None:
    """Nobody has to restart the hall because a bag leaned on the button."""
    contact = Contact(RULES)
    contact.closed(0.0)
    contact.opened(60.0)
    assert [contact.closed(63.0), contact.stuck(63.0)] == [False, True]
    contact.opened(63.1)
    assert [contact.stuck(68.2), contact.closed(68.2)] == [False, True]


def test_the_first_edge_counts_at_once() -> None:
    """A press is answered when the finger goes down, not when it leaves."""
    assert Contact(RULES).closed(0.0) is True


def test_a_lost_release_heals_by_observing() -> None:
    """A callback that the library loses does not silence the button."""
    contact = Contact(RULES)
    contact.closed(0.0)
    for at_s in (1.0, 2.0):
        contact.observe(closed=False, at_s=at_s)
    assert contact.closed(4.0) is True


def test_observing_never_counts() -> None:
    """A closing whose edge was lost gives no number, nor does its bounce."""
    contact = Contact(RULES)
    for at_s in (0.0, 1.0):
        contact.observe(closed=True, at_s=at_s)
    assert [contact.closed(1.5), contact.ignored] == [False, 1]


def test_looking_between_a_press_and_its_edge_swallows_nothing() -> None:
    """The pin is read as closed a moment before the chip's thread tells the edge: the press counts all the same."""
    contact = Contact(RULES)
    contact.observe(closed=True, at_s=10.0)
    assert contact.closed(10.002) is True


def test_without_rest_every_edge_counts() -> None:
    """The rule is what suppresses: switched off, a bounce is a ticket (the control of bench-buttons)."""
    contact = Contact(ContactRules(rest_s=0.0))
    counted, _ = press(contact, 0.0, ([0.004, 0.004], 0.1, [0.004]))
    assert counted == 4
