/** Pictures of files, drawn in place: nothing is fetched. In styles, which both libraries take alike. */

const line = {
  fill: "none",
  stroke: "currentColor",
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

export function RemoveIcon() {
  return (
    <svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true">
      <path d="M6 6l12 12M18 6L6 18" style={{ ...line, strokeWidth: "2" }} />
    </svg>
  );
}

export function FileIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d="M6 3.5h8l4.5 4.5v12.5H6zM13.5 3.5V8.5h5"
        style={{ ...line, strokeWidth: "1.7" }}
      />
    </svg>
  );
}
