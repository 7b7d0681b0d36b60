import { defineConfig } from "vite";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  resolve: { alias: { react: "/src/react.ts" } },
  build: {
    outDir: "../../services/static",
    emptyOutDir: false, // the console and the demo shop live beside it
    copyPublicDir: false,
    target: "es2022",
    lib: {
      entry: "src/index.ts",
      name: "FirstreplyWidget",
      formats: ["iife"],
      fileName: () => "widget.js",
    },
  },
});
