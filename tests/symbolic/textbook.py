"""Textbook derivatives, in the answer grammar: source, expression, variable, derivative.

MC: Petersen and Pedersen, The Matrix Cookbook (2012), equation numbers or sections.
MN: Magnus and Neudecker, Matrix Differential Calculus (2019), sections.
Giles: Giles, An extended collection of matrix derivative results (2008), sections.
BEJ: Bright, Edelman and Johnson, Matrix Calculus (2025), sections.
BV: Boyd and Vandenberghe, Convex Optimization (2004), sections.
ESL: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning (2009), sections.
PRML: Bishop, Pattern Recognition and Machine Learning (2006), sections.
TB: Trefethen and Bau, Numerical Linear Algebra (1997), lectures.
source W, N, Q: the three documents whose content the book treats, by line.

For a symmetric variable MC gives 2G - G ∘ I, which counts every free entry once; the rows have G,
the symmetric gradient, and SYMMETRIC the formulas that MC prints.

Rows that name a topic instead are of our own making; they are counted apart.

Kinds: G gradient, J Jacobian of vec, H Hessian matrix, D differential.
"""

GRADIENTS = """
MC 49 | det(X) | X | det(X) X^-T
MC 51 | det(A X B); A: n by n; B: n by n | X | det(A X B) X^-T
MC 52 | det(X' A X); X: n by n | X | 2 det(X' A X) X^-T
MC 53 | det(X' A X); A symmetric; X: m by n | X | 2 det(X' A X) A X inv(X' A X)
MC 54 | det(X' A X); X: m by n | X | det(X' A X) (A X inv(X' A X) + A' X inv(X' A' X))
MC 55 | log(det(X' X)); X: m by n | X | 2 X inv(X' X)
MC 57 | log(det(X)) | X | X^-T
MC 58 | det(X^3) | X | 3 det(X)^3 X^-T
MC 61 | a' X^-1 b | X | -X^-T a b' X^-T
MC 62 | det(X^-1) | X | -det(X^-1) X^-T
MC 63 | tr(A X^-1 B); A: p by n; B: n by p | X | -(X^-1 B A X^-1)'
MC 64 | tr((X + A)^-1) | X | -(inv(X + A) inv(X + A))'
MC 69 | x' a | x | a
MC 69b | a' x | x | a
MC 70 | a' X b | X | a b'
MC 71 | a' X' b | X | b a'
MC 72 | a' X a | X | a a'
MC 72b | a' X' a | X | a a'
MC 77 | b' X' X c; c: n by 1 | X | X (b c' + c b')
MC 78 | (B x + b)' C (D x + d); d: p by 1 | x | B' C (D x + d) + D' C' (B x + b)
MC 81 | x' B x | x | (B + B') x
MC 82 | b' X' D X c; c: n by 1 | X | D' X b c' + D X c b'
MC 83 | (X b + c)' D (X b + c); c: m by 1 | X | (D + D') (X b + c) b'
MC 84 | (x - A s)' W (x - A s); W symmetric; s: vector | s | -2 A' W (x - A s)
MC 85 | (x - s)' W (x - s); W symmetric; s: vector | x | 2 W (x - s)
MC 86 | (x - s)' W (x - s); W symmetric; s: vector | s | -2 W (x - s)
MC 87 | (x - A s)' W (x - A s); W symmetric; s: vector | x | 2 W (x - A s)
MC 88 | (x - A s)' W (x - A s); W symmetric; s: vector | A | -2 W (x - A s) s'
MC 91 n=3 | a' X^3 b | X | a b' (X')^2 + X' a b' X' + (X')^2 a b'
MC 96 | x' A x + b' x | x | (A + A') x + b
MC 99 | tr(X) | X | eye(n)
MC 100 | tr(X A) | X | A'
MC 101 | tr(A X B) | X | A' B'
MC 102 | tr(A X' B) | X | B A
MC 103 | tr(X' A) | X | A
MC 104 | tr(A X') | X | A
MC 105 | tr(kron(A, X)); A: m by m; X: n by n | X | tr(A) eye(n)
MC 106 | tr(X^2) | X | 2 X'
MC 107 | tr(X^2 B) | X | (X B + B X)'
MC 108 | tr(X' B X) | X | B X + B' X
MC 109 | tr(B X X') | X | B X + B' X
MC 110 | tr(X X' B) | X | B X + B' X
MC 111 | tr(X B X') | X | X B' + X B
MC 112 | tr(B X' X) | X | X B' + X B
MC 113 | tr(X' X B) | X | X B' + X B
MC 114 | tr(A X B X) | X | A' X' B' + B' X' A'
MC 115 | tr(X' X) | X | 2 X
MC 115b | tr(X X') | X | 2 X
MC 116 | tr(B' X' C X B) | X | C' X B B' + C X B B'
MC 117 | tr(X' B X C) | X | B X C + B' X C'
MC 118 | tr(A X B X' C) | X | A' C' X B' + C A X B
MC 119 | tr((A X B + C) (A X B + C)') | X | 2 A' (A X B + C) B'
MC 120 | tr(kron(X, X)); X: n by n | X | 2 tr(X) eye(n)
MC 121 | tr(X^k) | X | k (X')^(k - 1)
MC 121 k=4 | tr(X^4) | X | 4 (X')^3
MC 122 k=3 | tr(A X^3) | X | (A X^2 + X A X + X^2 A)'
MC 123 | tr(B' X' C X X' C X B) | X | C X X' C X B B' + C' X B B' X' C' X + C X B B' X' C X + C' X X' C' X B B'
MC 124 | tr(A X^-1 B); A: p by n; B: n by p | X | -X^-T A' B' X^-T
MC 125 | tr(inv(X' C X) A); C symmetric | X | -C X inv(X' C X) (A + A') inv(X' C X)
MC 126 | tr(inv(X' C X) (X' B X)); C symmetric; B symmetric | X | -2 C X inv(X' C X) X' B X inv(X' C X) + 2 B X inv(X' C X)
MC 127 | tr(inv(A + X' C X) (X' B X)); A symmetric; C symmetric; B symmetric | X | -2 C X inv(A + X' C X) X' B X inv(A + X' C X) + 2 B X inv(A + X' C X)
MC 129 | norm(x - a) | x | (x - a) / norm(x - a)
MC 131 | norm(x)^2 | x | 2 x
MC 132 | norm(X)^2; X: m by n | X | 2 X
MC 2.8.2 | tr(A X); X symmetric | X | (A + A') / 2
MC 2.8.2 | det(X); X symmetric | X | det(X) inv(X)
MC 2.8.2 | log(det(X)); X symmetric | X | inv(X)
MN 9.5 | exp(a' x) | x | exp(a' x) a
MN 9.5 | exp(x' x) | x | 2 exp(x' x) x
MN 9.5 | (x' A x)^2 | x | 2 (x' A x) (A + A') x
MN 9.5 | log(x' A x); A symmetric | x | 2 A x / (x' A x)
MN 9.5 | x' A x / (x' B x); A symmetric; B symmetric | x | 2 A x / (x' B x) - 2 (x' A x) B x / (x' B x)^2
MN 9.9 | a' X b; X: m by n | X | a b'
MN 9.9 | a' X X' a; X: m by n | X | 2 a a' X
MN 9.9 | a' X' X a; X: m by n | X | 2 X a a'
MN 9.9 | a' X^-1 a | X | -X^-T a a' X^-T
MN 9.9 | tr(A X) | X | A'
MN 9.9 | tr(X A X' B) | X | B' X A' + B X A
MN 9.9 | tr(X A X B) | X | B' X' A' + A' X' B'
MN 9.9 | tr(A X^-1) | X | -X^-T A' X^-T
MN 9.9 | tr(X^-1) | X | -(X')^-2
MN 9.9 | tr(X^-2) | X | -2 (X')^-3
MN 9.10 | det(X X'); X: m by n | X | 2 det(X X') inv(X X') X
MN 9.10 | det(X' X); X: m by n | X | 2 det(X' X) X inv(X' X)
MN 9.10 | det(X^2) | X | 2 det(X)^2 X^-T
MN 9.10 | det(X)^k | X | k det(X)^k X^-T
MN 9.10 | log(det(A X B)); X: m by n | X | A' inv(A X B)' B'
MN 9.10 | det(A + X B X'); X: m by n | X | det(A + X B X') (inv(A + X B X')' X B' + inv(A + X B X') X B)
MN 9.10 | log(det(X' A X)); A symmetric; X: m by n | X | 2 A X inv(X' A X)
MN 9.10 | log(det(X^-1)) | X | -X^-T
Giles 2.2.3 | tr(A inv(X) B); A: p by n; B: n by p | X | -X^-T A' B' X^-T
Giles 2.2.4 | det(X) | X | det(X) X^-T
Giles 2.3.3 | tr(A' X' B X) ; X: m by n | X | B X A' + B' X A
Giles 2.3.3 | tr(A' X' B^-1 X); X: m by n | X | B^-1 X A' + B^-T X A
Giles 2.3.3 | tr(A' X' B^-1 X); X: m by n | B | -B^-T X A X' B^-T
Giles 2.3.3 | tr(A' B X C) | X | B' A C'
Giles 3 | norm(X)  ; X: m by n | X | X / norm(X)
BEJ 1 | x' x | x | 2 x
BEJ 1 | b' A x | x | A' b
BEJ 2.2 | x' A x | x | (A + A') x
BEJ 2.5 | norm(x) | x | x / norm(x)
BEJ 2.6 | norm(A x - b)^2 | x | 2 A' (A x - b)
BEJ 2.6 | norm(A x - b) | x | A' (A x - b) / norm(A x - b)
BEJ 4 | x' A y | A | x y'
BEJ 5.2 | norm(A); A: m by n | A | A / norm(A)
BEJ 5.2 | tr(A' A); A: m by n | A | 2 A
BEJ 5.3 | tr(A) | A | eye(n)
BEJ 6 | c' inv(A) b; c: vector | A | -A^-T c b' A^-T
BEJ 7 | det(A) | A | det(A) A^-T
BEJ 7 | log(det(A)) | A | A^-T
BEJ 7 | tr(A^3) | A | 3 (A')^2
source W 278 | x' A x; A symmetric | x | 2 A x
source W 470 | tr(X' A X B); A symmetric; B symmetric | X | 2 A X B
source W 641 | norm(X w - y)^2 | w | 2 X' (X w - y)
source N 471 | det(A) | A | det(A) A^-T
source Q 36 | sum(X Y) | X | ones(m, p) Y'
ESL 3.4.1 | norm(X w - y)^2 + c norm(w)^2; X: m by n | w | 2 X' (X w - y) + 2 c w
ESL 3.2 | norm(y - X w)^2; X: m by n | w | -2 X' (y - X w)
BV A.4.1 | x' A x / 2 + b' x; A symmetric | x | A x + b
BV A.4.1 | log(det(X)); X symmetric | X | X^-1
BV A.4.2 | log(sum(exp(A x + b))); A: m by n | x | A' exp(A x + b) / sum(exp(A x + b))
regression | norm(X w - y)^2 / 2; X: m by n | w | X' (X w - y)
regression | norm(A X - B)^2 | X | 2 A' (A X - B)
regression | (X w - y)' W (X w - y); W symmetric; X: m by n | w | 2 X' W (X w - y)
regression | norm(A X B - C)^2 | X | 2 A' (A X B - C) B'
regression | norm(X)^2 + tr(A X) | X | 2 X + A'
MN 15 | log(det(X)) + tr(X^-1 A); X symmetric; A symmetric | X | X^-1 - X^-1 A X^-1
gaussian | log(det(X)) - tr(A X) | X | X^-T - A'
gaussian | (x - b)' inv(A) (x - b); A symmetric | b | -2 A^-1 (x - b)
gaussian | (x - b)' inv(A) (x - b); A symmetric | A | -A^-1 (x - b) (x - b)' A^-1
gaussian | (x - b)' A^-1 (x - b) | x | (A^-1 + A^-T) (x - b)
logistic | log(1 + exp(-a' x)) | x | -exp(-a' x) / (1 + exp(-a' x)) a
ESL 4.4.1 | log(1 + exp(a' x)) | x | exp(a' x) / (1 + exp(a' x)) a
softplus | sum(log(ones(m) + exp(A x))) | x | A' (exp(A x) .* (ones(m) + exp(A x)).^-1)
entrywise | sum(x.^3) | x | 3 x.^2
entrywise | sum(exp(x)) | x | exp(x)
entrywise | sum(sin(A x)) | x | A' cos(A x)
entrywise | sum(tanh(A x)) | x | A' (ones(m) - tanh(A x).^2)
entrywise | tr(A' exp(X)) | X | A .* exp(X)
entrywise | sum(X .* X) | X | 2 X
entrywise | sum(X.^3); X: m by n | X | 3 X.^2
entrywise | sum(log(X)); X: m by n | X | X.^-1
entrywise | a' (x .* x) | x | 2 a .* x
entrywise | sum((X w - y).^4); X: m by n | w | 4 X' (X w - y).^3
hadamard | tr(A (X .* B)) | X | A' .* B
hadamard | tr(A' (X .* X)) | X | 2 A .* X
hadamard | sum(A .* X) | X | A
hadamard | x' (A .* B) x | A | (x x') .* B
hadamard | det(A .* X) | X | det(A .* X) inv(A .* X)' .* A
diag | x' diag(a) x | x | 2 a .* x
diag | x' diag(a) x | a | x .* x
diag | tr(diag(x) A) | x | diag(A)
diag | a' diag(X) | X | diag(a)
diag | log(det(diag(x) + A)) | x | diag(inv(diag(x) + A)')
diag | tr(diag(x) A diag(x) B) | x | (A .* B') x + (A' .* B) x
norms | norm(A x)^2 | x | 2 A' A x
norms | norm(x)^3 | x | 3 norm(x) x
norms | 1 / norm(x) | x | -x / norm(x)^3
norms | norm(x)^4 | x | 4 (x' x) x
norms | log(norm(x)) | x | x / norm(x)^2
norms | norm(X A)^2; X: m by n | X | 2 X A A'
norms | a' x / norm(x) | x | a / norm(x) - (a' x) x / norm(x)^3
norms | sqrt(x' A x); A symmetric | x | A x / sqrt(x' A x)
norms | sqrt(1 + x' x) | x | x / sqrt(1 + x' x)
TB 27 | x' A x / (x' x); A symmetric | x | 2 A x / (x' x) - 2 (x' A x) x / (x' x)^2
quotient | tr(X A) / tr(X) | X | A' / tr(X) - tr(X A) eye(n) / tr(X)^2
quotient | 1 / det(X) | X | -X^-T / det(X)
quotient | det(X) / tr(X) | X | det(X) X^-T / tr(X) - det(X) eye(n) / tr(X)^2
quotient | 1 / (1 + x' x) | x | -2 x / (1 + x' x)^2
product | tr(X) det(X) | X | det(X) eye(n) + tr(X) det(X) X^-T
product | tr(X)^2 | X | 2 tr(X) eye(n)
product | (a' x) (b' x) | x | (b' x) a + (a' x) b
product | tr(A X) tr(B X) | X | tr(B X) A' + tr(A X) B'
product | exp(tr(X)) | X | exp(tr(X)) eye(n)
product | log(tr(X)) | X | eye(n) / tr(X)
product | sin(x' x) | x | 2 cos(x' x) x
vec | vec(A)' vec(X); X: m by n | X | A
vec | vec(X)' kron(B, A) vec(X); A symmetric; B symmetric | X | 2 A X B
matrix function | tr(expm(X)) | X | expm(X')
matrix function | tr(A X^-1 X^-1) | X | -X^-T X^-T A' X^-T - X^-T A' X^-T X^-T
matrix function | tr(logm(X)) | X | X^-T
matrix function | tr(sqrtm(X)) | X | inv(sqrtm(X'))/2
matrix function | det(expm(X)) | X | exp(tr(X)) eye(n)
inverse | a' inv(X' X) a; X: m by n | X | -2 X inv(X' X) a a' inv(X' X)
inverse | tr(inv(X' X)); X: m by n | X | -2 X inv(X' X) inv(X' X)
inverse | tr(inv(eye(n) + X)) | X | -(inv(eye(n) + X) inv(eye(n) + X))'
MC 59 | a' inv(A + t B) b | t | -a' inv(A + t B) B inv(A + t B) b
scalar variable | tr(A) t^2 + t | t | 2 t tr(A) + 1
MC 46 | det(A + t B) | t | det(A + t B) tr(inv(A + t B) B)
scalar variable | log(det(eye(n) + t A)) | t | tr(inv(eye(n) + t A) A)
scalar variable | norm(x + t y)^2 | t | 2 x' y + 2 t (y' y)
""".strip().splitlines()

