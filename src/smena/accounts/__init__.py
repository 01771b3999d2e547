"""Tenants: connected CRM accounts, their activation and settings (CORE-1, CORE-6)."""
