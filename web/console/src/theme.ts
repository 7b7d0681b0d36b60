/** The console's looks, as Mantine takes them; its other half is styles/. */

import { createTheme, type MantineColorsTuple } from "@mantine/core";

const pine: MantineColorsTuple = [
  "#eef7f3",
  "#dcece5",
  "#b5d9cb",
  "#8bc4ae",
  "#67b296",
  "#4fa686",
  "#2f8a6b",
  "#176b55",
  "#0f5c4d",
  "#0a483c",
];

export const theme = createTheme({
  fontFamily: '"Source Sans 3 Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, monospace",
  headings: { fontFamily: '"Source Sans 3 Variable", system-ui, sans-serif', fontWeight: "650" },
  fontSizes: { xs: "13px", sm: "15px", md: "16px", lg: "18px", xl: "22px" },
  primaryColor: "pine",
  primaryShade: 8,
  colors: { pine },
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
});
