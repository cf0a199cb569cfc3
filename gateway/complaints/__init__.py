"""Complaints and wishes: told without a name if somebody wishes, answered in days that are counted, escalated to the regency."""
