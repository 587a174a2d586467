"""Joins the rooms into one running house: settings, addresses, commands."""
