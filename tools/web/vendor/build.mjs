/** Bundles the libraries that the page uses into assets/ui/vendor, each with its licence beside it. */
import { build } from "esbuild";
import { copyFile, mkdir, readFile } from "node:fs/promises";

const OUT = new URL("../../../assets/ui/vendor/", import.meta.url);

/** `scatter` is the one kind of plot that `plotly.js/lib/core` has by itself, and the one that the map uses. */
const LIBRARIES = [
  { name: "plotly", from: "plotly.js/lib/core.js", package: "plotly.js", format: "iife", globalName: "Plotly" },
  { name: "virtual-core", from: "@tanstack/virtual-core", package: "@tanstack/virtual-core", format: "esm" },
];

await mkdir(OUT, { recursive: true });
for (const { name, from, package: library, format, globalName } of LIBRARIES) {
  const folder = new URL(`node_modules/${library}/`, import.meta.url);
  const { version, license } = JSON.parse(await readFile(new URL("package.json", folder), "utf8"));
  await build({
    entryPoints: [from],
    outfile: new URL(`${name}.min.js`, OUT).pathname,
    bundle: true,
    minify: true,
    format,
    globalName,
    target: "es2020",
    loader: { ".css": "empty" }, // that of geographic maps, which the page has none of
    define: { global: "window", "process.env.NODE_ENV": '"production"' },
    banner: { js: `/*! ${library} ${version}, ${license}; see ${name}.LICENSE.txt. Made by tools/web/vendor. */` },
    legalComments: "inline",
    charset: "utf8",
  });
  await copyFile(new URL("LICENSE", folder), new URL(`${name}.LICENSE.txt`, OUT));
}
