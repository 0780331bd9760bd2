"""Hostile, broken and unlucky submissions, each with the points it honestly earns.

Most put their attack into the first answer, which then returns nonsense: the other two
questions are right and must keep their marks.
"""

import json
from dataclasses import dataclass, field

import pyseccomp
from sample_course import MAX_AUTO, RIGHT, cell, submission, to_bytes

from mcalclib.grader.syscalls import ALLOWED

OTHERS = 10.0  # slope and inverse, both right
WRONG = "import numpy as np\ndef commutation(m, n):\n    return np.full((2, 2), 7.0)\n"
RUDE = ("failed", "error", "timed_out", "refused")


@dataclass
class Attack:
    """One submission: its bytes, the points it earns, the statuses that are right for it."""

    name: str
    data: bytes
    points: float = OTHERS
    statuses: tuple = RUDE
    note: str = ""  # must occur in the note
    file: str = ""
    tags: set = field(default_factory=set)


ATTACKS: list[Attack] = []


def numbers(names):
    """Return the numbers of system calls on this processor, and those that no filter may see."""
    known = {pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name) for name in names}
    # uretprobe and uprobe: the kernel itself ends whoever makes them without a probe.
    return {number for number in known if number >= 0} | {335, 336}


def code(name, text, before=WRONG, **options):
    """An attack in the first answer's cell."""
    content = submission(commutation=before + text)
    ATTACKS.append(Attack(name, to_bytes(content), **options))


def body(name, text, **options):
    """An attack inside the first answer's function, run when a test calls it."""
    lines = "\n".join("    " + line for line in text.split("\n"))
    code(name, f"def commutation(m, n):\n{lines}\n", **options)


# -- forging -----------------------------------------------------------------------------------

code(
    "patched assertions",
    "np.testing.assert_allclose = np.testing.assert_equal = lambda *a, **k: None\n"
    "np.allclose = lambda *a, **k: True",
)
code(
    "patched builtins",
    "import builtins\nbuiltins.AssertionError = type('Never', (Exception,), {})\n"
    "builtins.abs = lambda x: 0\nbuiltins.all = lambda x: True",
    points=OTHERS,
)
body(
    "array subclass that equals everything",
    "class Loud(np.ndarray):\n"
    "    def __eq__(self, other): return True\n"
    "    def __matmul__(self, other): return other\n"
    "    def __array_function__(self, f, t, a, k): return True\n"
    "    shape = property(lambda self: (m * n, m * n))\n"
    "return np.full((2, 2), 7.0).view(Loud)",
)
body(
    "object that equals everything",
    "class Yes:\n"
    "    def __getattr__(self, name): return self\n"
    "    def __eq__(self, other): return True\n"
    "    def __bool__(self): return True\n"
    "    def __matmul__(self, other): return self\n"
    "    def __call__(self, *a): return self\n"
    "return Yes()",
)
body(
    "object that claims to be an array",
    "class Fake:\n"
    "    __class__ = np.ndarray\n"
    "    dtype, ndim, shape = np.dtype(float), 2, (m * n, m * n)\n"
    "    def __array__(self, *a, **k): return np.full((2, 2), 7.0)\n"
    "    def __matmul__(self, other): return Fake()\n"
    "return Fake()",
)
body(
    "a number that equals everything",
    "class N(float):\n    __eq__ = lambda s, o: True\nreturn N(1)",
)
LEFT = {"points": MAX_AUTO - 5}  # the second answer is lost
for name, lines in (
    (
        "a number from which nothing is left",  # f(x) - expected tells it what was expected
        (
            "    def __sub__(self, other): return 0.0\n    __rsub__ = __add__ = __radd__ = __sub__\n"
            "    def __abs__(self): return 0.0"
        ),
    ),
    (
        "an array from which nothing is left",
        (
            "    def __sub__(self, other): return np.zeros(np.shape(other))\n"
            "    __rsub__ = __add__ = __radd__ = __sub__"
        ),
    ),
    (
        "an object whose difference is an object",
        (
            "    def __sub__(self, other): return self\n"
            "    __rsub__ = __truediv__ = __mod__ = __abs__ = __sub__\n"
            "    def max(self): return 0.0\n    def __float__(self): return 0.0"
        ),
    ),
    (
        "a quotient that is one",
        (
            "    def __truediv__(self, other): return np.ones(np.shape(other))\n"
            "    __rtruediv__ = __mul__ = __rmul__ = __truediv__"
        ),
    ),
):
    text = f"class Mine:\n{lines}\ndef slope(f, x, dx, h=1e-5):\n    return Mine()"
    ATTACKS.append(Attack(name, to_bytes(submission(slope=text)), **LEFT))
