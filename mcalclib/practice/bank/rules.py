"""Exercises of the chapter on rules."""

EXERCISES = []
