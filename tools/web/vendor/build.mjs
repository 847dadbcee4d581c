/** Bundles the libraries that the page uses into assets/ui/vendor, each with its licence beside it. */
import { build } from "esbuild";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const OUT = new URL("../../../assets/ui/vendor/", import.meta.url);

/** `scatter` is the one kind of plot that `plotly.js/lib/core` has by itself, and the one that the map uses. */
const LIBRARIES = [
  { name: "plotly", from: ["plotly.js/lib/core.js"], package: "plotly.js", globalName: "Plotly" },
  { name: "virtual-core", from: ["@tanstack/virtual-core"], package: "@tanstack/virtual-core" },
  { name: "preact", from: ["preact", "preact/hooks"], package: "preact" },
  { name: "htm", from: ["htm"], package: "htm", exports: "default" },
  { name: "signals", from: ["@preact/signals"], package: "@preact/signals" },
];

/** One copy of Preact, which the other files import. */
const onePreact = {
  name: "one-preact",
  setup: (build) =>
    build.onResolve({ filter: /^preact(\/hooks)?$/ }, ({ importer }) =>
      importer.includes("@preact/signals") ? { path: "./preact.min.js", external: true } : null,
    ),
};

await mkdir(OUT, { recursive: true });
for (const { name, from, package: library, globalName, exports = "*" } of LIBRARIES) {
  const folder = new URL(`node_modules/${library}/`, import.meta.url);
  const { version, license } = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
  const source = {
    contents: from.map((path) => `export ${exports === "*" ? "*" : `{ ${exports} }`} from "${path}";`).join("\n"),
    resolveDir: fileURLToPath(new URL(".", import.meta.url)),
  };
  await build({
    ...(globalName ? { entryPoints: from, format: "iife", globalName } : { stdin: source, format: "esm" }),
    outfile: fileURLToPath(new URL(`${name}.min.js`, OUT)),
    bundle: true,
    minify: true,
    target: "es2020",
    plugins: [onePreact],
    loader: { ".css": "empty" }, // that of geographic maps, which the page has none of
    define: { global: "window", "process.env.NODE_ENV": '"production"' },
    banner: { js: `/*! ${library} ${version}, ${license}; see ${name}.LICENSE.txt. Made by tools/web/vendor. */` },
    legalComments: "inline",
    charset: "utf8",
  });
  await copyFile(new URL("LICENSE", folder), new URL(`${name}.LICENSE.txt`, OUT));
}
