"""Everything the hall keeps: one SQLite file, its outbox and inbox, attachments, backups."""
