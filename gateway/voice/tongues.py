"""The languages a hall can speak, as data: phrases, and the words of numbers.

Each word is also one clip that somebody may record: its name is its key here. Javanese, Osing and Madurese are drafts
that a native speaker should look at (docs/voice.md); whoever records says it as it is said at home.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TENS = (20, 30, 40, 50, 60, 70, 80, 90)
HUNDREDS = (100, 200, 300, 400, 500, 600, 700, 800, 900)


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language: its own name, what announces a number and leads to a counter, and its number words."""

    code: str
    name: str
    """As its speakers call it."""
    ticket: str
    """Comes before the number: ``Nomor antrean``."""
    go: str
    """Comes before the counter: ``silakan menuju``."""
    counter: str
    """A counter that has a number: ``loket``."""
    numbers: Mapping[int, str]
    """0 to 19, the tens, the hundreds and 1000."""
    espeak: str = ""
    """The voice of espeak-ng; empty where it has none, so that only recorded clips can speak."""


def _numbers(digits: str, teens: str, tens: str, hundreds: str, thousand: str) -> dict[int, str]:
    words = [one.strip() for part in (digits, teens, tens, hundreds, thousand) for one in part.split(",")]
    return dict(zip((*range(20), *TENS, *HUNDREDS, 1000), words, strict=True))


# fmt: off
INDONESIAN = Tongue("id", "Bahasa Indonesia", "Nomor antrean", "silakan menuju", "loket", _numbers(
    "kosong, satu, dua, tiga, empat, lima, enam, tujuh, delapan, sembilan",
    "sepuluh, sebelas, dua belas, tiga belas, empat belas, lima belas, enam belas, tujuh belas, delapan belas, sembilan belas",
    "dua puluh, tiga puluh, empat puluh, lima puluh, enam puluh, tujuh puluh, delapan puluh, sembilan puluh",
    "seratus, dua ratus, tiga ratus, empat ratus, lima ratus, enam ratus, tujuh ratus, delapan ratus, sembilan ratus",
    "seribu",
), espeak="id")
JAVANESE = Tongue("jv", "Basa Jawa", "Nomer antrean", "sumangga dhateng", "loket", _numbers(
    "kosong, setunggal, kalih, tiga, sekawan, gangsal, enem, pitu, wolu, sanga",
    "sedasa, sewelas, kalih welas, tigang welas, kawan welas, gangsal welas, nembelas, pitulas, wolulas, sangalas",
    "kalih dasa, tigang dasa, kawan dasa, seket, sewidak, pitung dasa, wolung dasa, sangang dasa",
    "satus, kalih atus, tigang atus, kawan atus, gangsal atus, enem atus, pitung atus, wolung atus, sangang atus",
    "sewu",
))
OSING = Tongue("osi", "Basa Using", "Nomer antrean", "monggo nyang", "loket", _numbers(
    "nol, siji, loro, telu, papat, lima, enem, pitu, wolu, sanga",
    "sepuluh, sewelas, rolas, telulas, patbelas, limolas, nembelas, pitulas, wolulas, sangalas",
    "rong puluh, telung puluh, patang puluh, seket, sewidak, pitung puluh, wolung puluh, sangang puluh",
    "satus, rong atus, telung atus, patang atus, limang atus, nem atus, pitung atus, wolung atus, sangang atus",
    "sewu",
))
MADURESE = Tongue("mad", "Bhâsa Madhurâ", "Nomer antrean", "toré ka", "loket", _numbers(
    "nol, sèttong, duwâ', tello', empa', lèma', ennem, petto', bâllu', sanga'",
    "sapolo, sabellâs, dubellâs, tello bellâs, pa' bellâs, lèma bellâs, nem bellâs, petto bellâs, bâllu bellâs, sanga bellâs",
    "du polo, tello polo, pa' polo, saèket, sabidâ', petto polo, bâllu polo, sanga polo",
    "saratos, du ratos, tello ratos, pa' ratos, lèma ratos, nem ratos, petto ratos, bâllu ratos, sanga ratos",
    "saèbu",
))
ENGLISH = Tongue("en", "English", "Number", "please go to", "counter", _numbers(
    "zero, one, two, three, four, five, six, seven, eight, nine",
    "ten, eleven, twelve, thirteen, fourteen, fifteen, sixteen, seventeen, eighteen, nineteen",
    "twenty, thirty, forty, fifty, sixty, seventy, eighty, ninety",
    "one hundred, two hundred, three hundred, four hundred, five hundred, six hundred, seven hundred, eight hundred, nine hundred",
    "one thousand",
), espeak="en")
# fmt: on

TONGUES: dict[str, Tongue] = {one.code: one for one in (INDONESIAN, JAVANESE, OSING, MADURESE, ENGLISH)}
"""By the code that a hall chooses."""
