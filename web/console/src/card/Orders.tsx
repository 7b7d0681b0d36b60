/** A customer's newest orders. */

import type { OrderStatus, OrderSummary } from "@firstreply/sdk/contracts";
import { Badge } from "@mantine/core";
import { day, money, word } from "../format.ts";

const COLOURS: Record<OrderStatus, string> = {
  created: "gray",
  paid: "gray",
  processing: "blue",
  shipped: "blue",
  delivered: "pine",
  cancelled: "gray",
  unavailable: "orange",
};

export function Orders({ orders, all }: { orders: readonly OrderSummary[]; all: number }) {
  const asked = orders.find(isOverdue) ?? orders[0];
  return (
    <section aria-labelledby="orders">
      <h3 id="orders">Orders</h3>
      {orders.length === 0 && <p className="card-none">No orders yet.</p>}
      {orders.map((order) => (
        <Order key={order.id} order={order} open={order === asked} />
      ))}
      {all > orders.length && orders.length > 0 && (
        <p className="card-none">{`${(all - orders.length).toLocaleString()} older not shown.`}</p>
      )}
    </section>
  );
}

/** Promised and not there: most likely what the customer writes about. */
function isOverdue({ late, status }: OrderSummary): boolean {
  return late && status !== "delivered" && status !== "cancelled";
}

function Order({ order, open }: { order: OrderSummary; open: boolean }) {
  return (
    <details className="order" open={open}>
      <summary>
        <span className="order-day">{day(order.placed_at)}</span>
        <span className="order-total">{money(order.total_minor, order.currency)}</span>
        <span className="order-marks">
          <Badge variant="light" color={COLOURS[order.status]}>
            {word(order.status)}
          </Badge>
          {order.late && (
            <Badge variant="filled" color="red.8">
              Late
            </Badge>
          )}
          {order.returned_at && (
            <Badge variant="light" color="orange">
              Returned
            </Badge>
          )}
          {order.refunded_minor > 0 && (
            <Badge variant="light" color="grape">
              {refundOf(order)}
            </Badge>
          )}
        </span>
      </summary>
      <Lines order={order} />
      <p className="order-facts">{datesOf(order)}</p>
      {order.note && (
        <p className="order-note" dir="auto">
          {order.note}
        </p>
      )}
      {order.review_score !== null && <Review order={order} />}
      <p className="order-reference">{order.number ?? order.reference}</p>
    </details>
  );
}

function Lines({ order }: { order: OrderSummary }) {
  return (
    <ul className="lines">
      {order.lines.map((line) => (
        <li key={line.line_no}>
          <span className="line-title" dir="auto">
            {line.quantity > 1 && <b>{line.quantity} × </b>}
            {line.title}
          </span>
          <span className="line-price">{money(line.unit_price_minor * line.quantity, order.currency)}</span>
        </li>
      ))}
    </ul>
  );
}

function Review({ order }: { order: OrderSummary }) {
  return (
    <blockquote className="review">
      <b>{`Rated ${order.review_score} of 5`}</b>
      {order.review_text && <span dir="auto">{order.review_text}</span>}
    </blockquote>
  );
}

function refundOf(order: OrderSummary): string {
  const isWhole = order.refunded_minor === order.total_minor;
  return isWhole ? "Refunded in full" : `${money(order.refunded_minor, order.currency)} refunded`;
}

function datesOf(order: OrderSummary): string {
  const parts: string[] = [];
  if (order.delivered_at) parts.push(`Delivered ${day(order.delivered_at)}`);
  if (order.promised_at) parts.push(`promised for ${day(order.promised_at)}`);
  if (order.returned_at) parts.push(`came back ${day(order.returned_at)}`);
  const sentence = parts.join(", ");
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
