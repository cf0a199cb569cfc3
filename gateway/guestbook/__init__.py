"""Who came to see the village's office: the guest book (buku tamu)."""
