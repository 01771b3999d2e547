"""The account on a port: the API, the page, webhooks, OAuth, trouble, the command line."""
