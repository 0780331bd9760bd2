"""Exercises of the chapter on review."""

EXERCISES = []
