/** The service's HTTP surface as these pages use it. Faults come out as ServiceFault with a sentence for people. */

import { eventsOf } from "./events.js";
import { STATUSES } from "./words.js";

/** `message` is Chinese and fit to show; `code` is the service's own name of the fault. */
export class ServiceFault extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

export const versionText = (versionId, signal) => getJson(`/v1/versions/${encodeURIComponent(versionId)}`, signal);

export const storedAnswer = (answerId) => getJson(`/v1/answers/${encodeURIComponent(answerId)}`);

// The channel that these pages are: what is announced for it stands above the conversation.
const CHANNEL = "web";

export const announcements = () => getJson(`/v1/announcements?${new URLSearchParams({ channel: CHANNEL })}`);

export const search = (parameters, signal) => getJson(`/v1/search?${new URLSearchParams(parameters)}`, signal);

export const routes = (question, signal) => postJson("/v1/routes", { question }, signal);

export const sendFeedback = (answerId, feedback) =>
  postJson(`/v1/answers/${encodeURIComponent(answerId)}/feedback`, feedback);

/** Asks and yields `{event, data}` as they arrive. A service that replies with plain JSON yields one `answer`. */
export async function* ask(question, signal) {
  const response = await request("/v1/answers", post({ ...question, stream: true }, signal));
  if (!isEventStream(response) || !response.body) {
    yield { event: "answer", data: await bodyOf(response) };
    return;
  }
  let isComplete = false;
  for await (const event of withinNetwork(eventsOf(response.body))) {
    if (event.event === "error") throw faultFrom(event.data, 500);
    isComplete ||= event.event === "answer";
    yield event;
  }
  if (!isComplete) throw new ServiceFault("答复在传送中断开了，请重新发送。", "StreamEndedEarly");
}

const isEventStream = (response) => (response.headers.get("content-type") ?? "").startsWith("text/event-stream");

/** Opens a stream of server-sent events, after the one with the number `last`. */
export const openStream = (address, { last, signal }) =>
  request(address, { signal, headers: last ? { "Last-Event-ID": String(last) } : {} });

export const getJson = async (address, signal) => bodyOf(await request(address, { signal }));

export const postJson = async (address, body, signal, headers) => bodyOf(await request(address, post(body, signal, headers)));

const post = (body, signal, headers) => ({
  method: "POST", headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body), signal,
});

async function request(address, options) {
  let response;
  try {
    response = await fetch(address, options);
  } catch (error) {
    throw asNetworkFault(error);
  }
  if (response.ok) return response;
  throw faultFrom(await response.json().catch(() => null), response.status);
}

async function bodyOf(response) {
  if (response.status === 204) return null;
  const text = await response.text().catch((error) => { throw asNetworkFault(error); });
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ServiceFault("服务的回复读不懂，请稍后再试。", "UnreadableReply");
  }
}

async function* withinNetwork(events) {
  try {
    yield* events;
  } catch (error) {
    throw asNetworkFault(error);
  }
}

function asNetworkFault(error) {
  return error.name === "AbortError" ? error : networkFault();
}

export const networkFault = () => new ServiceFault("网络连接不上，请检查网络后再试。", "NetworkUnreachable");

export function faultFrom(body, status) {
  const code = typeof body?.error === "string" ? body.error : `HTTP ${status}`;
  return new ServiceFault(body?.message ?? STATUSES[status] ?? "服务暂时出了问题，请稍后再试。", code);
}
