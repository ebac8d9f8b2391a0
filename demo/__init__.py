"""The whole product in one command: a simulated day, from spoken words to a finished film. Run by ``scripts/demo``."""
