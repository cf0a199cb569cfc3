"""Words that hall and centre both know before the first byte: the beginning of every compressed batch, which is never sent.

A zlib stream names its words by their checksum (RFC 1950, DICTID), so a reader with other words refuses it instead of
misreading. Never edited once released: other words would be a second constant beside this one, which readers keep for ever.
"""

from __future__ import annotations

_KINDS = """\
id.balai.epoch.opened.v1 epoch reason closed
id.balai.event.quarantined.v1 ticket type reason
id.balai.choices.changed.v1 choices section chosen
id.balai.announcement.withdrawn.v1 announcement important
id.balai.announcement.published.v1 announcement texts starts_on ends_on important media
id.balai.hall.arranged.v1 hall lines counters
id.balai.line.continued.v1 line day after through
id.balai.line.opened.v1 line open
id.balai.day.dated.v1 day ordinal date clock
id.balai.day.opened.v1 day ordinal date clock by
id.balai.ticket.undone.v1 ticket line taken_back state
id.balai.ticket.transferred.v1 ticket line counter to_line to_counter service_s
id.balai.ticket.skipped.v1 ticket line counter calls
id.balai.ticket.cancelled.v1 ticket line counter reason
id.balai.ticket.returned.v1 ticket line by
id.balai.ticket.held.v1 ticket line counter reason
id.balai.ticket.no-show.v1 ticket line counter calls
id.balai.ticket.recalled.v1 ticket line counter calls
id.balai.visit.rated.v1 rating line score origin
id.balai.ticket.served.v1 ticket line counter
id.balai.ticket.issued.v1 ticket line number priority origin
id.balai.ticket.issued.v1 ticket line number origin
id.balai.ticket.completed.v1 ticket line counter service_s
id.balai.ticket.called.v1 ticket line counter waited_s"""

_VALUES = '"by":"calendar"unset restored staff"holder""papers""later""lansia""disabilitas""hamil""kiosk""staff""phone""button"'


def _kind(line: str) -> str:
    type_, about, *names = line.split()
    fields = "".join(f',"{name}"' for name in names)
    return f'["{type_}","{about}/7f3a90c2/118/","trusted","b0010001"{fields}],'


WORDS = (
    _VALUES
    + "".join(map(_kind, _KINDS.splitlines()))
    + '],"kind":[0],"time":["2026-11-23T09:14:03.120+07:00"],"uptime":[812345120],"data":[[["A-012"],["administrasi"],["A-012"],["button"]]]}'
    + '{"source":"/halls/3510012001","epoch":"7f3a90c2","lane":"record","seq":1842,"kinds":[['
).encode()
