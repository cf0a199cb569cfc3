"""What the village takes in and spends: its budget (APBDes), year by year, for everybody to read."""
