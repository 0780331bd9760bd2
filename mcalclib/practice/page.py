"""What the page needs of an exercise, as plain data: points, right values, messages."""

import numpy as np

from .exercise import COMPUTED
from .formulas import show_size
from .messages import MESSAGES
from .orders import cost_values
from .points import points_of, seed_of
from .solutions import derivation_of
from .variants import question_of, variants_of


def page_data(exercise):
    """Return an exercise as a dict that JSON can hold.

    Matrices are nested lists of rows; vectors have one column, numbers are 1 by 1. What a point
    does not have is null.

    Parameters
    ----------
    exercise : Exercise
    """
    computed = exercise.kind in COMPUTED
    return {
        "id": exercise.id,
        "kind": exercise.kind,
        "asks": exercise.asks if computed else None,
        "room": exercise.room,
        "title": exercise.title,
        "question": exercise.question,
        "form": exercise.form if exercise.asks == "hessian" else None,
        "wrt": exercise.wrt,
        "tangent": exercise.linear_in if computed else None,
        "shapes": _shapes(exercise.arguments),
        "properties": {name: p for name, p in exercise.properties.items() if p},
        "result": _sizes(exercise.result) if computed else None,
        "points": [_point(p) for p in points_of(exercise, np.random.default_rng(seed_of(exercise)))]
        if computed
        else [],
        "mistakes": [{"answer": a, "diagnosis": d} for a, d in exercise.mistakes.items()],
        "accepted": [exercise.answer, *exercise.also] if computed else [],
        "variants": _variants(exercise),
        "choices": [{"text": text, "remark": remark} for text, remark in exercise.choices] or None,
        "answer": None if computed else exercise.answer,
        "claim": exercise.claim,
        "cost_values": _cost_values(exercise) if exercise.kind == "cost" else None,
        "digits": exercise.digits,
        "ends": exercise.ends,
        "hints": list(exercise.hints),
        "solution": derivation_of(exercise).latex if exercise.expression else None,
        "solution_text": exercise.solution,
        "messages": MESSAGES,
    }


def _variants(exercise):
    if exercise.kind != "value":
        return None
    return [
        {
            "values": {name: _listed(x) for name, x in p.values.items()},
            "right": _listed(p.right),
            "value": _listed(p.value),
            "difference": _listed(p.difference),
            "question": question_of(exercise, p),
        }
        for p in variants_of(exercise)
    ]


def _cost_values(exercise):
    return [{name: x.item() for name, x in v.items()} for v in cost_values(exercise)]


def _sizes(shape):
    return [show_size(size) for size in shape]


def _shapes(symbols):
    return {name: _sizes(shape) for name, shape in symbols.items()}


def _listed(x):
    return None if x is None else [[_number(v) for v in row] for row in x]


def _number(x):
    x = float(x)
    return x if np.isfinite(x) else None


def _point(p):
    return {
        "family": p.family,
        "which": list(p.which),
        "of": list(p.of),
        "values": {name: _listed(x) for name, x in p.values.items()},
        "right": _listed(p.right),
        "summands": [_listed(s) for s in p.summands],
        "difference": _listed(p.difference),
        "value": _listed(p.value),
        "permuted": _listed(p.permuted),
        "other_summands": [[_listed(s) for s in part] for part in p.other_summands],
        "permuted_summands": [_listed(s) for s in p.permuted_summands],
    }