body("not a number", "return np.full((m * n, m * n), np.nan)", points=OTHERS + 1)
body("object array", "return np.array([[object()] * 2] * 2)")
body(
    "pickle that runs a command",
    "class P:\n    def __reduce__(self):\n        return (__import__('os').system, ('touch /tmp/owned',))\nreturn P()",
)
body("pickled array", "import pickle\nreturn pickle.dumps(np.eye(m * n))")
code(
    "fake frames sent ahead",
    "import os\nfrom mcalclib.grader.frames import pack\n"
    "for _ in range(50):\n    os.write(3, pack(('value', np.eye(6))))",
    statuses=("refused",),
    note="answers nothing",
)
code(
    "a thread that answers for the server",
    "import os, threading\nfrom mcalclib.grader.frames import pack\n"
    "def shout():\n    while True:\n        os.write(3, pack(('value', True)))\n"
    "threading.Thread(target=shout, daemon=True).start()",
    points=None,
)
code(
    "the session taken over",
    "import gc\nfrom mcalclib.grader.inside import Session\n"
    "for s in gc.get_objects():\n"
    "    if isinstance(s, Session):\n"
    "        type(s).on_do = lambda self, *a: ('value', True)\n",
    points=None,
)
code(
    "answers stolen from frames of the stack",
    "import sys, gc\nfound = []\nframe = sys._getframe()\n"
    "while frame:\n    found += [str(v) for v in frame.f_globals.values() if 'HIDDEN' in str(v)]\n"
    "    frame = frame.f_back\n"
    "found += [o for o in gc.get_objects() if isinstance(o, str) and 'BEGIN HIDDEN' in o]\n"
    "print('STOLEN' if found else 'nothing')",
    tags={"silent:STOLEN"},
)
code(
    "tests read from the disk",
    "import os\nhits = []\n"
    "for folder, inner, files in os.walk('/'):\n"
    "    inner[:] = [f for f in inner if f not in ('usr', 'lib')]\n"
    "    hits += [f for f in files if f.endswith('.ipynb') or f == 'gradebook.db']\n"
    "print('STOLEN' if hits else 'nothing')",
    tags={"silent:STOLEN"},
)
code("printed verdicts", 'print(\'passed 16/16\')\nprint(\'{"score": 16, "status": "passed"}\')')
code(
    "an error that says it passed",
    "class Passed(Exception): pass\ndef commutation(m, n):\n    raise Passed('16 of 16')",
)
body("a skipped test", "import unittest\nraise unittest.SkipTest('no need')")
body("an interrupt", "raise KeyboardInterrupt")
body("a generator's end", "raise StopIteration((6, 6))")
code(
    "the grader's own modules edited",
    "import mcalclib.grader.trial as t, mcalclib.grader.session as s\n"
    "t.Trial._check = lambda *a: None\ns.StandIn.__eq__ = lambda *a: True",
)
code(
    "test names defined by the student",
    "assert_allclose = allclose = callable = abs = lambda *a, **k: True",
)
code(
    "np replaced by the student",
    "class np:\n    testing = None\n    allclose = staticmethod(lambda *a: True)\n",
    points=5.0,
)
code(
    "errors hidden by the notebook's shell",
    "shell = get_ipython()\nshell.showtraceback = shell._showtraceback = lambda *a, **k: None",
)
code(
    "assertions cut out of the tests as they are read",
    "import ast\n"
    "class Cut(ast.NodeTransformer):\n"
    "    def visit_Assert(self, node): return ast.Pass()\n"
    "    def visit_Expr(self, node): return ast.Pass()\n"
    "get_ipython().ast_transformers.append(Cut())",
)
code(
    "tests that pass whatever they print",
    "import doctest\n"
    "doctest.OutputChecker.check_output = lambda *a, **k: True\n"
    "doctest.DocTestRunner.run = lambda *a, **k: doctest.TestResults(0, 1)",
)
code(
    "the other graders' own classes patched",
    "import sys\n"
    "for name, module in list(sys.modules.items()):\n"
    "    if name.startswith('otter'):\n"
    "        for thing in list(vars(module).values()):\n"
    "            if hasattr(thing, 'passed'): thing.passed = True\n"
    "try:\n"
    "    from otter.test_files.abstract_test import TestFile\n"
    "    TestFile.passed_all = property(lambda self: True)\n"
    "    TestFile.score = property(lambda self: self.possible)\n"
    "    TestFile.grade = property(lambda self: 1.0)\n"
    "except ImportError: pass",
)
content = submission(commutation=WRONG)
for item in content["cells"]:
    if item["metadata"].get("nbgrader", {}).get("grade") and item["cell_type"] == "code":
        item["source"] = "assert True"
