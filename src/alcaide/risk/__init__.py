"""Scenarios, estimates, runs, plans: the whole portfolio in money."""
