"""Exercises of the chapter on hessian."""

EXERCISES = []
