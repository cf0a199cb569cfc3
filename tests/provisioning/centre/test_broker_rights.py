"""Who may say and hear what is the same at Mosquitto, NATS and RabbitMQ: their files follow one list."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

CENTRE = Path(__file__).parents[3] / "provisioning" / "centre"
HALL, NEIGHBOUR = "3510012001", "3510012002"
USERS = (HALL, "intake", "enrol")

Rights = dict[tuple[str, str], set[str]]
"""By user and ``write`` or ``read``: topics, as NATS writes them."""


def of_mosquitto() -> Rights:
    """Read the access list that ``provision centre init`` writes."""
    rights: Rights = {}
    user = HALL
    for line in (CENTRE / "files" / "acl").read_text(encoding="utf-8").splitlines():
        words = line.replace("@root@", "balai/v1").replace("%u", HALL).split()
        if words[:1] == ["user"]:
            user = words[1]
        elif words[:1] in (["pattern"], ["topic"]):
            rights.setdefault((user, words[1]), set()).add(words[2].replace("/", ".").replace("+", "*"))
    return rights


def of_nats() -> Rights:
    """Read ``halls.conf``, without the place where NATS hands messages over."""
    text = (CENTRE / "brokers" / "halls.conf").read_text(encoding="utf-8")
    rights: Rights = {}
    for user, publish, subscribe in re.findall(r'"CN=(\w+)".*?publish: \[(.*?)\].*?subscribe: \[(.*?)\]', text, re.DOTALL):
        rights[user, "write"] = set(re.findall(r'"(.*?)"', publish))
        rights[user, "read"] = set(re.findall(r'"(.*?)"', subscribe)) - {"$MQTT.sub.>"}
    return rights


def test_nats_follows_the_access_list() -> None:
    """Topic by topic, for halls, intake and the signing of certificates."""
    assert of_nats() == of_mosquitto()


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("right", ["write", "read"])
def test_rabbitmq_follows_the_access_list(user: str, right: str) -> None:
    """Its patterns take what the list allows this user, and nothing that it allows another."""
    [entry] = [one for one in _definitions()["topic_permissions"] if one["user"] == user]
    pattern = re.compile(entry[right].replace("{username}", user))
    rights = of_mosquitto()
    allowed = rights[user, right]
    known = {topic for topics in rights.values() for topic in topics}
    others = {topic for topic in known | {topic.replace(HALL, NEIGHBOUR) for topic in known} if not _covered(topic, allowed)}

    assert [topic for topic in sorted(allowed) if not pattern.fullmatch(topic)] == []
    assert [topic for topic in sorted(others) if pattern.fullmatch(topic)] == []


def _covered(topic: str, allowed: set[str]) -> bool:
    """Tell whether one of the allowed topics, in which a star is any level, means this one too."""
    return any(re.fullmatch(re.escape(one).replace(r"\*", "[^.]+"), topic) for one in allowed)


def _definitions() -> dict[str, list[dict[str, str]]]:
    text = (CENTRE / "brokers" / "rabbitmq-halls.json").read_text(encoding="utf-8")
    definitions: dict[str, list[dict[str, str]]] = json.loads(text)
    return definitions
