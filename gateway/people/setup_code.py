"""The code with which a new hall is claimed: kept as the file ``setup-code``, readable by the hall alone.

Promises: nobody without eyes on the Pi, its screen or its label has it; a lost or spoilt file is made anew; once
the hall has a head the code is void and the file gone.
"""

from __future__ import annotations

import hmac
import os
from pathlib import Path
from random import Random

from gateway.errors import Refusal
from gateway.people import model

FILE = "setup-code"


class SetupCode:
    """The setup code of the hall in ``directory``."""

    def __init__(self, directory: Path, randomness: Random) -> None:
        self._path = directory / FILE
        self._randomness = randomness

    def current(self) -> str:
        """Return the code, for example ``KM4RTW7A``, making one if there is none. Raises Refusal ``storage-failed``."""
        try:
            code = model.plain_code(self._path.read_text(encoding="ascii"))
        except (OSError, UnicodeDecodeError):
            code = ""
        return code if model.code_is_good(code) else self._make()

    def is_right(self, code: str) -> bool:
        """Return whether this is the code, however it was spaced and capitalised."""
        return hmac.compare_digest(model.plain_code(code).encode(errors="replace"), self.current().encode())

    def void(self) -> None:
        """Take the code away: the hall has a head."""
        self._path.unlink(missing_ok=True)

    def _make(self) -> str:
        code = "".join(self._randomness.choice(model.CODE_LETTERS) for _ in range(model.CODE_LENGTH))
        part = self._path.with_name(f"{FILE}.part")
        try:
            part.unlink(missing_ok=True)
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
                file.write(code + "\n")
                file.flush()
                os.fsync(file.fileno())
            part.rename(self._path)
        except OSError as error:
            raise Refusal("storage-failed") from error
        return code