ATTACKS.append(Attack("tests replaced in the submission", to_bytes(content)))
content = submission(commutation=WRONG)
for item in content["cells"]:
    about = item["metadata"].get("nbgrader", {})
    if about.get("grade"):
        about["points"] = 1000
ATTACKS.append(Attack("points raised in the submission", to_bytes(content)))

# -- dying -------------------------------------------------------------------------------------

code("exit in the cell", "import os\nos._exit(0)")
code("polite exit in the cell", "import sys\nsys.exit(0)")
body("exit in the function", "import os\nos._exit(0)", note="ended its own process")
body("polite exit in the function", "raise SystemExit(0)")
code("endless loop in the cell", "while True: pass", statuses=("timed_out",), note="stopped")
body("endless loop in the function", "while True: pass", statuses=("timed_out",), note="stopped")
body("a long sleep", "import time\ntime.sleep(1e6)", statuses=("timed_out",), note="stopped")
body("endless recursion", "return commutation(m, n)")
code(
    "recursion without a limit",
    "import sys\nsys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
)
body("segmentation fault", "import ctypes\nctypes.string_at(0)", note="crashed")
body("abort", "import os\nos.abort()")
body("memory by lists", "x = []\nwhile True: x.append([0] * 10**6)")
body("memory by one array", "return np.ones((10**6, 10**6))")
body("memory by text", "x = 'x'\nwhile True: x += x")
body("memory by the matrix's size", "return np.zeros((30000, 30000))")
code("closed connection", "import os\nos.close(3)")
code("connection exchanged", "import os\na, b = os.pipe()\nos.dup2(a, 3)")
code(
    "killing everything",
    "import os\nfor p in (-1, 0, 1, 2, os.getppid()):\n    try: os.kill(p, 9)\n    except OSError as e: print(e)",
)
code("stopping oneself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")
code(
    "ignoring signals",
    "import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except (OSError, ValueError): pass\nwhile True: pass",
)

# -- processes, network, files -----------------------------------------------------------------

