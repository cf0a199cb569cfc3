"""The poverty desk: neighbours in need, told by neighbours, visited by the village's team, known to the regency."""
