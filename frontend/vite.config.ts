import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { compressed, firstPageAtOnce, uplotWithoutIntl } from "./plugins.ts";

// What the development server has itself; all else below the prefix is asked of the application.
const OWN = String.raw`@|src/|bench/|node_modules/|icon\.svg|index\.html|\?|$`;

/** What several pages need, small each but for the charts: one script, rather than one for every module. */
const COMMON = /\/src\/|\/node_modules\/uplot\//;

// Built with relative addresses, so that the page works below any prefix and behind any proxy.
export default defineConfig(({ command }) => ({
  base: command === "serve" ? "/monitoring/" : "./",
  plugins: [react(), tailwindcss(), uplotWithoutIntl(), firstPageAtOnce(), compressed()],
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
