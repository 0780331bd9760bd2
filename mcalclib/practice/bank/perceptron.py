"""Exercises of the chapter on perceptron."""

EXERCISES = []
