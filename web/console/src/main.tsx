import "@firstreply/fonts/faces.css";
import { createRoot } from "react-dom/client";

const root = document.getElementById("root");
if (root) createRoot(root).render(<p>Firstreply console</p>);
