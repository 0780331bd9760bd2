// The signs and words of the answer grammar: what keyboards, NumPy and LaTeX write, as tokens.
// The same as mcalclib/symbolic/tokens.py.
//
//   mcalc.tokens.tokensOf("xᵀAdx", functions, names) -> [{kind, text, place, end}, ...]
//   mcalc.tokens.plain("（A − B）’") -> "(A - B)'"
(() => {
  "use strict";

  const GREEK = Object.fromEntries(
    ["α alpha", "β beta", "γ gamma", "δ delta", "ε epsilon", "ζ zeta", "η eta", "θ theta", "ι iota",
      "κ kappa", "λ lambda", "μ mu", "ν nu", "ξ xi", "π pi", "ρ rho", "σ sigma", "τ tau", "φ phi",
      "χ chi", "ψ psi", "ω omega", "Γ Gamma", "Δ Delta", "Θ Theta", "Λ Lambda", "Ξ Xi", "Π Pi",
      "Σ Sigma", "Φ Phi", "Ψ Psi", "Ω Omega"].map((pair) => pair.split(" ")),
  );
  const GREEK_NAMES = new Set(Object.values(GREEK));

  // One character for one, so that places stay what they are.
  const PLAIN = {};
  for (let code = 0xff01; code < 0xff5f; code += 1) {
    PLAIN[String.fromCharCode(code)] = String.fromCharCode(code - 0xfee0); // full width
  }
  for (const [many, one] of [
    ["\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63", "-"],
    ["\u2018\u2019\u201b\u2032\u00b4\u0060\u02b9\u02bc", "'"],
    ["\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad", " "], // nothing to see
    ["\u22c5\u2219\u2022\u2217", "·"], ["\u00f7\u2215\u2044", "/"], ["\u25e6\u25cb", "∘"],
    ["\u2a00", "⊙"], ["\u2a02", "⊗"], ["\u22ba", "⊤"], ["\u1d57", "ᵀ"], ["\u2225", "‖"],
    ["\u2223", "|"], ["\u27e8\u2329", "<"], ["\u27e9\u232a", ">"], ["\u00b5", "μ"],
    ["\u03d5", "φ"], ["\u03f5", "ε"], ["\u03d1", "θ"], ["\u03f1", "ρ"], ["\u3002", "."],
  ]) {
    for (const sign of many) PLAIN[sign] = one;
  }
  const plain = (text) => text.replace(/[^\0-_a-~]/g, (sign) => PLAIN[sign] ?? sign);

  const FRACTIONS = { "½": "1/2", "¼": "1/4", "¾": "3/4", "⅓": "1/3", "⅔": "2/3", "⅛": "1/8" };
  const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉ₘₙₚ";
  const SAME = {
    "**": "^", "@": "*", "·": "*", "×": "*", "⊙": ".*", "∘": ".*", "\\cdot": "*", "\\times": "*",
    "\\odot": ".*", "\\circ": ".*", "\\otimes": "⊗", "\\langle": "<", "\\rangle": ">",
  };

  // JavaScript's \s counts one character more than Python's.
  const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
  const LATER = "(?![A-Za-z])"; // where a command of LaTeX must have ended
  const T = "(?:T(?![0-9_])|⊤|\\\\top~|\\\\intercal~|\\\\(?:mathsf|mathrm|text) *(?:\\{ *T *\\}|T))";
  const LETTERS = `(?:${[...GREEK_NAMES].sort((a, b) => b.length - a.length).join("|")}|varphi|varepsilon)`;
  // Here a blank stands for any space, and ~ for the end of a command.
  const GROUPS = {
    number: `[0-9]+(?:\\.[0-9]+|\\.(?=${SPACE}))?|\\.[0-9]+`,
    fraction: "[½¼¾⅓⅔⅛]",
    transpose: `['ᵀ⊤]|\\.'|\\.T(?![A-Za-z0-9_])|(?:\\^|\\*\\*) *(?:${T}|\\{ *${T} *\\}|\\( *T *\\))`,
    inverse_transpose: `(?:\\^|\\*\\*) *(?:- *${T}|\\( *- *${T} *\\)|\\{ *- *${T} *\\})|⁻ᵀ`,
    raised: "[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+",
    pseudoinverse: "[†⁺]|\\^ *(?:†|\\\\dagger~|\\{ *(?:\\+|†|\\\\dagger) *\\})",
    bar: "[A-Za-z]\\u0304|\\\\(?:bar|overline) *(?:\\{ *[A-Za-z] *\\}|[A-Za-z])",
    module: "(?:np|numpy|jnp|scipy) *\\. *(?:linalg *\\. *)?(?=[A-Za-z])",
    letter: "[\\u{1d400}-\\u{1d7cb}]",
    subscript: "_ *\\{ *[A-Za-z0-9]+ *\\}",
    sign: "[α-ωΑ-Ω](?:_[A-Za-z0-9_]+|[0-9]+|[₀-₉ₘₙₚ]+)?",
    name: "[A-Za-z_](?:[A-Za-z0-9]|_(?! *\\{))*[₀-₉ₘₙₚ]*",
    font: "\\\\(?:mathrm|mathbf|mathsf|mathit|boldsymbol|bm|text|operatorname\\*?) *\\{ *[A-Za-z]+ *\\}",
    half: "\\\\[td]?frac *[0-9] *[0-9]",
    over: "\\\\[td]?frac~",
    greek: `\\\\${LETTERS}~(?:_[A-Za-z0-9]+)?`,
    function: "\\\\(?:tr|Tr|det|log|ln|exp|sinh|cosh|tanh|sin|cos|tan|arctan|sqrt|diag)~",
    bars: "\\|\\||‖|\\\\\\||\\\\[lr]?Vert~",
    symbol: "\\.\\*|\\.\\^|\\./|\\*\\*|[\\-+*/^(){}<>,@∘⊗⊙·×]" +
      "|\\\\(?:cdot|times|odot|circ|otimes|langle|rangle)~",
    space: " +|\\. *$|\\\\[,;:!]|\\x7e|\\\\(?:left|right|quad|qquad)~",
  };
  const TOKENS = new RegExp(
    Object.entries(GROUPS).map(([kind, pattern]) => `(?<${kind}>${pattern})`).join("|")
      .replaceAll("~", LATER).replaceAll(/ (?=[*+])/g, SPACE),
    "uy",
  );
  const DROPPED = new Set(["space", "module"]);
  const QUOTE = "for a transpose write A'";
  const ROUND = "formulas have round brackets";
  const SAYS = {
    ".": "a point stands in numbers, in .* ./ .^ and in A.T; " +
      "the inner product is x' y, the product of entries x .* y",
    "|": "a single bar may be a determinant, a norm or an absolute value; " +
      "write det(A), norm(x) or abs(c)",
    "=": "write one side only, the one that is asked for",
    "[": ROUND, "]": ROUND,
    $: "leave out the dollar signs",
    '"': QUOTE, "“": QUOTE, "”": QUOTE,
    "\\": "for A\\b write inv(A) b; of LaTeX only the commonest commands are read",
    "∑": "a sum over an index is written with matrices, or with sum(...)",
    "∂": "a partial derivative is no symbol here; increments are typed dx, dX",
    "∇": "write out what the gradient is",
    "√": "write sqrt(...)",
  };

  class ParseError extends Error {
    constructor(text, place, problem) {
      super(`${problem}\n  ${text}\n  ${" ".repeat(place)}^`);
      this.name = "ParseError";
      Object.assign(this, { text, place, problem });
    }
  }

  // A text in quotes, as Python shows it.
  function quoted(text) {
    const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
    const shown = [...text].map((c) => {
      const code = c.codePointAt(0);
      if (c === mark || c === "\\") return `\\${c}`;
      if (c === "\n" || c === "\r" || c === "\t") return { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[c];
      if (c === " " || !/[\p{C}\p{Z}]/u.test(c)) return c;
      const hex = code.toString(16);
      if (code < 256) return `\\x${hex.padStart(2, "0")}`;
      return code < 65536 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
    });
    return mark + shown.join("") + mark;
  }

  function tokensOf(text, functions, names) {
    const words = new Words(functions, names);
    const typed = plain(text);
    const out = [];
    let place = 0;
    while (place < text.length) {
      TOKENS.lastIndex = place;
      const match = TOKENS.exec(typed);
      if (match === null) {
        const advice = Object.hasOwn(SAYS, typed[place]) ? `; ${SAYS[typed[place]]}` : "";
        const character = String.fromCodePoint(text.codePointAt(place));
        throw new ParseError(text, place, `the character ${quoted(character)} has no meaning here${advice}.`);
      }
      const [kind, shown] = Object.entries(match.groups).find(([, found]) => found !== undefined);
      const end = place + shown.length;
      if (!DROPPED.has(kind)) out.push(...words.tokens(kind, shown, place, end, out));
      place = end;
    }
    out.push({ kind: "end", text: "", place: text.length, end: text.length });
    return out;
  }

  // What names in a text are.
  class Words {
    constructor(functions, names) {
      this.functions = functions;
      this.names = new Set(names);
      this.folded = new Map(names.map((name) => [fold(name), name]));
      this.lowered = new Set(names.map((name) => name.toLowerCase()));
    }

    // The tokens of a match; a name may join the token before it, which it takes away.
    tokens(kind, shown, place, end, before) {
      const last = before.at(-1);
      switch (kind) {
        case "letter":
          return this.named(shown.normalize("NFKC"), place, end, before);
        case "name":
          return this.named(subscripted(shown), place, end, before);
        case "sign":
          return this.named((GREEK[shown[0]] ?? shown[0]) + subscripted(shown.slice(1)), place, end, before, true);
        case "bar": {
          const [letter] = /[A-Za-z]/.exec(shown.replace(/^\\(?:bar|overline)/, ""));
          return [{ kind: "name", text: `${letter}_bar`, place, end }];
        }
        case "subscript": {
          const index = between(shown);
          if (last?.kind !== "name" || last.end !== place) return [{ kind: "symbol", text: "_", place, end }];
          before.pop();
          return this.named(`${last.text}_${index}`, last.place, end, before);
        }
        case "font":
          return this.named(between(shown), place, end, before);
        case "greek":
          return this.named(shown.replace(/^\\(?:var)?/, ""), place, end, before, true);
        case "function":
          return [{ kind: "name", text: shown.slice(1), place, end }];
        case "half":
          return [{ kind: "fraction", text: shown.match(/[0-9]/g).join("/"), place, end }];
        case "fraction":
          return [{ kind, text: FRACTIONS[shown], place, end }];
      }
      return [{ kind, text: Object.hasOwn(SAME, shown) ? SAME[shown] : shown, place, end }];
    }

    named(name, place, end, before, whole = false) {
      const last = before.at(-1);
      if (last?.kind === "name" && last.text === "d" && !this.names.has("d") && this.names.has(`d${name}`)) {
        before.pop();
        return [{ kind: "name", text: `d${name}`, place: last.place, end }];
      }
      const parts = whole ? [[name, this.folded.get(fold(name)) ?? name]] : this.parts(name);
      if (parts.length === 1) return [{ kind: "name", text: parts[0][1], place, end }];
      let at = place;
      return parts.map(([typed, text]) => ({ kind: "name", text, place: at, end: (at += typed.length) }));
    }

    // The symbol that a name is, also if an underscore is lost or too much.
    known(name) {
      if (this.names.has(name)) return name;
      return name === "pi" || name === "I" || name.endsWith("_") ? undefined : this.folded.get(fold(name));
    }

    // [typed, name] of what a name is: Xw is X w, but dA and Tr are names.
    parts(name) {
      const known = this.known(name);
      if (known !== undefined) return [[name, known]];
      if (this.isFunction(name)) return [[name, this.functions.has(name) ? name : name.toLowerCase()]];
      const split = name === "pi" ? null : this.split(name);
      if (split !== null) return split;
      if (
        !/^[A-Za-z]{2,4}$/.test(name) || !/[A-Z]/.test(name) || this.lowered.has(name.toLowerCase()) ||
        /^(?:tr|det|log|exp|inv|vec|diag)[A-Z]/.test(name)
      ) return [[name, name]];
      return name.match(/d[A-Za-z]|./g).map((part) => [part, part]);
    }

    // [typed, name] of the symbols that a name is made of, null if there are none.
    split(name) {
      if (!name) return [];
      if (name.length > 40) return null;
      for (let end = name.length; end > 0; end -= 1) {
        const first = name.slice(0, end);
        const known = this.names.size && first === "I" ? "I" : this.known(first);
        const rest = known === undefined ? null : this.split(name.slice(end));
        if (rest !== null) return [[first, known], ...rest];
      }
      return null;
    }

    // Whether a name is a function's, also with the capital letter of a phone's keyboard.
    isFunction(name) {
      return this.functions.has(name) || (
        /^[A-Z][a-z0-9_]{2,}$/.test(name) && this.functions.has(name.toLowerCase()) && !GREEK_NAMES.has(name)
      );
    }
  }

  const between = (shown) => shown.slice(shown.indexOf("{") + 1, -1).trim();

  // W_1 for W₁.
  const subscripted = (tail) =>
    tail.replace(/[₀-₉ₘₙₚ]+/g, (index) => `_${[...index].map((c) => "0123456789mnp"[SUBSCRIPTS.indexOf(c)]).join("")}`);

  // What W_1 and W1, lambda and lam have in common.
  const fold = (name) => (name === "lambda" ? "lam" : name.replaceAll("_", ""));

  window.mcalc ??= {};
  window.mcalc.tokens = { tokensOf, plain, ParseError, quoted, SPACE, GREEK_NAMES };
})();
