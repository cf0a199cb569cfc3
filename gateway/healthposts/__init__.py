"""When and where the village looks after mothers, children and the elderly: posyandu, their calendar and their reminders."""
