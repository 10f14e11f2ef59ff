/** What is done with the built page beyond what Vite does. */

import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import type { Plugin, Rolldown } from "vite";

/** Have the browser fetch the scripts of the first page along with the entry, rather than after it ran. */
export function firstPageAtOnce(): Plugin {
  return {
    name: "first-page-at-once",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {} }) =>
        scriptsOf("pages/overview/Overview.tsx", bundle).map((file) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, fetchpriority: "low", href: `./${file}` },
          injectTo: "head",
        })),
    },
  };
}

/** The script that a source became, and those that it imports, without the entry. */
function scriptsOf(source: string, bundle: Rolldown.OutputBundle): readonly string[] {
  const chunks = Object.values(bundle).filter((one) => one.type === "chunk");
  const found = new Set<string>();
  const take = (chunk: Rolldown.OutputChunk | undefined) => {
    if (chunk === undefined || chunk.isEntry || found.has(chunk.fileName)) return;
    found.add(chunk.fileName);
    for (const file of chunk.imports) take(chunks.find((one) => one.fileName === file));
  };
  take(chunks.find((chunk) => chunk.facadeModuleId?.endsWith(source)));
  return [...found];
}

const NUMBERS = /new Intl\.NumberFormat\([^)]*\)/;
const ZONE = "new Intl.DateTimeFormat().resolvedOptions().timeZone";

/**
 * uPlot makes two `Intl` objects when it is loaded, which takes a phone 100 ms or more. It needs them for labels
 * that it writes itself; all of ours are written by `format/`.
 */
export function uplotWithoutIntl(): Plugin {
  return {
    name: "uplot-without-intl",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("uPlot.esm.js")) return null;
      if (!NUMBERS.test(code) || !code.includes(ZONE)) {
        this.error("uPlot changed: look whether it still makes Intl objects");
      }
      return { code: code.replace(NUMBERS, "({ format: String })").replace(ZONE, '""'), map: null };
    },
  };
}

const WORTH_COMPRESSING = 1024;
const TEXTS = /\.(css|html|js|svg)$/;

/** Put every text beside itself as Brotli and gzip make it: once and thoroughly, rather than in every process. */
export function compressed(): Plugin {
  return {
    name: "compressed",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        for (const one of Object.values(bundle)) {
          const content = Buffer.from(one.type === "chunk" ? one.code : one.source);
          if (!TEXTS.test(one.fileName) || content.length < WORTH_COMPRESSING) continue;
          this.emitFile({ type: "asset", fileName: `${one.fileName}.br`, source: brotli(content) });
          this.emitFile({
            type: "asset",
            fileName: `${one.fileName}.gz`,
            source: gzipSync(content, { level: 9 }),
          });
        }
      },
    },
  };
}

function brotli(content: Buffer): Buffer {
  const params = {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return brotliCompressSync(content, { params });
}
