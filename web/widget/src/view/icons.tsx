/** The widget's pictures, drawn in place: nothing is fetched. */

const line = {
  fill: "none",
  stroke: "currentColor",
  "stroke-linecap": "round",
  "stroke-linejoin": "round",
} as const;

export function SpeechIcon() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path d="M4 5h16v11.5h-8.5L7.5 20v-3.5H4z" {...line} stroke-width="1.9" />
      <path d="M8.2 10.8h7.6" {...line} stroke-width="1.9" />
    </svg>
  );
}

export function CloseIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d="M6 6l12 12M18 6L6 18" {...line} stroke-width="2" />
    </svg>
  );
}

export function SendIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path d="M12 19V5M5.5 11.5L12 5l6.5 6.5" {...line} stroke-width="2.2" />
    </svg>
  );
}

export function ClipIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">
      <path
        d="M19 11.5l-7.3 7.3a4.6 4.6 0 0 1-6.5-6.5l7.6-7.6a3.1 3.1 0 0 1 4.4 4.4l-7.5 7.5a1.5 1.5 0 0 1-2.2-2.2l6.9-6.9"
        {...line}
        stroke-width="1.8"
      />
    </svg>
  );
}

export function SentIcon() {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
      <path d="M2.8 8.6l3.4 3.4 7-7.6" {...line} stroke-width="1.8" />
    </svg>
  );
}

export function DeliveredIcon() {
  return (
    <svg viewBox="0 0 20 16" width="16" height="13" aria-hidden="true">
      <path d="M1.8 8.6l3.4 3.4 7-7.6M9.4 12l7.4-7.6" {...line} stroke-width="1.8" />
    </svg>
  );
}

export function WaitingIcon() {
  return (
    <svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true">
      <circle cx="8" cy="8" r="5.6" {...line} stroke-width="1.5" />
      <path d="M8 5v3.2l2 1.3" {...line} stroke-width="1.5" />
    </svg>
  );
}
