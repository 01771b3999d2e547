"""Pure: what commands say, and which supersede which."""
