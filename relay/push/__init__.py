"""Telling people who are not looking: messages to their browsers (Web Push, RFC 8030)."""
