// Written by web/sdk/generate.py from shared/contracts; change those and run it again.
// tests/contract/test_web_contracts.py fails when this file is stale.

/** Any JSON value. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** ISO 8601, UTC, with milliseconds. */
export type Instant = string;

export type ShopId = `shop_${string}`;
export type SiteId = `site_${string}`;
export type SessionId = `sess_${string}`;
export type InvitationId = `invt_${string}`;
export type ConversationId = `conv_${string}`;
export type ItemId = `item_${string}`;
export type FileId = `file_${string}`;
export type AgentId = `agent_${string}`;
export type QueueId = `queue_${string}`;
export type OfferId = `offer_${string}`;
export type AssignmentId = `asgn_${string}`;
export type DecisionId = `dcsn_${string}`;
export type CustomerId = `cust_${string}`;
export type IdentityId = `idty_${string}`;
export type MergeId = `mrge_${string}`;
export type CustomerNoteId = `note_${string}`;
export type FollowUpId = `fwup_${string}`;
export type ErasureId = `ersr_${string}`;
export type AnswerId = `answ_${string}`;
export type OrderId = `order_${string}`;
export type ContactId = `ctct_${string}`;
export type ImportId = `impt_${string}`;
export type ConnectionId = `cnct_${string}`;
export type ApiKeyId = `key_${string}`;
export type SignInId = `sign_${string}`;
export type ChangeId = `chng_${string}`;
export type EventId = `evt_${string}`;
export type WebhookId = `hook_${string}`;
export type NodeId = `node_${string}`;
export type RequestId = `req_${string}`;
export type RoutingRequestId = `rreq_${string}`;

/** The message is committed at `seq`; the same answer for every resend of its client_id. `text` is what was kept, when card numbers in what was sent were masked; else null. */
export interface Accepted {
  readonly type: "accepted";
  readonly client_id: string;
  readonly conversation_id: ConversationId;
  readonly item_id: ItemId;
  readonly seq: number;
  readonly created_at: Instant;
  readonly text: string | null;
}

/** An agent as others see one. */
export interface AgentRef {
  readonly id: AgentId;
  readonly name: string;
}

/** First event of an agent stream, type `snapshot`: everything, so nothing need be replayed. */
export interface AgentSnapshot {
  readonly agent: AgentState;
  readonly offers: readonly Offer[];
  readonly conversations: readonly RoutingState[];
  readonly cards: readonly CardReady[];
  readonly may_be: readonly WhoMayBe[];
  readonly items: readonly Item[];
  readonly receipts: readonly Receipt[];
  readonly server_time: Instant;
}

/** One agent as the router holds it; `agent_version` grows with each change. `unanswered_offers` ran out in a row; who is `away` with any was set away because of them. */
export interface AgentState {
  readonly id: AgentId;
  readonly shop_id: ShopId;
  readonly name: string;
  readonly email: string;
  readonly status: AgentStatus;
  readonly presence: Presence;
  readonly capacity: number;
  readonly load: number;
  readonly agent_version: number;
  readonly unanswered_offers: number;
}

/** What agents say of themselves. */
export type AgentStatus = "available" | "away" | "draining" | "offline";

/** The agent types; over after `for_ms`, or with the agent's next message. */
export interface AgentTyping {
  readonly type: "agent.typing";
  readonly conversation_id: ConversationId;
  readonly for_ms: number;
}

/** Answers, newest first; `next_cursor` is null after the oldest. */
export interface AnswerPage {
  readonly answers: readonly ReadyAnswer[];
  readonly next_cursor: string | null;
}

/** What a site's widget shows of its shop; anybody may read it. No colours: the widget's own. `invites` says that the site has rules for invitations: a widget connects before it is opened. */
export interface Appearance {
  readonly colours: Colours | null;
  readonly invites: boolean;
}

/** Who serves a conversation. At most one of a conversation is active. */
export interface Assignment {
  readonly id: AssignmentId;
  readonly conversation_id: ConversationId;
  readonly agent_id: AgentId;
  readonly status: AssignmentStatus;
  readonly version: number;
  readonly started_at: Instant;
  readonly ended_at: Instant | null;
}

/** The life of an assignment. */
export type AssignmentStatus = "active" | "wrap_up" | "ended";

/** A file that came with an item; `width` and `height` in pixels, of pictures alone. */
export interface Attachment {
  readonly file_id: FileId;
  readonly name: string;
  readonly media_type: string;
  readonly size_bytes: number;
  readonly width: number | null;
  readonly height: number | null;
}

/** Who wrote an item; the id is an agent's or absent. */
export interface Author {
  readonly kind: AuthorKind;
  readonly id: AgentId | null;
  readonly name: string | null;
}

/** Who wrote an item. */
export type AuthorKind = "customer" | "agent" | "bot" | "system";

/** Comes each `beat_every_ms`, as scripts in a page see no WebSocket ping; may be ignored. `last_seq` is the last item told on this connection, 0 for none yet: a client without it lost something on its way, and connects again to be told. */
export interface Beat {
  readonly type: "beat";
  readonly conversation_id: ConversationId | null;
  readonly last_seq: number;
}

