"""Exercises of the chapter on least squares."""

EXERCISES = []
