"""Whether the hall is well, one question a file, each answer with its remedy.

A check returns one ``Finding`` and never raises for a fault it looks for. The command ``gateway check``
and the page ``/kesehatan`` show the same findings.
"""
