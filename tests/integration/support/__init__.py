"""Messages to send, and what must come of them, computed here a second time in a plain way."""
