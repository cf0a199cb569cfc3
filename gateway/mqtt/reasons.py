"""Why a connection could not be made or has ended: a stable code, and a few words for people."""

from __future__ import annotations

import socket
import ssl

from gateway.mqtt.ports import Disconnected

_NOT_READY = {"Server unavailable", "Server busy", "Server shutting down", "Quota exceeded", "Connection rate exceeded"}
"""Reasons of a broker that will take us later."""

_WORDS = {
    "Not authorized": "tidak diizinkan",
    "Bad user name or password": "nama atau sandi salah",
    "Client identifier not valid": "nama klien tidak diterima",
    "Session taken over": "balai lain memakai nama yang sama",
    "Packet too large": "kiriman terlalu besar",
    "Banned": "diblokir",
    "Unsupported protocol version": "versi MQTT tidak didukung",
    "Quota exceeded": "kuota broker habis",
    "Topic name invalid": "nama topik tidak diterima",
    "Server unavailable": "broker belum siap",
    "Server busy": "broker sibuk",
    "Server shutting down": "broker sedang dimatikan",
}

_ALERTS = {
    "SSLV3_ALERT_CERTIFICATE_EXPIRED": "certificate-expired",
    "SSLV3_ALERT_CERTIFICATE_REVOKED": "certificate-revoked",
    "TLSV1_ALERT_UNKNOWN_CA": "certificate-unknown",
    "SSLV3_ALERT_BAD_CERTIFICATE": "certificate-refused",
    "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE": "certificate-refused",
    "SSLV3_ALERT_CERTIFICATE_UNKNOWN": "certificate-refused",
    "TLSV13_ALERT_CERTIFICATE_REQUIRED": "certificate-refused",
}
"""What a broker's TLS alert says about our own certificate."""

_VERIFIED = {9: "broker-early", 10: "broker-expired", 62: "broker-misnamed", 64: "broker-misnamed"} | dict.fromkeys(
    (18, 19, 20, 21), "broker-foreign"
)
"""OpenSSL's X509_V_ERR_ numbers: what is wrong with the broker's certificate."""

_CERTIFICATES = {
    9: "belum berlaku",
    10: "sudah habis",
    18: "ditandatangani dirinya sendiri",
    19: "penandatangannya tidak dikenal",
    20: "penandatangannya tidak dikenal",
    21: "penandatangannya tidak dikenal",
    62: "untuk nama lain",
    64: "untuk alamat lain",
}
"""The same numbers in words."""

_PLAIN = {
    "WRONG_VERSION_NUMBER": "port itu tidak memakai TLS",
    "HTTP_REQUEST": "port itu tidak memakai TLS",
    "UNEXPECTED_EOF_WHILE_READING": "sambungan diputus di tengah salam TLS",
}
"""How a greeting failed where nobody may speak TLS, by OpenSSL's name. Mosquitto hangs up on what it takes for a broken packet."""

_GREETINGS = {
    "UNSUPPORTED_PROTOCOL": "versi TLS broker terlalu lama",
    "TLSV1_ALERT_PROTOCOL_VERSION": "versi TLS broker terlalu lama",
    "SSLV3_ALERT_HANDSHAKE_FAILURE": "broker menolak salam TLS",
}
"""How a greeting failed, by OpenSSL's name."""

_FILES = {
    "KEY_VALUES_MISMATCH": "kunci tidak cocok dengan sertifikatnya",
    "PEM_LIB": "bukan sertifikat atau kunci PEM yang utuh",
    "NO_START_LINE": "bukan sertifikat atau kunci PEM",
    "NO_CERTIFICATE_OR_CRL_FOUND": "tidak memuat sertifikat",
    "BAD_DECRYPT": "kuncinya bersandi",
}
"""What is wrong with our own files, by OpenSSL's name."""

