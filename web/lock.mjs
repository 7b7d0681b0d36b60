// Rewrites package-lock.json so that it names no host: npm leaves out the registry (see .npmrc),
// this leaves out the authors' funding pages. Run by `npm run lock` after npm itself.
import { readFileSync, writeFileSync } from "node:fs";

const path = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(path, "utf8"));
for (const entry of Object.values(lock.packages)) delete entry.funding;
const text = `${JSON.stringify(lock, null, 2)}\n`;
if (text.includes("://")) throw new Error("package-lock.json names a host; see which entry and why");
writeFileSync(path, text);
