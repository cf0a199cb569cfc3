"""The relay in any order of faults: what is confirmed is committed at the centre, each event once, and all arrive in the end."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.support.broker import Faults
from tests.support.relay import RelayWorld


class RelayMachine(RuleBasedStateMachine):
    """Everything that can happen between one hall and its centre."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="relay-"))
        self.world: RelayWorld | None = None

    @property
    def here(self) -> RelayWorld:
        """The world, once it is made."""
        assert self.world is not None
        return self.world

    @initialize(
        seed=st.integers(0, 2**32),
        loss=st.sampled_from([0.0, 0.3]),
        unacknowledged=st.sampled_from([0.0, 0.3]),
        duplication=st.sampled_from([0.0, 0.3]),
        reordering=st.sampled_from([0.0, 0.7]),
    )
    def begin(self, seed: int, loss: float, unacknowledged: float, duplication: float, reordering: float) -> None:
        """Make a world with some faults; it rejects and refuses a few events."""
        self.world = RelayWorld(
            self.folder,
            seed,
            held=True,
            faults=Faults(loss, unacknowledged, duplication, reordering),
            judge=lambda event: "schema" if event.seq % 17 == 0 else "",
            readable=lambda event: event.seq % 67 != 0 or event.type.endswith("quarantined.v1"),
        )

    @rule(lane=st.sampled_from(["urgent", "record", "bulk"]), count=st.integers(1, 40))
    def append(self, lane: str, count: int) -> None:
        """People do things."""
        self.here.append(lane, count)

    @rule(seconds=st.sampled_from([0.1, 1.0, 6.0, 45.0, 700.0]), deliveries=st.integers(0, 30))
    def pass_time(self, seconds: float, deliveries: int) -> None:
        """Time passes and some of what is on the wire arrives."""
        self.here.step(seconds, deliveries)

    @rule()
    def crash_hall(self) -> None:
        """The hall forgets everything that is not stored."""
        self.here.restart_hall()

    @rule()
    def turn_intake(self) -> None:
        """The intake goes away or comes back."""
        self.here.centre_up = not self.here.centre_up

    @rule()
    def turn_broker(self) -> None:
        """The uplink is pulled or plugged."""
        if self.here.broker.up:
            self.here.broker.stop()
        else:
            self.here.broker.start()

    @rule()
    def broker_forgets(self) -> None:
        """The broker is killed before it saved its sessions."""
        self.here.broker.forget()

    @rule()
    def silence(self) -> None:
        """The broker takes everything and answers nothing, or speaks again."""
        self.here.broker.silent = not self.here.broker.silent

    @invariant()
    def nothing_is_confirmed_that_is_not_committed(self) -> None:
        """Hold the invariants after every step."""
        if self.world is not None:
            self.here.check()

    def teardown(self) -> None:
        """In the end all faults cease, and everything arrives."""
        if self.world is None:
            return
        self.here.broker.faults = Faults()
        self.here.broker.silent = False
        self.here.broker.stop()
        self.here.broker.start()
        self.here.centre_up = True
        self.here.settle()
        self.here.check_complete()
        self.here.close()
        shutil.rmtree(self.folder)


TestRelayMachine = RelayMachine.TestCase
TestRelayMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
