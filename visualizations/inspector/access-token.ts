const key = "mcp-tether.token";

/**
 * The token comes in the address, and does not stay there: it is kept for this tab and this origin only, so that a reload
 * works and nobody finds it in the history or on a screenshot.
 */
export function takeToken(): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    sessionStorage.setItem(key, given);
    history.replaceState(null, "", location.pathname);
  }
  return sessionStorage.getItem(key);
}