/** One agent of the shop as they stand. */
export interface BoardAgent {
  readonly agent: AgentRef;
  readonly status: AgentStatus;
  readonly presence: Presence;
  readonly load: number;
  readonly capacity: number;
}

/** Last frame before the server closes. */
export interface Bye {
  readonly type: "bye";
  readonly code: ErrorCode;
  readonly detail: string;
  readonly retry_in_ms: number | null;
}

/** One considered agent, best first; `occupied` come last. `chance`: of an answer in time. `language`: the first that this agent speaks of those that would do; null: none is needed. */
export interface Candidate {
  readonly agent: AgentRef;
  readonly load: number;
  readonly capacity: number;
  readonly chosen: boolean;
  readonly chance: number | null;
  readonly occupied: boolean;
  readonly language: string | null;
}

/** The context card: newest orders and contacts first, at most five of each. */
export interface Card {
  readonly customer: CardCustomer;
  readonly orders: readonly OrderSummary[];
  readonly contacts: readonly ContactSummary[];
  readonly may_be: readonly MayBe[];
  readonly open_now: readonly OpenMatter[];
  readonly repetition: Repetition | null;
  readonly notes: readonly CustomerNote[];
  readonly follow_ups: readonly FollowUp[];
  readonly suggestions: readonly Suggestion[];
  readonly facts: CardFacts;
}

/** Who the customer is, proven by `known_by`; `returned_count` of the orders came back. */
export interface CardCustomer {
  readonly id: CustomerId;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly locale: string | null;
  readonly since: Instant | null;
  readonly order_count: number;
  readonly contact_count: number;
  readonly spent_minor: number;
  readonly currency: string | null;
  readonly spent: readonly Spent[];
  readonly returned_count: number;
  readonly known_by: readonly IdentityKind[];
}

/** What routing may go by, as values: nothing of it says who the customer is. */
export interface CardFacts {
  readonly late_parcel: boolean;
  readonly late_days: number;
  readonly return_under_way: boolean;
  readonly payment_failed: boolean;
  readonly repeat_contacts: number;
  readonly cart_value_minor: number;
  readonly cart_currency: string | null;
}

/** Body of `card.ready`, the card that an offer went out without, and of `card.changed`. */
export interface CardReady {
  readonly conversation_id: ConversationId;
  readonly card: Card;
}

/** Whether the context card is there. */
export type CardStatus = "ready" | "pending" | "unknown_customer";

/** What is in the cart: its value in the currency's smallest unit, and the names of its lines. Of a longer cart the page names the first CART_LINES_MAX. */
export interface Cart {
  readonly value_minor: number;
  readonly currency: string;
  readonly lines?: readonly string[];
}

/** The way a conversation comes in. */
export type Channel = "chat" | "whatsapp" | "messenger" | "telegram" | "email" | "sms" | "voice" | "task";

/** An agent whom a conversation can be passed on to, or why not now. */
export interface Colleague {
  readonly id: AgentId;
  readonly name: string;
  readonly status: AgentStatus;
  readonly presence: Presence;
  readonly capacity: number;
  readonly load: number;
  readonly free: boolean;
}

/** The agents of the shop but the caller, those who are free first. */
export interface Colleagues {
  readonly colleagues: readonly Colleague[];
}

/** The widget's accent and the text upon it; they must contrast by 4.5:1 at least (WCAG AA). */
export interface Colours {
  readonly accent: string;
  readonly text: string;
}

/** One past conversation: how the customer began it, and what the agent said last. */
export interface ContactSummary {
  readonly id: ContactId;
  readonly conversation_id: ConversationId;
  readonly channel: Channel;
  readonly started_at: Instant;
  readonly ended_at: Instant;
  readonly end_reason: EndReason;
  readonly agent_name: string | null;
  readonly first_response_ms: number | null;
  readonly message_count: number;
  readonly first_words: string;
  readonly last_words: string | null;
  readonly rating: number | null;
  readonly order_ids: readonly OrderId[];
  readonly outcome: Outcome | null;
}

/** Where the customer is by now: the page has changed, or the cart; what is absent stays. `payment_failed` is for the site's rules alone: true when a payment did, false once it is over. */
export interface Context {
  readonly type: "context";
  readonly page_url?: string | null;
  readonly locale?: string | null;
  readonly cart?: Cart | null;
  readonly payment_failed?: boolean | null;
}

/** Conversations, newest first; `next_cursor` is null after the oldest. */
export interface ConversationPage {
  readonly conversations: readonly ListedConversation[];
  readonly next_cursor: string | null;
}

/** Where a conversation stands, as the router tells it. */
export type ConversationStatus = "queued" | "offered" | "assigned" | "wrap_up" | "ended";

/** An item of somebody else was committed. */
export interface Created {
  readonly type: "message.created";
  readonly item: Item;
}

/** What an agent wants colleagues to know of a customer. */
export interface CustomerNote {
  readonly id: CustomerNoteId;
  readonly text: string;
  readonly created_at: Instant;
  readonly created_by: string;
}

/** Who writes, as far as the gateway knows. Only a verified one opens anything. */
export interface CustomerRef {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly verified: boolean;
  readonly name: string | null;
}

