import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import type { Plugin, Rolldown } from "vite";
import { defineConfig } from "vitest/config";

// What the development server has itself; all else below the prefix is asked of the application.
const OWN = String.raw`@|src/|bench/|node_modules/|icon\.svg|index\.html|\?|$`;

/** What several pages need, small each but for the charts: one script, rather than one for every module. */
const COMMON = /\/src\/(api|app|charts|format|live|time|ui)\/|\/node_modules\/uplot\//;

/** Have the browser fetch the scripts of the first page along with the entry, rather than after it ran. */
function firstPageAtOnce(): Plugin {
  return {
    name: "first-page-at-once",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (_, { bundle = {} }) =>
        scriptsOf("pages/overview/Overview.tsx", bundle).map((file) => ({
          tag: "link",
          attrs: { rel: "modulepreload", crossorigin: true, href: `./${file}` },
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

// Built with relative addresses, so that the page works below any prefix and behind any proxy.
export default defineConfig(({ command }) => ({
  base: command === "serve" ? "/monitoring/" : "./",
  plugins: [react(), tailwindcss(), firstPageAtOnce()],
  build: {
    outDir: "../otel_monitoring/dashboard/static",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the content security policy allows no data: addresses
    modulePreload: { polyfill: false },
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: "first", tags: ["$initial"], priority: 2 },
            { name: "common", test: COMMON, minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { [`^/monitoring/(?!${OWN})`]: "http://127.0.0.1:8000" } },
  test: { environment: "jsdom", include: ["src/**/*.test.{ts,tsx}"] },
}));
