"""What villagers sell: offered by themselves, looked at by the staff, found by everybody."""