/** Body of `customer.typing`: over after `for_ms`, or with the customer's next message. */
export interface CustomerTyping {
  readonly conversation_id: ConversationId;
  readonly for_ms: number;
}

/** Why a conversation was offered to whom, or to nobody yet. Any of `languages` would have done (none: any at all); who speaks none of them is excluded as `lacks_language`. */
export interface Decision {
  readonly id: DecisionId;
  readonly conversation_id: ConversationId;
  readonly decided_at: Instant;
  readonly trigger: DecisionTrigger;
  readonly policy: string;
  readonly candidates: readonly Candidate[];
  readonly excluded: readonly ExclusionCount[];
  readonly waiting_ahead: number;
  readonly languages: readonly string[];
}

/** The decisions about one conversation, oldest first. */
export interface DecisionPage {
  readonly decisions: readonly Decision[];
}

/** What made the router decide. */
export type DecisionTrigger = "conversation_started" | "slot_freed" | "agent_available" | "offer_declined" | "offer_expired" | "agent_gone" | "offer_unanswered" | "conversation_reopened" | "agent_changed" | "shop_opened" | "transferred" | "work_requested" | "work_due" | "requeued" | "policy_set";

/** Why a conversation ended. */
export type EndReason = "closed_by_agent" | "customer_left" | "abandoned" | "completed" | "cancelled";

/** Stable codes: they may be added to, never renamed. */
export type ErrorCode = "bad_frame" | "unknown_frame" | "frame_too_large" | "hello_first" | "already_welcome" | "unknown_site" | "origin_refused" | "bad_customer_token" | "unknown_session" | "replaced" | "slow_consumer" | "text_length" | "bad_address" | "client_id_conflict" | "bad_client_id" | "rate_limited" | "invalid_request" | "not_signed_in" | "bad_credentials" | "forbidden" | "not_found" | "method_not_allowed" | "body_too_large" | "not_assigned" | "offer_gone" | "taken" | "at_capacity" | "already_ended" | "agent_gone" | "transfer_limit" | "unknown_queue" | "unknown_skill" | "unknown_language" | "respond_by_past" | "policy_invalid" | "decision_too_old" | "already_exists" | "in_use" | "no_evidence" | "bad_cursor" | "idempotency_key_required" | "idempotency_conflict" | "bad_signature" | "bad_import" | "file_type" | "file_unfit" | "file_quota" | "file_missing" | "unknown_file" | "try_again" | "routing_unavailable" | "internal";

/** A frame was refused; the connection stays open. */
export interface ErrorFrame {
  readonly type: "error";
  readonly code: ErrorCode;
  readonly detail: string;
  readonly client_id: string | null;
  readonly retry_after_ms: number | null;
}

/** Every event, the same string on socket, stream and bus. */
export type EventType = "message.created" | "message.delivered" | "message.read" | "customer.typing" | "conversation.queued" | "conversation.offered" | "conversation.assigned" | "conversation.responded" | "conversation.taken" | "conversation.ended" | "conversation.wrapped_up" | "routing_request.queued" | "routing_request.offered" | "routing_request.assigned" | "routing_request.requeued" | "routing_request.taken" | "routing_request.missed" | "routing_request.completed" | "routing_request.cancelled" | "follow_up.queued" | "follow_up.offered" | "follow_up.assigned" | "follow_up.requeued" | "follow_up.taken" | "follow_up.missed" | "follow_up.completed" | "follow_up.cancelled" | "promise.changed" | "sla.at_risk" | "sla.missed" | "offer.created" | "offer.ended" | "card.ready" | "card.changed" | "may_be.changed" | "agent.updated";

/** Why an agent was not offered a conversation. */
export type Exclusion = "disconnected" | "not_available" | "at_capacity" | "declined_before" | "already_offered" | "may_not_reply" | "lacks_skill" | "lacks_language" | "kept_free" | "occupied";

/** How many agents one reason left out. */
export interface ExclusionCount {
  readonly reason: Exclusion;
  readonly agents: number;
}

/** Where a file's bytes can be had until `expires_at`, by whoever has the URL. */
export interface FileLink {
  readonly file: StoredFile;
  readonly url: string;
  readonly expires_at: Instant;
}

/** First responses of a span, in hours and, apart, to who wrote while the shop was closed. The clock of the latter starts at the opening. */
export interface FirstResponseReport {
  readonly from_at: Instant;
  readonly to_at: Instant;
  readonly target_ms: number;
  readonly in_hours: FirstResponses;
  readonly began_closed: FirstResponses;
  readonly hours: readonly HourlyLevel[];
}

/** The first responses to conversations whose response clock started in the span. `service_level_pct` is `within_target / counted`. Counted are those answered, those whose customer left unanswered after the target (`abandoned`) and those still unanswered after it (`overdue`). Not counted: who left before the target (`short_abandoned`) and who still waits within it (`waiting`). `queue_wait` ends with the first accept, `notice` is from offer to accept, `compose` from the first accept to the first human message. */
export interface FirstResponses {
  readonly counted: number;
  readonly answered: number;
  readonly within_target: number;
  readonly abandoned: number;
  readonly overdue: number;
  readonly short_abandoned: number;
  readonly waiting: number;
  readonly service_level_pct: number | null;
  readonly first_response: Spread;
  readonly queue_wait: Spread;
  readonly notice: Spread;
  readonly compose: Spread;
  readonly misses: readonly MissShare[];
  readonly misses_attributed: number;
}

