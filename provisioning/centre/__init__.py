"""The regency's end of the wire: the intake and the database in which every event of every hall arrives once."""
