"""Requests for services: begun on a phone, a touch screen or at the counter, and what becomes of them until they are collected."""
