import "@firstreply/fonts/faces.css";
import "./styles/mantine.css";
import "./styles/frame.css";
import "./styles/conversation.css";
import "./styles/card.css";
import "./styles/board.css";
import { MantineProvider } from "@mantine/core";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { theme } from "./theme.ts";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <MantineProvider theme={theme} forceColorScheme="light">
      <App />
    </MantineProvider>,
  );
}
