"""The phone link over Bluetooth LE."""
