"""The models that both programs run: what they are, where they come from, and one adapter for each.

A leaf (ADR 0001): nothing here imports ``glasses`` or ``relay`` but for the wire's errors and tag types.
"""