code("fork bomb", "import os\nwhile True: os.fork()")
code(
    "fork in the function",
    "def commutation(m, n):\n    import os\n    os.fork()\n    return np.full((2, 2), 7.0)",
)
code(
    "thread bomb",
    "import threading, time\nwhile True: threading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
)
code("a shell", "import subprocess\nprint(subprocess.run(['sh', '-c', 'id'], capture_output=True))")
code("another program", "import os\nos.execv('/usr/bin/env', ['env'])")
code("multiprocessing", "import multiprocessing\nmultiprocessing.Pool(4)")
code("network", "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1/')")
code("a socket", "import socket\nsocket.create_connection(('1.1.1.1', 53), 1)")
code("filling /tmp", "with open('/tmp/big', 'wb') as f:\n    while True: f.write(bytes(1 << 20))")
code("many files", "i = 0\nwhile True:\n    open(f'/tmp/{i}', 'w').close()\n    i += 1")
code(
    "new namespaces",
    "import ctypes\nlibc = ctypes.CDLL(None)\nprint('LOOSE' if libc.unshare(0x10000000) == 0 else 'held')",
    tags={"silent:LOOSE"},
)
code(
    "a mount",
    "import ctypes\nlibc = ctypes.CDLL(None)\nprint('LOOSE' if libc.mount(b'x', b'/tmp', b'tmpfs', 0, None) == 0 else 'held')",
    tags={"silent:LOOSE"},
)
code(
    "looking at another process",
    "import ctypes\nlibc = ctypes.CDLL(None)\nprint('LOOSE' if libc.ptrace(16, 1, 0, 0) == 0 else 'held')",
    tags={"silent:LOOSE"},
)
code(
    "every system call but the few that are allowed",
    "import ctypes, errno\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = []\n"
    f"for number in sorted(set(range(470)) - {numbers([*ALLOWED, 'fcntl', 'prlimit64'])!r}):\n"
    "    if libc.syscall(number, 0, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() not in (1, 38):\n"
    "        found.append(number)\n"
    "print('LOOSE' if found else 'held', found)",
    tags={"silent:LOOSE"},
)
code(
    "signals through a pipe's owner",
    "import fcntl, os\nreading, writing = os.pipe()\n"
    "try:\n    fcntl.fcntl(reading, fcntl.F_SETOWN, 1)\n    print('LOOSE')\n"
    "except OSError as e: print(e)",
    tags={"silent:LOOSE"},
)
code("higher limits", "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))")
code(
    "files planted for the next student",
    "import os\nfor folder in ('/', '/tmp', '/tmp/work', '/dev', '/dev/shm', '/etc', '/data', '/mcalc', '/usr/lib',\n"
    "               *__import__('sys').path):\n"
    "    try:\n        with open(os.path.join(folder or '.', 'sitecustomize.py'), 'w') as f: f.write('PLANTED')\n"
    "    except OSError: pass",
)
code(
    "looking for planted files",
    "import os\nhits = [os.path.join(a, b) for a, _, f in os.walk('/tmp') for b in f]\n"
    "hits += [p for p in ('/sitecustomize.py', '/dev/shm/sitecustomize.py', '/dev/sitecustomize.py') if os.path.exists(p)]\n"
    "print('PLANTED' if hits else 'clean')",
    tags={"silent:PLANTED"},
)
code(
    "looking at the environment",
    "import os\nprint(dict(os.environ), os.listdir('/proc'))",
    tags={"silent:SECRET"},
)

# -- floods and odd replies --------------------------------------------------------------------

