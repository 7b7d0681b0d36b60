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
  },
});
