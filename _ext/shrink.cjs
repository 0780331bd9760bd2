// Shrinks style sheets and scripts: a task comes in as JSON, the shrunk texts go out as JSON.
const { PurgeCSS } = require("purgecss");
const esbuild = require("esbuild");

const shrink = (text, loader) =>
  esbuild.transformSync(text, { loader, minify: true, legalComments: "none", logLevel: "silent" }).code;

const each = async (texts, change) =>
  Object.fromEntries(
    await Promise.all(Object.entries(texts).map(async ([name, text]) => [name, await change(text)])),
  );

async function purged(css, { words, variables }) {
  const [{ css: kept }] = await new PurgeCSS().purge({
    content: [{ raw: words.join(" "), extension: "txt" }],
    css: [{ raw: css }],
    fontFace: true,
    keyframes: true,
    variables: true,
    // A selector of nothing but :is(...) and states has no name of its own that PurgeCSS could find.
    safelist: { greedy: [/^:(is|where)$/], variables },
  });
  return kept;
}

(async () => {
  const task = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const css = await each(task.css, async (text) => shrink(await purged(text, task), "css"));
  const js = await each(task.js, (text) => shrink(text, "js"));
  process.stdout.write(JSON.stringify({ css, js }));
})().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