code("endless printing", "while True: print('x' * 1000)")
code("much printing", "print('y' * 10**7)")
body("an endless list", "import itertools\nreturn itertools.count()")
body("a list of a million", "return [0] * 1_000_000")
body("a list in itself", "x = []\nx.append(x)\nreturn x")
body("a deep list", "x = []\nfor _ in range(100_000): x = [x]\nreturn x")
body("a huge integer", "return 1 << 100_000")
body("a huge text", "return 'x' * (100 << 20)")
body("an error with a huge message", "raise ValueError('z' * 10**8)")
body(
    "an error that cannot be shown",
    "class E(Exception):\n    def __str__(self): raise self\nraise E",
)
code(
    "a flood of bytes",
    "import os\nwhile True: os.write(3, bytes(1 << 16))",
    statuses=("refused",),
    note="broken reply",
)
body(
    "half a frame, then silence",
    "import os, time\nos.write(3, b'\\xff\\0\\0\\0abc')\ntime.sleep(99)",
    statuses=("timed_out", "refused"),
)
body(
    "half a frame, drop by drop",
    "import os, time\nos.write(3, b'\\xff\\xff\\0\\0')\nwhile True:\n    os.write(3, b'x')\n    time.sleep(0.05)",
    statuses=("timed_out", "refused"),
)
body(
    "a frame of four gigabytes",
    "import os, time\nos.write(3, b'\\xff\\xff\\xff\\xff')\ntime.sleep(99)",
    statuses=("refused", "timed_out"),
    note="reply",
)
body(
    "a frame with a foreign dtype",
    "import os, time\nos.write(3, b'\\x0e\\0\\0\\0t\\2\\0\\0\\0s\\5\\0\\0\\0valuea\\xff')\ntime.sleep(99)",
    statuses=("refused", "timed_out"),
)
body(
    "a set whose items collide",  # comparing each with all others would take our side minutes
    "import gc, os, struct, time\n"
    "ticket = next(o.ticket for o in gc.get_objects() if type(o).__name__ == 'Session')\n"
    "items = b''.join(b'I' + struct.pack('<I', 12) + (k * (2**61 - 1) + 5).to_bytes(12, 'little')\n"
    "                 for k in range(190_000))\n"
    "data = b't\\3\\0\\0\\0i' + struct.pack('<q', ticket) + b's\\5\\0\\0\\0value'\n"
    "data += b'e' + struct.pack('<I', 190_000) + items\n"
    "data = memoryview(struct.pack('<I', len(data)) + data)\n"
    "while data: data = data[os.write(3, data):]\n"
    "time.sleep(99)",
    statuses=("refused", "timed_out"),
)
body("objects without number", "return [object() for _ in range(100_000)]")

# -- abusing the test's functions --------------------------------------------------------------

ATTACKS.append(
    Attack(
        "calling back for ever",
        to_bytes(submission(slope="def slope(f, x, dx, h=1e-5):\n    while True: f(x)")),
        points=11.0,
        statuses=("timed_out",),
    )
)
ATTACKS.append(
    Attack(
        "calling back with nonsense",
        to_bytes(
            submission(
                slope="def slope(f, x, dx, h=1e-5):\n"
                "    for bad in (None, 'x', [], {}, np.ones((500, 500)), slope, 10**300):\n"
                "        try: f(bad)\n"
                "        except RuntimeError: pass\n"
                "    return f"
            )
        ),
        points=11.0,
    )
)
ATTACKS.append(
    Attack(
        "a function handed back as the answer",
        to_bytes(
            submission(inverse="def derivative_of_inverse(X):\n    return derivative_of_inverse")
        ),
        points=11.0,
    )
)

# -- unlucky -----------------------------------------------------------------------------------

GOOD = RIGHT["commutation"] + "\n"
FINE = ("passed",)


def lucky(name, text, before=GOOD, **options):
    """A right answer with something around it that must not cost a point."""
    code(name, text, before, **{"points": MAX_AUTO, "statuses": FINE} | options)


