/** What the one script tag runs: loads the widget once, however often the tag runs. */

import { load } from "./embed.ts";

load(document.currentScript as HTMLScriptElement | null);
