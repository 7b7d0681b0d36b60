/** What is known of work that lives elsewhere: its number there, what was said of it, the way to it. */

import type { RoutedWork } from "@firstreply/sdk/contracts";
import { day, time } from "../format.ts";

export function WorkFacts({ work }: { work: RoutedWork }) {
  return work.kind === "follow_up" ? <Promised work={work} /> : <Elsewhere work={work} />;
}

function Promised({ work }: { work: RoutedWork }) {
  return (
    <div className="work-facts">
      <p>
        {"Promised to this customer"}
        {work.not_before && ` for ${day(work.not_before)}, ${time(work.not_before)}`}
        {work.order_reference && `, about order ${work.order_reference}`}
      </p>
      <p className="offer-words" dir="auto">
        {work.title}
      </p>
    </div>
  );
}

function Elsewhere({ work }: { work: RoutedWork }) {
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
