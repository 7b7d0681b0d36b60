import { defineConfig } from "vite";

export default defineConfig({
  base: "/demo/",
  build: {
    outDir: "../../services/static/demo",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // everything a file of our own origin, so that a strict CSP holds
    modulePreload: { polyfill: false },
  },
});