/** What was promised to a customer, in which conversation, and is still to be kept. */
export interface FollowUp {
  readonly id: FollowUpId;
  readonly conversation_id: ConversationId;
  readonly text: string;
  readonly due_at: Instant;
  readonly order_reference: string | null;
  readonly created_at: Instant;
  readonly created_by: string | null;
}

/** A promise to a customer: work that is not done before it is solved. */
export interface FollowUpDue {
  readonly conversation_id: ConversationId;
  readonly agent: AgentRef | null;
  readonly due_at: Instant;
  readonly words: string;
  readonly order_reference: string | null;
  readonly closed_at: Instant;
  readonly solved_at: Instant | null;
  readonly overdue: boolean;
  readonly customer_name: string | null;
}

/** The promises to keep, the most urgent first, at most a hundred; `overdue` counts them all. */
export interface FollowUps {
  readonly follow_ups: readonly FollowUpDue[];
  readonly overdue: number;
}

/** Answers to words or a question, the best first. */
export interface FoundAnswers {
  readonly answers: readonly ReadyAnswer[];
}

/** First frame of a connection: names the site, and the session to go on with, if any. `last_seq` is the last item the client has of `conversation_id`; without a conversation it is read as one of the session's latest. Whatever came after it is in the welcome, or follows it. */
export interface Hello {
  readonly type: "hello";
  readonly site_key: string;
  readonly session_token?: string | null;
  readonly customer_token?: string | null;
  readonly epoch?: number | null;
  readonly conversation_id?: ConversationId | null;
  readonly last_seq?: number;
  readonly page_url?: string | null;
  readonly locale?: string | null;
  readonly cart?: Cart | null;
}

/** One hour of the span, in hours only: its conversations and how many were in time. */
export interface HourlyLevel {
  readonly starts_at: Instant;
  readonly counted: number;
  readonly within_target: number;
}

/** The shop has opened or closed while this customer was connected. */
export interface HoursChanged {
  readonly type: "hours.changed";
  readonly hours: ShopHours;
}

/** What a customer is known by. */
export type IdentityKind = "shop_customer" | "email" | "phone";

/** The customer takes the invitation up: what they write next is counted as its conversation. One that is not open for this customer is passed over in silence. */
export interface InvitationAccept {
  readonly type: "invitation.accept";
  readonly invitation_id: InvitationId;
}

/** The customer does not want to be asked; one that is not open is passed over in silence. */
export interface InvitationDismiss {
  readonly type: "invitation.dismiss";
  readonly invitation_id: InvitationId;
}

/** The customer is invited to write, by this rule of the site; `text` is shown as text. Until it is accepted or dismissed it comes again on the next connection. */
export interface InvitationOpened {
  readonly type: "invitation.opened";
  readonly invitation_id: InvitationId;
  readonly rule: string;
  readonly text: string;
}

/** One numbered entry of a conversation; `seq` starts at 1 and has no gaps. What was erased stands at its `seq` all the same, without a word: `erased`. */
export interface Item {
  readonly id: ItemId;
  readonly conversation_id: ConversationId;
  readonly seq: number;
  readonly kind: ItemKind;
  readonly visibility: Visibility;
  readonly author: Author;
  readonly text: string;
  readonly client_id: string | null;
  readonly created_at: Instant;
  readonly attachments: readonly Attachment[];
  readonly rating: number | null;
  readonly erased: boolean;
}

/** What stands at one seq of a conversation. */
export type ItemKind = "message" | "note" | "joined" | "left" | "transferred" | "ended" | "survey" | "address";

/** The items after a given `seq`, in order. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly last_seq: number;
  readonly epoch: number;
}

/** The customer ends the present conversation; its last item, `ended`, is the answer. */
export interface Leave {
  readonly type: "leave";
}

/** Where the customer wants to be answered later: an e-mail address, or a phone number. A number begins with + and its country's code. It is an item of the present conversation that agents alone see; it proves nothing, and opens nobody's earlier conversations. */
export interface LeaveAddress {
  readonly type: "leave_address";
  readonly client_id: string;
  readonly address: string;
}

/** What this server takes: `sends_burst` messages at once, and `sends_per_s` from then on. */
export interface Limits {
  readonly text_max: number;
  readonly frame_max_bytes: number;
  readonly sends_burst: number;
  readonly sends_per_s: number;
  readonly file_max_bytes: number;
  readonly file_types: readonly MediaType[];
  readonly files_max: number;
}

/** Who serves a conversation, or did last. */
export interface ListedAgent {
  readonly id: AgentId;
  readonly name: string;
}

/** One conversation; `routing_version` is that of the router's state copied here. `preview` is how the customer began. */
export interface ListedConversation {
  readonly id: ConversationId;
  readonly site_id: SiteId;
  readonly channel: Channel;
  readonly status: Openness;
  readonly customer: CustomerRef | null;
  readonly agent: ListedAgent | null;
  readonly started_at: Instant;
  readonly ended_at: Instant | null;
  readonly last_seq: number;
  readonly epoch: number;
  readonly routing_version: number;
  readonly preview: string;
}

