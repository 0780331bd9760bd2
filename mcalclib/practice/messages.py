"""The sentence for every diagnosis: the only place where these texts stand.

``{placeholders}`` are filled with what the experiment found.
"""

MESSAGES = {
    "correct": "Correct, to {digits} digits.",
    "unanswered": "Not answered yet.",
    "different": "Not right yet: the values differ.",
    "layout": "This is the transpose of the right answer: numerator and denominator layout are "
              "exchanged.",
    "transposed": "This is the transpose of the right answer: rows and columns are exchanged.",
    "missing-tangent": "This is the derivative without its argument. The question asks for what "
                       "it does to {tangent}: an expression linear in {tangent}.",
    "constant": "The answer does not change with {tangent}. The question asks for an expression that "
                "is linear in {tangent}.",
    "shape": "The shape is {came}; expected is {expected}.",
    "nan": "The answer is not a finite number at points where the right one is.",
    "numeric": "Right to {digits} digits only, as a difference quotient is. A formula is right to "
               "all digits.",
    "hard-coded": "Right at the numbers of the text only: the point is written into "
                  "the answer.",
    "zero": "The answer is zero everywhere; the right one is not.",
    "difference": "This is the whole difference f(x + dx) - f(x). The derivative is its part that "
                  "is linear in the increment.",
    "higher-order": "Right for small {tangent} only: terms of higher order in {tangent} are still "
                    "in it. Keep the part that is linear.",
    "value": "This is the value of the function, not its derivative.",
    "not-linear": "Not linear in {tangent}: doubling {tangent} must double the answer, and sums "
                  "must go to sums.",
    "sign": "Right up to the sign: a minus is lost or too much.",
    "factor": "Right up to a constant: the answer is {factor} times the right one.",
    "rowwise": "Right for a vec that goes row by row. Here vec stacks columns.",
    "rowwise-layout": "This is the transpose of what is right for a vec that goes row by row. Here vec "
                      "stacks columns.",
    "layout-or-rowwise": "This is the transpose of the right answer. It is also what a vec that goes "
                         "row by row gives; here vec stacks columns.",
    "rowwise-term": "One term is right for a vec that goes row by row, the others where vec stacks "
                    "columns: look at the order of the Kronecker products.",
    "repeated": "One term of the product rule stands twice, in the place of another.",
    "term": "A part of the right answer is missing; the number of terms left out is {terms}.",
    "sign-of-term": "The terms are right, but not all their signs.",
    "factor-of-term": "All terms but one are right; that one has {factor} times what it should "
                      "have.",
    "symmetric": "Right for symmetric {which} only: a transpose is lost or too much.",
    "swapped": "Right for equal {which} only: one stands where the other belongs.",
    "commuting": "Right for commuting {which} only, and matrices do not commute: look at the order "
    "of the factors.",
    "sizes": "Right for some sizes only: a size is written into the answer.",
    "unsteady": "Called twice with the same numbers, the answer gave two values: something that "
                "changes goes in, such as a random number or a counter.",
    "adjoint": "The operator is right, its adjoint is not: <L dX, Y> and <dX, L* Y> differ.",
    "rounded": "Right to {digits} digits. Give the value exactly; 1/3 may be written as a fraction.",
    "rows": "The number of rows is right, that of columns is not.",
    "columns": "The number of columns is right, that of rows is not.",
    "neither": "Neither the number of rows is right nor that of columns.",
    "unstacked": "The number of entries is right, their arrangement is not.",
    "factors": "The product must have the same factors in the same order; only brackets may move.",
    "costly": "This order takes {cost} multiplications; {least} are enough.",
    "cheapest": "Correct: {cost} multiplications, and no order takes fewer.",
    "exact": "Correct.",
    "claim-holds": "Correct: the claim is true.",
    "claim-true": "The claim is true: it has no counterexample.",
    "claim-false": "The claim is not always true. Look for matrices at which it fails.",
    "needs-counterexample": "Give a counterexample: matrices at which the claim fails.",
    "no-counterexample": "At these matrices the two sides are equal, so they are no counterexample.",
    "refuted": "Correct: at these matrices the two sides differ.",
    "undefined-there": "At these matrices the claim is not defined.",
    "names": "Give a value to each of {expected}; came: {came}.",
    "shape-of": "{name} is {came}; expected is {expected}.",
    "property": "{name} must be {property}.",
    "choice": "{problem}",
    "chosen": "Correct. {problem}",
    "needs-function": "An array can be right at one point only. Give a function: {problem}.",
    "lines": "Correct: every line follows, and the last one is the derivative.",
    "unfinished": "Every line follows so far. Go on: {tangent} stands {came} in the last line, and "
    "can stand {expected}.",
    "line": "Line {line} does not follow from the line before. {problem}",
    "first-line": "Line 1 is not the differential asked for. {problem}",
    "error": "The answer raised {error}.",
    "timeout": "The answer did not finish within {seconds} seconds and was stopped.",
    "arguments": "The function is called by keyword: {expected}; it has the arguments {came}.",
    "returned": "The answer must be an array of real numbers; it is {came}.",
    "unreadable": "The answer cannot be read: {problem}",
}  # fmt: skip
