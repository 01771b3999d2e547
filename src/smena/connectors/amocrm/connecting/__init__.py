"""How an account is connected, let go of, and shuts us out."""
