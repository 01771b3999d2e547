"""OAuth over HTTP: the page of consent and the token endpoint."""
