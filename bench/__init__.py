"""Measurements that print figures beside the budgets of the design. Never part of the tests."""
