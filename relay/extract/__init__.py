"""What is in a clip or photo, found out from its file. Pure functions of a file, for processes of their own."""
