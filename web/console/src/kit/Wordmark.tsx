export function Wordmark() {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <rect width="32" height="32" rx="9" fill="#0f5c4d" />
        <path d="M8 9.5h16v10.5h-8.6L10.5 24v-4H8z" fill="#fff" />
        <path d="M13 14.7h7" stroke="#0f5c4d" strokeWidth="2.2" strokeLinecap="round" />
      </svg>
      Firstreply
    </span>
  );
}
