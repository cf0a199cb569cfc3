"""Who is who between halls and centre: authorities, certificates, revocation, renewal."""