lucky("asking for input", "try:\n    input('name? ')\nexcept EOFError:\n    pass")
lucky("magics", "%matplotlib inline\n!pip install nothing\nx = 3")
lucky("a warning", "import warnings\nwarnings.warn('careful')")
lucky("an error after the answer", "1 / 0")
lucky(
    "script in the output",
    "print('<script>alert(1)</script>')\nprint('</pre><img src=x onerror=alert(1)>')",
    tags={"escaped"},
)
lucky("script in the code", "x = '</code></pre><script>alert(1)</script>'", tags={"escaped"})
lucky("terminal codes in the output", "print('\\x1b[31mred\\x1b[0m \\x00 \\x07')")
lucky("odd characters", "print('\\ud800 \\u202e \\U0001F600')")
lucky("output at the limit", "print('y' * 10**6)")
lucky("seeding and drawing", "import random\nrandom.seed()\nprint(random.random() < 2)")
content = submission()
content["cells"].insert(2, cell("code", "x = 'a\0b'", "mine"))
ATTACKS.append(Attack("a null byte in an added cell", to_bytes(content), MAX_AUTO, FINE))
code("a syntax error", "def commutation(m, n:\n", before="")
code("a null byte", "x = 'a\0b'", before=GOOD)
ATTACKS.append(Attack("nothing answered", to_bytes(submission(**dict.fromkeys(RIGHT))), points=0.0))

# -- damaged notebooks -------------------------------------------------------------------------


def damaged(name, change, **options):
    """A right submission whose file was changed."""
    content = submission()
    changed = change(content)
    data = changed if isinstance(changed, bytes) else to_bytes(changed or content)
    ATTACKS.append(Attack(name, data, **{"points": MAX_AUTO, "statuses": FINE} | options))


def strip_metadata(content):
    for item in content["cells"]:
        item["metadata"] = {}
        item.pop("id")


def old_format(content):
    cells = []
    for item in content["cells"]:
        old = {"cell_type": item["cell_type"], "metadata": item["metadata"]}
        old["input" if item["cell_type"] == "code" else "source"] = item["source"].splitlines(True)
        if item["cell_type"] == "code":
            old |= {"outputs": [], "language": "python", "collapsed": False}
        cells.append(old)
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


def answer(content, name):
    cells = content["cells"]
    return next(
        i for i, c in enumerate(cells) if c["metadata"].get("nbgrader", {}).get("grade_id") == name
    )


def delete_tests(content):
    content["cells"] = [
        c
        for c in content["cells"]
        if not c["metadata"].get("nbgrader", {}).get("grade") or c["cell_type"] == "markdown"
    ]


def duplicate(content):
    at = answer(content, "commutation")
    wrong = json.loads(json.dumps(content["cells"][at]))
    wrong["source"] = WRONG + "raise NotImplementedError"
    content["cells"].insert(at, wrong)


def split(content):
    at = answer(content, "commutation")
    first, second = (json.loads(json.dumps(content["cells"][at])) for _ in range(2))
    lines = GOOD.split("\n")
    first["source"] = (
        "def helper(m, n):\n    return np.arange(m * n).reshape((m, n), order='F').ravel()"
    )
    second["source"] = "\n".join([*lines[:2], "    return np.eye(m * n)[helper(m, n)]"])
    content["cells"][at : at + 1] = [first, second]


def split_without_metadata(content):
    split(content)
    strip_metadata(content)


def change_type(content):
    item = content["cells"][answer(content, "commutation")]
    item["cell_type"] = "raw"
    del item["outputs"], item["execution_count"]


def name_type(content):
    change_type(content)
    content["cells"][answer(content, "commutation")]["cell_type"] = "q" * 10**6


def reverse(content):
    content["cells"].reverse()


def delete_answer(content):
    del content["cells"][answer(content, "slope")]


def delete_imports(content):
    del content["cells"][1]


def helper_cell(content):
    at = answer(content, "inverse")
    content["cells"][at]["source"] = (
        "def derivative_of_inverse(X):\n    return lambda dX: -helper(X) @ dX @ helper(X)"
    )
    content["cells"].insert(at, cell("code", "helper = np.linalg.inv", "mine"))


def broken_cells(content):
    content["cells"][:0] = [None, 3, {}, {"cell_type": "code"}, {"cell_type": "code", "source": 7}]


def all_in_one(content):
    text = "\n\n".join([RIGHT["commutation"], RIGHT["slope"], RIGHT["inverse"]])
    content["cells"] = [cell("code", "import numpy as np\n" + text, "all")]