/** What is open between a shop and a customer. */
export type MatterKind = "late_parcel" | "return_under_way" | "payment_failed" | "cart_in_progress";

/** Another customer who gave an address of this one's, unproven by one of them or by both. On an offer: of an address that somebody left who is not signed in. A hint for the agent: nothing is done by it, and no customer is shown any of it (LESSONS 24). */
export interface MayBe {
  readonly customer_id: CustomerId;
  readonly name: string | null;
  readonly same: readonly IdentityKind[];
}

/** The types that are taken. Nothing that can run a script where it is shown, and no video. */
export type MediaType = "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "application/pdf" | "text/plain" | "text/csv" | "application/vnd.openxmlformats-officedocument.wordprocessingml.document" | "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/** The agent's console holds every item up to `through_seq`; the greatest one counts. */
export interface MessageDelivered {
  readonly type: "message.delivered";
  readonly conversation_id: ConversationId;
  readonly through_seq: number;
}

/** The agent has seen every item up to `through_seq`; the greatest one counts. */
export interface MessageRead {
  readonly type: "message.read";
  readonly conversation_id: ConversationId;
  readonly through_seq: number;
}

/** What kept a conversation from its first human answer in time. */
export type MissCause = "no_staff" | "closed" | "stream_lost" | "offer_ignored" | "agent_slow";

/** One cause of missed targets. `misses` had it as their main cause. `time_ms` is what it took of the time to the target in all attributed misses together. */
export interface MissShare {
  readonly cause: MissCause;
  readonly misses: number;
  readonly time_ms: number;
}

/** A file somebody wants to upload. What it is called there is cleaned before it is kept. `media_type` is what its sender takes it for; what it is, its bytes say. */
export interface NewFile {
  readonly name: string;
  readonly size_bytes: number;
  readonly media_type: string;
}

/** Closes a conversation with a promise to its customer: what, by when, for which order. */
export interface NewFollowUp {
  readonly due_at: Instant;
  readonly words: string;
  readonly order_reference?: string | null;
}

/** What an agent posts; the Idempotency-Key header is its client_id. `file_ids` are of files that this agent uploaded and has sent with no other message; with them the text may be empty. */
export interface NewItem {
  readonly text: string;
  readonly grant?: string | null;
  readonly file_ids?: readonly FileId[];
}

/** What an agent tells colleagues alone; the Idempotency-Key header is its client_id. */
export interface NewNote {
  readonly text: string;
}

/** What agents say of themselves. */
export interface NewStatus {
  readonly status: AgentStatus;
}

/** A conversation, or `work` titled by `preview`, offered to one agent; the card if in time. */
export interface Offer {
  readonly id: OfferId;
  readonly conversation_id: ConversationId;
  readonly agent_id: AgentId;
  readonly status: OfferStatus;
  readonly channel: Channel;
  readonly preview: string;
  readonly created_at: Instant;
  readonly expires_at: Instant;
  readonly respond_by: Instant;
  readonly customer_name: string | null;
  readonly card_status: CardStatus;
  readonly card: Card | null;
  readonly may_be: readonly MayBe[];
  readonly work: RoutedWork | null;
}

/** Body of `offer.ended`: this offer can no longer be taken. */
export interface OfferEnded {
  readonly offer_id: OfferId;
  readonly conversation_id: ConversationId;
  readonly status: OfferStatus;
}

/** The life of an offer. */
export type OfferStatus = "pending" | "accepted" | "declined" | "expired" | "rescinded";

/** Answer to accept: the assignment and the signed grant that opens the conversation at once. */
export interface OfferTaken {
  readonly assignment: Assignment;
  readonly grant: string;
  readonly state: RoutingState;
}

/** One thing that is open now; `order` is what people call the order it is about. `days` is how late a parcel is, each begun day counted. `amount_minor` is what a payment that failed or a cart is worth; `since` is when a cart was last changed, a return opened, a payment tried, or a parcel promised. */
export interface OpenMatter {
  readonly kind: MatterKind;
  readonly order_id: OrderId | null;
  readonly order: string | null;
  readonly days: number | null;
  readonly amount_minor: number | null;
  readonly currency: string | null;
  readonly since: Instant | null;
}

/** Whether a conversation goes on. */
export type Openness = "open" | "ended";

/** One line of an order or a cart; `unit_price_minor` is without freight. */
export interface OrderLine {
  readonly line_no: number;
  readonly product_ref: string;
  readonly title: string;
  readonly quantity: number;
  readonly unit_price_minor: number;
  readonly freight_minor: number;
  readonly variant: string | null;
  readonly picture_url: string | null;
}

/** What hangs on an order besides its lines. */
export interface OrderParts {
  readonly payments: readonly Payment[];
  readonly refunds: readonly Refund[];
  readonly returns: readonly Return[];
  readonly shipments: readonly Shipment[];
}

/** Where an order stands, the same words for every shop platform. */
export type OrderStatus = "created" | "paid" | "processing" | "shipped" | "delivered" | "cancelled" | "unavailable";

