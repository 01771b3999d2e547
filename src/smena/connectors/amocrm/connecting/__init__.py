"""How an account is connected, disconnected, and shuts us out."""
