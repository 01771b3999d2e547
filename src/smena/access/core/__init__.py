"""Decisions about access: who may what, how long a session lives, how soon one may try again."""
