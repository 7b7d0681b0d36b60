/** What is known of work that lives elsewhere: its number there, what was said of it, the way to it. */

import type { RoutedWork } from "@firstreply/sdk/contracts";

export function WorkFacts({ work }: { work: RoutedWork }) {
  const attributes = Object.entries(work.attributes);
  return (
    <div className="work-facts">
      {work.url && (
        <a href={work.url} target="_blank" rel="noopener noreferrer">
          {work.external_id ? `Open ${work.external_id}` : "Open it"}
        </a>
      )}
      {!work.url && work.external_id && <p dir="auto">{work.external_id}</p>}
      {attributes.length > 0 && (
        <dl>
          {attributes.map(([name, value]) => (
            <div key={name}>
              <dt dir="auto">{name}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
