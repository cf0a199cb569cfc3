"""``/atur/permohonan``: whether phones may begin requests, what may be asked where others can listen, and what the board says."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.faults import faults
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import Words
from gateway.services.requests.choices import RequestRules


class RequestForm(PlainForm):
    """The rules of requests."""

    path = after = "/atur/permohonan"
    title = "Permohonan"
    template = "setup_requests.html"
    labels: Mapping[str, str] = {
        "by_phone": "Permohonan boleh dimulai di ponsel",
        "private_numbers_over_http": "Tanyakan juga NIK dan nomor KK di Wi-Fi",
        "board_min": "Papan menyebut yang siap selama berapa menit",
    }

    def __init__(self, choices: Choices) -> None:
        self._choices = choices

    def filled(self, item: str) -> dict[str, str]:
        """Return the rules that are chosen."""
        del item
        rules = self._choices.current(RequestRules)
        ticks = {name: "1" if getattr(rules, name) else "" for name in ("by_phone", "private_numbers_over_http")}
        return ticks | {"board_min": str(rules.board_min)}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the rules as typed."""
        del item, act
        ticks = {name: bool(typed[name]) for name in ("by_phone", "private_numbers_over_http")}
        try:
            self._choices.change(RequestRules.model_validate({**ticks, "board_min": typed["board_min"].strip()}))
        except ValidationError as error:
            raise Unsound(faults(error, speak)) from error
