"""What a page's form sends, read strictly. Promises: bad UTF-8 or a strange body is refused, never guessed at."""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request

from gateway.errors import Refusal
from gateway.portal.api import KEY_PATTERN

FIELD_LIMIT = 20


async def read_form(request: Request, limit: int = FIELD_LIMIT) -> dict[str, str]:
    """Return the fields, at most ``limit``, of an urlencoded form. Raises Refusal ``body-unreadable``."""
    body = await request.body()
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, encoding="utf-8", errors="strict", max_num_fields=limit)
    except (UnicodeDecodeError, ValueError) as error:
        raise Refusal("body-unreadable") from error
    return dict(fields)


async def read_form_with_file(request: Request, limit: int = FIELD_LIMIT) -> dict[str, str]:
    """Return the fields of a form that may bring a text file, which is a field as any other. Raises Refusal ``body-unreadable``.

    For addresses that take usual bodies only: the file is in memory whole.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await read_form(request, limit)
    try:
        async with request.form(max_files=1, max_fields=limit) as form:
            return {
                name: part if isinstance(part, str) else (await part.read()).decode("utf-8-sig") for name, part in form.items()
            }
    except (HTTPException, UnicodeDecodeError) as error:
        raise Refusal("body-unreadable") from error


def form_key(fields: dict[str, str]) -> str:
    """Return the idempotency key hidden in the form. Raises Refusal ``key-missing``."""
    key = fields.get("key", "")
    if not re.fullmatch(KEY_PATTERN, key):
        raise Refusal("key-missing")
    return key


def csrf_token(session_token: str) -> str:
    """Return what every form of this session carries: derived from the cookie's secret, which no other site can read."""
    return hashlib.sha256(b"balai-form\0" + session_token.encode()).hexdigest()[:32]


def check_csrf(fields: dict[str, str], session_token: str) -> None:
    """Raise Refusal ``foreign-origin`` unless the form was made for this session."""
    if not hmac.compare_digest(fields.get("csrf", "").encode(), csrf_token(session_token).encode()):
        raise Refusal("foreign-origin")
