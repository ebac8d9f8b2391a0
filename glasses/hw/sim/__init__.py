"""A simulated day for the whole device: what is seen, heard, where, when, and whether there is a network.

A day is a folder with a ``day.toml`` (see ``day.Day``); pictures and sounds are named relative to it.
"""
