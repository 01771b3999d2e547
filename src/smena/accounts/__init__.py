"""Tenants: connected CRM accounts, their tokens and settings (CORE-1, CORE-6)."""
