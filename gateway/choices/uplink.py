"""The hall's way to its regency as the centre, or a copied file, chooses it. What is left empty is what ``hall.toml`` says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from gateway.choices.section import Section
from gateway.errors import Refusal
from gateway.mqtt.address import BrokerAddress

if TYPE_CHECKING:
    from gateway.settings import RelaySettings

BROKER_LIMIT = 200


def _broker(address: str) -> str:
    if address:
        try:
            user = BrokerAddress.parse(address).user
        except Refusal as error:
            raise ValueError("tulis mqtts://HOST:PORT") from error
        if user:  # choices are told, copied and shown
            raise ValueError("tanpa nama dan sandi; itu hanya di hall.toml")
    return address


class RelayChoices(Section):
    """The section ``relay``."""

    section: ClassVar[str] = "relay"

    broker: Annotated[str, AfterValidator(_broker)] = Field(default="", max_length=BROKER_LIMIT)
    """Where the broker is; nothing is ever spoken in the clear where ``hall.toml`` speaks TLS."""
    protocol: Literal["", "auto", "5", "3.1.1"] = ""
    keep_days: int = Field(default=0, ge=0, le=3650)
    """How many days a delivered event is kept; 0 for what ``hall.toml`` says."""

    def over(self, machine: RelaySettings) -> RelaySettings:
        """Return the settings, with what is not chosen taken from ``machine``."""
        in_the_clear = machine.broker.startswith("mqtts://") and not self.broker.startswith("mqtts://")
        return machine.model_copy(
            update={
                "broker": machine.broker if in_the_clear or not self.broker else self.broker,
                "protocol": self.protocol or machine.protocol,
                "keep_days": self.keep_days or machine.keep_days,
            }
        )
