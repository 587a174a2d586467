"""Signing in: what the house adds to django-allauth, which holds the flows and the cryptography's use."""
