"""Why a connection could not be made or has ended: a stable code, and a few words for people."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from typing import Any

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

_ERRORS: tuple[tuple[type[Exception], str, Callable[[Any], str]], ...] = (
    (TimeoutError, "broker-unreachable", lambda _: "tidak ada jawaban dari jaringan"),
    (ssl.SSLError, "broker-refused", lambda error: f"salam TLS gagal ({error.reason or error})"),
    (ConnectionRefusedError, "broker-unreachable", lambda _: "tidak ada program yang mendengar di port itu"),
    (socket.gaierror, "broker-unreachable", lambda _: "nama host tidak ditemukan"),
    (ConnectionError, "broker-unreachable", lambda _: "sambungan diputus"),
    (OSError, "broker-unreachable", lambda error: error.strerror or str(error)),
)
"""What an error means and how it is said: the first kind that fits, so the special stands before the general."""


def of_error(error: Exception) -> Disconnected:
    """Tell why a connection could not be made."""
    if isinstance(error, TimeoutError) and "handshake" in str(error):
        return Disconnected("broker-silent", "tidak menjawab salam TLS")
    if isinstance(error, ssl.SSLCertVerificationError):
        code = _VERIFIED.get(error.verify_code, "broker-untrusted")
        return Disconnected(code, error.verify_message or "sertifikat tidak sah")
    if isinstance(error, ssl.SSLError) and (told := of_alert(error.reason or "")):
        return told
    for kind, code, words_of in _ERRORS:
        if isinstance(error, kind):
            return Disconnected(code, words_of(error))
    return Disconnected("broker-refused", "jawabannya bukan MQTT yang benar")


def of_alert(alert: str) -> Disconnected | None:
    """Tell what a broker's TLS alert says about our certificate; None when it says nothing about it."""
    return Disconnected(_ALERTS[alert], alert.rpartition("ALERT_")[2].replace("_", " ").lower()) if alert in _ALERTS else None


def of_files(error: OSError) -> Disconnected:
    """Tell why our own certificate files cannot be used."""
    if isinstance(error, ssl.SSLError):
        return Disconnected("certificate-unreadable", error.reason or str(error))
    return Disconnected("certificate-unreadable", str(error.filename or error.strerror or error))


def of_answer(name: str) -> Disconnected:
    """Tell why a broker turned us away or dropped us, by the MQTT name of its reason."""
    words = _WORDS.get(name, name)
    if name in _NOT_READY:
        return Disconnected("broker-unreachable", words)
    return Disconnected("broker-refused", words)


def words(name: str) -> str:
    """Return a few words for the MQTT name of a reason."""
    return _WORDS.get(name, name)
