"""What proves a letter away from the hall: what its QR code says, how that is signed, and the page that checks it."""
