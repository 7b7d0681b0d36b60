import { defineConfig } from "vite";

export default defineConfig({
  base: "/console/",
  build: {
    outDir: "../../services/static/console",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // everything a file of our own origin, so that a strict CSP holds
    chunkSizeWarningLimit: 700, // kB; React and Mantine in one file, fetched once a shift
    modulePreload: { polyfill: false },
    rolldownOptions: {
      onLog(level, log, report) {
        // Mantine marks its modules for server rendering, which we do not do: 700 warnings of no use.
        if (log.code !== "MODULE_LEVEL_DIRECTIVE") report(level, log);
      },
    },
  },
});
