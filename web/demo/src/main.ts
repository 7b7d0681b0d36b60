/** The demo shop's own page code: who is signed in, and the widget's tag as any shop sets it. */

interface Site {
  readonly site_key: string;
  readonly shop_name: string;
  readonly customers: readonly { readonly ref: string; readonly name: string }[];
}

const NOBODY = "You are not signed in, so the agent sees a new customer.";

async function start(): Promise<void> {
  const chosen = new URLSearchParams(location.search).get("customer");
  try {
    const site = await read<Site>("/demo/api/site");
    showPicker(site, chosen);
    addWidget(site.site_key, chosen ? await tokenOf(chosen) : null);
    explain(chosen ? `The agent sees the earlier orders of ${nameOf(site, chosen)}.` : NOBODY);
  } catch {
    explain("The demo shop could not be loaded. Is Firstreply running? Load the page again.");
  }
}

/** The one tag a shop puts into its pages; here written by a script, as the key is this machine's. */
function addWidget(siteKey: string, customerToken: string | null): void {
  const tag = document.createElement("script");
  tag.async = true;
  tag.src = "/widget.js";
  tag.dataset.siteKey = siteKey;
  if (customerToken) tag.dataset.customerToken = customerToken;
  document.head.append(tag);
}

async function tokenOf(ref: string): Promise<string> {
  const answer = await read<{ token: string }>("/demo/api/customer-token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ref }),
  });
  return answer.token;
}

async function read<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(path, init);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return (await response.json()) as Answer;
}

function showPicker(site: Site, chosen: string | null): void {
  const picker = document.querySelector<HTMLSelectElement>("#who");
  if (!picker) return;
  const listed = site.customers.some((customer) => customer.ref === chosen);
  // Any customer of the shop may be named in the address, such as one of an import.
  const others = chosen && !listed ? [{ ref: chosen, name: chosen }] : [];
  for (const { ref, name } of [...site.customers, ...others]) picker.add(new Option(name, ref));
  picker.value = chosen ?? "";
  picker.disabled = false;
  picker.addEventListener("change", () => {
    location.search = picker.value ? new URLSearchParams({ customer: picker.value }).toString() : "";
  });
}

function nameOf(site: Site, ref: string): string {
  return site.customers.find((customer) => customer.ref === ref)?.name ?? ref;
}

function explain(sentence: string): void {
  const place = document.querySelector("#explain");
  if (place) place.textContent = sentence;
}

void start();
