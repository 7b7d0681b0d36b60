import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["*/tests/**/*.test.{ts,tsx}"], environment: "node" },
  resolve: { alias: { react: "/widget/src/react.ts" } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
});
