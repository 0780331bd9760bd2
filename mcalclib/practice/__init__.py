"""Practice: exercises that answer with a diagnosis."""
