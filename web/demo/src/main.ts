import "@firstreply/fonts/faces.css";