/** One order as an agent needs to see it; `more_lines` tells how many are not shown. */
export interface OrderSummary {
  readonly id: OrderId;
  readonly reference: string;
  readonly number: string | null;
  readonly status: OrderStatus;
  readonly placed_at: Instant;
  readonly promised_at: Instant | null;
  readonly delivered_at: Instant | null;
  readonly currency: string;
  readonly total_minor: number;
  readonly late: boolean;
  readonly refunded_minor: number;
  readonly returned_at: Instant | null;
  readonly note: string | null;
  readonly review_score: number | null;
  readonly review_text: string | null;
  readonly lines: readonly OrderLine[];
  readonly more_lines: number;
  readonly parts: OrderParts;
}

/** What an agent says of a conversation that they close. */
export type Outcome = "resolved" | "follow_up";

/** One try to pay an order; `method` as the shop names it. */
export interface Payment {
  readonly reference: string;
  readonly status: PaymentStatus;
  readonly amount_minor: number;
  readonly method: string | null;
  readonly at: Instant | null;
}

/** How one payment of an order stands. */
export type PaymentStatus = "pending" | "paid" | "failed" | "voided";

/** What an agent's stream says of the agent. */
export type Presence = "connected" | "disconnected";

/** Where a customer who waits stands: 1 is next of `waiting`; over with the agent's coming. */
export interface QueuePosition {
  readonly type: "queue.position";
  readonly conversation_id: ConversationId;
  readonly position: number;
  readonly waiting: number;
  readonly wait_ms: WaitRange | null;
}

/** What the customer thinks of a conversation, asked once it has ended; begins no new one. It is an item like a message: sent again with the same `client_id` until it is accepted. */
export interface Rate {
  readonly type: "rate";
  readonly client_id: string;
  readonly conversation_id: ConversationId;
  readonly rating: number;
  readonly comment?: string | null;
}

/** The customer has seen every item up to `through_seq`, and so received it. */
export interface Read {
  readonly type: "read";
  readonly conversation_id: ConversationId;
  readonly through_seq: number;
}

/** An answer as it is in force; one that was removed says when. */
export interface ReadyAnswer {
  readonly id: AnswerId;
  readonly key: string;
  readonly language: string;
  readonly title: string;
  readonly text: string;
  readonly phrasings: readonly string[];
  readonly version: number;
  readonly created_at: Instant;
  readonly changed_at: Instant;
  readonly changed_by: string;
  readonly removed_at: Instant | null;
}

/** How far a conversation's customer received and read; 0 for nothing yet. The body of `message.delivered` and `message.read`, and part of an agent's snapshot. */
export interface Receipt {
  readonly conversation_id: ConversationId;
  readonly received_seq: number;
  readonly read_seq: number;
}

/** The customer's end holds every item up to `through_seq`. */
export interface Received {
  readonly type: "received";
  readonly conversation_id: ConversationId;
  readonly through_seq: number;
}

/** Money that went back. */
export interface Refund {
  readonly reference: string;
  readonly amount_minor: number;
  readonly refunded_at: Instant;
  readonly reason: string | null;
}

/** The customer has to come again and again: contacts of the last `days` days, this one not in. `about_order` of them were about one order, the one that most were about. */
export interface Repetition {
  readonly contacts: number;
  readonly days: number;
  readonly order_id: OrderId | null;
  readonly order: string | null;
  readonly about_order: number;
}

/** Goods on their way back. */
export interface Return {
  readonly reference: string;
  readonly status: ReturnStatus;
  readonly opened_at: Instant;
  readonly received_at: Instant | null;
  readonly reason: string | null;
  readonly lines: readonly ReturnedLine[];
}

/** How goods stand that come back. */
export type ReturnStatus = "requested" | "approved" | "on_its_way" | "received" | "declined" | "cancelled";

/** What came back, or is to: a line of the order, and why. */
export interface ReturnedLine {
  readonly line_no: number;
  readonly quantity: number;
  readonly reason: string | null;
}

/** What an agent sees of work that is no conversation: in offers and routing states. Of a `follow_up` the title is what was promised, `external_id` the conversation in which, and `not_before` when it is due. */
export interface RoutedWork {
  readonly id: RoutingRequestId;
  readonly kind: WorkKind;
  readonly title: string;
  readonly external_id: string | null;
  readonly url: string | null;
  readonly attributes: { readonly [key: string]: string };
  readonly not_before: Instant | null;
  readonly order_reference: string | null;
}

/** Body of every live `conversation.*` event: the whole routing state after it. `version` grows by one with each such event, and only a greater one is applied. `assignment_version` grows with each assignment. `first_response_ms` counts from the customer's first message received, or `clock_at` if the shop opened later, to the first human message committed; `again_response_ms` from the last transfer or re-opening after it to the next. `clock_from` is where the clock began that runs out at `respond_by`; `queued_at` is when it last began to wait, as after a transfer without an answer, in which that clock runs on. Of other work than a conversation `work` says what it is; then `conversation_id` names that, the accept is its first response, and the events are `routing_request.*`. */
export interface RoutingState {
  readonly conversation_id: ConversationId;
  readonly version: number;
  readonly status: ConversationStatus;
  readonly respond_by: Instant;
  readonly queued_at: Instant;
  readonly agent: AgentRef | null;
  readonly assignment_id: AssignmentId | null;
  readonly assignment_version: number;
  readonly first_response_ms: number | null;
  readonly queue_wait_ms: number | null;
  readonly ended_at: Instant | null;
  readonly end_reason: EndReason | null;
  readonly customer: CustomerRef | null;
  readonly channel: Channel;
  readonly clock_at: Instant | null;
  readonly transfers: number;
  readonly again_response_ms: number | null;
  readonly outcome: Outcome | null;
  readonly wrap_up_until: Instant | null;
  readonly work: RoutedWork | null;
  readonly clock_from: Instant | null;
}

