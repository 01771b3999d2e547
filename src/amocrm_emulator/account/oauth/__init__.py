"""OAuth 2.0 as amoCRM does it: integrations, consent, codes, pairs of tokens, moving away."""
