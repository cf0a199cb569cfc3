"""Packets that tests write by hand are MQTT's, whatever their length and wherever the wire cuts them."""

from __future__ import annotations

import pytest

from tests.support.mqtt_packets import first_packet, packet


@pytest.mark.parametrize("length", [0, 1, 127, 128, 16_383, 16_384, 65_536])
def test_a_packet_is_read_back_once_it_is_whole(length: int) -> None:
    """Until its last byte has come there is none; what follows stays for the next."""
    whole = packet(0x32, b"x" * length)

    assert all(first_packet(bytearray(whole[:end])) is None for end in {0, 1, 2, len(whole) - 1} if end < len(whole))
    assert first_packet(bytearray(whole + b"\xd0\x00")) == (0x32, b"x" * length, len(whole))


def test_lengths_are_written_as_the_specification_says() -> None:
    """MQTT 3.1.1, table 2.4: 128 is 0x80 0x01."""
    assert packet(0x32, b"x" * 128)[:3] == b"\x32\x80\x01"
    assert packet(0x32, b"x" * 16_384)[:4] == b"\x32\x80\x80\x01"
