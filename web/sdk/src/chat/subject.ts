/** Who a customer token speaks of, as far as a page may guess; proves nothing. */

/** The `sub` of a JWT, unverified: only the gateway judges it. Null for none or an unreadable one. */
export function subjectOf(token: string | null): string | null {
  const payload = token?.split(".")[1];
  if (!payload) return null;
  try {
    const bytes = atob(payload.replaceAll("-", "+").replaceAll("_", "/"));
    const claims: unknown = JSON.parse(bytes);
    const subject = (claims as { sub?: unknown } | null)?.sub;
    return typeof subject === "string" ? subject : null;
  } catch {
    return null;
  }
}
