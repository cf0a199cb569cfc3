"""What the hall itself has decided: kept in the database, in sections, changed without a restart."""
