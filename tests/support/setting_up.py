"""Filling in the forms below ``/atur``, as a browser without scripts does."""

from __future__ import annotations

import re
from html import unescape

import httpx

from tests.support.portal import PIN

FIELD = re.compile(
    r"<(input|textarea|select)\b([^>]*)>(?:([^<]*)</textarea>|((?:\s*<option.*?</option>)*)\s*</select>)?", re.DOTALL
)
OPTION = re.compile(r'<option value="([^"]*)"( selected)?')


def sign_in(client: httpx.Client, officer: str = "Siti") -> None:
    """Sign in by the page."""
    assert client.post("/masuk", data={"officer": officer, "pin": PIN}).status_code == 303


def fields_of(page: str) -> dict[str, str]:
    """Return what a browser would send of the first form that has a ``made_from``, without any button."""
    form = next(one for one in re.findall(r'<form method="post"[^>]*>.*?</form>', page, re.DOTALL) if 'name="made_from"' in one)
    found: dict[str, str] = {}
    for kind, attributes, text, options in FIELD.findall(form):
        given = dict(re.findall(r'([a-z-]+)="([^"]*)"', attributes))
        if "name" not in given or (given.get("type") in {"radio", "checkbox"} and "checked" not in attributes.split()):
            continue
        value = given.get("value", "")
        if kind == "textarea":
            value = text
        elif kind == "select":
            listed = OPTION.findall(options)
            value = next((one for one, selected in listed if selected), listed[0][0])
        found[unescape(given["name"])] = unescape(value)
    return found


def send(client: httpx.Client, path: str, act: str = "save", **typed: str | None) -> httpx.Response:
    """Open the page, type into its fields (None unticks one) and press a button."""
    form: dict[str, str | None] = {**fields_of(client.get(path).text), "act": act, **typed}
    return client.post(path, data={name: text for name, text in form.items() if text is not None})


def wrong(page: str) -> dict[str, str]:
    """Return what the page says is wrong, by field."""
    return {name: unescape(text) for name, text in re.findall(r'class="wrong" id="([\w-]+)-wrong">(.*?)<', page)}
