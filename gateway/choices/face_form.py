"""``/atur/balai``: the hall's name, languages, theme and address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from gateway.choices.desk import Choices
from gateway.choices.face import NO_ANSWER, CurrentFace, HallFace, stranger
from gateway.choices.faults import faults
from gateway.choices.forms import PlainForm, Unsound
from gateway.portal.i18n import LANGUAGES, Words, known_language
from gateway.portal.site import themes


class FaceForm(PlainForm):
    """The page is filled with what is shown now; what equals the machine's own is kept as not chosen."""

    path = after = "/atur/balai"
    title = "Nama dan bahasa balai"
    template = "setup_face.html"
    labels: Mapping[str, str] = {
        "name": "Nama balai",
        "language": "Bahasa pertama",
        "languages": "Bahasa yang ditawarkan",
        "theme": "Corak",
        "address": "Alamat di struk dan poster",
    }

    def __init__(self, choices: Choices, face: CurrentFace, names: Sequence[str]) -> None:
        self._names = names
        self._choices = choices
        self._face = face

    def filled(self, item: str) -> dict[str, str]:
        """Return the face that is shown now."""
        del item
        face = self._choices.current(HallFace).over(self._face.machine)
        offered = list(face.offered)
        places = {f"place_{code}": str(offered.index(code) + 1) if code in offered else "" for code in LANGUAGES}
        return {
            "name": face.name,
            "language": known_language(face.language),
            "theme": face.theme,
            "address": face.address,
            **places,
        }

    def shown(self, item: str, typed: Mapping[str, str], speak: Words) -> dict[str, object]:
        """Return languages and themes to choose from."""
        del item, typed, speak
        return {"offered": LANGUAGES, "themes": themes(), "is_default": self._face.machine.name}

    def choose(self, item: str, act: str, typed: dict[str, str], speak: Words) -> None:
        """Choose the face as typed."""
        del item, act
        machine, present = self._face.machine, self._choices.current(HallFace)
        wanted = {name: " ".join(typed[name].split()) for name in ("name", "language", "theme", "address")}
        wanted["address"] = wanted["address"].rstrip("/").lower()
        wrong = {name: speak("Harus diisi.") for name in ("name", "address") if not wanted[name]}
        places = sorted((int(place), code) for code in LANGUAGES if (place := typed[f"place_{code}"]).isdecimal())
        languages = [code for _, code in places]
        if wanted["language"] not in languages:
            wrong["languages"] = speak("Bahasa pertama harus ikut ditawarkan.")
        chosen: dict[str, object] = {name: "" if text == getattr(machine, name) else text for name, text in wanted.items()}
        # Languages of a later version stay as they were chosen.
        chosen["languages"] = [*languages, *(code for code in present.languages if code not in LANGUAGES)]
        face: HallFace | None = None
        try:
            face = HallFace.model_validate(chosen)
        except ValidationError as error:
            wrong = {**faults(error, speak), **wrong}
        if "address" not in wrong and chosen["address"] and (host := stranger(wanted["address"], self._names)):
            wrong["address"] = speak(NO_ANSWER, host=host, names=", ".join(self._names))
        if wrong or face is None:
            raise Unsound(wrong)
        self._choices.change(face)