JACOBIANS = """
MN 9.12 | X; X: m by n | X | eye(m) ⊗ eye(n)
MN 9.13 | X'; X: m by n | X | K(m, n)
MN 9.13 | A X B; X: m by n | X | B' ⊗ A
MN 9.13 | A X' B; X: m by n | X | (B' ⊗ A) K(m, n)
MN 9.13 | X X'; X: m by n | X | (eye(m) ⊗ X) K(m, n) + X ⊗ eye(m)
MN 9.13 | X' X; X: m by n | X | eye(n) ⊗ X' + (X' ⊗ eye(n)) K(m, n)
MN 9.13 | X^2 | X | eye(n) ⊗ X + X' ⊗ eye(n)
MN 9.13 | X^3 | X | eye(n) ⊗ X^2 + X' ⊗ X + (X')^2 ⊗ eye(n)
MN 9.13 | X^-1 | X | -(X^-T ⊗ X^-1)
MN 9.13 | A X^-1 B | X | -((X^-1 B)' ⊗ (A X^-1))
MN 9.13 | X^-2 | X | -(X^-T ⊗ X^-2 + (X^-T)^2 ⊗ X^-1)
MN 9.13 | X A X | X | eye(n) ⊗ (X A) + (A X)' ⊗ eye(m)
MN 9.13 | X A X'; X: m by n | X | (eye(m) ⊗ (X A)) K(m, n) + (X A') ⊗ eye(m)
MN 9.13 | X' A X; X: m by n | X | eye(n) ⊗ (X' A) + ((A X)' ⊗ eye(n)) K(m, n)
MN 9.14 | X ⊗ Y; X: m by n; Y: p by q | X | (eye(n) ⊗ K(q, m) ⊗ eye(p)) (eye(m n) ⊗ vec(Y))
MN 9.14 | X .* Y; X: m by n; Y: m by n | X | diag(vec(Y))
MN 9.6 | A x | x | A
MN 9.6 | x .* x | x | 2 diag(x)
MN 9.6 | (a' x) x | x | x a' + (a' x) eye(n)
MN 9.6 | exp(x) | x | diag(exp(x))
MN 9.6 | A inv(t eye(n) + B) b | b | A inv(t eye(n) + B)
MC 130 | (x - a) / norm(x - a) | x | eye(n) / norm(x - a) - (x - a) (x - a)' / norm(x - a)^3
MC 59 | inv(A + t B) | t | -vec(inv(A + t B) B inv(A + t B))
Giles 2.2.2 | A X; X: m by n | X | eye(n) ⊗ A
Giles 2.2.2 | X B; X: m by n | X | B' ⊗ eye(m)
Giles 2.2.3 | A^-1 B | A | -((A^-1 B)' ⊗ A^-1)
Giles 2.2.3 | A^-1 b | A | -((A^-1 b)' ⊗ A^-1)
BEJ 2.4 | A (x .* x) | x | 2 A diag(x)
BEJ 3.3 | A^3 | A | eye(n) ⊗ A^2 + A' ⊗ A + (A')^2 ⊗ eye(n)
BEJ 3 | A B; A: m by n; B: n by p | A | B' ⊗ eye(m)
BEJ 3 | A B; A: m by n; B: n by p | B | eye(p) ⊗ A
source N 453 | A^-1 | A | -(A^-T ⊗ A^-1)
source Q 30 | X Y; X: m by p; Y: p by q | X | Y' ⊗ eye(m)
source W 853 | tanh(W' x); W: p by n | x | diag(ones(n) - tanh(W' x).^2) W'
PRML 5.3.2 | tanh(W x + b) | b | diag(ones(m) - tanh(W x + b).^2)
PRML 5.3.2 | tanh(W x + b); W: m by n | W | diag(ones(m) - tanh(W x + b).^2) (x' ⊗ eye(m))
layer | sin(X); X: m by n | X | diag(vec(cos(X)))
outer | x x' | x | x ⊗ eye(n) + eye(n) ⊗ x
outer | x y' | x | y ⊗ eye(m)
scaled | X / tr(X) | X | eye(n) ⊗ eye(n) / tr(X) - vec(X) vec(eye(n))' / tr(X)^2
scaled | det(X) X | X | det(X) eye(n) ⊗ eye(n) + det(X) vec(X) vec(X^-T)'
scaled | det(X) X^-1 | X | det(X) vec(X^-1) vec(X^-T)' - det(X) (X^-T ⊗ X^-1)
MC 130 a=0 | x / norm(x) | x | eye(n) / norm(x) - x x' / norm(x)^3
scaled | exp(a' x) x | x | exp(a' x) (x a' + eye(n))
""".strip().splitlines()

