/** What `@firstreply/talk` takes of React, from Preact: see the alias in vite.config.ts. */

export { createContext } from "preact";
export * from "preact/hooks";
