"""A person as the hall knows one: what letters ask for again and again, and nothing else. Pure."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields

from gateway.errors import Reason
from gateway.values import last_four

RELIGIONS = ("islam", "kristen", "katolik", "hindu", "buddha", "khonghucu", "kepercayaan")
MARITAL = ("belum-kawin", "kawin", "cerai-hidup", "cerai-mati")
SEXES = ("laki-laki", "perempuan")
LABELS: Mapping[str, str] = {
    "nik": Reason("NIK"), "name": Reason("Nama lengkap"), "kk": Reason("Nomor KK"), "birthplace": Reason("Tempat lahir"), "born_on": Reason("Tanggal lahir"),
    "sex": Reason("Jenis kelamin"), "religion": Reason("Agama"), "marital": Reason("Status perkawinan"), "job": Reason("Pekerjaan"),
    "address": Reason("Alamat"), "hamlet": Reason("Dusun"), "rt": Reason("RT"), "rw": Reason("RW"),
}  # fmt: skip
LONGEST = 120
"""Letters of any field."""


@dataclass(frozen=True, slots=True)
class Resident:
    """One person. Only NIK and name are always there."""

    nik: str
    """16 digits."""
    name: str
    kk: str = ""
    birthplace: str = ""
    born_on: str = ""
    """ISO 8601."""
    sex: str = ""
    religion: str = ""
    marital: str = ""
    job: str = ""
    address: str = ""
    hamlet: str = ""
    rt: str = ""
    rw: str = ""

    @property
    def shown_nik(self) -> str:
        """The NIK as pages show it."""
        return last_four(self.nik)

    @property
    def whole_address(self) -> str:
        """The address as letters have it."""
        parts = (self.address, self.hamlet and f"Dusun {self.hamlet}", self.rt and f"RT {self.rt}", self.rw and f"RW {self.rw}")
        return " ".join(part for part in parts if part)

    def encode(self) -> bytes:
        """Return the person as the vault seals one."""
        return json.dumps(
            {name: value for name, value in asdict(self).items() if value}, ensure_ascii=False, separators=(",", ":")
        ).encode()

    def answers(self) -> dict[str, str]:
        """Return what the questions of services ask, by their names; what is not known is left out."""
        known = {
            "nik": self.nik, "nama": self.name, "no-kk": self.kk, "tempat-lahir": self.birthplace, "tanggal-lahir": self.born_on,
            "jenis-kelamin": self.sex, "agama": self.religion, "status-kawin": self.marital, "pekerjaan": self.job, "alamat": self.whole_address,
        }  # fmt: skip
        return {name: value for name, value in known.items() if value}


def decode(content: bytes) -> Resident:
    """Return a person from what was sealed; fields that a later version knows are left out."""
    told: Mapping[str, str] = json.loads(content)
    return Resident(**{field.name: told[field.name] for field in fields(Resident) if field.name in told})


def folded(text: str) -> str:
    """Return a name as it is compared: without accents, marks and capitals."""
    plain = unicodedata.normalize("NFKD", text)
    return " ".join("".join(sign for sign in plain.casefold() if sign.isalnum() or sign.isspace()).split())