HESSIANS = """
MC 98 | x' A x + b' x | x | A + A'
MN 10.4 | x' A x; A symmetric | x | 2 A
MN 10.4 | a' x | x | zeros(n, n)
MN 10.6 | tr(X' A X); A symmetric; X: m by n | X | 2 (eye(n) ⊗ A)
MN 10.6 | tr(X A X'); A symmetric; X: m by n | X | 2 (A ⊗ eye(m))
MN 10.6 | tr(X' A X B); X: m by n | X | B' ⊗ A + B ⊗ A'
MN 10.6 | tr(X^2) | X | 2 K(n, n)
MN 10.6 | tr(A X B X) | X | K(n, m)' (A' ⊗ B) + (A ⊗ B') K(n, m)
MN 10.6 | tr(X^-1) | X | K(n, n) (X^-T ⊗ X^-2 + (X^-T)^2 ⊗ X^-1)
MN 10.6 | a' X X' a; X: m by n | X | 2 (eye(n) ⊗ (a a'))
MN 10.6 | a' X' X a; X: m by n | X | 2 ((a a') ⊗ eye(m))
MN 10.6 | log(det(X)) | X | -(X^-1 ⊗ X^-T) K(n, n)
MN 10.6 | det(X) | X | det(X) (vec(X^-T) vec(X^-T)' - (X^-1 ⊗ X^-T) K(n, n))
BEJ 12 | norm(A x - b)^2 | x | 2 A' A
BV A.4.4 | x' A x / 2 + b' x; A symmetric | x | A
BV A.4.4 | log(sum(exp(A x + b))); A: m by n | x | A' (diag(exp(A x + b)) / sum(exp(A x + b)) - exp(A x + b) exp(A x + b)' / sum(exp(A x + b))^2) A
BEJ 12 | norm(x)^2 | x | 2 eye(n)
BEJ 12 | norm(x) | x | eye(n) / norm(x) - x x' / norm(x)^3
source W 676 | norm(X w - y)^2 | w | 2 X' X
ESL 4.4.1 | log(1 + exp(a' x)) | x | exp(a' x) / (1 + exp(a' x))^2 a a'
exponential | exp(a' x) | x | exp(a' x) a a'
quartic | (x' x)^2 | x | 4 (x' x) eye(n) + 8 x x'
entrywise | sum(exp(x)) | x | diag(exp(x))
entrywise | sum(x.^3) | x | 6 diag(x)
entrywise | sum(tanh(A x)) | x | -2 A' diag(tanh(A x) .* (ones(m) - tanh(A x).^2)) A
diag | x' diag(a) x | x | 2 diag(a)
log | log(x' x) | x | 2 eye(n) / (x' x) - 4 x x' / (x' x)^2
""".strip().splitlines()


SYMMETRIC = """
MC 2.8.2 | tr(A X); X symmetric | X | A + A' - A .* eye(n)
MC 2.8.2 | det(X); X symmetric | X | det(X) (2 inv(X) - inv(X) .* eye(n))
MC 2.8.2 | log(det(X)); X symmetric | X | 2 inv(X) - inv(X) .* eye(n)
""".strip().splitlines()


def rows(lines):
    """Yield (source, expression, variable, expected)."""
    for line in lines:
        yield tuple(part.strip() for part in line.split("|"))


TABLE = [
    (kind, *row)
    for kind, lines in (("G", GRADIENTS), ("J", JACOBIANS), ("H", HESSIANS))
    for row in rows(lines)
]

PUBLISHED = {"MC", "MN", "Giles", "BEJ", "BV", "ESL", "PRML", "TB", "source"}


def is_published(row):
    """Whether a row of the table stands in a published source."""
    return row[1].split()[0] in PUBLISHED