_ERRORS: tuple[tuple[type[Exception], str, str], ...] = (
    (TimeoutError, "broker-unreachable", "tidak ada jawaban dari jaringan"),
    (ssl.SSLError, "broker-refused", "salam TLS gagal"),
    (ConnectionRefusedError, "broker-unreachable", "tidak ada program yang mendengar di port itu"),
    (socket.gaierror, "broker-unreachable", "nama host tidak ditemukan"),
    (ConnectionError, "broker-unreachable", "sambungan diputus"),
    (OSError, "broker-unreachable", "jaringannya gagal"),
)
"""What an error means and how it is said: the first kind that fits, so the special stands before the general."""

_NOT_MQTT = "jawabannya bukan MQTT yang benar"
_SILENT = "tidak menjawab salam TLS"
_UNSOUND = "tidak sah"
_NO_FILES = "bukan sertifikat atau kunci yang utuh"


def spoken() -> list[str]:
    """Return all of these words, for translators."""
    tables = (_WORDS, _CERTIFICATES, _PLAIN, _GREETINGS, _FILES)
    return [
        *(text for one in tables for text in one.values()),
        *(text for _, _, text in _ERRORS),
        _NOT_MQTT,
        _SILENT,
        _UNSOUND,
        _NO_FILES,
    ]


def of_error(error: Exception, *, greeting: bool = False) -> Disconnected:
    """Tell why a connection could not be made; ``greeting``: while TLS was to be begun."""
    if isinstance(error, TimeoutError) and "handshake" in str(error):
        return Disconnected("broker-silent", _SILENT)
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _VERIFIED.get(error.verify_code, "broker-untrusted")
        return Disconnected(code, _CERTIFICATES.get(error.verify_code, _UNSOUND))
    if isinstance(error, ssl.SSLError) and (told := of_alert(error.reason or "")):
        return told
    if plain := _said_without_tls(error, greeting=greeting):
        return Disconnected("broker-plain", plain)
    for kind, code, said in _ERRORS:
        if isinstance(error, kind):
            return Disconnected(code, _said_by_the_machine(error) or said)
    return Disconnected("broker-refused", _NOT_MQTT)


def _said_without_tls(error: Exception, *, greeting: bool) -> str:
    """Return by what nobody there seems to speak TLS, or empty."""
    if isinstance(error, ssl.SSLError):
        return _PLAIN.get(error.reason or "", "")
    hung_up = greeting and isinstance(error, ConnectionResetError | BrokenPipeError)
    return _PLAIN["UNEXPECTED_EOF_WHILE_READING"] if hung_up else ""


def _said_by_the_machine(error: Exception) -> str:
    """Return what OpenSSL or the kernel says more exactly than our own words do, or empty."""
    if isinstance(error, ssl.SSLError):
        return _GREETINGS.get(error.reason or "", "")
    if isinstance(error, TimeoutError | ConnectionError | socket.gaierror) or not isinstance(error, OSError):
        return ""
    return error.strerror or ""


def of_alert(alert: str) -> Disconnected | None:
    """Tell what a broker's TLS alert says about our certificate; None when it says nothing about it."""
    return Disconnected(_ALERTS[alert], alert.rpartition("ALERT_")[2].replace("_", " ").lower()) if alert in _ALERTS else None


def of_files(error: OSError) -> Disconnected:
    """Tell why our own certificate files cannot be used."""
    if isinstance(error, ssl.SSLError):
        return Disconnected("certificate-unreadable", _FILES.get(error.reason or "", _NO_FILES))
    return Disconnected("certificate-unreadable", str(error.filename or error.strerror or "tidak terbaca"))


def of_answer(name: str) -> Disconnected:
    """Tell why a broker turned us away or dropped us, by the MQTT name of its reason."""
    words = _WORDS.get(name, name)
    if name in _NOT_READY:
        return Disconnected("broker-unreachable", words)
    return Disconnected("broker-refused", words)


def words(name: str) -> str:
    """Return a few words for the MQTT name of a reason."""
    return _WORDS.get(name, name)
