"""The village's list of residents, if it wants one here: sealed person by person, looked up at the counter, erased on demand."""
