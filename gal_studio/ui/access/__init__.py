"""Who may come in: the gate, credentials and origins."""