/** What a token or an API key allows. */
export type Scope = "agent" | "supervisor" | "admin" | "operator" | "orders:write" | "contacts:write" | "customers:read" | "routing:write" | "answers:read";

/** What an agent posts to /received and /read: every item up to there. */
export interface SeenThrough {
  readonly through_seq: number;
}

/** A customer's message. Length is judged by the session, so that it has its own code. `file_ids` are of files that this session uploaded and has sent with no other message; with them the text may be empty. */
export interface Send {
  readonly type: "send";
  readonly client_id: string;
  readonly text: string;
  readonly file_ids?: readonly FileId[];
}

/** One parcel; `promised_at` is when the customer was told it would be there. */
export interface Shipment {
  readonly reference: string;
  readonly status: ShipmentStatus;
  readonly carrier: string | null;
  readonly tracking_number: string | null;
  readonly tracking_url: string | null;
  readonly shipped_at: Instant | null;
  readonly promised_at: Instant | null;
  readonly delivered_at: Instant | null;
}

/** Where one parcel is. */
export type ShipmentStatus = "pending" | "on_its_way" | "out_for_delivery" | "delivered" | "failed" | "cancelled";

/** Whether the shop is open, and when that changes: `opens_at` if closed, else `closes_at`. Neither is given when nobody knows of a change: it is always open, or for a week at least. `time_zone` is the shop's own (IANA), so that its page can say when in the shop's words. */
export interface ShopHours {
  readonly open: boolean;
  readonly opens_at: Instant | null;
  readonly closes_at: Instant | null;
  readonly time_zone: string | null;
}

/** An agent's e-mail address and password within a shop. */
export interface SignIn {
  readonly shop_id: ShopId;
  readonly email: string;
  readonly password: string;
}

/** Why a bearer token is good no more. */
export type SignInEnd = "expired" | "signed_out" | "password_changed" | "roles_changed" | "agent_ended" | "key_revoked";

/** A bearer token and who it stands for. */
export interface SignedIn {
  readonly token: string;
  readonly expires_at: Instant;
  readonly scopes: readonly Scope[];
  readonly agent: AgentState;
}

/** What a customer's orders came to in one currency, refunds and cancelled ones left out. */
export interface Spent {
  readonly currency: string;
  readonly minor: number;
}

/** How long something took, in milliseconds; all null when it never happened. Percentiles are values that occurred (the discrete ones), none is interpolated. */
export interface Spread {
  readonly p50_ms: number | null;
  readonly p80_ms: number | null;
  readonly p90_ms: number | null;
  readonly p99_ms: number | null;
}

/** A file that is kept; `width` and `height` in pixels, of pictures alone. */
export interface StoredFile {
  readonly id: FileId;
  readonly name: string;
  readonly media_type: MediaType;
  readonly size_bytes: number;
  readonly width: number | null;
  readonly height: number | null;
}

/** Body of `stream.closed`, an agent stream's last event: why it ends. `code` is what a request would be refused with: after `not_signed_in` the agent signs in again, and `reason` says what ended the sign-in; after any other the stream is opened again. */
export interface StreamClosed {
  readonly code: ErrorCode;
  readonly reason: SignInEnd | null;
  readonly detail: string;
}

/** One live event; `STREAM_BODIES` says what the body of each type is. */
export interface StreamEvent {
  readonly type: EventType;
  readonly body: Json;
}

/** Body of an agent stream's `ping`, each 5 s; the console sends the nonce back as a StreamPong. 15 s without an answer close the stream, and the agent counts as disconnected. */
export interface StreamPing {
  readonly nonce: string;
}

/** The answer to a `ping`: POST /v1/agent-events/pong, with any node of the service. */
export interface StreamPong {
  readonly nonce: string;
}

/** What others bought together with the customer's newest order. Of the shop's newest orders `together` have both; `support` is their share of all, and `lift` says how many times likelier the product is beside the other than in any order. */
export interface Suggestion {
  readonly product_ref: string;
  readonly title: string;
  readonly together: number;
  readonly support: number;
  readonly lift: number;
}

/** Whom a conversation is passed on to: a colleague, a queue, or back to the line (`to_line`). `note` is for colleagues alone, and stands in the conversation where it was passed on. */
export interface Transfer {
  readonly to_agent?: AgentId | null;
  readonly to_line?: boolean;
  readonly to_queue?: QueueId | null;
  readonly note?: string | null;
}

/** The customer types; said again each few seconds while it goes on. */
export interface Typing {
  readonly type: "typing";
}

