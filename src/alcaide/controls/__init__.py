"""Measures in place and proposed: the hinge of risk, compliance and spend."""
