"""What the queue has done over a day or a year: figures, charts and a table to take away."""
