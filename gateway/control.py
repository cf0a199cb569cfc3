"""The hall's own door for commands: ``hall.sock``, root's only.

A running hall holds its database alone, so ``gateway backup`` and its like ask it through this Unix
socket instead of opening the database themselves. One line of JSON asks; lines of JSON answer:
``{"progress": 0.4}`` any number of times, then ``{"done": {...}}`` or ``{"refused": code, "facts": {...}}``.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.errors import Refusal

log = logging.getLogger(__name__)

Progress = Callable[[float], None]
"""Told the done share of long work, 0 to 1."""
Act = Callable[[dict[str, Any], Progress], dict[str, Any]]
"""One command: its parameters and where to report progress -> its answer."""

ACCEPT_AGAIN_S = 0.5
"""How long to rest when no visitor can be let in, as when descriptors have run out."""
LINE_LIMIT_BYTES = 1024 * 1024
"""The longest command: a whole hall's choices come in one."""
ASK_LIMIT_S = 10.0
"""A visitor who has said nothing for so long, or takes no answer, makes room for the next."""
SILENT_LIMIT_S = 120.0
"""A hall that has said nothing for so long, not even how far it is, does not answer any more."""


class ControlDoor:
    """Serves the acts on a Unix socket, one command at a time, until it is closed."""

    def __init__(self, path: Path, acts: Mapping[str, Act], ask_limit_s: float = ASK_LIMIT_S) -> None:
        self._path = path
        self._ask_limit_s = ask_limit_s
        self._acts = acts
        self._listener: socket.socket | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)

    def start(self) -> None:
        """Open the door. A socket left behind by a dead hall is replaced: hall.lock is ours by now."""
        self._path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        former = os.umask(0o177)
        try:
            with short_address(self._path) as address:
                listener.bind(address)
            listener.listen(4)
        except OSError:
            listener.close()
            raise
        finally:
            os.umask(former)
        self._listener = listener
        self._thread.start()

    def stop(self, timeout_s: float = 2.0) -> None:
        """Close the door and wait for a command under way."""
        if self._listener is None:
            return
        self._closing.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(timeout_s)
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _serve(self) -> None:
        while self._listener is not None:
            try:
                visitor, _ = self._listener.accept()
            except OSError as error:
                if self._closing.wait(ACCEPT_AGAIN_S):
                    return
                log.warning("event=door-jammed error=%s", error)
                continue
            visitor.settimeout(self._ask_limit_s)
            try:
                with visitor, visitor.makefile("rw", encoding="utf-8") as lines:
                    self._answer(lines)
            except OSError:
                log.info("event=command-abandoned")
            except Exception:
                log.exception("event=command-failed")  # the door stays open for the next

    def _answer(self, lines: Any) -> None:  # noqa: ANN401 - a text stream for reading and writing has no simple type
        def say(answer: dict[str, Any]) -> None:
            lines.write(json.dumps(answer, default=str) + "\n")
            lines.flush()

        try:
            line = lines.readline(LINE_LIMIT_BYTES)
            if len(line) == LINE_LIMIT_BYTES:
                say({"refused": "body-too-large", "facts": {"limit_kib": LINE_LIMIT_BYTES // 1024}})
                return
            asked = json.loads(line)
            act = self._acts[asked["act"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            say({"refused": "command-unknown", "facts": {}})
            return
        log.info("event=command act=%s", asked["act"])
        try:
            say({"done": act(asked.get("parameters", {}), lambda share: say({"progress": share}))})
        except Refusal as refusal:
            say({"refused": refusal.code, "facts": refusal.facts})
        except Exception:
            log.exception("event=command-failed act=%s", asked["act"])
            say({"refused": "internal", "facts": {}})


def ask(path: Path, act: str, parameters: dict[str, Any], progress: Progress = lambda _share: None) -> dict[str, Any]:
    """Ask the hall behind ``path`` to carry out an act and return its answer.

    Raises Refusal with the hall's own reason, or ``hall-not-running`` when nobody answers.
    """
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as visitor:
            visitor.settimeout(SILENT_LIMIT_S)
            with short_address(path) as address:
                visitor.connect(address)
            with visitor.makefile("rw", encoding="utf-8") as lines:
                lines.write(json.dumps({"act": act, "parameters": parameters}, default=str) + "\n")
                lines.flush()
                for line in lines:
                    answer = json.loads(line)
                    if "progress" in answer:
                        progress(answer["progress"])
                    elif "done" in answer:
                        return dict(answer["done"])
                    else:
                        raise Refusal(answer["refused"], **answer["facts"])
    except (OSError, json.JSONDecodeError) as error:  # nobody there, or killed in the middle of a word
        raise Refusal("hall-not-running") from error
    raise Refusal("hall-not-running")


@contextmanager
def short_address(path: Path) -> Iterator[str]:
    """Give a name of the socket short enough for the kernel's 107 bytes, whatever the folder is called."""
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
