"""Pure: the redirect after a consent, the message that we are switched off."""