/** A conversation without a human answer yet. `agent` has it and has not written; `asked` are those it is offered to now. */
export interface Unanswered {
  readonly conversation_id: ConversationId;
  readonly status: ConversationStatus;
  readonly channel: Channel;
  readonly customer_name: string | null;
  readonly preview: string;
  readonly queued_at: Instant;
  readonly respond_by: Instant;
  readonly agent: AgentRef | null;
  readonly asked: readonly AgentRef[];
}

/** Where to PUT the bytes, as they are, with their Content-Length, until `expires_at`. `upload_url` is relative to the server that was asked. */
export interface UploadPlace {
  readonly id: FileId;
  readonly upload_url: string;
  readonly expires_at: Instant;
}

/** Who may see an item. */
export type Visibility = "everyone" | "agents";

/** How long it probably takes yet: of ten customers about eight are answered within it. */
export interface WaitRange {
  readonly low_ms: number;
  readonly high_ms: number;
}

/** A conversation that nobody has taken yet. */
export interface WaitingConversation {
  readonly state: RoutingState;
  readonly preview: string;
  readonly customer_name: string | null;
}

/** Who waits, the most urgent first; at most a hundred. */
export interface WaitingConversations {
  readonly waiting: readonly WaitingConversation[];
}

/** A shop as it stands: who waits for an answer, the most urgent first, and who is there. `answered` conversations are with an agent and had their first response. `held` came while the shop was closed and wait for the opening; they are not among the unanswered. */
export interface Wallboard {
  readonly at: Instant;
  readonly unanswered: readonly Unanswered[];
  readonly unanswered_count: number;
  readonly answered: number;
  readonly held: number;
  readonly agents: readonly BoardAgent[];
}

/** Answer to hello: the session, and the items after the `last_seq` the client named. When they are many, the rest follow as `message.created`; `last_seq` is the conversation's. With `reset` the client could not be resumed: what it holds is to be dropped, and the items begin at the first one of the present conversation. A connection on which nothing comes for longer than `beat_every_ms` and some seconds is dead. `hours` say whether somebody is there; null: nobody knows just now. `agents_available`: an agent is free at this moment. */
export interface Welcome {
  readonly type: "welcome";
  readonly session_id: SessionId;
  readonly session_token: string;
  readonly epoch: number;
  readonly conversation_id: ConversationId | null;
  readonly last_seq: number;
  readonly reset: boolean;
  readonly items: readonly Item[];
  readonly server_time: Instant;
  readonly limits: Limits;
  readonly beat_every_ms: number;
  readonly hours: ShopHours | null;
  readonly agents_available: boolean;
}

/** Body of `may_be.changed`: who the customer of a conversation may be, who proved nothing. It takes the place of what an offer or a snapshot said of it. */
export interface WhoMayBe {
  readonly conversation_id: ConversationId;
  readonly may_be: readonly MayBe[];
}

/** What an agent is asked to take. */
export type WorkKind = "conversation" | "routing_request" | "follow_up";

export type ClientFrame = Hello | Send | Typing | Received | Read | Leave | Rate | LeaveAddress | Context | InvitationAccept | InvitationDismiss;
export type ServerFrame = Welcome | Accepted | Created | MessageDelivered | MessageRead | AgentTyping | QueuePosition | HoursChanged | InvitationOpened | ErrorFrame | Beat | Bye;
export type Afterwards = "resume" | "renew" | "never";

export const ATTACHMENTS_MAX = 10;
export const CLIENT_ID_MAX = 64;
export const FILE_MAX_BYTES = 10485760;
export const FRAME_MAX_BYTES = 65536;
export const TEXT_MAX = 5000;
export const CloseCode = {
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  NOT_UTF8: 1007,
  FRAME_TOO_LARGE: 1009,
  BAD_FRAMES: 4000,
  HELLO_TIMEOUT: 4001,
  UNKNOWN_SITE: 4002,
  ORIGIN_REFUSED: 4003,
  BAD_CUSTOMER_TOKEN: 4004,
  UNKNOWN_SESSION: 4005,
  REPLACED: 4006,
  SLOW_CONSUMER: 4007,
  TRY_AGAIN: 4008,
} as const;
/** What to do after a close; after any other code the network was lost: resume. */
export const AFTERWARDS: ReadonlyMap<number, Afterwards> = new Map<number, Afterwards>([
  [CloseCode.GOING_AWAY, "resume"],
  [CloseCode.PROTOCOL_ERROR, "never"],
  [CloseCode.NOT_UTF8, "never"],
  [CloseCode.FRAME_TOO_LARGE, "never"],
  [CloseCode.BAD_FRAMES, "never"],
  [CloseCode.HELLO_TIMEOUT, "resume"],
  [CloseCode.UNKNOWN_SITE, "never"],
  [CloseCode.ORIGIN_REFUSED, "never"],
  [CloseCode.BAD_CUSTOMER_TOKEN, "never"],
  [CloseCode.UNKNOWN_SESSION, "renew"],
  [CloseCode.REPLACED, "never"],
  [CloseCode.SLOW_CONSUMER, "resume"],
  [CloseCode.TRY_AGAIN, "resume"],
]);
