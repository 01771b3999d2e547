"""Conversations and unsorted leads."""