def kernel(content):
    content["metadata"]["kernelspec"] = {"name": "conda-env-mine", "display_name": "My env"}


damaged("byte order mark", lambda c: b"\xef\xbb\xbf" + to_bytes(c))
damaged("UTF-16", lambda c: json.dumps(c).encode("utf-16"))
damaged(
    "latin-1",
    lambda c: json.dumps(
        {**c, "cells": [*c["cells"], cell("markdown", "Fran\u00e7ais", "x")]}, ensure_ascii=False
    ).encode("latin-1"),
)
damaged("nbformat 3", old_format)
damaged("metadata stripped", strip_metadata)
damaged("another kernel's name", kernel)
damaged("tests deleted", delete_tests)
damaged("imports deleted", delete_imports)
damaged("answer duplicated, the last one right", duplicate)
damaged("answer split in two", split)
damaged("answer split, metadata stripped", split_without_metadata)
damaged("answer changed to a raw cell", change_type)
damaged("a cell's type that is a long text", name_type)
damaged("cells in reverse order", reverse)
damaged("a helper in a cell of its own", helper_cell)
damaged("cells that are no cells", broken_cells)
damaged("everything in one cell", all_in_one, statuses=("failed",), note="no answer was given")
damaged("Windows line ends", lambda c: json.dumps(c).replace("\\n", "\\r\\n").encode())
damaged("answer deleted", delete_answer, points=MAX_AUTO - 5, statuses=RUDE, note="missing")

for name, data, note in (
    ("an empty file", b"", "empty"),
    ("a notebook cut off", to_bytes(submission())[:-400], "cut off"),
    ("a web page", b"<!DOCTYPE html><title>Sign in</title>", "web page"),
    ("a PDF", b"%PDF-1.7 ...", "PDF"),
    ("an archive", b"PK\3\4....", "zip"),
    ("random bytes", bytes(range(256)) * 10, "notebook"),
    ("a list", b"[1, 2]", "no notebook"),
    ("no cells", b'{"metadata": {}}', "no cells"),
    ("cells that are a text", b'{"cells": "none"}', "no cells"),
    ("nested JSON", b"[" * 200_000, "nested"),
    ("a number with a million digits", b'{"cells": ' + b"9" * 1_000_000 + b"}", "notebook"),
    ("a million empty lists", b'{"cells": ' + b"[" + b"[]," * 1_000_001 + b"[]]}", "lists"),
    ("too many cells", b'{"cells": [' + b",".join([b"{}"] * 6000) + b"]}", "limit"),
):
    ATTACKS.append(Attack(name, data, points=0.0, statuses=("unreadable",), note=note))

# -- aimed at graders that run tests beside the student's code ---------------------------------

code(
    "tests not run at all",
    "async def nothing(*args, **kwargs): return False\ntype(get_ipython()).run_code = nothing",
)
code(
    "code hidden in the results",
    "import pickle\n"
    "class Payload:\n"
    "    def __reduce__(self):\n"
    '        return exec, (\'import os; open("/tmp/owned", "w").write(str(os.getpid()))\',)\n'
    "dump = pickle.dump\n"
    "pickle.dump = lambda value, file, *a, **k: dump(Payload(), file)",
)
code(
    "the gradebook edited for everyone",
    "import pathlib, sqlite3\n"
    "for folder in [pathlib.Path.cwd(), *pathlib.Path.cwd().parents]:\n"
    "    if (folder / 'gradebook.db').exists():\n"
    "        book = sqlite3.connect(folder / 'gradebook.db')\n"
    "        book.execute('CREATE TRIGGER forged AFTER UPDATE OF auto_score ON grade BEGIN '\n"
    "                     'UPDATE grade SET auto_score = 0.5 WHERE id = NEW.id AND auto_score > 0.5; END')\n"
    "        book.commit()\n"
    "        print('EDITED')\n"
    "print('done')",
    tags={"silent:EDITED"},
)
