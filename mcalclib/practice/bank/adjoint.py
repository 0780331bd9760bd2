"""Exercises of the chapter on adjoint."""

EXERCISES = []
